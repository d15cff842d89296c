namespace Hss.Diameter.Tests;

/// <summary>MARs and SARs with one thing changed.</summary>
internal static class MarSample
{
    public static CommandCase Mar => CommandCase.All["MAR"];

    /// <summary>A minimal message in which the AVPs given take the place of those of the same key, or follow the others.</summary>
    public static byte[] With(CommandCase command, params byte[][] avps)
    {
        List<byte[]> all = SampleMessages.AvpsOf(command.Grammar, maximal: false);
        foreach (byte[] avp in avps)
        {
            int place = all.FindIndex(other => KeyOf(other) == KeyOf(avp));
            if (place < 0) all.Add(avp);
            else all[place] = avp;
        }

        return SampleMessages.Message(command.Grammar, all);
    }

    public static GrammarFault Fault(params byte[][] avps) => Mar.Parse(With(Mar, avps));

    public static byte[] Octets(AvpDefinition definition, params byte[] data) => SampleMessages.Raw(definition.Key, definition.Flags, data);

    public static byte[] Members(AvpDefinition definition, params byte[][] members) =>
        SampleMessages.Raw(definition.Key, definition.Flags, SampleMessages.Group(members));

    private static AvpKey KeyOf(byte[] avp)
    {
        AvpReader reader = new(avp);
        reader.Read();
        return reader.Key;
    }
}
