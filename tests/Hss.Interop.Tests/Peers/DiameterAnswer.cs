using Hss.Diameter;

namespace Hss.Interop.Tests.Peers;

/// <summary>An answer as a client looks at it: its octets, its result, and any AVP by name.</summary>
internal readonly record struct DiameterAnswer(ReadOnlyMemory<byte> Frame)
{
    public DiameterHeader Header => DiameterHeader.Read(Frame.Span);

    /// <summary>"2001", or "e5001" when the code stands in Experimental-Result, or "none".</summary>
    public string Result
    {
        get
        {
            var result = Find(Avp.ResultCode);
            var experimental = AvpOccurrences.FindIn(Find(Avp.ExperimentalResult), Avp.ExperimentalResultCode).First;
            return (result.IsPresent, experimental.IsPresent) switch
            {
                (true, false) => $"{result.ToUnsigned32()}",
                (false, true) => $"e{experimental.ToUnsigned32()}",
                (true, true) => $"{result.ToUnsigned32()} and e{experimental.ToUnsigned32()}",
                _ => "none",
            };
        }
    }

    public AvpValue Find(AvpDefinition definition) => All(definition).First;

    public AvpOccurrences All(AvpDefinition definition) => AvpOccurrences.Find(Frame, definition);

    public override string ToString() => MessageText.Of(Frame.Span);
}
