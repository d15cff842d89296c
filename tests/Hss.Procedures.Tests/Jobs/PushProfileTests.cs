using System.Text;
using Hss.Authentication;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Subscribers;
using Microsoft.Extensions.Logging.Abstractions;
using static Hss.Procedures.Tests.JobRig;
using static Hss.Procedures.Tests.RegistrationTerminationTests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>What a PPR carries and what each PPA means. Spec: TS 29.228 6.2.2, 6.6; TS 29.229 6.1.11, 6.1.12.</summary>
public sealed class PushProfileTests
{
    [Fact]
    public async Task A_changed_profile_is_sent_as_it_is_now_once_for_all_that_is_pending()
    {
        await using var rig = new JobRig();
        await rig.AddAsync(AliceSubscription(), Registered(X, AliceTablet));
        // Three changes while the node could not send.
        await rig.Store.UpsertAsync([WithFilter("sip:first")], None);
        await rig.Store.UpsertAsync([WithFilter("sip:second") with { Charging = new("aaa://other", null, null, null) }], None);
        await rig.Store.UpsertAsync([WithFilter("sip:third") with { Charging = new("aaa://third", null, null, null) }], None);
        rig.Start();
        var ppr = await rig.NextAsync();
        Assert.Equal("PPR x alice.tablet profile charging", ppr.Text);
        var profile = Encoding.UTF8.GetString(ppr.Ppr.UserData.Span);
        Assert.Contains("sip:third", profile, StringComparison.Ordinal);
        Assert.Contains(AliceTel, profile, StringComparison.Ordinal);
        Assert.Equal("aaa://third", ppr.Ppr.ChargingInformation!.Value.PrimaryChargingCollectionFunctionName.ToText());
        ppr.Reply(2001);
        Assert.Equal([CxJobState.Acknowledged, CxJobState.Acknowledged, CxJobState.Acknowledged], (await rig.EndAsync()).Select(job => job.State));
        await rig.QuietAsync();
        Assert.Equal("Registered x alice.tablet | NotRegistered", await rig.StatesAsync(AliceSubscription()));
    }

    /// <summary>Jobs are durable a moment before memory has forgotten what was before them.</summary>
    [Fact]
    public async Task What_is_sent_is_looked_up_behind_the_change_that_caused_it()
    {
        await using var rig = new JobRig();
        var alice = await rig.AddAsync(AliceSubscription(), Registered(X, Alice));
        var settlement = new JobSettlement(rig.Store, new(), rig.Instruments, rig.Time, NullLogger.Instance);
        var job = new CxJob { Kind = CxJobKind.PushProfile, SubscriptionId = "alice", Server = X, PrivateIdentity = Alice, PublicIdentities = [AliceSip] };
        Task<Subscriber?> looking;
        using (await rig.Store.EnterAsync(alice, None))
        {
            looking = settlement.FindAsync(job, None).AsTask();
            Assert.False(looking.IsCompleted);
        }
        Assert.NotNull(await looking);
    }

