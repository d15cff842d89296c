namespace Hss.Subscribers;

/// <summary>Reads the elements of Sh-Data that access networks are behind, and passes over what nobody knows.</summary>
/// Errors: as <see cref="ShXmlInput"/>. Spec: TS 29.328 Annexes C and D.
internal static class ShAccessReader
{
    /// <summary>A child of Sh-Data.</summary>
    public static ShAccessData Read(ShXmlInput xml, ShAccessData access)
    {
        switch (xml.Name)
        {
            case "CSLocationInformation": return access with { CsLocation = ReadCs(xml) };
            case "PSLocationInformation": return access with { PsLocation = ReadPs(xml) };
            case "EPSLocationInformation": return access with { EpsLocation = ReadEps(xml) };
            case "TWANLocationInformation": return access with { TwanLocation = ReadTwan(xml) };
            case "Sh-5GSLocationInformation": return access with { FiveGsLocation = ReadFiveGs(xml) };
            case "CSUserState": return access with { CsUserState = (CsUserState)xml.Integer(0, 3) };
            case "PSUserState": return access with { PsUserState = (PsUserState)xml.Integer(0, 6) };
            case "EPSUserState": return access with { EpsUserState = (PsUserState)xml.Integer(0, 6) };
            case "Sh-5GSUserState": return access with { FiveGsUserState = (PsUserState)xml.Integer(0, 6) };
            case "TADSinformation": return access with { Tads = ReadTads(xml) };
            case "IMEISV": return access with { Imeisv = xml.Value(ShValueRule.Imeisv) };
            default: xml.Skip(); return access;
        }
    }

    /// <summary>A child of Sh-IMS-Data.</summary>
    public static ShAccessData ReadImsPart(ShXmlInput xml, ShAccessData access)
    {
        switch (xml.Name)
        {
            case "UEReachabilityForIP": return access with { Reachability = ReadReachability(xml) };
            case "UE-SRVCC-Capability": return access with { UeSrvccCapable = xml.Integer(0, 1) == 1 };
            case "CSRN": return access with { Csrn = ShDataReader.Number(xml, ShValueRule.Number.OrEmpty()) };
            case "MTRRIndication": return access with { MtrrIndication = xml.Flag() };
            case "UE-5G-SRVCC-Capability": return access with { Ue5GSrvccCapable = xml.Integer(0, 1) == 1 };
            default: xml.Skip(); return access;
        }
    }

    private static ReachableOver ReadReachability(ShXmlInput xml)
    {
        var reachability = ReachableOver.None;
        xml.Enter();
        while (xml.Next())
        {
            var over = xml.Name switch
            {
                "UEIPReachabilityMME" => ReachableOver.Mme,
                "UEIPReachabilitySGSN" => ReachableOver.Sgsn,
                "UEIPReachabilityAMF3GPP" => ReachableOver.Amf3Gpp,
                "UEIPReachabilityAMFnon3GPP" => ReachableOver.AmfNon3Gpp,
                _ => ReachableOver.None,
            };
            reachability |= over;
            if (over == ReachableOver.None) xml.Skip();
            else xml.Integer(0, 0);
        }
        xml.Leave();
        return reachability;
    }

    private static TadsInformation ReadTads(ShXmlInput xml)
    {
        int? support = null;
        var tads = new TadsInformation(VoiceOverPsSupport.Unknown);
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "IMSVoiceOverPSSessionSupport": support = xml.Integer(0, 2); break;
                case "RATtype": tads = tads with { RatType = xml.Value(ShValueRule.Text) }; break;
                case "LastUEActivityTime": tads = tads with { LastUeActivityTime = xml.Value(ShValueRule.DateTime) }; break;
                case "AccessType": tads = tads with { AccessType = (TadsAccessType)xml.Integer(0, 1) }; break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(support is not null, "IMSVoiceOverPSSessionSupport");
        xml.Leave();
        return tads with { VoiceOverPs = (VoiceOverPsSupport)(support ?? 0) };
    }

