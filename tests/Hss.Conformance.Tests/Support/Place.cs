namespace Hss.Conformance.Tests.Support;

/// <summary>Where an AVP stands in a request: the command, the groups around it from the outside in, and its line in the grammar.</summary>
internal sealed record Place(CommandGrammar Command, IReadOnlyList<MemberRule> Groups, MemberRule Rule)
{
    public AvpDefinition Avp => Rule.Avp;

    /// <summary>From the command down to the AVP.</summary>
    public IReadOnlyList<MemberRule> Path => [.. Groups, Rule];

    /// <summary>Every AVP that the grammar of a command names, members of groups at any depth included.</summary>
    public static IEnumerable<Place> Of(CommandGrammar command) => In(command, command, []);

    /// <summary>The AVP at fault as Failed-AVP has to show it: inside the headers of its groups and nothing beside it (RFC 6733 7.5).</summary>
    public byte[] Failed(byte[] avp) => Groups.Reverse().Aggregate(avp, (inner, group) => SampleMessages.Raw(group.Avp.Key, group.Avp.Flags, SampleMessages.Group([inner])));

    public override string ToString() => $"{Command.Abbreviation}/{string.Join('/', Path.Select(rule => rule.Avp.Name))}";

    private static IEnumerable<Place> In(CommandGrammar command, Grammar grammar, IReadOnlyList<MemberRule> groups)
    {
        foreach (MemberRule rule in grammar.Members)
        {
            yield return new Place(command, groups, rule);
            if (rule.Avp.Group is not { } members) continue;
            foreach (Place inner in In(command, members, [.. groups, rule])) yield return inner;
        }
    }
}
