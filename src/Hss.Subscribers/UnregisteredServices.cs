namespace Hss.Subscribers;

/// <summary>Whether a filter can fire for a terminating session of a user who is not registered. LIA says 2003 then, and 5003 otherwise.</summary>
/// Spec: TS 29.228 6.1.4.1 ("services related to the unregistered state"), B.2.2, B.2.3.
internal static class UnregisteredServices
{
    // The text leaves open whether a filter that names no session case counts. It does here: a S-CSCF would fire it for this call, and
    // answering 5003 would silently take the service away. Who does not want it says so with a session case or ProfilePartIndicator;
    // provisioning warns when neither is there.
    public static bool CanFire(InitialFilterCriteria filter) => filter.ProfilePartIndicator != ProfilePartIndicator.Registered
        && FilterReach.CanFire(filter.TriggerPoint, SessionCase.TerminatingUnregistered);
}
