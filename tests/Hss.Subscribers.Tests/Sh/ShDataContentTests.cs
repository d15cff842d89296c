using static Hss.Subscribers.Tests.JobSamples;
using static Hss.Subscribers.Tests.ShSamples;
using Ref = Hss.Subscribers.ShDataReference;

namespace Hss.Subscribers.Tests;

/// <summary>Every data reference of TS 29.328 7.6: where its value comes from, and what is said when there is none.</summary>
public sealed class ShDataContentTests
{
    private static readonly RegistrationState s_pending = new() { Server = X, AuthenticationPendingPrivateIdentities = [One] };

    private static readonly ShAccessData s_access = new()
    {
        CsLocation = new() { VlrNumber = "kSFDZQ==", CellGlobalId = "AAECAwQFBgcI", EUtranCellGlobalId = "AAECAwQFBgcI", LocalTimeZone = new("+02:00", "1"), AgeMinutes = 3 },
        PsLocation = new() { SgsnNumber = "kSFDZQ==", RatType = "1" },
        EpsLocation = new() { MmeName = "mme.example.org", TrackingAreaId = "AAECAwQ=" },
        TwanLocation = new() { Ssid = "hotspot" },
        FiveGsLocation = new() { AmfAddress = "amf.example.org", NrCellGlobalId = "00101123456789" },
        CsUserState = CsUserState.AssumedIdle,
        PsUserState = PsUserState.ConnectedReachableForPaging,
        EpsUserState = PsUserState.Detached,
        FiveGsUserState = PsUserState.NotProvidedFromServingNode,
        Tads = new(VoiceOverPsSupport.Supported, "1004"),
        UeSrvccCapable = true,
        Ue5GSrvccCapable = false,
        Csrn = "49170",
        MtrrIndication = true,
        Imeisv = "1234567890123456",
    };

