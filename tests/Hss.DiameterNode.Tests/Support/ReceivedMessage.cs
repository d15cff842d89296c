using Hss.Diameter;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>A message the node sent, read with the reader alone so that no grammar hides anything.</summary>
internal sealed record ReceivedMessage(byte[] Frame)
{
    public DiameterHeader Header => DiameterHeader.Read(Frame);

    public ResultCode Result => (ResultCode)(Unsigned(Avp.ResultCode) ?? 0);

    public uint? Unsigned(AvpDefinition definition) => Find(definition) is { IsPresent: true } value ? value.ToUnsigned32() : null;

    public string? Text(AvpDefinition definition) => Find(definition) is { IsPresent: true } value ? value.ToText() : null;

    public AvpValue Find(AvpDefinition definition) => AvpOccurrences.Find(Frame, definition).First;

    public IReadOnlyList<AvpValue> All(AvpDefinition definition) => [.. AvpOccurrences.Find(Frame, definition)];

    /// <summary>The AVP inside Failed-AVP.</summary>
    public byte[]? Failed
    {
        get
        {
            if (Find(Avp.FailedAvp) is not { IsPresent: true } group) return null;
            AvpReader reader = new(group.Span);
            return reader.Read() ? reader.RawAvp.ToArray() : null;
        }
    }

    /// <summary>The codes of the top level AVPs, in order.</summary>
    public IReadOnlyList<AvpKey> Keys
    {
        get
        {
            List<AvpKey> keys = [];
            AvpReader reader = AvpReader.OverMessage(Frame);
            while (reader.Read()) keys.Add(reader.Key);
            Assert.False(reader.IsMalformed, "the node sent a malformed message");
            return keys;
        }
    }

    public override string ToString() => MessageText.Of(Frame);
}
