using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>The Sh-Data of an access report: checked when it is reported, aged when it is told.</summary>
/// Spec: TS 29.328 7.6.6 (AgeOfLocationInformation), Annex D.
public static class AccessReportDocument
{
    /// <summary>AgeOfLocationInformation ends here: it means "or older". Units: minutes. Spec: TS 29.328 Annex D, TS 29.002 17.7.1.</summary>
    public const int MaxAgeMinutes = 32_767;

    /// <summary>What is wrong with a document that is reported; empty: nothing.</summary>
    public static ImmutableArray<DocumentProblem> Check(ReadOnlySpan<byte> document)
    {
        if (!ShDataReader.TryRead(document, out var data, out var problem)) return [problem];
        var problems = ImmutableArray.CreateBuilder<DocumentProblem>();
        foreach (var (name, isThere) in Others(data))
            if (isThere) problems.Add(new("Sh-Data", $"has {name}, which no access network reports; leave it out"));
        if (problems.Count == 0 && data.Access is null)
            problems.Add(new("Sh-Data", "has nothing that an access network reports: locations, user states, TADSinformation, IMEISV, "
                + "UE-SRVCC-Capability, UE-5G-SRVCC-Capability, CSRN, MTRRIndication or UEReachabilityForIP; remove the report instead"));
        return problems.ToImmutable();
    }

    /// <summary>What the report says at <paramref name="now"/>: locations are as many minutes older as passed since.</summary>
    /// Errors: null for a document that cannot be read, which the store never held.
    /// A location without an age was of the moment when it was reported: told without one for ever after, it would look as if it still were. For the
    /// same reason it is no longer said to be retrieved as the current one. A location that is empty stays so: there is nothing that could be old.
    /// A clock that went back makes nothing younger.
    public static ShAccessData? ReadAt(AccessReport report, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Access is not { } access) return null;
        var minutes = (long)Math.Max(0, (now - report.Reported).TotalMinutes);
        return minutes == 0 ? access : access with
        {
            CsLocation = access.CsLocation is { } cs && cs != new CsLocation()
                ? cs with { AgeMinutes = Grown(cs.AgeMinutes), CurrentLocationRetrieved = null } : access.CsLocation,
            PsLocation = access.PsLocation is { } ps && ps != new PsLocation()
                ? ps with { AgeMinutes = Grown(ps.AgeMinutes), CurrentLocationRetrieved = null } : access.PsLocation,
            EpsLocation = access.EpsLocation is { } eps && eps != new EpsLocation()
                ? eps with { AgeMinutes = Grown(eps.AgeMinutes), CurrentLocationRetrieved = null } : access.EpsLocation,
            FiveGsLocation = access.FiveGsLocation is { } five && five != new FiveGsLocation()
                ? five with { AgeMinutes = Grown(five.AgeMinutes), CurrentLocationRetrieved = null } : access.FiveGsLocation,
        };

        int Grown(int? age) => (int)Math.Min((age ?? 0) + minutes, MaxAgeMinutes);
    }

    private static (string Name, bool IsThere)[] Others(ShData data) =>
    [
        ("PublicIdentifiers", data.PublicIdentifiers is not null), ("RepositoryData", !data.RepositoryData.IsEmpty),
        ("SCSCFName", data.ServerName is not null), ("IFCs", data.InitialFilterCriteria is not null), ("IMSUserState", data.ImsUserState is not null),
        ("ChargingInformation", data.Charging is not null), ("PSIActivation", data.PsiActive is not null), ("DSAI", !data.Dsai.IsEmpty),
        ("ServiceLevelTraceInfo", data.ServiceLevelTraceInfo is not null), ("IPv4Address", data.IPv4Address is not null),
        ("IPv6Prefix", data.IPv6Prefix is not null), ("IPv6InterfaceIdentifier", data.IPv6InterfaceIdentifier is not null),
        ("ServicePriorityLevel", data.ServicePriorityLevel is not null), ("SMSRegistrationInfo", data.SmsRegistration is not null),
        ("STN-SR", data.StnSr is not null), ("ExtendedPriority", !data.ExtendedPriorities.IsEmpty),
        ("ReferenceLocationInformation", data.ReferenceLocation is not null), ("RegisteredIdentities", data.RegisteredIdentities is not null),
        ("ImplicitIdentities", data.ImplicitIdentities is not null), ("AllIdentities", data.AllIdentities is not null),
        ("AliasIdentities", data.AliasIdentities is not null), ("DeletedIdentities", data.DeletedIdentities is not null),
        ("IMSI", data.Imsi is not null), ("IMSPrivateUserIdentity", !data.PrivateIdentities.IsEmpty),
    ];
}
