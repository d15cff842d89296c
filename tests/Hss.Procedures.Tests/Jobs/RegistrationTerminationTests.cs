using System.Collections.Immutable;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Subscribers;
using static Hss.Procedures.Tests.JobRig;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>What each RTA means, for every reason. Spec: TS 29.228 6.1.3, Annex G; TS 29.229 6.1.9, 6.1.10.</summary>
public sealed class RegistrationTerminationTests
{
    // Alice has the sets {alice, tel} of two phones and {work} of one; both registered at X by both phones where they may.
    private static readonly RegistrationState First = Registered(X, Alice, AliceTablet);
    private static readonly RegistrationState Second = Registered(X, Alice);

    [Theory]
    [InlineData("R:2001", CxJobState.Acknowledged, "NotRegistered | NotRegistered")]
    [InlineData("R:2002", CxJobState.Acknowledged, "NotRegistered | NotRegistered")] // LIMITED_SUCCESS without a list spares nothing
    [InlineData("R:2002 alice", CxJobState.Acknowledged, "Unregistered x | NotRegistered")]
    [InlineData("R:2002 tel", CxJobState.Acknowledged, "Unregistered x | NotRegistered")]
    [InlineData("R:5012", CxJobState.Acknowledged, "Unregistered x | Unregistered x")] // all of it is an emergency registration
    [InlineData("E:5001", CxJobState.Acknowledged, "NotRegistered | NotRegistered")] // whom it does not know it does not serve
    [InlineData("R:3001", CxJobState.Failed, "Registered x alice alice.tablet | Registered x alice")]
    [InlineData("R:5004", CxJobState.Failed, "Registered x alice alice.tablet | Registered x alice")]
    [InlineData("R:3007", CxJobState.Failed, "Registered x alice alice.tablet | Registered x alice")]
    public async Task Permanent_termination_waits_for_the_answer(string answer, CxJobState end, string states)
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), First, Second);
        Assert.Equal(DeregistrationOutcome.Written, await rig.Control.DeregisterPublicIdentityAsync(AliceTel, TerminationReason.PermanentTermination, "unpaid", None));
        Assert.Equal(DeregistrationOutcome.Written, await rig.Control.DeregisterPublicIdentityAsync(AliceWork, TerminationReason.PermanentTermination, null, None));
        Assert.Equal("Registered x alice alice.tablet | Registered x alice", await rig.StatesAsync(AliceSubscription()));

        var first = await rig.NextAsync();
        Assert.Equal("RTR 0 x alice+alice.tablet [sip:alice tel:+12125550001]", first.Text);
        Assert.Equal("unpaid", first.Rtr.DeregistrationReason.ReasonInfo.ToText());
        Reply(first, answer);
        var second = await rig.NextAsync();
        Assert.Equal("RTR 0 x alice [sip:alice.work]", second.Text);
        Reply(second, answer);
        Assert.All(await rig.EndAsync(), job => Assert.Equal((end, 1), (job.State, job.Attempts)));
        Assert.Equal(states, await rig.StatesAsync(AliceSubscription()));
    }

    [Fact]
    public async Task One_phone_of_two_goes_and_the_other_one_stays()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), First, Second);
        await rig.Control.DeregisterPrivateIdentityAsync(AliceTablet, TerminationReason.PermanentTermination, null, None);
        var rtr = await rig.NextAsync();
        Assert.Equal("RTR 0 x alice.tablet [sip:alice tel:+12125550001]", rtr.Text);
        rtr.Reply(2001);
        await rig.EndAsync();
        Assert.Equal("Registered x alice | Registered x alice", await rig.StatesAsync(AliceSubscription()));
    }

    [Fact]
    public async Task Server_change_takes_effect_at_once_and_is_repeated_for_phones_that_the_answer_does_not_list()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), First, Second);
        await rig.Control.DeregisterPublicIdentityAsync(AliceSip, TerminationReason.ServerChange, null, None);
        Assert.Equal("NotRegistered | Registered x alice", await rig.StatesAsync(AliceSubscription()));
        var rtr = await rig.NextAsync();
        Assert.Equal("RTR 2 x alice+alice.tablet [sip:alice tel:+12125550001]", rtr.Text);
        rtr.Reply(2001);
        var again = await rig.NextAsync();
        Assert.Equal("RTR 2 x alice.tablet [sip:alice tel:+12125550001]", again.Text);
        again.Reply(2001);
        Assert.Equal(2, (await rig.EndAsync()).Count);
    }

    [Fact]
    public async Task Server_change_is_not_repeated_when_the_answer_lists_all()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), First, Second);
        await rig.Control.DeregisterPrivateIdentityAsync(AliceTablet, TerminationReason.ServerChange, null, None);
        (await rig.NextAsync()).Reply(2001, writer =>
        {
            writer.BeginGroup(Avp.AssociatedIdentities);
            writer.WriteText(Avp.UserName, AliceTablet);
            writer.EndGroup();
        });
        Assert.Single(await rig.EndAsync());
        Assert.Equal("NotRegistered | Registered x alice", await rig.StatesAsync(AliceSubscription()));
    }

    [Fact]
    public async Task Remove_SCSCF_is_for_what_is_served_unregistered()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), First, new RegistrationState { Status = RegistrationStatus.Unregistered, Server = X });
        Assert.Equal(DeregistrationOutcome.NothingRegistered, await rig.Control.DeregisterPublicIdentityAsync(AliceSip, TerminationReason.RemoveServer, null, None));
        await rig.Control.DeregisterPrivateIdentityAsync(Alice, TerminationReason.RemoveServer, null, None);
        var rtr = await rig.NextAsync();
        Assert.Equal("RTR 3 x alice [sip:alice.work]", rtr.Text);
        rtr.Reply(2001);
        await rig.EndAsync();
        Assert.Equal("Registered x alice alice.tablet | NotRegistered", await rig.StatesAsync(AliceSubscription()));
    }

    [Fact]
    public async Task What_cannot_be_de_registered_is_said_and_writes_nothing()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription());
        Assert.Equal(DeregistrationOutcome.UnknownIdentity, await rig.Control.DeregisterPrivateIdentityAsync("nobody@x", TerminationReason.PermanentTermination, null, None));
        Assert.Equal(DeregistrationOutcome.UnknownIdentity, await rig.Control.DeregisterPublicIdentityAsync("sip:nobody@x", TerminationReason.PermanentTermination, null, None));
        Assert.Equal(DeregistrationOutcome.NothingRegistered, await rig.Control.DeregisterPrivateIdentityAsync(Alice, TerminationReason.PermanentTermination, null, None));
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Control.DeregisterPrivateIdentityAsync(Alice, TerminationReason.NewServerAssigned, null, None));
        Assert.Empty(await rig.JobsAsync());
    }

    [Fact]
    public async Task Kamailio_ends_a_public_identity_for_all_its_phones()
    {
        await using var rig = new JobRig { KamailioHosts = { HostX } }.Start();
        await rig.AddAsync(AliceSubscription(), First, Second);
        await rig.Control.DeregisterPrivateIdentityAsync(AliceTablet, TerminationReason.PermanentTermination, null, None);
        (await rig.NextAsync()).Reply(2001);
        await rig.EndAsync();
        Assert.Equal("NotRegistered | Registered x alice", await rig.StatesAsync(AliceSubscription()));
    }

    /// <summary>It says nothing when it does not know one of the identities: each gets its own request, and the known ones end.</summary>
    [Fact]
    public async Task Kamailio_that_is_silent_about_several_identities_is_asked_for_each_alone_also_when_the_subscription_is_gone()
    {
        await using var rig = new JobRig(new() { MaxAttempts = 2 }) { KamailioHosts = { HostX } }.Start();
        await rig.AddAsync(AliceSubscription(), First);
        await rig.Store.RemoveAsync("alice", None);
        var all = await rig.NextAsync();
        Assert.Equal("RTR 0 x alice+alice.tablet [sip:alice tel:+12125550001]", all.Text);
        all.End(OutgoingOutcome.TimedOut);
        var one = await rig.NextAsync();
        Assert.Equal("RTR 0 x alice+alice.tablet [sip:alice]", one.Text);
        one.Reply(2001);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var other = await rig.NextAsync();
            Assert.Equal("RTR 0 x alice+alice.tablet [tel:+12125550001]", other.Text);
            other.End(OutgoingOutcome.TimedOut);
        }
        Assert.Equal([CxJobState.Withdrawn, CxJobState.Acknowledged, CxJobState.Failed], (await rig.EndAsync()).Select(job => job.State));
    }

    [Fact]
    public async Task A_user_who_registered_elsewhere_meanwhile_keeps_that_registration()
    {
        await using var rig = new JobRig().Start();
        var alice = await rig.AddAsync(AliceSubscription(), First, Second);
        await rig.Control.DeregisterPublicIdentityAsync(AliceSip, TerminationReason.PermanentTermination, null, None);
        var rtr = await rig.NextAsync();
        await rig.CommitAsync(alice, new([(0, Registered(Y, Alice))], []));
        rtr.Reply(2001);
        Assert.Equal(CxJobState.Acknowledged, Assert.Single(await rig.EndAsync()).State);
        Assert.Equal("Registered y alice | Registered x alice", await rig.StatesAsync(AliceSubscription()));
    }

    /// <summary>The RTR of SERVER_CHANGE is on its way when the phone comes back to the same S-CSCF.</summary>
    [Fact]
    public async Task A_registration_that_came_after_a_server_change_survives_its_answer()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), First, Second);
        await rig.Control.DeregisterPublicIdentityAsync(AliceSip, TerminationReason.ServerChange, null, None);
        var rtr = await rig.NextAsync();
        await using (var peer = await CxPeer.ConnectAsync(rig.Store))
            Assert.Equal("R:2001", (await peer.AskAsync(CxRequests.Sar(1, Alice, [AliceSip], X.Name, originHost: HostX))).Result);
        rtr.Reply(2001, writer =>
        {
            writer.BeginGroup(Avp.AssociatedIdentities);
            writer.WriteText(Avp.UserName, AliceTablet);
            writer.EndGroup();
        });
        await rig.EndAsync();
        Assert.Equal("Registered x alice | Registered x alice", await rig.StatesAsync(AliceSubscription()));
    }

    /// <summary>The S-CSCF was away when the user had to leave it, and both are back before the RTR.</summary>
    [Fact]
    public async Task An_RTR_that_waited_does_not_end_what_was_registered_there_since()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), First, Second);
        rig.Automatic[HostX] = _ => new(OutgoingOutcome.Undeliverable, default, default, default);
        await rig.Control.DeregisterPrivateIdentityAsync(Alice, TerminationReason.ServerChange, null, None);
        await rig.JobAsync(1, job => job.LastResult is not null);
        await using (var peer = await CxPeer.ConnectAsync(rig.Store))
            Assert.Equal("R:2001", (await peer.AskAsync(CxRequests.Sar(1, Alice, [AliceSip], X.Name, originHost: HostX))).Result);
        var sent = new List<string>();
        rig.Automatic[HostX] = request =>
        {
            lock (sent) sent.Add(new Sent(request).Text);
            return Sent.Answered(request, 2001);
        };
        Assert.Equal([CxJobState.Withdrawn, CxJobState.Acknowledged], (await rig.EndAsync()).Select(job => job.State));
        Assert.Equal("RTR 2 x alice [sip:alice.work]", Assert.Single(sent));
        Assert.Equal("Registered x alice | NotRegistered", await rig.StatesAsync(AliceSubscription()));
    }

    public static RegistrationState Registered(AssignedServer server, params string[] users) =>
        new() { Status = RegistrationStatus.Registered, Server = server, RegisteredPrivateIdentities = [.. users] };

    private static void Reply(Sent sent, string answer)
    {
        var parts = answer.Split(' ');
        var code = uint.Parse(parts[0].AsSpan(2), System.Globalization.CultureInfo.InvariantCulture);
        if (answer.StartsWith('E')) sent.ReplyExperimental(code);
        else sent.Reply(code, writer =>
        {
            foreach (var kept in parts.Skip(1))
            {
                writer.BeginGroup(Avp.IdentityWithEmergencyRegistration);
                writer.WriteText(Avp.UserName, Alice);
                writer.WriteText(Avp.PublicIdentity, kept == "tel" ? AliceTel : AliceSip);
                writer.EndGroup();
            }
        });
    }
}
