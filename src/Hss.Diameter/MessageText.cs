namespace Hss.Diameter;

/// <summary>Prints messages and AVPs by the dictionary.</summary>
public static class MessageText
{
    /// <summary>One AVP on one line.</summary>
    public static string OfAvp(ReadOnlySpan<byte> avp)
    {
        AvpReader reader = new(avp);
        return reader.Read() ? DiameterDictionary.Find(reader.Key)?.Name ?? reader.Key.ToString() : "(no AVP)";
    }
}
