namespace Hss.Subscribers;

/// <summary>Whether a filter can fire for a terminating session of a user who is not registered. LIA says 2003 then, and 5003 otherwise.</summary>
/// Shape: a three-valued reading of the trigger point: the session case is known (TERMINATING_UNREGISTERED), the method is anything but
/// REGISTER, and headers, request URI and session description may turn out either way.
/// Spec: TS 29.228 6.1.4.1 ("services related to the unregistered state"), B.2.2, B.2.3.
internal static class UnregisteredServices
{
    public static bool CanFire(InitialFilterCriteria filter)
    {
        if (filter.ProfilePartIndicator == ProfilePartIndicator.Registered) return false;
        // The text leaves open whether a filter that names no session case counts. It does here: a S-CSCF would fire it for this call, and
        // answering 5003 would silently take the service away. Who does not want it says so with a session case or ProfilePartIndicator;
        // provisioning warns when neither is there.
        if (filter.TriggerPoint is not { } triggerPoint) return true;
        return triggerPoint.ConditionTypeCnf ? EveryGroupCanHold(triggerPoint) : SomeGroupCanHold(triggerPoint);
    }

    // CNF: an AND of groups, each an OR: every group needs one trigger that may be true.
    private static bool EveryGroupCanHold(TriggerPoint triggerPoint)
    {
        foreach (var trigger in triggerPoint.ServicePointTriggers)
            foreach (var group in trigger.Groups)
                if (!triggerPoint.ServicePointTriggers.Any(t => t.Groups.Contains(group) && CanHold(t))) return false;
        return true;
    }

    // DNF: an OR of groups, each an AND: some group must have no trigger that is surely false.
    private static bool SomeGroupCanHold(TriggerPoint triggerPoint)
    {
        foreach (var trigger in triggerPoint.ServicePointTriggers)
            foreach (var group in trigger.Groups)
                if (triggerPoint.ServicePointTriggers.All(t => !t.Groups.Contains(group) || CanHold(t))) return true;
        return false;
    }

    private static bool CanHold(ServicePointTrigger trigger)
    {
        if (trigger.SessionCase is { } sessionCase) return sessionCase == SessionCase.TerminatingUnregistered != trigger.Negated;
        // A terminating session never begins with REGISTER, so such a trigger is surely false; negated it is surely true.
        if (trigger.Method is { } method && string.Equals(method, "REGISTER", StringComparison.OrdinalIgnoreCase)) return trigger.Negated;
        return true;
    }
}
