namespace Hss.Subscribers;

/// <summary>What is legal in one filter and most likely not meant: rules E1, E2, E3, E6, E7, E8 and E9.</summary>
/// Spec: TS 29.228 B.2.2, B.2.3, Annex F; docs/ifc.md.
internal static class FilterLint
{
    private static readonly string[] s_sessionMethods = ["INVITE", "MESSAGE"];

    public static void Check(InitialFilterCriteria filter, DocumentPath path, ProblemList problems)
    {
        var triggers = filter.TriggerPoint?.ServicePointTriggers ?? [];
        CheckMixture(filter.TriggerPoint, path, problems);
        CheckSessionCase(filter, path, problems);
        foreach (var trigger in triggers)
            if (Quoted(trigger) is { } pattern)
                problems.Warn(path, $"has the pattern {DocumentText.Quote(pattern)} in quotes; they belong to the pattern and match only a value that has them, so remove them "
                    + "(Kamailio removes those around a content by itself, others do not)", "E3");
        if (GapIn(triggers) is { } gap)
            problems.Warn(path, $"has no group {gap} between its first and its last one; number the groups without a gap, since some S-CSCFs count and some sort them", "E6");
        if (triggers.Any(t => t is { SessionCase: SessionCase.OriginatingUnregistered or SessionCase.OriginatingCdiv, Negated: false }))
            problems.Warn(path, "uses a session case that Kamailio never matches (it knows 0 to 2); ORIGINATING_CDIV is also unknown to schemas up to Release 8, "
                + "so keep it for S-CSCFs that have it", "E7");
        if (!HasLooseRouting(filter.ApplicationServer.ServerName))
            problems.Warn(path, $"sends to {DocumentText.Quote(filter.ApplicationServer.ServerName)}, which has no lr; an S-CSCF puts it into Route, where a URI without lr "
                + "asks for strict routing (RFC 3261 16.12), so write it with ;lr", "E8");
    }

    // The commonest slip: "INVITE and originating" written as one group of a CNF, or as two groups of a DNF; both mean "INVITE or originating".
    private static void CheckMixture(TriggerPoint? triggerPoint, DocumentPath path, ProblemList problems)
    {
        if (triggerPoint is null) return;
        var groups = triggerPoint.ServicePointTriggers.SelectMany(t => t.Groups.Select(g => (Group: g, Trigger: t))).GroupBy(x => x.Group, x => x.Trigger).ToList();
        if (triggerPoint.ConditionTypeCnf)
        {
            foreach (var group in groups)
                // A negated trigger makes "if ... then ...", which is written on purpose.
                if (!group.Any(t => t.Negated) && group.Select(Kind).Distinct().Count() > 1)
                    problems.Warn(path, $"joins {Kinds(group)} by OR in group {group.Key} (conditionTypeCnf ORs inside a group); "
                        + "give them groups of their own to join them by AND", "E1");
        }
        else if (groups.Count > 1 && groups.All(group => group.Count() == 1 && !group.Single().Negated) && groups.Select(g => Kind(g.Single())).Distinct().Count() > 1)
            problems.Warn(path, $"joins {Kinds(groups.Select(g => g.Single()))} by OR, each in a group of its own (without conditionTypeCnf groups are ORed); "
                + "put them into one group to join them by AND", "E1");
    }

    private static void CheckSessionCase(InitialFilterCriteria filter, DocumentPath path, ProblemList problems)
    {
        var triggers = filter.TriggerPoint?.ServicePointTriggers ?? [];
        var unregistered = filter.ProfilePartIndicator is null && UnregisteredServices.CanFire(filter);
        const string Consequence = "calls to a user who is not registered get a S-CSCF (LIA 2003)";
        if (!triggers.Any(t => t.SessionCase is not null))
        {
            if (triggers.Any(t => !t.Negated && s_sessionMethods.Contains(t.Method)))
                problems.Warn(path, "names no sessionCase, so it fires for originating and terminating requests alike"
                    + (unregistered ? $", and {Consequence}" : "") + "; add sessionCase", "E2");
            else if (unregistered)
                problems.Warn(path, $"names no sessionCase, so it is a service of the unregistered state, and {Consequence}; add sessionCase or profilePartIndicator", "E9");
        }
        else if (unregistered && Enum.GetValues<SessionCase>().All(other => other == SessionCase.TerminatingUnregistered || !FilterReach.CanFire(filter.TriggerPoint, other)))
            problems.Warn(path, $"fires for users who are not registered and for nobody else, and {Consequence}; say so with profilePartIndicator UNREGISTERED, "
                + "which keeps it out of the registered part", "E9");
    }

    private static string? Quoted(ServicePointTrigger trigger) =>
        new[] { trigger.SipHeader?.Content, trigger.SipHeader?.Header, trigger.SessionDescription?.Content, trigger.SessionDescription?.Line, trigger.RequestUri }
            .FirstOrDefault(pattern => pattern is ['"', _, .., '"']);

    private static int? GapIn(IEnumerable<ServicePointTrigger> triggers)
    {
        var groups = triggers.SelectMany(t => t.Groups).Distinct().Order().ToList();
        for (var i = 1; i < groups.Count; i++)
            if (groups[i] != groups[i - 1] + 1) return groups[i - 1] + 1;
        return null;
    }

    private static bool HasLooseRouting(string uri) => uri.Split('?')[0].Split(';').Skip(1)
        .Any(parameter => parameter.Split('=')[0].Equals("lr", StringComparison.OrdinalIgnoreCase));

    private static string Kinds(IEnumerable<ServicePointTrigger> triggers) => string.Join(" and ", triggers.Select(Kind).Distinct());

    private static string Kind(ServicePointTrigger trigger) =>
        trigger.Method is not null ? "a method"
        : trigger.SessionCase is not null ? "a sessionCase"
        : trigger.SipHeader is not null ? "a sipHeader"
        : trigger.RequestUri is not null ? "a requestUri"
        : "a sessionDescription";
}
