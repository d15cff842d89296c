namespace Hss.Subscribers;

/// <summary>What is legal in a filter and most likely not meant.</summary>
/// Spec: TS 29.228 B.2.2, Annex F; the session cases 0 to 2 that every S-CSCF knows.
internal static class FilterWarnings
{
    public static void Check(InitialFilterCriteria filter, DocumentPath path, ProblemList problems)
    {
        var triggers = filter.TriggerPoint?.ServicePointTriggers ?? [];
        var hasSessionCase = triggers.Any(t => t.SessionCase is not null);
        if (!hasSessionCase && filter.ProfilePartIndicator is null && UnregisteredServices.CanFire(filter))
            problems.Warn(path, "names no sessionCase, so it fires for originating and terminating requests alike, and calls to a user who is not "
                + "registered get a S-CSCF (LIA 2003); add sessionCase or profilePartIndicator");
        foreach (var trigger in triggers)
        {
            if (trigger.SessionCase is SessionCase.OriginatingUnregistered or SessionCase.OriginatingCdiv && !trigger.Negated)
                problems.Warn(path, "uses a session case that Kamailio never matches; ORIGINATING_CDIV is also unknown to schemas up to Release 8");
            if (IsQuoted(trigger.SipHeader?.Content) || IsQuoted(trigger.SessionDescription?.Content))
                problems.Warn(path, "has content in quotes; they belong to the pattern and match only a value that has them");
        }
        if (filter.TriggerPoint is { ConditionTypeCnf: true }) CheckOrGroups(triggers, path, problems);
    }

    // The commonest slip: "INVITE and originating" written as one CNF group, which means "INVITE or originating".
    private static void CheckOrGroups(IEnumerable<ServicePointTrigger> triggers, DocumentPath path, ProblemList problems)
    {
        foreach (var group in triggers.SelectMany(t => t.Groups.Select(g => (Group: g, Trigger: t))).GroupBy(x => x.Group))
            if (group.Any(x => x.Trigger.Method is not null) && group.Any(x => x.Trigger.SessionCase is not null))
                problems.Warn(path, $"joins a method and a sessionCase by OR in group {group.Key} (conditionTypeCnf ORs inside a group); give them groups of their own to join them by AND");
    }

    private static bool IsQuoted(string? content) => content is ['"', _, .., '"'];
}
