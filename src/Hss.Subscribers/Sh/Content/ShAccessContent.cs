namespace Hss.Subscribers;

/// <summary>What access networks said of a user, cut down to what was asked for: 14, 15, 25, 26, 28, 30, 34, 35.</summary>
/// Shape: from the newest report that says something about it, among those of the private identities that are meant: of several telephones the one that
/// was heard of last. Nobody is paged: Current-Location changes nothing, and the age says how old it is.
/// Spec: TS 29.328 7.6.6, 7.6.7, 7.6.14 to 7.6.17, 7.6.23.
internal static class ShAccessContent
{
    private const ShNodes AllNodes = ShNodes.Mme | ShNodes.Sgsn | ShNodes.TrustedWlan | ShNodes.Amf;

    public static bool Add(ShData document, ShSource source, in ShUser user, in ShItem item, DateTimeOffset now)
    {
        var last = -1;
        while ((last = NextOlder(source, user, last)) >= 0)
            if (AccessReportDocument.ReadAt(source.ApplicationData.AccessReports[last], now) is { } told && Cut(told, item) is { IsEmpty: false } asked)
            {
                document.Access = Over(document.Access, asked);
                return true;
            }
        return false;
    }

    /// <summary>Empty locations of the domain and nodes that were asked for, an empty CSRN. States and capabilities are left out (6.1.1.1 step 5).</summary>
    public static void Mark(ShData document, in ShItem item)
    {
        var access = document.Access ?? new();
        var nodes = item.RequestedNodes == ShNodes.None ? AllNodes : item.RequestedNodes;
        document.Access = item.Reference == ShDataReference.Csrn ? access with { Csrn = "" }
            : item.RequestedDomain == ShDomain.CircuitSwitched ? access with { CsLocation = new() }
            : access with
            {
                PsLocation = nodes.HasFlag(ShNodes.Sgsn) ? new() : access.PsLocation,
                EpsLocation = nodes.HasFlag(ShNodes.Mme) ? new() : access.EpsLocation,
            };
    }

    /// <summary>Whether a report that is new says that one of the private identities can be reached. Each such report is an event of its own.</summary>
    public static ReachableOver? NewReachability(ShSource before, ShSource after, in ShUser user, DateTimeOffset now)
    {
        foreach (var report in after.ApplicationData.AccessReports)
            if (!before.ApplicationData.AccessReports.Contains(report) && IsMeant(after.Subscription, user, report.PrivateIdentity)
                && AccessReportDocument.ReadAt(report, now) is { Reachability: { } over and not ReachableOver.None }) return over;
        return null;
    }

    /// <summary>The report that comes behind the last one, the newest first; of two of one moment the first. -1: no more.</summary>
    private static int NextOlder(ShSource source, in ShUser user, int last)
    {
        var (reports, next) = (source.ApplicationData.AccessReports, -1);
        for (var i = 0; i < reports.Length; i++)
        {
            var isBehind = last < 0 || reports[i].Reported < reports[last].Reported || (reports[i].Reported == reports[last].Reported && i > last);
            if (isBehind && (next < 0 || reports[i].Reported > reports[next].Reported) && IsMeant(source.Subscription, user, reports[i].PrivateIdentity)) next = i;
        }
        return next;
    }

    private static bool IsMeant(Subscription subscription, in ShUser user, string privateIdentity)
    {
        foreach (var identity in subscription.PrivateIdentities)
            if (string.Equals(identity.Identity, privateIdentity, StringComparison.Ordinal)) return user.Means(identity);
        return false;
    }

    private static ShAccessData Cut(ShAccessData told, in ShItem item)
    {
        var nodes = item.RequestedNodes == ShNodes.None ? AllNodes : item.RequestedNodes;
        return item.Reference switch
        {
            ShDataReference.LocationInformation when item.RequestedDomain == ShDomain.CircuitSwitched => new() { CsLocation = LocationCut.Of(told.CsLocation, item) },
            ShDataReference.LocationInformation => new()
            {
                PsLocation = nodes.HasFlag(ShNodes.Sgsn) ? LocationCut.Of(told.PsLocation, item) : null,
                EpsLocation = nodes.HasFlag(ShNodes.Mme) ? LocationCut.Of(told.EpsLocation, item) : null,
                TwanLocation = nodes.HasFlag(ShNodes.TrustedWlan) ? LocationCut.Of(told.TwanLocation, item) : null,
                FiveGsLocation = nodes.HasFlag(ShNodes.Amf) ? LocationCut.Of(told.FiveGsLocation, item) : null,
            },
            ShDataReference.UserState when item.RequestedDomain == ShDomain.CircuitSwitched => new() { CsUserState = told.CsUserState },
            ShDataReference.UserState => new()
            {
                PsUserState = nodes.HasFlag(ShNodes.Sgsn) ? told.PsUserState : null,
                EpsUserState = nodes.HasFlag(ShNodes.Mme) ? told.EpsUserState : null,
                FiveGsUserState = nodes.HasFlag(ShNodes.Amf) ? told.FiveGsUserState : null,
            },
            ShDataReference.UeReachabilityForIP => new() { Reachability = told.Reachability == ReachableOver.None ? null : told.Reachability },
            ShDataReference.TadsInformation => new() { Tads = told.Tads },
            ShDataReference.UeSrvccCapability => new() { UeSrvccCapable = told.UeSrvccCapable },
            ShDataReference.Csrn => new() { Csrn = told.Csrn, MtrrIndication = told.MtrrIndication },
            ShDataReference.Imeisv => new() { Imeisv = told.Imeisv },
            ShDataReference.Ue5GSrvccCapability => new() { Ue5GSrvccCapable = told.Ue5GSrvccCapable },
            _ => new(),
        };
    }

    private static ShAccessData Over(ShAccessData? first, ShAccessData second)
    {
        if (first is null) return second;
        var (one, other) = (new ShData { Access = first }, new ShData { Access = second });
        return ShData.Merge([one, other]).Access!;
    }
}