    private static CsLocation ReadCs(ShXmlInput xml)
    {
        var cs = new CsLocation();
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "LocationNumber": cs = cs with { LocationNumber = xml.Value(ShValueRule.LocationNumber) }; break;
                case "CellGlobalId": cs = cs with { CellGlobalId = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "ServiceAreaId": cs = cs with { ServiceAreaId = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "LocationAreaId": cs = cs with { LocationAreaId = xml.Value(ShValueRule.EightOctets) }; break;
                case "GeographicalInformation": cs = cs with { GeographicalInformation = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "GeodeticInformation": cs = cs with { GeodeticInformation = xml.Value(ShValueRule.GeodeticInformation) }; break;
                case "VLRNumber": cs = cs with { VlrNumber = Address(xml) }; break;
                case "MSCNumber": cs = cs with { MscNumber = Address(xml) }; break;
                case "CurrentLocationRetrieved": cs = cs with { CurrentLocationRetrieved = xml.Flag() }; break;
                case "AgeOfLocationInformation": cs = cs with { AgeMinutes = Age(xml) }; break;
                case "UserCSGInformation": cs = cs with { UserCsg = ClosedGroup(xml) }; break;
                case "E-UTRANCellGlobalId": cs = cs with { EUtranCellGlobalId = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "TrackingAreaId": cs = cs with { TrackingAreaId = xml.Value(ShValueRule.EightOctets) }; break;
                case "LocalTimeZone": cs = cs with { LocalTimeZone = TimeZone(xml) }; break;
                default: xml.Skip(); break;
            }
        }
        CheckArea(xml, cs.CellGlobalId, cs.ServiceAreaId, cs.LocationAreaId);
        xml.Leave();
        return cs;
    }

    private static PsLocation ReadPs(ShXmlInput xml)
    {
        var ps = new PsLocation();
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "CellGlobalId": ps = ps with { CellGlobalId = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "ServiceAreaId": ps = ps with { ServiceAreaId = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "LocationAreaId": ps = ps with { LocationAreaId = xml.Value(ShValueRule.EightOctets) }; break;
                case "RoutingAreaId": ps = ps with { RoutingAreaId = xml.Value(ShValueRule.EightOctets) }; break;
                case "GeographicalInformation": ps = ps with { GeographicalInformation = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "GeodeticInformation": ps = ps with { GeodeticInformation = xml.Value(ShValueRule.GeodeticInformation) }; break;
                case "SGSNNumber": ps = ps with { SgsnNumber = Address(xml) }; break;
                case "CurrentLocationRetrieved": ps = ps with { CurrentLocationRetrieved = xml.Flag() }; break;
                case "AgeOfLocationInformation": ps = ps with { AgeMinutes = Age(xml) }; break;
                case "UserCSGInformation": ps = ps with { UserCsg = ClosedGroup(xml) }; break;
                case "VisitedPLMNID": ps = ps with { VisitedPlmnId = xml.Value(ShValueRule.Text) }; break;
                case "LocalTimeZone": ps = ps with { LocalTimeZone = TimeZone(xml) }; break;
                case "RATtype": ps = ps with { RatType = xml.Value(ShValueRule.Text) }; break;
                default: xml.Skip(); break;
            }
        }
        CheckArea(xml, ps.CellGlobalId, ps.ServiceAreaId, ps.LocationAreaId);
        xml.Leave();
        return ps;
    }

    private static EpsLocation ReadEps(ShXmlInput xml)
    {
        var eps = new EpsLocation();
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "E-UTRANCellGlobalId": eps = eps with { EUtranCellGlobalId = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "TrackingAreaId": eps = eps with { TrackingAreaId = xml.Value(ShValueRule.EightOctets) }; break;
                case "GeographicalInformation": eps = eps with { GeographicalInformation = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "GeodeticInformation": eps = eps with { GeodeticInformation = xml.Value(ShValueRule.GeodeticInformation) }; break;
                case "MMEName": eps = eps with { MmeName = xml.Value(ShValueRule.Text) }; break;
                case "CurrentLocationRetrieved": eps = eps with { CurrentLocationRetrieved = xml.Flag() }; break;
                case "AgeOfLocationInformation": eps = eps with { AgeMinutes = Age(xml) }; break;
                case "UserCSGInformation": eps = eps with { UserCsg = ClosedGroup(xml) }; break;
                case "VisitedPLMNID": eps = eps with { VisitedPlmnId = xml.Value(ShValueRule.Text) }; break;
                case "LocalTimeZone": eps = eps with { LocalTimeZone = TimeZone(xml) }; break;
                case "RATtype": eps = eps with { RatType = xml.Value(ShValueRule.Text) }; break;
                default: xml.Skip(); break;
            }
        }
        xml.Leave();
        return eps;
    }

    private static TwanLocation ReadTwan(ShXmlInput xml)
    {
        var twan = new TwanLocation();
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "TWAN-SSID": twan = twan with { Ssid = xml.Value(ShValueRule.Text) }; break;
                case "TWAN-BSSID": twan = twan with { Bssid = xml.Value(ShValueRule.Text) }; break;
                case "TWAN-PLMNID": twan = twan with { PlmnId = xml.Value(ShValueRule.Text) }; break;
                case "CivicAddress": twan = twan with { CivicAddresses = twan.CivicAddresses.Add(xml.Value(ShValueRule.Text, repeated: true)) }; break;
                case "TWANOperatorName": twan = twan with { OperatorName = xml.Value(ShValueRule.Text) }; break;
                case "LocalTimeZone": twan = twan with { LocalTimeZone = TimeZone(xml) }; break;
                case "LogicalAccessID": twan = twan with { LogicalAccessId = xml.Value(ShValueRule.Text) }; break;
                default: xml.Skip(); break;
            }
        }
        xml.Leave();
        return twan;
    }

    private static FiveGsLocation ReadFiveGs(ShXmlInput xml)
    {
        var five = new FiveGsLocation();
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "NRCellGlobalId": five = five with { NrCellGlobalId = xml.Value(ShValueRule.NrCellGlobalId) }; break;
                case "E-UTRANCellGlobalId": five = five with { EUtranCellGlobalId = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "TrackingAreaId": five = five with { TrackingAreaId = xml.Value(ShValueRule.EightOctets) }; break;
                case "GeographicalInformation": five = five with { GeographicalInformation = xml.Value(ShValueRule.TwelveOctets) }; break;
                case "AMFAddress": five = five with { AmfAddress = xml.Value(ShValueRule.Text) }; break;
                case "SMSFAddress": five = five with { SmsfAddress = xml.Value(ShValueRule.Text) }; break;
                case "CurrentLocationRetrieved": five = five with { CurrentLocationRetrieved = xml.Flag() }; break;
                case "AgeOfLocationInformation": five = five with { AgeMinutes = Age(xml) }; break;
                case "VisitedPLMNID": five = five with { VisitedPlmnId = xml.Value(ShValueRule.Text) }; break;
                case "LocalTimeZone": five = five with { LocalTimeZone = TimeZone(xml) }; break;
                case "RATtype": five = five with { RatType = xml.Value(ShValueRule.Text) }; break;
                default: xml.Skip(); break;
            }
        }
        xml.Leave();
        return five;
    }

