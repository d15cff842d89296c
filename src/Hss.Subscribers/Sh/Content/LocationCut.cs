namespace Hss.Subscribers;

/// <summary>The part of a location that a request asks for. Null: nothing of it is known.</summary>
/// Shape: by Serving-Node-Indication only the address of the node; by Local-Time-Zone-Indication only the time zone, or with it; the radio access
/// technology only to who set RAT-Type-Requested. Two restrictions at once leave what both leave or name: node address and time zone.
/// Spec: TS 29.328 7.6.6, 7.15 to 7.18; TS 29.329 6.3.23, 6.3.27, 6.3.28.
internal static class LocationCut
{
    public static CsLocation? Of(CsLocation? location, in ShItem item)
    {
        if (location is null) return null;
        var zone = item.LocalTimeZone is null ? null : location.LocalTimeZone;
        var cut = IsRestricted(item)
            ? new() { VlrNumber = Node(item, location.VlrNumber), MscNumber = Node(item, location.MscNumber), LocalTimeZone = zone }
            : location with
            {
                LocalTimeZone = zone,
                EUtranCellGlobalId = item.UdrFlags.HasFlag(ShUdrFlags.LocationInformationEpsSupported) ? location.EUtranCellGlobalId : null,
                TrackingAreaId = item.UdrFlags.HasFlag(ShUdrFlags.LocationInformationEpsSupported) ? location.TrackingAreaId : null,
            };
        return cut with { AgeMinutes = null, CurrentLocationRetrieved = null } == new CsLocation() ? null : cut;
    }

    public static PsLocation? Of(PsLocation? location, in ShItem item)
    {
        if (location is null) return null;
        var zone = item.LocalTimeZone is null ? null : location.LocalTimeZone;
        var cut = IsRestricted(item)
            ? new() { SgsnNumber = Node(item, location.SgsnNumber), LocalTimeZone = zone }
            : location with { LocalTimeZone = zone, RatType = Rat(item, location.RatType) };
        return cut with { AgeMinutes = null, CurrentLocationRetrieved = null } == new PsLocation() ? null : cut;
    }

    public static EpsLocation? Of(EpsLocation? location, in ShItem item)
    {
        if (location is null) return null;
        var zone = item.LocalTimeZone is null ? null : location.LocalTimeZone;
        var cut = IsRestricted(item)
            ? new() { MmeName = Node(item, location.MmeName), LocalTimeZone = zone }
            : location with { LocalTimeZone = zone, RatType = Rat(item, location.RatType) };
        return cut with { AgeMinutes = null, CurrentLocationRetrieved = null } == new EpsLocation() ? null : cut;
    }

    /// <summary>A trusted WLAN has no node that Sh names.</summary>
    public static TwanLocation? Of(TwanLocation? location, in ShItem item)
    {
        if (location is null) return null;
        var zone = item.LocalTimeZone is null ? null : location.LocalTimeZone;
        var cut = IsRestricted(item) ? new() { LocalTimeZone = zone } : location with { LocalTimeZone = zone };
        // Its list would make two equal records differ.
        return cut.CivicAddresses.IsEmpty && cut with { CivicAddresses = [] } == new TwanLocation { CivicAddresses = [] } ? null : cut;
    }

    public static FiveGsLocation? Of(FiveGsLocation? location, in ShItem item)
    {
        if (location is null) return null;
        var zone = item.LocalTimeZone is null ? null : location.LocalTimeZone;
        var cut = IsRestricted(item)
            ? new() { AmfAddress = Node(item, location.AmfAddress), SmsfAddress = Node(item, location.SmsfAddress), LocalTimeZone = zone }
            : location with { LocalTimeZone = zone, RatType = Rat(item, location.RatType) };
        return cut with { AgeMinutes = null, CurrentLocationRetrieved = null } == new FiveGsLocation() ? null : cut;
    }

    private static bool IsRestricted(in ShItem item) => item.OnlyServingNodes || item.LocalTimeZone == ShLocalTimeZone.Only;

    private static string? Node(in ShItem item, string? address) => item.OnlyServingNodes ? address : null;

    private static string? Rat(in ShItem item, string? ratType) => item.UdrFlags.HasFlag(ShUdrFlags.RatTypeRequested) ? ratType : null;
}
