using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>AVPs that stand in many messages unchanged, written once.</summary>
internal static class AvpOctets
{
    /// <summary>The AVPs that <paramref name="write"/> writes, each without padding.</summary>
    public static byte[][] Of(Action<MessageWriter>? write)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(default);
        write?.Invoke(writer);
        writer.End();
        List<byte[]> avps = [];
        AvpReader reader = AvpReader.OverMessage(writer.Written.Span);
        while (reader.Read()) avps.Add(reader.RawAvp.ToArray());
        writer.Return();
        return [.. avps];
    }
}
