using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>CSLocationInformation. A record without members set: present but empty.</summary>
/// Shape: identities of cells and areas, geographical and geodetic information, location and node numbers are base64 of the octets that MAP has for
/// them, as in the XML. At most one of CellGlobalId, ServiceAreaId and LocationAreaId. Units: AgeMinutes 0 to 32767. Spec: TS 29.328 7.6.6.1, Annex D.
public sealed record CsLocation
{
    public string? LocationNumber { get; init; }

    public string? CellGlobalId { get; init; }

    public string? ServiceAreaId { get; init; }

    public string? LocationAreaId { get; init; }

    public string? GeographicalInformation { get; init; }

    public string? GeodeticInformation { get; init; }

    public string? VlrNumber { get; init; }

    public string? MscNumber { get; init; }

    public bool? CurrentLocationRetrieved { get; init; }

    public int? AgeMinutes { get; init; }

    public UserCsg? UserCsg { get; init; }

    public string? EUtranCellGlobalId { get; init; }

    public string? TrackingAreaId { get; init; }

    public LocalTimeZone? LocalTimeZone { get; init; }
}

/// <summary>PSLocationInformation. Shape and units as <see cref="CsLocation"/>. Spec: TS 29.328 7.6.6.2.</summary>
public sealed record PsLocation
{
    public string? CellGlobalId { get; init; }

    public string? ServiceAreaId { get; init; }

    public string? LocationAreaId { get; init; }

    public string? RoutingAreaId { get; init; }

    public string? GeographicalInformation { get; init; }

    public string? GeodeticInformation { get; init; }

    public string? SgsnNumber { get; init; }

    public bool? CurrentLocationRetrieved { get; init; }

    public int? AgeMinutes { get; init; }

    public UserCsg? UserCsg { get; init; }

    public string? VisitedPlmnId { get; init; }

    public LocalTimeZone? LocalTimeZone { get; init; }

    public string? RatType { get; init; }
}

/// <summary>EPSLocationInformation. Shape and units as <see cref="CsLocation"/>. Spec: TS 29.328 7.6.6.</summary>
public sealed record EpsLocation
{
    public string? EUtranCellGlobalId { get; init; }

    public string? TrackingAreaId { get; init; }

    public string? GeographicalInformation { get; init; }

    public string? GeodeticInformation { get; init; }

    public string? MmeName { get; init; }

    public bool? CurrentLocationRetrieved { get; init; }

    public int? AgeMinutes { get; init; }

    public UserCsg? UserCsg { get; init; }

    public string? VisitedPlmnId { get; init; }

    public LocalTimeZone? LocalTimeZone { get; init; }

    public string? RatType { get; init; }
}

/// <summary>TWANLocationInformation: trusted WLAN, without an age. Spec: TS 29.328 7.6.6.</summary>
public sealed record TwanLocation
{
    public string? Ssid { get; init; }

    public string? Bssid { get; init; }

    public string? PlmnId { get; init; }

    public ImmutableArray<string> CivicAddresses { get; init; } = [];

    public string? OperatorName { get; init; }

    public LocalTimeZone? LocalTimeZone { get; init; }

    public string? LogicalAccessId { get; init; }

    public bool IsEmpty => CivicAddresses.IsEmpty && this == s_empty with { CivicAddresses = CivicAddresses };

    private static readonly TwanLocation s_empty = new();
}

/// <summary>Sh-5GSLocationInformation. Shape and units as <see cref="CsLocation"/>; NrCellGlobalId is MCC, MNC and cell identity, 14 or 15 characters.</summary>
/// Spec: TS 29.328 7.6.6.
public sealed record FiveGsLocation
{
    public string? NrCellGlobalId { get; init; }

    public string? EUtranCellGlobalId { get; init; }

    public string? TrackingAreaId { get; init; }

    public string? GeographicalInformation { get; init; }

    public string? AmfAddress { get; init; }

    public string? SmsfAddress { get; init; }

    public bool? CurrentLocationRetrieved { get; init; }

    public int? AgeMinutes { get; init; }

    public string? VisitedPlmnId { get; init; }

    public LocalTimeZone? LocalTimeZone { get; init; }

    public string? RatType { get; init; }
}

/// <summary>Shape: both as the spec's XML has them ("+02:00", "1"), not read by this HSS. Spec: TS 29.328 Annex D.</summary>
public sealed record LocalTimeZone(string TimeZone, string DaylightSavingTime);

/// <summary>UserCSGInformation. Shape: CsgId and AccessMode base64. Spec: TS 29.328 Annex D.</summary>
public sealed record UserCsg(string CsgId, string? AccessMode = null, string? Cmi = null);
