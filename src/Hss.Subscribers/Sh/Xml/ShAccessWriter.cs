namespace Hss.Subscribers;

/// <summary>The elements of Sh-Data that access networks are behind. Order: as the schema has it. Spec: TS 29.328 Annexes C and D.</summary>
internal static class ShAccessWriter
{
    public static void WriteCircuitAndPacket(ref ShXmlOutput xml, ShAccessData access)
    {
        if (access.CsLocation is { } cs) WriteCs(ref xml, cs);
        if (access.PsLocation is { } ps) WritePs(ref xml, ps);
        xml.Number("CSUserState"u8, (int?)access.CsUserState);
        xml.Number("PSUserState"u8, (int?)access.PsUserState);
    }

    public static void WriteReachability(ref ShXmlOutput xml, ReachableOver reachability)
    {
        xml.Start("UEReachabilityForIP"u8);
        Reachable(ref xml, "UEIPReachabilityMME"u8, reachability.HasFlag(ReachableOver.Mme));
        var outer = xml.BeginExtensions();
        xml.Extend();
        Reachable(ref xml, "UEIPReachabilitySGSN"u8, reachability.HasFlag(ReachableOver.Sgsn));
        xml.Extend();
        Reachable(ref xml, "UEIPReachabilityAMF3GPP"u8, reachability.HasFlag(ReachableOver.Amf3Gpp));
        Reachable(ref xml, "UEIPReachabilityAMFnon3GPP"u8, reachability.HasFlag(ReachableOver.AmfNon3Gpp));
        xml.EndExtensions(outer);
        xml.End("UEReachabilityForIP"u8);
    }

    private static void Reachable(ref ShXmlOutput xml, ReadOnlySpan<byte> name, bool reachable) => xml.Number(name, reachable ? 0 : null);

    public static void WriteTads(ref ShXmlOutput xml, TadsInformation tads)
    {
        xml.Start("TADSinformation"u8);
        xml.Number("IMSVoiceOverPSSessionSupport"u8, (int)tads.VoiceOverPs);
        xml.Text("RATtype"u8, tads.RatType);
        var outer = xml.BeginExtensions();
        xml.Extend();
        xml.Text("LastUEActivityTime"u8, tads.LastUeActivityTime);
        xml.Extend();
        xml.Number("AccessType"u8, (int?)tads.AccessType);
        xml.EndExtensions(outer);
        xml.End("TADSinformation"u8);
    }

    private static void WriteCs(ref ShXmlOutput xml, CsLocation location)
    {
        if (location == new CsLocation())
        {
            xml.Empty("CSLocationInformation"u8);
            return;
        }
        xml.Start("CSLocationInformation"u8);
        xml.Text("LocationNumber"u8, location.LocationNumber);
        Area(ref xml, location.CellGlobalId, location.ServiceAreaId, location.LocationAreaId);
        xml.Text("GeographicalInformation"u8, location.GeographicalInformation);
        xml.Text("GeodeticInformation"u8, location.GeodeticInformation);
        Address(ref xml, "VLRNumber"u8, location.VlrNumber);
        Address(ref xml, "MSCNumber"u8, location.MscNumber);
        xml.Flag("CurrentLocationRetrieved"u8, location.CurrentLocationRetrieved);
        xml.Number("AgeOfLocationInformation"u8, location.AgeMinutes);
        var outer = xml.BeginExtensions();
        xml.Extend();
        ClosedGroup(ref xml, location.UserCsg);
        xml.Extend();
        xml.Text("E-UTRANCellGlobalId"u8, location.EUtranCellGlobalId);
        xml.Text("TrackingAreaId"u8, location.TrackingAreaId);
        xml.Extend();
        TimeZone(ref xml, location.LocalTimeZone);
        xml.EndExtensions(outer);
        xml.End("CSLocationInformation"u8);
    }

    private static void WritePs(ref ShXmlOutput xml, PsLocation location)
    {
        if (location == new PsLocation())
        {
            xml.Empty("PSLocationInformation"u8);
            return;
        }
        xml.Start("PSLocationInformation"u8);
        Area(ref xml, location.CellGlobalId, location.ServiceAreaId, location.LocationAreaId);
        xml.Text("RoutingAreaId"u8, location.RoutingAreaId);
        xml.Text("GeographicalInformation"u8, location.GeographicalInformation);
        xml.Text("GeodeticInformation"u8, location.GeodeticInformation);
        Address(ref xml, "SGSNNumber"u8, location.SgsnNumber);
        xml.Flag("CurrentLocationRetrieved"u8, location.CurrentLocationRetrieved);
        xml.Number("AgeOfLocationInformation"u8, location.AgeMinutes);
        var outer = xml.BeginExtensions();
        xml.Extend();
        ClosedGroup(ref xml, location.UserCsg);
        xml.Extend();
        xml.Text("VisitedPLMNID"u8, location.VisitedPlmnId);
        TimeZone(ref xml, location.LocalTimeZone);
        xml.Text("RATtype"u8, location.RatType);
        xml.EndExtensions(outer);
        xml.End("PSLocationInformation"u8);
    }