    private static void CheckArea(ShXmlInput xml, string? cell, string? service, string? location)
    {
        if ((cell is null ? 0 : 1) + (service is null ? 0 : 1) + (location is null ? 0 : 1) > 1)
            xml.FailHere("has more than one of CellGlobalId, ServiceAreaId and LocationAreaId; send one");
    }

    private static int Age(ShXmlInput xml) => xml.Integer(0, AccessReportDocument.MaxAgeMinutes);

    private static string Address(ShXmlInput xml)
    {
        string? address = null;
        xml.Enter();
        while (xml.Next())
        {
            if (xml.Name == "Address") address = xml.Value(ShValueRule.Address);
            else xml.Skip();
        }
        xml.Need(address is not null, "Address");
        xml.Leave();
        return address ?? "";
    }

    private static UserCsg ClosedGroup(ShXmlInput xml)
    {
        string? id = null;
        var group = new UserCsg("");
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "CSGId": id = xml.Value(ShValueRule.EightOctets); break;
                case "AccessMode": group = group with { AccessMode = xml.Value(ShValueRule.AccessMode) }; break;
                case "CMI": group = group with { Cmi = xml.Value(ShValueRule.Text) }; break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(id is not null, "CSGId");
        xml.Leave();
        return group with { CsgId = id ?? "" };
    }

    private static LocalTimeZone TimeZone(ShXmlInput xml)
    {
        string? zone = null, saving = null;
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "TimeZone": zone = xml.Value(ShValueRule.Text); break;
                case "DaylightSavingTime": saving = xml.Value(ShValueRule.Text); break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(zone is not null, "TimeZone");
        xml.Need(saving is not null, "DaylightSavingTime");
        xml.Leave();
        return new(zone ?? "", saving ?? "");
    }
}
