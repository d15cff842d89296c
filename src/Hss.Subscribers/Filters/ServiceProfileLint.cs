namespace Hss.Subscribers;

/// <summary>What only a whole service profile shows: rule E10.</summary>
/// Spec: TS 29.228 B.2.2; docs/ifc.md.
internal static class ServiceProfileLint
{
    public static void Check(ServiceProfile profile, DocumentPath path, ProblemList problems)
    {
        foreach (var filter in profile.AllFilters)
            // A filter that looks at headers, URIs or media is a service of its own kind, such as USSD, and may well have one direction only.
            if (IsWhole(filter) && FilterReach.CanFire(filter.TriggerPoint, SessionCase.OriginatingRegistered, "INVITE")
                && !profile.AllFilters.Any(other => IsTerminating(other) && Server(other) == Server(filter)))
                problems.Warn(path, $"sends the calls that the user makes to {DocumentText.Quote(filter.ApplicationServer.ServerName)} (priority {filter.Priority}) "
                    + "and those that he gets not, so that services such as diversion never see them; add the terminating filter, such as template mmtel-terminating", "E10");
    }

    /// <summary>All rules that look at filters, on profiles that stand in the store; those that refuse cannot be broken there.</summary>
    public static void CheckAll(ServiceProfile profile, DocumentPath path, ProblemList problems)
    {
        var index = 0;
        foreach (var filter in profile.AllFilters) FilterLint.Check(filter, path.Item("initialFilterCriteria", index++), problems);
        Check(profile, path, problems);
    }

    private static bool IsTerminating(InitialFilterCriteria filter) => filter.ProfilePartIndicator != ProfilePartIndicator.Unregistered
        && FilterReach.CanFire(filter.TriggerPoint, SessionCase.TerminatingRegistered, "INVITE");

    private static bool IsWhole(InitialFilterCriteria filter) =>
        filter.TriggerPoint is { } triggerPoint && triggerPoint.ServicePointTriggers.All(trigger => trigger is { RequestUri: null, SipHeader: null, SessionDescription: null });

    // The host: one server may listen for the two directions on two ports.
    private static string Server(InitialFilterCriteria filter)
    {
        var uri = filter.ApplicationServer.ServerName;
        var host = uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(';', '?')[0];
        host = host[(host.LastIndexOf('@') + 1)..];
        // An IPv6 address keeps its colons; what follows its bracket is the port.
        var end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) + 1 : host.IndexOf(':', StringComparison.Ordinal);
        return (end > 0 ? host[..end] : host).ToLowerInvariant();
    }
}
