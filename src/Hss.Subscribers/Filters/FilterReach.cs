namespace Hss.Subscribers;

/// <summary>Whether a filter can fire for some request of a session case, whatever its headers, request URI and session description are.</summary>
/// Shape: a three-valued reading of the trigger point: session case and method are known, the rest may turn out either way. Spec: TS 29.228 B.2.2, B.2.3.
internal static class FilterReach
{
    /// <param name="method">Null: any method but REGISTER, which begins no session.</param>
    public static bool CanFire(TriggerPoint? triggerPoint, SessionCase sessionCase, string? method = null)
    {
        if (triggerPoint is null) return true;
        return triggerPoint.ConditionTypeCnf ? EveryGroupCanHold(triggerPoint, sessionCase, method) : SomeGroupCanHold(triggerPoint, sessionCase, method);
    }

    // CNF: an AND of groups, each an OR: every group needs one trigger that may be true.
    private static bool EveryGroupCanHold(TriggerPoint triggerPoint, SessionCase sessionCase, string? method)
    {
        foreach (var trigger in triggerPoint.ServicePointTriggers)
            foreach (var group in trigger.Groups)
                if (!triggerPoint.ServicePointTriggers.Any(t => t.Groups.Contains(group) && CanHold(t, sessionCase, method))) return false;
        return true;
    }

    // DNF: an OR of groups, each an AND: some group must have no trigger that is surely false.
    private static bool SomeGroupCanHold(TriggerPoint triggerPoint, SessionCase sessionCase, string? method)
    {
        foreach (var trigger in triggerPoint.ServicePointTriggers)
            foreach (var group in trigger.Groups)
                if (triggerPoint.ServicePointTriggers.All(t => !t.Groups.Contains(group) || CanHold(t, sessionCase, method))) return true;
        return false;
    }

    private static bool CanHold(ServicePointTrigger trigger, SessionCase sessionCase, string? method)
    {
        if (trigger.SessionCase is { } named) return named == sessionCase != trigger.Negated;
        if (trigger.Method is not { } wanted) return true;
        if (method is not null) return string.Equals(wanted, method, StringComparison.Ordinal) != trigger.Negated;
        // A session never begins with REGISTER, so such a trigger is surely false; negated it is surely true.
        return !string.Equals(wanted, "REGISTER", StringComparison.OrdinalIgnoreCase) || trigger.Negated;
    }
}
