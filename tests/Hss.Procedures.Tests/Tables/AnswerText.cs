using Hss.Diameter;

namespace Hss.Procedures.Tests.Tables;

/// <summary>An answer in the words of the tables: "E:2002 + Server-Name S1". Only the AVPs that the table speaks of are looked at.</summary>
internal static class AnswerText
{
    public static string Of(Reply reply, params AvpDefinition[] of)
    {
        var words = new List<string> { reply.Result };
        foreach (var definition in of)
        {
            var all = reply.All(definition);
            if (all.Count == 0) continue;
            words.Add(definition.Name + ValueOf(definition, all));
        }
        return string.Join(" + ", words);
    }

    // The value only where it decides something.
    private static string ValueOf(AvpDefinition definition, AvpOccurrences all)
    {
        if (definition == Avp.ServerName)
            return all.First.ToText() switch { CxRequests.ScscfName => " S1", CxRequests.OtherScscfName => " S2", var other => " " + other };
        if (definition == Avp.ScscfRestorationInfo)
            return " " + string.Join('+', all.Select(info => StateText.ShortName(AvpOccurrences.FindIn(info, Avp.UserName).First.ToText())).Order(StringComparer.Ordinal));
        if (definition == Avp.AssociatedRegisteredIdentities)
            return " " + string.Join('+', AvpOccurrences.FindIn(all.First, Avp.UserName).Select(name => StateText.ShortName(name.ToText())));
        if (definition == Avp.LiaFlags) return " " + all.First.ToUnsigned32();
        return "";
    }
}