    public static void WriteEps(ref ShXmlOutput xml, EpsLocation location)
    {
        if (location == new EpsLocation())
        {
            xml.Empty("EPSLocationInformation"u8);
            return;
        }
        xml.Start("EPSLocationInformation"u8);
        xml.Text("E-UTRANCellGlobalId"u8, location.EUtranCellGlobalId);
        xml.Text("TrackingAreaId"u8, location.TrackingAreaId);
        xml.Text("GeographicalInformation"u8, location.GeographicalInformation);
        xml.Text("GeodeticInformation"u8, location.GeodeticInformation);
        xml.Text("MMEName"u8, location.MmeName);
        xml.Flag("CurrentLocationRetrieved"u8, location.CurrentLocationRetrieved);
        xml.Number("AgeOfLocationInformation"u8, location.AgeMinutes);
        ClosedGroup(ref xml, location.UserCsg);
        var outer = xml.BeginExtensions();
        xml.Extend();
        xml.Text("VisitedPLMNID"u8, location.VisitedPlmnId);
        TimeZone(ref xml, location.LocalTimeZone);
        xml.Extend();
        xml.Text("RATtype"u8, location.RatType);
        xml.EndExtensions(outer);
        xml.End("EPSLocationInformation"u8);
    }

    public static void WriteTwan(ref ShXmlOutput xml, TwanLocation location)
    {
        if (location.IsEmpty)
        {
            xml.Empty("TWANLocationInformation"u8);
            return;
        }
        xml.Start("TWANLocationInformation"u8);
        xml.Text("TWAN-SSID"u8, location.Ssid);
        xml.Text("TWAN-BSSID"u8, location.Bssid);
        xml.Text("TWAN-PLMNID"u8, location.PlmnId);
        foreach (var address in location.CivicAddresses) xml.Text("CivicAddress"u8, address);
        xml.Text("TWANOperatorName"u8, location.OperatorName);
        TimeZone(ref xml, location.LocalTimeZone);
        xml.Text("LogicalAccessID"u8, location.LogicalAccessId);
        xml.End("TWANLocationInformation"u8);
    }

    public static void WriteFiveGs(ref ShXmlOutput xml, FiveGsLocation location)
    {
        if (location == new FiveGsLocation())
        {
            xml.Empty("Sh-5GSLocationInformation"u8);
            return;
        }
        xml.Start("Sh-5GSLocationInformation"u8);
        xml.Text("NRCellGlobalId"u8, location.NrCellGlobalId);
        xml.Text("E-UTRANCellGlobalId"u8, location.EUtranCellGlobalId);
        xml.Text("TrackingAreaId"u8, location.TrackingAreaId);
        xml.Text("GeographicalInformation"u8, location.GeographicalInformation);
        xml.Text("AMFAddress"u8, location.AmfAddress);
        xml.Text("SMSFAddress"u8, location.SmsfAddress);
        xml.Flag("CurrentLocationRetrieved"u8, location.CurrentLocationRetrieved);
        xml.Number("AgeOfLocationInformation"u8, location.AgeMinutes);
        xml.Text("VisitedPLMNID"u8, location.VisitedPlmnId);
        TimeZone(ref xml, location.LocalTimeZone);
        xml.Text("RATtype"u8, location.RatType);
        xml.End("Sh-5GSLocationInformation"u8);
    }

    private static void Area(ref ShXmlOutput xml, string? cell, string? service, string? location)
    {
        if (cell is not null) xml.Text("CellGlobalId"u8, cell);
        else if (service is not null) xml.Text("ServiceAreaId"u8, service);
        else xml.Text("LocationAreaId"u8, location);
    }

    private static void Address(ref ShXmlOutput xml, ReadOnlySpan<byte> name, string? address)
    {
        if (address is null) return;
        xml.Start(name);
        xml.Text("Address"u8, address);
        xml.End(name);
    }

    private static void ClosedGroup(ref ShXmlOutput xml, UserCsg? group)
    {
        if (group is null) return;
        xml.Start("UserCSGInformation"u8);
        xml.Text("CSGId"u8, group.CsgId);
        var outer = xml.BeginExtensions();
        xml.Extend();
        xml.Text("AccessMode"u8, group.AccessMode);
        xml.Text("CMI"u8, group.Cmi);
        xml.EndExtensions(outer);
        xml.End("UserCSGInformation"u8);
    }

    private static void TimeZone(ref ShXmlOutput xml, LocalTimeZone? zone)
    {
        if (zone is null) return;
        xml.Start("LocalTimeZone"u8);
        xml.Text("TimeZone"u8, zone.TimeZone);
        xml.Text("DaylightSavingTime"u8, zone.DaylightSavingTime);
        xml.End("LocalTimeZone"u8);
    }
}