    [Fact]
    public async Task What_changes_while_a_push_is_under_way_gets_its_own()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), Registered(X, Alice));
        await rig.Store.UpsertAsync([WithFilter("sip:first")], None);
        var first = await rig.NextAsync();
        await rig.Store.UpsertAsync([WithFilter("sip:second")], None);
        first.Reply(2001);
        var second = await rig.NextAsync();
        Assert.Contains("sip:second", Encoding.UTF8.GetString(second.Ppr.UserData.Span), StringComparison.Ordinal);
        second.Reply(2001);
        await rig.EndAsync();
    }

    [Fact]
    public async Task Charging_alone_and_web_functions_alone_go_alone()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), Registered(X, Alice));
        await rig.Store.UpsertAsync([AliceSubscription() with { Charging = new("aaa://other", null, null, null) }], None);
        var charging = await rig.NextAsync();
        Assert.Equal("PPR x alice charging", charging.Text);
        charging.Reply(2001);
        await rig.EndAsync();
        // Taking the charging addresses away cannot be said by an empty AVP.
        await rig.Store.UpsertAsync([AliceSubscription() with { Charging = null }], None);
        var none = await rig.NextAsync();
        Assert.Equal("PPR x alice profile", none.Text);
        none.Reply(2001);
        await rig.EndAsync();
    }

    [Fact]
    public async Task A_new_password_reaches_the_S_CSCF_and_never_the_table_of_jobs()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(PhoneSubscription(), Registered(X, Phone));
        var credentials = DigestCredentials.FromPassword(Phone, Realm, "another"u8, keepPassword: false);
        var ha1 = Encoding.ASCII.GetString(credentials.Ha1Md5.Reveal());
        var old = PhoneSubscription();
        await rig.Store.UpsertAsync([old with { PrivateIdentities = [old.PrivateIdentities[0] with { Credentials = new(null, credentials) }] }], None);
        var ppr = await rig.NextAsync();
        Assert.Equal("PPR x phone digest", ppr.Text);
        Assert.Equal(ha1, ppr.Ppr.SipAuthDataItem!.Value.SipDigestAuthenticate!.Value.DigestHa1.ToText());
        Assert.DoesNotContain(ha1, string.Join(' ', await rig.JobsAsync()), StringComparison.Ordinal);
        ppr.Reply(2001);
        Assert.Equal(CxJobState.Acknowledged, Assert.Single(await rig.EndAsync()).State);
    }

    [Theory]
    [InlineData(5008u)]
    [InlineData(5009u)]
    public async Task A_profile_that_the_S_CSCF_cannot_serve_moves_the_user(uint code)
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), Registered(X, Alice), Registered(X, Alice));
        await rig.Store.UpsertAsync([WithBothNamed("new")], None);
        (await rig.NextAsync()).ReplyExperimental(code);
        // The second set's push was written before the termination that follows from the first one.
        (await rig.NextAsync()).Reply(2001);
        var rtr = await rig.NextAsync();
        Assert.Equal("RTR 2 x alice [sip:alice tel:+12125550001]", rtr.Text);
        Assert.Equal("NotRegistered | Registered x alice", await rig.StatesAsync(AliceSubscription()));
        rtr.Reply(2001);
        Assert.Equal([CxJobState.Failed, CxJobState.Acknowledged, CxJobState.Acknowledged], (await rig.EndAsync()).Select(job => job.State));
    }

    [Fact]
    public async Task A_private_identity_that_the_S_CSCF_does_not_know_is_not_registered_there_and_the_next_one_is_tried()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), Registered(X, Alice, AliceTablet));
        await rig.Store.UpsertAsync([WithFilter("sip:as")], None);
        var first = await rig.NextAsync();
        Assert.Equal("PPR x alice profile charging", first.Text);
        first.ReplyExperimental(5001);
        var second = await rig.NextAsync();
        Assert.Equal("PPR x alice.tablet profile charging", second.Text);
        Assert.Equal("Registered x alice.tablet | NotRegistered", await rig.StatesAsync(AliceSubscription()));
        second.ReplyExperimental(5001);
        Assert.Equal(CxJobState.Failed, Assert.Single(await rig.EndAsync()).State);
        Assert.Equal("NotRegistered | NotRegistered", await rig.StatesAsync(AliceSubscription()));
    }

    [Fact]
    public async Task A_user_who_left_and_authenticates_again_is_not_dropped_by_an_older_answer()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), Registered(X, Alice, AliceTablet));
        await rig.Store.UpsertAsync([WithFilter("sip:as")], None);
        var ppr = await rig.NextAsync();
        Assert.Equal("PPR x alice profile charging", ppr.Text);
        var alice = await rig.FindAsync(AliceSubscription());
        await rig.CommitAsync(alice, new([(0, Registered(X, AliceTablet) with { AuthenticationPendingPrivateIdentities = [Alice] })], []));
        ppr.ReplyExperimental(5001);
        Assert.Equal(CxJobState.Failed, Assert.Single(await rig.EndAsync()).State);
        Assert.Equal(Alice, Assert.Single((await rig.FindAsync(AliceSubscription())).States[0].AuthenticationPendingPrivateIdentities));
        Assert.Equal("Registered x alice.tablet outdated | NotRegistered", await rig.StatesAsync(AliceSubscription()));
    }

    [Theory]
    [InlineData(5012u, 3)]
    [InlineData(3004u, 3)]
    [InlineData(5004u, 1)]
    public async Task What_is_given_up_goes_with_the_next_assignment(uint code, int attempts)
    {
        await using var rig = new JobRig(new() { MaxAttempts = 3 }).Start();
        await rig.AddAsync(AliceSubscription(), Registered(X, Alice));
        await rig.Store.UpsertAsync([WithFilter("sip:as")], None);
        for (var attempt = 0; attempt < attempts; attempt++) (await rig.NextAsync()).Reply(code);
        var job = Assert.Single(await rig.EndAsync());
        Assert.Equal((CxJobState.Failed, attempts), (job.State, job.Attempts));
        Assert.Contains($"R:{code}", job.LastResult, StringComparison.Ordinal);
        Assert.Equal("Registered x alice outdated | NotRegistered", await rig.StatesAsync(AliceSubscription()));
        // A later one that is taken makes it fresh again.
        await rig.Store.UpsertAsync([WithFilter("sip:other")], None);
        (await rig.NextAsync()).Reply(2001);
        await rig.EndAsync();
        Assert.Equal("Registered x alice | NotRegistered", await rig.StatesAsync(AliceSubscription()));
    }

    [Fact]
    public async Task A_set_that_moved_on_needs_no_push()
    {
        await using var rig = new JobRig();
        var alice = await rig.AddAsync(AliceSubscription(), Registered(X, Alice));
        await rig.Store.UpsertAsync([WithFilter("sip:as")], None);
        await rig.CommitAsync(await rig.FindAsync(AliceSubscription()), new([(0, Registered(Y, Alice))], []));
        rig.Start();
        Assert.Equal(CxJobState.Withdrawn, Assert.Single(await rig.EndAsync()).State);
        await rig.QuietAsync();
        Assert.Equal("Registered y alice | NotRegistered", await rig.StatesAsync(AliceSubscription()));
    }

    [Theory]
    [InlineData(KamailioProfileChange.FreshOnNextAssignment, "Registered x alice outdated | NotRegistered")]
    [InlineData(KamailioProfileChange.ServerChange, "NotRegistered | NotRegistered")]
    public async Task Kamailio_is_never_pushed_to(KamailioProfileChange how, string states)
    {
        await using var rig = new JobRig(cx: new() { KamailioProfileChange = how }) { KamailioHosts = { HostX } }.Start();
        await rig.AddAsync(AliceSubscription(), Registered(X, Alice));
        await rig.Store.UpsertAsync([WithFilter("sip:as")], None);
        if (how == KamailioProfileChange.ServerChange)
        {
            var rtr = await rig.NextAsync();
            Assert.Equal("RTR 2 x alice [sip:alice tel:+12125550001]", rtr.Text);
            rtr.Reply(2001);
        }
        Assert.Equal((CxJobState.Withdrawn, 0), ((await rig.EndAsync())[0].State, (await rig.JobsAsync())[0].Attempts));
        await rig.QuietAsync();
        Assert.Equal(states, await rig.StatesAsync(AliceSubscription()));
    }

    private static Subscription WithFilter(string applicationServer) => AliceSubscription() with
    {
        ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [new() { Priority = 1, ApplicationServer = new() { ServerName = applicationServer } }] }],
    };

    private static Subscription WithBothNamed(string name)
    {
        var alice = AliceSubscription();
        return alice with
        {
            ImplicitRegistrationSets = [.. alice.ImplicitRegistrationSets.Select(set => set with { PublicIdentities = [.. set.PublicIdentities.Select(one => one with { DisplayName = name })] })],
        };
    }
}