    public static TheoryData<string, ShItem, string, ShSource, string> Rows => new()
    {
        // 0: under any alias, the whole of it or nothing.
        { "repository data", new(Ref.RepositoryData) { ServiceIndication = "si" }, Sip, Source(new() { Repository = [Data(Sip, "other", 1, "<x>0</x>"), Data(Sip, "si", 7, "<x>1</x>")] }),
            "<RepositoryData><ServiceIndication>si</ServiceIndication><SequenceNumber>7</SequenceNumber><ServiceData><x>1</x></ServiceData></RepositoryData>" },
        { "repository data by an alias", new(Ref.RepositoryData) { ServiceIndication = "si" }, Tel, Source(new() { Repository = [Data(Sip, "si", 0, "<x>1</x>")] }),
            "<RepositoryData><ServiceIndication>si</ServiceIndication><SequenceNumber>0</SequenceNumber><ServiceData><x>1</x></ServiceData></RepositoryData>" },
        { "repository data: its own before an alias's", new(Ref.RepositoryData) { ServiceIndication = "si" }, Tel,
            Source(new() { Repository = [Data(Sip, "si", 0, "<x>1</x>"), Data(Tel, "si", 3, "<x>2</x>")] }),
            "<RepositoryData><ServiceIndication>si</ServiceIndication><SequenceNumber>3</SequenceNumber><ServiceData><x>2</x></ServiceData></RepositoryData>" },
        { "repository data of an identity that is no alias", new(Ref.RepositoryData) { ServiceIndication = "si" }, Work, Source(new() { Repository = [Data(Sip, "si", 0, "<x>1</x>")] }), "-" },
        { "repository data of a service", new(Ref.RepositoryData) { ServiceIndication = "si" }, Rooms, Source(new() { Repository = [Data(Rooms, "si", 0, "<x>1</x>")] }),
            "<RepositoryData><ServiceIndication>si</ServiceIndication><SequenceNumber>0</SequenceNumber><ServiceData><x>1</x></ServiceData></RepositoryData>" },

        // 11, 12: the state of the set; a S-CSCF that only authenticates serves nobody.
        { "not registered", new(Ref.ImsUserState), Sip, Source(), "<IMSUserState>0</IMSUserState>" },
        { "registered", new(Ref.ImsUserState), Tel, Source(null, ByOne), "<IMSUserState>1</IMSUserState>" },
        { "unregistered services", new(Ref.ImsUserState), Sip, Source(null, Unregistered), "<IMSUserState>2</IMSUserState>" },
        { "authentication pending", new(Ref.ImsUserState), Sip, Source(null, s_pending), "<IMSUserState>3</IMSUserState>" },
        { "registered wins over another phone's authentication", new(Ref.ImsUserState), Sip, Source(null, ByTwo with { AuthenticationPendingPrivateIdentities = [One] }),
            "<IMSUserState>1</IMSUserState>" },
        { "of another set", new(Ref.ImsUserState), Work, Source(null, ByOne), "<IMSUserState>0</IMSUserState>" },
        { "S-CSCF name", new(Ref.ServerName), Sip, Source(null, ByOne), "<SCSCFName>sip:x.example.org:6060</SCSCFName>" },
        { "S-CSCF name of the unregistered", new(Ref.ServerName), Sip, Source(null, Unregistered), "<SCSCFName>sip:x.example.org:6060</SCSCFName>" },
        { "no S-CSCF", new(Ref.ServerName), Sip, Source(), "-" },
        { "one that only authenticates", new(Ref.ServerName), Sip, Source(null, s_pending), "-" },

        // 13, 19: of the server that asks, by the name it knows itself by.
        { "filters", new(Ref.InitialFilterCriteria) { ServerName = Server }, Sip, Source(), "<IFCs>" + Filters(1, 3) + "</IFCs>" },
        { "masked ones are not there", new(Ref.InitialFilterCriteria) { ServerName = Server }, Sip, Source(new() { InactiveServices = [new(Sip, Server + ";lr", "blue")] }),
            "<IFCs>" + Filters(3) + "</IFCs>" },
        { "filters of nobody", new(Ref.InitialFilterCriteria) { ServerName = "sip:nobody.example.org" }, Sip, Source(), "-" },
        { "active service", new(Ref.Dsai) { ServerName = Server, DsaiTag = "blue" }, Sip, Source(), "<DSAI><DSAI-Tag>blue</DSAI-Tag><DSAI-Value>0</DSAI-Value></DSAI>" },
        { "inactive service", new(Ref.Dsai) { ServerName = Server, DsaiTag = "blue" }, Sip, Source(new() { InactiveServices = [new(Sip, Server + ";lr", "blue")] }),
            "<DSAI><DSAI-Tag>blue</DSAI-Tag><DSAI-Value>1</DSAI-Value></DSAI>" },
        { "inactive for another identity", new(Ref.Dsai) { ServerName = Server, DsaiTag = "blue" }, Tel, Source(new() { InactiveServices = [new(Sip, Server + ";lr", "blue")] }),
            "<DSAI><DSAI-Tag>blue</DSAI-Tag><DSAI-Value>0</DSAI-Value></DSAI>" },
        { "no such service", new(Ref.Dsai) { ServerName = Server, DsaiTag = "red" }, Sip, Source(), "-" },

        // 14, 15: by domain, nodes and flags; as old as they are.
        { "CS location", new(Ref.LocationInformation) { UdrFlags = ShUdrFlags.LocationInformationEpsSupported, LocalTimeZone = ShLocalTimeZone.WithLocation }, Sip, Access(),
            "<CSLocationInformation><CellGlobalId>AAECAwQFBgcI</CellGlobalId><VLRNumber><Address>kSFDZQ==</Address></VLRNumber><AgeOfLocationInformation>13</AgeOfLocationInformation>"
            + "<E-UTRANCellGlobalId>AAECAwQFBgcI</E-UTRANCellGlobalId><LocalTimeZone><TimeZone>+02:00</TimeZone><DaylightSavingTime>1</DaylightSavingTime></LocalTimeZone></CSLocationInformation>" },
        { "CS location without what was not asked for", new(Ref.LocationInformation), Sip, Access(),
            "<CSLocationInformation><CellGlobalId>AAECAwQFBgcI</CellGlobalId><VLRNumber><Address>kSFDZQ==</Address></VLRNumber><AgeOfLocationInformation>13</AgeOfLocationInformation></CSLocationInformation>" },
        { "the serving node alone", new(Ref.LocationInformation) { OnlyServingNodes = true }, Sip, Access(),
            "<CSLocationInformation><VLRNumber><Address>kSFDZQ==</Address></VLRNumber></CSLocationInformation>" },
        { "the time zone alone", new(Ref.LocationInformation) { LocalTimeZone = ShLocalTimeZone.Only }, Sip, Access(),
            "<CSLocationInformation><LocalTimeZone><TimeZone>+02:00</TimeZone><DaylightSavingTime>1</DaylightSavingTime></LocalTimeZone></CSLocationInformation>" },
        { "one node", new(Ref.LocationInformation) { RequestedDomain = ShDomain.PacketSwitched, RequestedNodes = ShNodes.Mme, OnlyServingNodes = true }, Sip, Access(),
            "<EPSLocationInformation><MMEName>mme.example.org</MMEName></EPSLocationInformation>" },
        { "RAT type on request", new(Ref.LocationInformation) { RequestedDomain = ShDomain.PacketSwitched, RequestedNodes = ShNodes.Sgsn, UdrFlags = ShUdrFlags.RatTypeRequested }, Sip, Access(),
            "<PSLocationInformation><SGSNNumber><Address>kSFDZQ==</Address></SGSNNumber><AgeOfLocationInformation>10</AgeOfLocationInformation><RATtype>1</RATtype></PSLocationInformation>" },
        { "nodes are those of the PS domain", new(Ref.LocationInformation) { RequestedNodes = ShNodes.Mme, OnlyServingNodes = true }, Sip, Access(),
            "<CSLocationInformation><VLRNumber><Address>kSFDZQ==</Address></VLRNumber></CSLocationInformation>" },
        { "all nodes", new(Ref.LocationInformation) { RequestedDomain = ShDomain.PacketSwitched }, Sip, Access(),
            "<PSLocationInformation><SGSNNumber><Address>kSFDZQ==</Address></SGSNNumber><AgeOfLocationInformation>10</AgeOfLocationInformation></PSLocationInformation>"
            + "<EPSLocationInformation><TrackingAreaId>AAECAwQ=</TrackingAreaId><MMEName>mme.example.org</MMEName><AgeOfLocationInformation>10</AgeOfLocationInformation></EPSLocationInformation>"
            + "<TWANLocationInformation><TWAN-SSID>hotspot</TWAN-SSID></TWANLocationInformation>"
            + "<Sh-5GSLocationInformation><NRCellGlobalId>00101123456789</NRCellGlobalId><AMFAddress>amf.example.org</AMFAddress><AgeOfLocationInformation>10</AgeOfLocationInformation></Sh-5GSLocationInformation>" },
        { "bit 2", new(Ref.LocationInformation) { RequestedDomain = ShDomain.PacketSwitched, RequestedNodes = (ShNodes)4 }, Sip, Access(),
            "<TWANLocationInformation><TWAN-SSID>hotspot</TWAN-SSID></TWANLocationInformation>" },
        { "bit 3", new(Ref.LocationInformation) { RequestedDomain = ShDomain.PacketSwitched, RequestedNodes = (ShNodes)8, OnlyServingNodes = true }, Sip, Access(),
            "<Sh-5GSLocationInformation><AMFAddress>amf.example.org</AMFAddress></Sh-5GSLocationInformation>" },
        { "no time zone is known there", new(Ref.LocationInformation) { RequestedDomain = ShDomain.PacketSwitched, LocalTimeZone = ShLocalTimeZone.Only }, Sip, Access(), "-" },
        { "CS state", new(Ref.UserState), Sip, Access(), "<CSUserState>2</CSUserState>" },
        { "PS states", new(Ref.UserState) { RequestedDomain = ShDomain.PacketSwitched }, Sip, Access(),
            "<PSUserState>4</PSUserState><EPSUserState>0</EPSUserState><Sh-5GSUserState>5</Sh-5GSUserState>" },
        { "state at the AMF", new(Ref.UserState) { RequestedDomain = ShDomain.PacketSwitched, RequestedNodes = ShNodes.Amf }, "12125550001", Access(), "<Sh-5GSUserState>5</Sh-5GSUserState>" },
        { "nobody reported", new(Ref.UserState), Sip, Source(), "-" },
        { "reports of another private identity", new(Ref.UserState), Work, Access(), "-" },
        { "of two phones the one heard of last", new(Ref.UserState), Sip,
            Source(new() { AccessReports = [Report(One, 9, new() { CsUserState = CsUserState.CamelBusy }), Report(Two, 5, new() { CsUserState = CsUserState.AssumedIdle })] }), "<CSUserState>2</CSUserState>" },
        { "or of the one that says something", new(Ref.UserState), Sip,
            Source(new() { AccessReports = [Report(One, 9, new() { CsUserState = CsUserState.CamelBusy }), Report(Two, 5, new() { Csrn = "1" })] }), "<CSUserState>0</CSUserState>" },
        { "two reports of one moment", new(Ref.UserState), Sip,
            Source(new() { AccessReports = [Report(One, 5, new() { Csrn = "1" }), Report(Two, 5, new() { CsUserState = CsUserState.AssumedIdle })] }), "<CSUserState>2</CSUserState>" },

        { "charging", new(Ref.ChargingInformation), Sip, Source(),
            "<ChargingInformation><PrimaryChargingCollectionFunctionName>aaa://ccf.example.org</PrimaryChargingCollectionFunctionName></ChargingInformation>" },
        { "no primary name", new(Ref.ChargingInformation), Sip, Source() is var s ? s with { Subscription = s.Subscription with { Charging = new(null, "aaa://b", null, null) } } : s, "-" },

        // 17: the basic numbers; additional ones only to who knows of them.
        { "numbers of both phones", new(Ref.Msisdn), Sip, Source(), "<PublicIdentifiers><MSISDN>12125550001</MSISDN><MSISDN>12125550002</MSISDN></PublicIdentifiers>" },
        { "by an additional number", new(Ref.Msisdn), "12125550009", Source(), "<PublicIdentifiers><MSISDN>12125550001</MSISDN></PublicIdentifiers>" },
        { "with additional ones", new(Ref.Msisdn) { AdditionalMsisdns = true }, "one@things.example.org", Source(),
            "<PublicIdentifiers><MSISDN>12125550001</MSISDN><ExtendedMSISDN><MSISDN>12125550001</MSISDN><MSISDNType>0</MSISDNType></ExtendedMSISDN>"
            + "<ExtendedMSISDN><MSISDN>12125550009</MSISDN><MSISDNType>1</MSISDNType></ExtendedMSISDN></PublicIdentifiers>" },

        { "PSI active", new(Ref.PsiActivation), Service, Source(), "<PSIActivation>1</PSIActivation>" },
        { "PSI inactive", new(Ref.PsiActivation), Service, Source() is var off ? off with { Subscription = off.Subscription with { ImplicitRegistrationSets =
            [.. off.Subscription.ImplicitRegistrationSets.Select(set => set with { PublicIdentities = [.. set.PublicIdentities.Select(one => one with { PsiActive = false })] })] } } : off,
            "<PSIActivation>0</PSIActivation>" },
        { "no PSI", new(Ref.PsiActivation), Sip, Source(), "-" },
        { "trace", new(Ref.ServiceLevelTraceInfo), Sip, Source(), "<ServiceLevelTraceInfo>trace</ServiceLevelTraceInfo>" },
        { "trace by number", new(Ref.ServiceLevelTraceInfo), "12125550002", Source(), "<ServiceLevelTraceInfo>trace</ServiceLevelTraceInfo>" },
        { "no trace", new(Ref.ServiceLevelTraceInfo), Tel, Source(), "-" },
        { "binding", new(Ref.IPAddressSecureBinding), Work, Source(), "<IPv4Address>10.1.2.3</IPv4Address>" },
        { "binding of a shared identity", new(Ref.IPAddressSecureBinding), Sip, Source(), "-" },
        { "priority", new(Ref.ServicePriorityLevel), Sip, Source(), "<ServicePriorityLevel>1</ServicePriorityLevel>" },
        { "no priority", new(Ref.ServicePriorityLevel), Tel, Source(), "-" },

        // 24: preconfigured before registered.
        { "preconfigured", new(Ref.SmsRegistrationInfo), "12125550001", Source(new() { SmsRegistrations = [new(One, "4999", "gw", "r")] }),
            "<SMSRegistrationInfo><IP-SM-GW-Number>4917</IP-SM-GW-Number><SCAddress>4918</SCAddress></SMSRegistrationInfo>" },
        { "registered", new(Ref.SmsRegistrationInfo), Work, Source(new() { SmsRegistrations = [new(Two, "4999", "gw", "r")] }),
            "<SMSRegistrationInfo><IP-SM-GW-Number>4999</IP-SM-GW-Number></SMSRegistrationInfo>" },
        { "nobody registered", new(Ref.SmsRegistrationInfo), Work, Source(), "-" },

        { "T-ADS", new(Ref.TadsInformation), Sip, Access(), "<TADSinformation><IMSVoiceOverPSSessionSupport>1</IMSVoiceOverPSSessionSupport><RATtype>1004</RATtype></TADSinformation>" },
        { "STN-SR", new(Ref.StnSr), Sip, Source(), "<STN-SR>4912345</STN-SR>" },
        { "no STN-SR", new(Ref.StnSr), "12125550002", Source(), "-" },
        { "SRVCC", new(Ref.UeSrvccCapability), Sip, Access(), "<UE-SRVCC-Capability>1</UE-SRVCC-Capability>" },
        { "extended priority", new(Ref.ExtendedPriority), Sip, Source(), "<ExtendedPriority><PriorityNamespace>ets</PriorityNamespace><PriorityLevel>0</PriorityLevel></ExtendedPriority>" },
        { "CSRN that could not be had", new(Ref.Csrn), Sip, Source(new() { AccessReports = [Report(One, 5, new() { Csrn = "", MtrrIndication = true })] }),
            "<CSRN/><MTRRIndication>1</MTRRIndication>" },
        { "CSRN", new(Ref.Csrn), Sip, Access(), "<CSRN>49170</CSRN><MTRRIndication>1</MTRRIndication>" },
        { "reference location", new(Ref.ReferenceLocationInformation), Sip, Source(),
            "<ReferenceLocationInformation><AccessType>DSL</AccessType><AccessValue>line 7</AccessValue></ReferenceLocationInformation>" },
        { "IMSI", new(Ref.Imsi), Sip, Source(), "<IMSI>001010000000001</IMSI>" },
        { "no IMSI", new(Ref.Imsi), "12125550002", Source(), "-" },
        { "private identities", new(Ref.ImsPrivateUserIdentity), Sip, Source(),
            "<IMSPrivateUserIdentity>one@example.org</IMSPrivateUserIdentity><IMSPrivateUserIdentity>two@example.org</IMSPrivateUserIdentity>" },
        { "private identity of one set", new(Ref.ImsPrivateUserIdentity), Work, Source(), "<IMSPrivateUserIdentity>two@example.org</IMSPrivateUserIdentity>" },
        { "IMEISV", new(Ref.Imeisv), Sip, Access(), "<IMEISV>1234567890123456</IMEISV>" },
        { "5G SRVCC", new(Ref.Ue5GSrvccCapability), Sip, Access(), "<UE-5G-SRVCC-Capability>0</UE-5G-SRVCC-Capability>" },
        { "reachability is never pulled", new(Ref.UeReachabilityForIP), Sip, Access(), "-" },
        { "reserved", new(Ref.AliasesRepositoryData), Sip, Access(), "-" },
        { "an identity of nobody", new(Ref.ImsUserState), "sip:nobody@example.org", Source(), "-" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_reference_says(string row, ShItem item, string user, ShSource source, string expected)
    {
        var document = new ShData();
        var exists = ShDataContent.TryAdd(document, source, Identity(user), null, item, marksMissing: false, Now);
        Assert.True((exists ? Text(document) : "-") == expected, $"{row}: {Text(document)}");
        Assert.True(exists || Text(document).Length == 0, row);
    }

    // Identity sets in columns: ALL, REGISTERED, IMPLICIT, ALIAS (7.6.2). Barred identities are in none.
    [Theory]
    [InlineData(Sip, "one,tel,work,desk!.*!/3,news/1,room!.*!/2", "one,tel", "one,tel", "one,tel")]
    [InlineData(Tel, "one,tel,work,desk!.*!/3,news/1,room!.*!/2", "one,tel", "one,tel", "one,tel")]
    [InlineData(Barred, "one,tel,work,desk!.*!/3,news/1,room!.*!/2", "one,tel", "one,tel", "one,tel")]
    [InlineData(Rooms, "one,tel,news/1,room!.*!/2", "", "room!.*!/2", "room!.*!/2")]
    [InlineData(Work, "one,tel,work,desk!.*!/3", "one,tel", "work,desk!.*!/3", "work")]
    [InlineData(Desk, "one,tel,work,desk!.*!/3", "one,tel", "work,desk!.*!/3", "desk!.*!/3")]
    [InlineData(Service, "one,tel,news/1,room!.*!/2", "", "news/1", "news/1")]
    [InlineData("12125550002", "one,tel,work,desk!.*!/3", "one,tel", "", "")]
    [InlineData("one@things.example.org", "one,tel,news/1,room!.*!/2", "one,tel", "", "")]
    public void Identity_sets(string user, string all, string registered, string @implicit, string alias)
    {
        var source = Source(null, ByOne, Unregistered, Unregistered);
        string[] expected = [all, registered, @implicit, alias];
        foreach (var set in Enum.GetValues<ShIdentitySet>())
        {
            var document = new ShData();
            var exists = ShDataContent.TryAdd(document, source, Identity(user), null, new(Ref.ImsPublicIdentity) { IdentitySet = set }, marksMissing: false, Now);
            Assert.Equal(expected[(int)set], List(document.PublicIdentifiers));
            Assert.Equal(expected[(int)set].Length > 0, exists);
        }
        var absent = new ShData();
        ShDataContent.TryAdd(absent, source, Identity(user), null, new(Ref.ImsPublicIdentity), marksMissing: false, Now);
        Assert.Equal(all, List(absent.PublicIdentifiers));
    }

    [Fact]
    public void Several_identity_sets_have_elements_of_their_own_and_numbers_stand_beside_identities()
    {
        var (document, source) = (new ShData(), Source(null, ByOne));
        foreach (var set in Enum.GetValues<ShIdentitySet>())
            Assert.True(ShDataContent.TryAdd(document, source, Identity(Sip), null, new(Ref.ImsPublicIdentity) { IdentitySet = set, IsOneOfSeveralSets = true }, true, Now));
        Assert.Equal(("one,tel,work,desk!.*!/3,news/1,room!.*!/2", "one,tel", "one,tel", "one,tel"),
            (List(document.AllIdentities), List(document.RegisteredIdentities), List(document.ImplicitIdentities), List(document.AliasIdentities)));
        Assert.Null(document.PublicIdentifiers);

        foreach (var items in (ShItem[][])[[new(Ref.Msisdn), new(Ref.ImsPublicIdentity) { IdentitySet = ShIdentitySet.Alias }], [new(Ref.ImsPublicIdentity) { IdentitySet = ShIdentitySet.Alias }, new(Ref.Msisdn)]])
        {
            document = new();
            foreach (var item in items) Assert.True(ShDataContent.TryAdd(document, source, Identity(Sip), null, item, true, Now));
            Assert.Equal("<PublicIdentifiers><IMSPublicIdentity>sip:one@example.org</IMSPublicIdentity><IMSPublicIdentity>tel:+12125550001</IMSPublicIdentity>"
                + "<MSISDN>12125550001</MSISDN><MSISDN>12125550002</MSISDN></PublicIdentifiers>", Text(document));
        }
    }

    // User-Name addresses one of several private identities.
    [Theory]
    [InlineData(Ref.Msisdn, Two, "<PublicIdentifiers><MSISDN>12125550002</MSISDN></PublicIdentifiers>")]
    [InlineData(Ref.Imsi, Two, "-")]
    [InlineData(Ref.StnSr, One, "<STN-SR>4912345</STN-SR>")]
    [InlineData(Ref.StnSr, Two, "-")]
    [InlineData(Ref.SmsRegistrationInfo, Two, "-")]
    [InlineData(Ref.Imeisv, One, "<IMEISV>1234567890123456</IMEISV>")]
    [InlineData(Ref.Imeisv, Two, "-")]
    [InlineData(Ref.Imeisv, "nobody@example.org", "-")]
    public void User_Name_addresses_one(Ref reference, string userName, string expected)
    {
        var document = new ShData();
        Assert.Equal(expected, ShDataContent.TryAdd(document, Access(), Identity(Sip), userName, new(reference), false, Now) ? Text(document) : "-");
    }

    // 6.1.1.1 step 5, with Notif-Eff: what is asked for and not there, beside something that is.
    [Theory]
    [InlineData(Ref.RepositoryData, "<RepositoryData><ServiceIndication>si</ServiceIndication><SequenceNumber>0</SequenceNumber></RepositoryData>")]
    [InlineData(Ref.ServerName, "<SCSCFName/>")]
    [InlineData(Ref.InitialFilterCriteria, "<IFCs/>")]
    [InlineData(Ref.IPAddressSecureBinding, "<IPv4Address/>")]
    [InlineData(Ref.LocationInformation, "<PSLocationInformation/><EPSLocationInformation/>")]
    [InlineData(Ref.UserState, "")]
    [InlineData(Ref.UeSrvccCapability, "")]
    [InlineData(Ref.Ue5GSrvccCapability, "")]
    [InlineData(Ref.TadsInformation, "")]
    [InlineData(Ref.Imeisv, "")]
    [InlineData(Ref.Csrn, "<CSRN/>")]
    [InlineData(Ref.Dsai, "")]
    public void What_is_missing_is_marked(Ref reference, string expected)
    {
        var item = new ShItem(reference) { ServiceIndication = "si", ServerName = "sip:nobody", DsaiTag = "red", RequestedDomain = ShDomain.PacketSwitched };
        var document = new ShData();
        Assert.False(ShDataContent.TryAdd(document, Source(), Identity(Sip), null, item, marksMissing: true, Now));
        Assert.Equal(expected, Text(document));
    }

    [Theory]
    [InlineData(Ref.StnSr, Two, "<STN-SR/>")]
    [InlineData(Ref.Imsi, Two, "<IMSI/>")]
    public void So_is_what_one_private_identity_lacks(Ref reference, string userName, string expected)
    {
        var document = new ShData();
        Assert.False(ShDataContent.TryAdd(document, Source(), Identity(Sip), userName, new(reference), marksMissing: true, Now));
        Assert.Equal(expected, Text(document));
    }

    [Fact]
    public void Repository_data_and_user_state_cost_little_more_than_their_document()
    {
        var source = Source(new() { Repository = [Data(Sip, "si", 7, "<x>1</x>")] }, ByOne);
        var user = Identity(Tel);
        foreach (var (item, most) in ((ShItem, int)[])[(new(Ref.RepositoryData) { ServiceIndication = "si" }, 512), (new(Ref.ImsUserState), 384)])
        {
            long Ask()
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                ShDataContent.TryAdd(new(), source, user, null, item, false, Now);
                return GC.GetAllocatedBytesForCurrentThread() - before;
            }
            Ask();
            Assert.InRange(Enumerable.Range(0, 10).Min(_ => Ask()), 1, most);
        }
    }

    [Fact]
    public void An_authentication_that_runs_is_told_to_who_asks_and_not_to_who_subscribes()
    {
        foreach (var (pendingCounts, expected) in ((bool, ImsUserState)[])[(true, ImsUserState.AuthenticationPending), (false, ImsUserState.NotRegistered)])
        {
            var document = new ShData();
            Assert.True(ShDataContent.TryAdd(document, Source(null, s_pending), Identity(Sip), null, new(Ref.ImsUserState), marksMissing: true, Now, pendingCounts));
            Assert.Equal(expected, document.ImsUserState);
        }
    }

    private static ShSource Access() => Source(new() { AccessReports = [Report(One, 10, s_access)] });

    private static string Filters(params int[] priorities) => string.Concat(priorities.Select(priority =>
        $"<InitialFilterCriteria><Priority>{priority}</Priority><ApplicationServer><ServerName>sip:as.example.org;lr</ServerName></ApplicationServer></InitialFilterCriteria>"));

    /// <summary>Identities without scheme and domain, with the number of their type when it is not that of users.</summary>
    private static string List(ShPublicIdentifiers? identifiers)
    {
        if (identifiers is null) return "";
        var all = identifiers.Identities.Select(identity => (identity, Type: identifiers.Type ?? 0)).Concat(identifiers.TypedIdentities.Select(typed => (typed.Identity, typed.Type)));
        return string.Join(',', all.Select(one => one.Item1.Replace(Tel, "x:tel", StringComparison.Ordinal).Split(':')[1].Split('@')[0]
            + (one.Type == ShIdentityType.PublicUserIdentity ? "" : $"/{(int)one.Type}")));
    }
}
