using System.Collections.Immutable;
using System.Globalization;
using static Hss.Subscribers.Tests.JobSamples;
using static Hss.Subscribers.Tests.ShSamples;
using Ref = Hss.Subscribers.ShDataReference;

namespace Hss.Subscribers.Tests;

/// <summary>The table of NotificationConsequences, row by row. Spec: TS 29.328 6.1.2.1, 6.1.3, 6.1.4.</summary>
public sealed class NotificationConsequencesTests
{
    private const string As = "as.example.org";
    private static readonly RegistrationState s_pending = new() { Server = X, AuthenticationPendingPrivateIdentities = [One] };
    private static readonly ShSource s_empty = Source();

    private static readonly string s_deleted = "<RepositoryData><ServiceIndication>si</ServiceIndication><SequenceNumber>5</SequenceNumber></RepositoryData>";

    // Each row: what is subscribed to, before, after, what the application server is told ("-": nothing), and whether the subscription ends.
    public static TheoryData<string, NotificationSubscription, ShSource, ShSource?, string, bool> Rows => new()
    {
        // Registration.
        { "registered", To(Ref.ImsUserState, Sip), s_empty, Source(null, ByOne), "<IMSUserState>1</IMSUserState>", false },
        { "registered: told by every identity of the set", To(Ref.ImsUserState, Tel), s_empty, Source(null, ByOne), "<IMSUserState>1</IMSUserState>", false },
        { "registered: another set", To(Ref.ImsUserState, Work), s_empty, Source(null, ByOne), "-", false },
        { "registered by a second phone", To(Ref.ImsUserState, Sip), Source(null, ByOne), Source(null, ByBoth), "-", false },
        { "authentication begins", To(Ref.ImsUserState, Sip), s_empty, Source(null, s_pending), "-", false },
        { "authentication ends in nothing", To(Ref.ImsUserState, Sip), Source(null, s_pending), s_empty, "-", false },
        { "authentication ends in a registration", To(Ref.ImsUserState, Sip), Source(null, s_pending), Source(null, ByOne), "<IMSUserState>1</IMSUserState>", false },
        { "deregistered", To(Ref.ImsUserState, Sip), Source(null, ByOne), s_empty, "<IMSUserState>0</IMSUserState>", false },
        { "server kept", To(Ref.ImsUserState, Sip), Source(null, ByOne), Source(null, Unregistered), "<IMSUserState>2</IMSUserState>", false },
        { "S-CSCF assigned", To(Ref.ServerName, Sip), s_empty, Source(null, ByOne), "<SCSCFName>sip:x.example.org:6060</SCSCFName>", false },
        { "S-CSCF changed", To(Ref.ServerName, Sip), Source(null, ByOne), Source(null, Registered(Y, One)), "<SCSCFName>sip:y.example.org:6060</SCSCFName>", false },
        { "S-CSCF gone", To(Ref.ServerName, Sip), Source(null, ByOne), s_empty, "<SCSCFName/>", false },
        { "registered identities", To(Ref.ImsPublicIdentity, Sip, "1"), s_empty, Source(null, ByOne),
            "<PublicIdentifiers><IMSPublicIdentity>sip:one@example.org</IMSPublicIdentity><IMSPublicIdentity>tel:+12125550001</IMSPublicIdentity></PublicIdentifiers>", false },
        { "no registered identities any more: nobody deleted them", To(Ref.ImsPublicIdentity, Sip, "1"), Source(null, ByOne), s_empty, "<PublicIdentifiers/>", false },
        { "implicit set: registration is no matter", To(Ref.ImsPublicIdentity, Sip, "2"), s_empty, Source(null, ByOne), "-", false },

        // Repository data.
        { "data created", To(Ref.RepositoryData, Sip, "si"), s_empty, With("si", 0), Told(0), false },
        { "data changed", To(Ref.RepositoryData, Sip, "si"), With("si", 4), With("si", 5), Told(5), false },
        { "data changed, told by an alias", To(Ref.RepositoryData, Tel, "si"), With("si", 4), With("si", 5), Told(5), false },
        { "data of another name", To(Ref.RepositoryData, Sip, "other"), With("si", 4), With("si", 5), "-", false },
        { "data of no alias", To(Ref.RepositoryData, Work, "si"), With("si", 4), With("si", 5), "-", false },
        { "data deleted", To(Ref.RepositoryData, Sip, "si"), With("si", 4), s_empty, s_deleted, true },
        { "data deleted, told by an alias", To(Ref.RepositoryData, Tel, "si"), With("si", 4), s_empty, s_deleted, true },

        // Services.
        { "service off", To(Ref.Dsai, Sip, Server + " blue"), s_empty, Inactive(Sip), "<DSAI><DSAI-Tag>blue</DSAI-Tag><DSAI-Value>1</DSAI-Value></DSAI>", false },
        { "service on", To(Ref.Dsai, Sip, Server + " blue"), Inactive(Sip), s_empty, "<DSAI><DSAI-Tag>blue</DSAI-Tag><DSAI-Value>0</DSAI-Value></DSAI>", false },
        { "service of another identity", To(Ref.Dsai, Sip, Server + " blue"), s_empty, Inactive(Tel), "-", false },
        { "the mask changes the filters", To(Ref.InitialFilterCriteria, Sip, Server), s_empty, Inactive(Sip), "<IFCs>" + Filter(3) + "</IFCs>", false },
        { "and not those of others", To(Ref.InitialFilterCriteria, Sip, "sip:other.example.org"), s_empty, Inactive(Sip), "-", false },

        // What access networks report.
        { "reachable", To(Ref.UeReachabilityForIP, Sip) with { OneTime = true }, s_empty, Reported(One, new() { Reachability = ReachableOver.Mme }),
            "<UEReachabilityForIP><UEIPReachabilityMME>0</UEIPReachabilityMME></UEReachabilityForIP>", true },
        { "reachable by the other phone", To(Ref.UeReachabilityForIP, Sip, privateIdentity: Two) with { OneTime = true }, s_empty, Reported(One, new() { Reachability = ReachableOver.Mme }), "-", false },
        { "a report that says nothing of it", To(Ref.UeReachabilityForIP, Sip) with { OneTime = true }, s_empty, Reported(One, new() { Csrn = "1" }), "-", false },
        { "SRVCC", To(Ref.UeSrvccCapability, Sip), s_empty, Reported(One, new() { UeSrvccCapable = true }), "<UE-SRVCC-Capability>1</UE-SRVCC-Capability>", false },
        { "SRVCC as before", To(Ref.UeSrvccCapability, Sip), Reported(One, new() { UeSrvccCapable = true }, 9), Reported(One, new() { UeSrvccCapable = true }), "-", false },
        { "5G SRVCC", To(Ref.Ue5GSrvccCapability, "12125550001"), s_empty, Reported(One, new() { Ue5GSrvccCapable = false }), "<UE-5G-SRVCC-Capability>0</UE-5G-SRVCC-Capability>", false },

        // Provisioning.
        { "equal content", To(Ref.ImsPublicIdentity, Sip, "0"), s_empty, Provisioned(s => s with { }), "-", false },
        { "identity added", To(Ref.ImsPublicIdentity, Sip, "3"), s_empty, First(s => s with { PublicIdentities = s.PublicIdentities.Add(Alias("sip:new@example.org")) }),
            Identities("sip:one@example.org", "tel:+12125550001", "sip:new@example.org"), false },
        { "identity removed", To(Ref.ImsPublicIdentity, Sip, "3"), s_empty, First(s => s with { PublicIdentities = s.PublicIdentities.RemoveAt(1) }),
            Identities("sip:one@example.org") + "<DeletedIdentities><IMSPublicIdentity>tel:+12125550001</IMSPublicIdentity></DeletedIdentities>", false },
        { "identity no longer barred", To(Ref.ImsPublicIdentity, Sip, "3"), s_empty, First(s => s with { PublicIdentities = [.. s.PublicIdentities.Select(one => one with { Barred = false })] }),
            Identities("sip:one@example.org", "tel:+12125550001", Barred), false },
        { "filter removed", To(Ref.InitialFilterCriteria, Sip, Server), s_empty, Provisioned(s => s with { ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [] }] }), "<IFCs/>", false },
        { "charging", To(Ref.ChargingInformation, Sip), s_empty, Provisioned(s => s with { Charging = new("aaa://new.example.org", null, null, null) }),
            "<ChargingInformation><PrimaryChargingCollectionFunctionName>aaa://new.example.org</PrimaryChargingCollectionFunctionName></ChargingInformation>", false },
        { "charging removed: nothing says so", To(Ref.ChargingInformation, Sip), s_empty, Provisioned(s => s with { Charging = null }), "-", false },
        { "service switched off", To(Ref.PsiActivation, Service), s_empty, Services(s => s with { PublicIdentities = [Psi(Service, active: false)] }), "<PSIActivation>0</PSIActivation>", false },
        { "trace ends", To(Ref.ServiceLevelTraceInfo, Sip), s_empty, FirstIdentity(s => s with { ServiceLevelTraceInfo = null }), "<ServiceLevelTraceInfo/>", false },
        { "priority", To(Ref.ServicePriorityLevel, Sip), s_empty, FirstIdentity(s => s with { ServicePriorityLevel = 0 }), "<ServicePriorityLevel>0</ServicePriorityLevel>", false },
        { "extended priority", To(Ref.ExtendedPriority, Sip), s_empty, FirstIdentity(s => s with { ExtendedPriorities = [new("wps", "1")] }),
            "<ExtendedPriority><PriorityNamespace>wps</PriorityNamespace><PriorityLevel>1</PriorityLevel></ExtendedPriority>", false },
        { "private identity removed", To(Ref.ImsPrivateUserIdentity, Sip), s_empty, Provisioned(s => s with { PrivateIdentities = [s.PrivateIdentities[0]] }),
            "<IMSPrivateUserIdentity>one@example.org</IMSPrivateUserIdentity>", false },
        { "bound no more", To(Ref.IPAddressSecureBinding, Work), s_empty, Provisioned(s => s with { PrivateIdentities = [s.PrivateIdentities[0], User(Two)] }), "<IPv4Address/>", false },
        { "bound elsewhere", To(Ref.IPAddressSecureBinding, Work), s_empty, Provisioned(s => s with { PrivateIdentities = [s.PrivateIdentities[0], s.PrivateIdentities[1] with
            { Credentials = new(null, null) { FramedAddress = new(System.Net.IPAddress.Parse("2001:db8::"), 64, 0xAB) } }] }),
            "<IPv4Address/><IPv6Prefix>2001:db8::/64</IPv6Prefix><IPv6InterfaceIdentifier>0000:0000:0000:00ab</IPv6InterfaceIdentifier>", false },

        // Nobody is left.
        { "identity removed: its state", To(Ref.ImsUserState, Tel), Source(null, ByOne), First(s => s with { PublicIdentities = s.PublicIdentities.RemoveAt(1) }, ByOne), "<IMSUserState>0</IMSUserState>", true },
        { "identity removed: its data stay with its alias", To(Ref.RepositoryData, Sip, "si"), With("si", 4), First(s => s with { PublicIdentities = s.PublicIdentities.RemoveAt(0) }) with
            { ApplicationData = With("si", 4).ApplicationData }, s_deleted, true },
        { "identity removed: and whoever is subscribed by the alias hears nothing", To(Ref.RepositoryData, Tel, "si"), With("si", 4),
            First(s => s with { PublicIdentities = s.PublicIdentities.RemoveAt(0) }) with { ApplicationData = With("si", 4).ApplicationData }, "-", false },
        { "subscription removed: state", To(Ref.ImsUserState, Sip), Source(null, ByOne), null, "<IMSUserState>0</IMSUserState>", true },
        { "subscription removed: not registered before", To(Ref.ImsUserState, Sip), s_empty, null, "-", true },
        { "subscription removed: S-CSCF", To(Ref.ServerName, Sip), Source(null, ByOne), null, "<SCSCFName/>", true },
        { "subscription removed: filters", To(Ref.InitialFilterCriteria, Sip, Server), s_empty, null, "<IFCs/>", true },
        { "subscription removed: identities", To(Ref.ImsPublicIdentity, Sip, "3"), s_empty, null,
            "<PublicIdentifiers/><DeletedIdentities><IMSPublicIdentity>sip:one@example.org</IMSPublicIdentity><IMSPublicIdentity>tel:+12125550001</IMSPublicIdentity></DeletedIdentities>", true },
        { "subscription removed: data", To(Ref.RepositoryData, Sip, "si"), With("si", 4), null, s_deleted, true },
        { "subscription removed: service", To(Ref.PsiActivation, Service), s_empty, null, "<PSIActivation>0</PSIActivation>", true },
        { "subscription removed: no element says so", To(Ref.ServicePriorityLevel, Sip), s_empty, null, "-", true },
        { "number removed", To(Ref.ChargingInformation, "12125550001"), s_empty, Provisioned(s => s with { PrivateIdentities = [s.PrivateIdentities[0] with { Msisdns = [] }, s.PrivateIdentities[1]] }), "-", true },
        { "private identity no longer of the set", To(Ref.UeReachabilityForIP, Sip, privateIdentity: Two) with { OneTime = true }, s_empty,
            First(s => s with { PrivateIdentities = [One] }) with { ApplicationData = Reported(Two, new() { Reachability = ReachableOver.Mme }).ApplicationData }, "-", true },
        { "number moved to the other phone", To(Ref.ChargingInformation, "12125550001", privateIdentity: One), s_empty,
            Provisioned(s => s with { PrivateIdentities = [s.PrivateIdentities[0] with { Msisdns = [] }, s.PrivateIdentities[1] with { Msisdns = ["12125550001"] }] }), "-", true },

        // Time.
        { "its time has run out", To(Ref.ImsUserState, Sip) with { Expiry = Now }, s_empty, Source(null, ByOne), "-", true },
        { "its time has not run out", To(Ref.ImsUserState, Sip) with { Expiry = Now.AddSeconds(1) }, s_empty, Source(null, ByOne), "<IMSUserState>1</IMSUserState>", false },
        { "one time", To(Ref.ImsUserState, Sip) with { OneTime = true }, s_empty, Source(null, ByOne), "<IMSUserState>1</IMSUserState>", true },
        { "one time, not yet", To(Ref.ImsUserState, Sip) with { OneTime = true }, s_empty, Source(null, s_pending), "-", false },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_change_tells(string row, NotificationSubscription subscription, ShSource before, ShSource? after, string told, bool ends)
    {
        var consequences = Of(before, after, null, subscription);
        Assert.True(told == (consequences.Notifications is [var one] ? Text(one.Content) : "-"), $"{row}: {string.Join(' ', consequences.Notifications.Select(n => Text(n.Content)))}");
        Assert.True(ends == consequences.After.Subscriptions.IsEmpty, row);
        Assert.All(consequences.Notifications, notification =>
        {
            Assert.Equal(("one", subscription.Key, subscription.ApplicationServerRealm), (notification.SubscriptionId, notification.Key, notification.ApplicationServerRealm));
            Assert.Equal((NotificationState.Pending, 0, 0), (notification.State, notification.Version, notification.Attempts));
            // It stands while nothing changes again; and that somebody could be reached always does.
            Assert.True(NotifiedContent.Stands(notification, after, Now), row);
            Assert.Equal(subscription.Key.Reference == Ref.UeReachabilityForIP, NotifiedContent.Stands(notification, before, Now));
        });
        // Who made the change is told nothing, and a one-time subscription of his waits on. What ends for everybody ends for him.
        var own = Of(before, after, As, subscription);
        Assert.Empty(own.Notifications);
        var endsAnyway = ends && (!subscription.OneTime || told == "-");
        Assert.True(endsAnyway == own.After.Subscriptions.IsEmpty, row);
        // What is pending is older than what he wrote himself; what only follows from that is told as it stands, if anything of it is pending.
        var isHis = (DataReferenceTable.Operations(subscription.Key.Reference) & ShOperations.Update) != 0;
        Assert.Equal(isHis ? "-" : told, own.Refreshed is [var current] ? Text(current.Content) : "-");
        Assert.Equal(subscription.Expiry <= Now || (isHis && told != "-"), own.Overtaken.Contains(subscription.Key));
        Assert.Equal(told == "-" ? 0 : 1, Of(before, after, "other.example.org", subscription).Notifications.Length);
    }

    [Fact]
    public void Subscriptions_of_several_are_told_each_and_what_stays_is_the_same_object()
    {
        var stays = To(Ref.ServerName, Sip);
        var also = To(Ref.ImsUserState, Sip) with { Key = To(Ref.ImsUserState, Sip).Key with { ApplicationServer = "b.example.org" }, AskedIdentity = Sip, CombinesChanges = true };
        var runOut = To(Ref.ServerName, Tel) with { Expiry = Now };
        var consequences = Of(s_empty, Source(null, ByOne), null, runOut, To(Ref.ImsUserState, Sip), stays, also);
        Assert.Equal([Ref.ImsUserState, Ref.ServerName, Ref.ImsUserState], consequences.Notifications.Select(n => n.Key.Reference));
        Assert.Equal((Sip, true, "b.example.org"), (consequences.Notifications[2].AskedIdentity, consequences.Notifications[2].CombinesChanges, consequences.Notifications[2].Key.ApplicationServer));
        Assert.Equal(3, consequences.After.Subscriptions.Length);
        Assert.Same(stays, consequences.After.Subscriptions[1]);

        var quiet = With("si", 0, stays, also);
        Assert.Same(quiet.ApplicationData, NotificationConsequences.Of(quiet, quiet with { States = [s_pending, None, None] }, null, Now).After);
        Assert.Same(quiet.ApplicationData, NotificationConsequences.Of(null, quiet, null, Now).After);
        Assert.Same(quiet.ApplicationData, NotificationConsequences.Of(quiet, quiet with { Subscription = ShSamples.Subscription() }, null, Now).After);
        Assert.Same(ApplicationData.Empty, NotificationConsequences.Of(quiet, null, null, Now).After);
    }

    [Fact]
    public void Several_identity_sets_of_one_application_server_are_told_in_their_own_elements()
    {
        var all = To(Ref.ImsPublicIdentity, Sip, "0") with { CombinesChanges = true };
        var registered = To(Ref.ImsPublicIdentity, Sip, "1") with { CombinesChanges = true };
        Assert.StartsWith("<RegisteredIdentities>", Text(Of(s_empty, Source(null, ByOne), null, all, registered).Notifications.Single().Content), StringComparison.Ordinal);
        Assert.StartsWith("<PublicIdentifiers>", Text(Of(s_empty, Source(null, ByOne), null, registered).Notifications.Single().Content), StringComparison.Ordinal);
        Assert.StartsWith("<PublicIdentifiers>", Text(Of(s_empty, Source(null, ByOne), null, all with { CombinesChanges = false }, registered with { CombinesChanges = false })
            .Notifications.Single().Content), StringComparison.Ordinal);
        var others = all with { Key = all.Key with { ApplicationServer = "b.example.org" } };
        Assert.StartsWith("<PublicIdentifiers>", Text(Of(s_empty, Source(null, ByOne), null, others, registered).Notifications.Single().Content), StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_now_is_what_a_notification_would_say()
    {
        Assert.Equal("<IMSUserState>0</IMSUserState>", Text(NotificationConsequences.Current(Source(null, s_pending), To(Ref.ImsUserState, Sip), Now)));
        Assert.Equal("<SCSCFName/>", Text(NotificationConsequences.Current(s_empty, To(Ref.ServerName, Sip), Now)));
        Assert.Equal(Told(4), Text(NotificationConsequences.Current(With("si", 4), To(Ref.RepositoryData, Tel, "si"), Now)));
        Assert.True(NotificationConsequences.Current(s_empty, To(Ref.ServicePriorityLevel, Tel), Now).IsEmpty);
        Assert.True(NotificationConsequences.Current(Reported(One, new() { Reachability = ReachableOver.Mme }), To(Ref.UeReachabilityForIP, Sip), Now).IsEmpty);
    }

    [Fact]
    public void What_belonged_to_identities_that_are_gone_is_gone()
    {
        ApplicationData data = new()
        {
            Repository = [Data(Sip, "si", 1, "<a/>"), Data(Sip, "both", 1, "<a/>"), Data(Tel, "both", 2, "<b/>"), Data(Work, "si", 3, "<c/>")],
            InactiveServices = [new(Sip, Server + ";lr", "blue"), new(Tel, Server + ";lr", "blue"), new(Tel, Server + ";lr", "old")],
            SmsRegistrations = [new(One, "1", "h", "r"), new(Two, "2", "h", "r")],
            AccessReports = [Report(One, 1, new()), Report(Two, 1, new())],
        };
        var before = s_empty with { ApplicationData = data };
        var after = before with
        {
            Subscription = before.Subscription with
            {
                PrivateIdentities = [before.Subscription.PrivateIdentities[0]],
                ImplicitRegistrationSets = [new() { PublicIdentities = [Alias(Tel)] }],
            },
            States = [None],
        };
        var left = NotificationConsequences.Of(before, after, null, Now).After;
        Assert.Equal(["tel:+12125550001 si 1", "tel:+12125550001 both 2"], left.Repository.Select(piece => $"{piece.PublicIdentity} {piece.ServiceIndication} {piece.SequenceNumber}"));
        Assert.Same(data.Repository[2], left.Repository[1]);
        Assert.Equal([data.InactiveServices[1]], left.InactiveServices.AsEnumerable());
        Assert.Equal([data.SmsRegistrations[0]], left.SmsRegistrations.AsEnumerable());
        Assert.Equal([data.AccessReports[0]], left.AccessReports.AsEnumerable());
    }

    // The filter is the same, and so is the server, though its name is written another way.
    [Fact]
    public void What_was_switched_off_stays_off_when_its_filter_is_provisioned_anew()
    {
        var service = new InactiveService(Sip, Server + ";transport=tcp", "blue");
        var before = Source(new() { InactiveServices = [service] });
        var after = before with { Subscription = before.Subscription with { ServerCapabilities = new([1], [], []) } };
        var left = NotificationConsequences.Of(before, after, null, Now).After.InactiveServices;
        Assert.Equal([service], left.AsEnumerable());
        Assert.True(DsaiInstances.IsInactive(left, Sip, [Server], "blue"));
        Assert.Empty(DsaiInstances.With(left, Sip, [Server + ";lr"], "blue", isActive: true));
    }

    [Fact]
    public void Two_aliases_that_go_leave_one_piece_of_a_name_to_the_third()
    {
        var before = Source(new() { Repository = [Data(Sip, "si", 1, "<a/>"), Data(Work, "si", 2, "<b/>")] });
        before = before with
        {
            Subscription = before.Subscription with { ImplicitRegistrationSets = [new() { PublicIdentities = [Alias(Sip), Alias(Work), Alias(Tel)] }] },
            States = [None],
        };
        var after = before with { Subscription = before.Subscription with { ImplicitRegistrationSets = [new() { PublicIdentities = [Alias(Tel)] }] } };
        var left = Assert.Single(NotificationConsequences.Of(before, after, null, Now).After.Repository);
        Assert.Equal((Tel, 1), (left.PublicIdentity, (int)left.SequenceNumber));
    }

    private static NotificationConsequences Of(ShSource before, ShSource? after, string? changedBy, params NotificationSubscription[] subscriptions) =>
        NotificationConsequences.Of(Subscribed(before, subscriptions), after is null ? null : Subscribed(after, subscriptions), changedBy, Now);

    private static ShSource Subscribed(ShSource source, params NotificationSubscription[] subscriptions) =>
        source with { ApplicationData = source.ApplicationData with { Subscriptions = [.. subscriptions] } };

    private static NotificationSubscription To(Ref reference, string user, string detail = "", string? privateIdentity = null) =>
        new() { Key = new(As, Identity(user), reference, detail, privateIdentity), ApplicationServerRealm = "example.org" };

    private static ShSource With(string service, ushort number, params NotificationSubscription[] subscriptions) =>
        Subscribed(Source(new() { Repository = [Data(Sip, service, number, $"<x>{number.ToString(CultureInfo.InvariantCulture)}</x>")] }), subscriptions);

    private static ShSource Inactive(string identity) => Source(new() { InactiveServices = [new(identity, Server + ";lr", "blue")] });

    private static ShSource Reported(string privateIdentity, ShAccessData access, int minutesAgo = 0) => Source(new() { AccessReports = [Report(privateIdentity, minutesAgo, access)] });

    private static ShSource Provisioned(Func<Subscription, Subscription> change, params RegistrationState[] states)
    {
        var subscription = change(ShSamples.Subscription());
        return new(subscription, [.. subscription.ImplicitRegistrationSets.Select((_, i) => i < states.Length ? states[i] : None)], ApplicationData.Empty);
    }

    private static ShSource First(Func<ImplicitRegistrationSet, ImplicitRegistrationSet> change, params RegistrationState[] states) =>
        Provisioned(s => s with { ImplicitRegistrationSets = s.ImplicitRegistrationSets.SetItem(0, change(s.ImplicitRegistrationSets[0])) }, states);

    private static ShSource Services(Func<ImplicitRegistrationSet, ImplicitRegistrationSet> change) =>
        Provisioned(s => s with { ImplicitRegistrationSets = s.ImplicitRegistrationSets.SetItem(2, change(s.ImplicitRegistrationSets[2])) });

    private static ShSource FirstIdentity(Func<PublicIdentity, PublicIdentity> change) =>
        First(s => s with { PublicIdentities = s.PublicIdentities.SetItem(0, change(s.PublicIdentities[0])) });

    private static string Told(int number) =>
        $"<RepositoryData><ServiceIndication>si</ServiceIndication><SequenceNumber>{number}</SequenceNumber><ServiceData><x>{number}</x></ServiceData></RepositoryData>";

    private static string Identities(params string[] identities) =>
        "<PublicIdentifiers>" + string.Concat(identities.Select(identity => $"<IMSPublicIdentity>{identity}</IMSPublicIdentity>")) + "</PublicIdentifiers>";

    private static string Filter(int priority) =>
        $"<InitialFilterCriteria><Priority>{priority}</Priority><ApplicationServer><ServerName>sip:as.example.org;lr</ServerName></ApplicationServer></InitialFilterCriteria>";
}
