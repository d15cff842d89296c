using Hss.Diameter;

namespace Hss.Interop.Tests.Peers;

/// <summary>A request that the HSS sent to a client (RTR, PPR), as it came.</summary>
internal readonly record struct ReceivedRequest(ReadOnlyMemory<byte> Frame)
{
    public DiameterHeader Header => DiameterHeader.Read(Frame.Span);

    public bool IsRetransmitted => (Header.Flags & CommandFlags.Retransmitted) != 0;

    public AvpValue Find(AvpDefinition definition) => All(definition).First;

    public AvpOccurrences All(AvpDefinition definition) => AvpOccurrences.Find(Frame, definition);

    public IEnumerable<string> Texts(AvpDefinition definition) => All(definition).Select(avp => avp.ToText());

    public override string ToString() => MessageText.Of(Frame.Span);
}
