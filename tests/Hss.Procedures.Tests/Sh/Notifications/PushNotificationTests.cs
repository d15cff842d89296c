using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Procedures.Sh;
using Hss.Subscribers;
using static Hss.Procedures.Tests.Sh.NotificationRig;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>What a PNR says, and what its PNA means.</summary>
public sealed class PushNotificationTests
{
    [Theory]
    [InlineData(ShUserIdentityKind.Msisdn, "12125550001", "2121550500F1")]
    [InlineData(ShUserIdentityKind.Msisdn, "1212555000", "2121550500")]
    [InlineData(ShUserIdentityKind.ExternalIdentifier, "meter7@example.com", null)]
    public async Task The_user_is_named_as_the_application_server_named_him(ShUserIdentityKind kind, string name, string? tbcd)
    {
        await using var rig = new NotificationRig().Start();
        var subscription = PhoneSubscription();
        var phone = subscription.PrivateIdentities[0];
        subscription = subscription with
        {
            PrivateIdentities = [kind == ShUserIdentityKind.Msisdn ? phone with { Msisdns = [name] } : phone with { ExternalIdentifiers = [name] }],
        };
        await rig.AddAsync(subscription);
        await rig.SubscribeAsync(PhoneSip, To(HostA, name, reference: ShDataReference.ChargingInformation, kind: kind, privateIdentity: Phone));
        await rig.AddAsync(subscription with { Charging = new("aaa://new." + Realm, null, null, null) });
        var sent = await rig.NextAsync();
        var user = sent.Pnr.UserIdentity;
        Assert.False(user.PublicIdentity.IsPresent);
        if (tbcd is null) Assert.Equal(name, user.ExternalIdentifier.ToText());
        else Assert.Equal(tbcd, Convert.ToHexString(user.Msisdn.Span));
        Assert.Equal(Phone, sent.Pnr.UserName.ToText()); // the SNR had it
        Assert.Contains("aaa://new.", sent.Xml, StringComparison.Ordinal);
        sent.Reply();
        await rig.EndAsync();
    }

    [Theory]
    [InlineData(Rooms, Room, PublicIdentityType.WildcardedPsi)]
    [InlineData(Desks, Desk, PublicIdentityType.WildcardedImpu)]
    public async Task An_identity_under_a_wildcard_comes_with_the_wildcard(string wildcard, string asked, PublicIdentityType type)
    {
        await using var rig = new NotificationRig().Start();
        await rig.AddAsync(PhoneSubscription() with
        {
            ImplicitRegistrationSets = [new() { PublicIdentities = [Public(PhoneSip, "voicemail"), Public(wildcard, "voicemail") with { Type = type }] }],
        });
        await rig.PutAsync(wildcard, 0, "zero");
        await rig.SubscribeAsync(wildcard, To(HostA, wildcard, asked: asked));
        await rig.PutAsync(wildcard, 1, "one");
        var sent = await rig.NextAsync();
        Assert.Equal(asked, sent.User);
        Assert.Equal(type == PublicIdentityType.WildcardedPsi ? (wildcard, "") : ("", wildcard),
            (sent.Pnr.WildcardedPublicIdentity.ToText(), sent.Pnr.WildcardedImpu.ToText()));
        Assert.False(sent.Pnr.UserName.IsPresent);
        sent.Reply();
        await rig.EndAsync();
    }

    // The schema wants a SIP URI. What an S-CSCF calls itself is kept and told as it is, and must not hold up the rest.
    [Fact]
    public async Task A_server_name_without_a_scheme_goes_alone_and_the_rest_without_it()
    {
        await using var rig = new NotificationRig();
        await rig.AddAsync(PhoneSubscription());
        foreach (var reference in (ShDataReference[])[ShDataReference.ImsUserState, ShDataReference.ServerName, ShDataReference.RepositoryData])
            await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip, reference: reference, combines: true));
        await rig.RegisterAsync(PhoneSip, RegistrationStatus.Registered, "x.example.org:6060");
        await rig.PutAsync(PhoneSip, 0, "zero");
        rig.Start();
        List<string> told = [];
        while (told.Count < 3)
        {
            var sent = await rig.NextAsync();
            told.Add(sent.Xml);
            sent.Reply();
        }
        Assert.Contains(told, xml => xml.Contains("<SCSCFName>x.example.org:6060</SCSCFName>", StringComparison.Ordinal));
        Assert.All(await rig.EndAsync(), one => Assert.Equal(NotificationState.Acknowledged, one.State));
    }

    [Fact]
    public async Task Changes_go_together_to_whom_both_sides_agreed_with_and_one_by_one_to_others()
    {
        await using var rig = new NotificationRig();
        await rig.AddAsync(PhoneSubscription());
        foreach (var si in (string[])["a", "b"]) await rig.PutAsync(PhoneSip, 0, "zero", si);
        foreach (var (host, combines) in ((string, bool)[])[(HostA, true), (HostB, false)])
            await rig.SubscribeAsync(PhoneSip, To(host, PhoneSip, "a", combines: combines), To(host, PhoneSip, "b", combines: combines),
                To(host, PhoneSip, reference: ShDataReference.ImsUserState, combines: combines));
        await rig.PutAsync(PhoneSip, 1, "one", "a");
        await rig.RegisterAsync(PhoneSip, RegistrationStatus.Registered);
        await rig.PutAsync(PhoneSip, 0, null, "b");
        rig.Start();
        List<SentNotification> sent = [];
        for (var i = 0; i < 4; i++)
        {
            sent.Add(await rig.NextAsync());
            // The three of the second one come one after the other, the combined one whenever it likes.
            if (sent[^1].Host == HostB || i == 3) sent[^1].Reply();
        }
        foreach (var one in sent.Where(one => !one.Answer.Task.IsCompleted)) one.Reply();
        var together = Assert.Single(sent, one => one.Host == HostA);
        Assert.Equal(["a#1=<d>one</d>", "b#1", "state=1"], together.Items);
        Assert.Equal(["as-b sip:phone a#1=<d>one</d>", "as-b sip:phone state=1", "as-b sip:phone b#1"], sent.Where(one => one.Host == HostB).Select(one => one.Text));
        Assert.Equal(1, together.Pnr.SupportedFeatures.Count);
        Assert.All(sent.Where(one => one.Host == HostB), one => Assert.Equal(0, one.Pnr.SupportedFeatures.Count)); // it may not know the AVP
        Assert.All(await rig.EndAsync(), one => Assert.Equal(NotificationState.Acknowledged, one.State));
    }

    [Fact]
    public async Task What_does_not_fit_one_message_goes_in_several()
    {
        await using var rig = new NotificationRig();
        await rig.AddAsync(PhoneSubscription());
        string[] indications = ["a", "b", "c", "d"];
        foreach (var si in indications) await rig.PutAsync(PhoneSip, 0, "zero", si);
        await rig.SubscribeAsync(PhoneSip, [.. indications.Select(si => To(HostA, PhoneSip, si, combines: true))]);
        foreach (var si in indications) await rig.PutAsync(PhoneSip, 1, new('x', 25_000), si);
        rig.Automatic[HostA] = sent =>
        {
            Assert.InRange(sent.Frame.Length, 50_000, DiameterLimits.MaxFrameLengthBytes);
            return SentNotification.Success;
        };
        rig.Start();
        Assert.All(await rig.EndAsync(), one => Assert.Equal((NotificationState.Acknowledged, 1), (one.State, one.Attempts)));
    }

    [Theory]
    [InlineData('E', 5100u, false)]
    [InlineData('E', 5008u, false)]
    [InlineData('E', 5004u, false)]
    [InlineData('E', 4100u, true)]
    [InlineData('R', 5012u, true)] // trouble over there, not a word about the data
    [InlineData('R', 3004u, true)]
    [InlineData('R', 3001u, false)]
    [InlineData('R', 5004u, false)]
    public async Task A_refusal_ends_it_unless_it_speaks_of_the_moment(char kind, uint code, bool isSentAgain)
    {
        await using var rig = new NotificationRig().Start();
        await NotificationRunnerTests.ChangedAsync(rig);
        var sent = await rig.NextAsync();
        if (kind == 'E') sent.ReplyExperimental(code);
        else sent.Reply(code);
        if (isSentAgain) (await rig.NextAsync()).Reply();
        var ended = Assert.Single(await rig.EndAsync());
        Assert.Equal(isSentAgain ? (NotificationState.Acknowledged, 2) : (NotificationState.Failed, 1), (ended.State, ended.Attempts));
        Assert.Single((await rig.DataAsync(PhoneSip)).Subscriptions);
        await rig.QuietAsync();
    }

    [Fact]
    public async Task Who_does_not_know_the_user_loses_all_his_subscriptions_to_him()
    {
        await using var rig = new NotificationRig().Start();
        await rig.AddAsync(AliceSubscription());
        await rig.PutAsync(AliceSip, 0, "zero");
        await rig.PutAsync(AliceWork, 0, "zero");
        await rig.SubscribeAsync(AliceSip, To(HostA, AliceSip), To(HostA, AliceSip, reference: ShDataReference.ImsUserState), To(HostA, AliceWork), To(HostB, AliceSip));
        await rig.PutAsync(AliceSip, 1, "one");
        SentNotification[] sent = [await rig.NextAsync(), await rig.NextAsync()];
        await rig.RegisterAsync(AliceSip, RegistrationStatus.Registered); // waits behind the first
        foreach (var one in sent.Where(one => one.Host == HostB)) one.Reply();
        sent.Single(one => one.Host == HostA).ReplyExperimental(5001);
        var all = await rig.EndAsync();
        Assert.Equal(
            [$"{HostA} ImsUserState Withdrawn", $"{HostA} RepositoryData Failed", $"{HostB} RepositoryData Acknowledged"],
            all.Select(one => $"{one.Key.ApplicationServer} {one.Key.Reference} {one.State}").Order(StringComparer.Ordinal));
        Assert.Equal([(HostA, AliceWork), (HostB, AliceSip)],
            (await rig.DataAsync(AliceSip)).Subscriptions.Select(one => (one.Key.ApplicationServer, one.Key.User.Value)).Order());
        Assert.Contains(rig.Log.Lines, line => line.Contains("2 of its subscriptions ended", StringComparison.Ordinal));
        await rig.QuietAsync();
    }

    [Fact]
    public async Task Subscriptions_that_were_made_since_are_not_what_the_answer_was_about()
    {
        await using var rig = new NotificationRig().Start();
        await NotificationRunnerTests.ChangedAsync(rig);
        var sent = await rig.NextAsync();
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip, expiry: rig.Time.GetUtcNow().AddDays(1)), To(HostA, PhoneSip, reference: ShDataReference.ImsUserState));
        sent.ReplyExperimental(5001);
        await rig.EndAsync();
        Assert.Equal(2, (await rig.DataAsync(PhoneSip)).Subscriptions.Length);
    }

    [Fact]
    public async Task What_changed_for_a_subscription_made_since_is_told_all_the_same()
    {
        await using var rig = new NotificationRig().Start();
        await NotificationRunnerTests.ChangedAsync(rig);
        var sent = await rig.NextAsync();
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip));
        await rig.PutAsync(PhoneSip, 2, "newer");
        sent.ReplyExperimental(5001);
        var next = await rig.NextAsync();
        Assert.Contains("newer", next.Xml, StringComparison.Ordinal);
        next.Reply();
        Assert.Equal(NotificationState.Acknowledged, Assert.Single(await rig.EndAsync()).State);
        Assert.Single((await rig.DataAsync(PhoneSip)).Subscriptions);
    }

    [Fact]
    public async Task Who_has_not_subscribed_to_one_of_several_loses_that_one_alone()
    {
        await using var rig = new NotificationRig();
        await rig.AddAsync(PhoneSubscription());
        string[] indications = ["a", "b", "c"];
        foreach (var si in indications) await rig.PutAsync(PhoneSip, 0, "zero", si);
        await rig.SubscribeAsync(PhoneSip, [.. indications.Select(si => To(HostA, PhoneSip, si, combines: true))]);
        foreach (var si in indications) await rig.PutAsync(PhoneSip, 1, "one", si);
        rig.Automatic[HostA] = sent => sent.Items.Any(one => one[0] == 'b') ? SentNotification.Experimental(5107) : SentNotification.Success;
        rig.Start();
        Assert.Equal("a Acknowledged, b Failed, c Acknowledged", string.Join(", ", (await rig.EndAsync()).Select(one => $"{one.Key.Detail} {one.State}")));
        Assert.Equal(["a", "c"], (await rig.DataAsync(PhoneSip)).Subscriptions.Select(one => one.Key.Detail).Order());
    }

    [Fact]
    public async Task One_that_no_message_can_hold_fails_and_holds_up_nobody()
    {
        await using var rig = new NotificationRig();
        await rig.AddAsync(PhoneSubscription());
        foreach (var si in (string[])["a", "b"]) await rig.PutAsync(PhoneSip, 0, "zero", si);
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip, "a", combines: true), To(HostA, PhoneSip, "b", combines: true));
        foreach (var si in (string[])["a", "b"]) await rig.PutAsync(PhoneSip, 1, "one", si);
        rig.Automatic[HostA] = sent => sent.Items.Any(one => one[0] == 'a') ? new(OutgoingOutcome.TooLong, default, default, default) : SentNotification.Success;
        rig.Start();
        Assert.Equal([(NotificationState.Failed, 0), (NotificationState.Acknowledged, 1)], (await rig.EndAsync()).Select(one => (one.State, one.Attempts)));
    }

    [Fact]
    public async Task Operators_put_back_what_failed_but_never_over_what_is_newer()
    {
        await using var rig = new NotificationRig(new() { MaxAttempts = 1 }).Start();
        await rig.PermitAsync(HostA, ShDataReference.RepositoryData);
        await NotificationRunnerTests.ChangedAsync(rig);
        (await rig.NextAsync()).End(OutgoingOutcome.TimedOut);
        var failed = Assert.Single(await rig.EndAsync());
        Assert.Equal(NotificationRetry.NotFailed, await rig.Control.RetryAsync(4711));
        Assert.Equal(NotificationRetry.Written, await rig.Control.RetryAsync(failed.Id));
        var again = await rig.NextAsync();
        Assert.Equal("as-a sip:phone si#1=<d>secret too</d>", again.Text);
        Assert.Equal(NotificationRetry.NotFailed, await rig.Control.RetryAsync(failed.Id)); // it is pending
        again.End(OutgoingOutcome.TimedOut);
        await rig.EndAsync();

        await rig.PutAsync(PhoneSip, 2, "newer");
        Assert.Equal(NotificationRetry.Superseded, await rig.Control.RetryAsync(failed.Id)); // a newer one is under way
        (await rig.NextAsync()).Reply();
        await rig.EndAsync();
        Assert.Equal(NotificationRetry.Superseded, await rig.Control.RetryAsync(failed.Id)); // and was taken

        await rig.PutAsync(PhoneSip, 3, "last");
        var last = await rig.NextAsync();
        var pending = (await rig.Control.ListAsync(new() { State = NotificationState.Pending }, None)).Single();
        Assert.True(await rig.Control.WithdrawAsync(pending.Id));
        last.Reply(); // too late: an operator has decided
        await rig.QuietAsync();
        Assert.Equal(NotificationState.Withdrawn, (await rig.AllAsync())[^1].State);
        Assert.True(await rig.Control.WithdrawAsync(failed.Id));
        Assert.False(await rig.Control.WithdrawAsync(failed.Id));
    }

    // Each row: what happens behind the notification that failed, and whether it is put back then.
    [Theory]
    [InlineData("nothing", NotificationRetry.Written)]
    [InlineData("the permission goes", NotificationRetry.NotPermitted)]
    [InlineData("its own update", NotificationRetry.Outdated)]
    [InlineData("a newer one fails", NotificationRetry.Superseded)]
    [InlineData("a newer one is withdrawn", NotificationRetry.Superseded)]
    [InlineData("its time runs out", NotificationRetry.NotSubscribed)]
    [InlineData("the subscription ends", NotificationRetry.Written)] // as that of a one-time one does
    [InlineData("the subscription ends, and the data change", NotificationRetry.Outdated)]
    [InlineData("the data are deleted", NotificationRetry.Superseded)] // that is told by a newer one
    public async Task What_failed_is_put_back_while_it_is_so_and_may_be_told(string meanwhile, NotificationRetry expected)
    {
        await using var rig = new NotificationRig();
        await rig.PermitAsync(HostA, ShDataReference.RepositoryData);
        await rig.AddAsync(PhoneSubscription());
        await rig.PutAsync(PhoneSip, 0, "zero");
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip, expiry: rig.Time.GetUtcNow().AddHours(1)));
        await rig.PutAsync(PhoneSip, 1, "one");
        var failed = await EndAsync(rig, NotificationState.Failed);
        switch (meanwhile)
        {
            case "the permission goes": await rig.PermitAsync(HostA, ShDataReference.ImsUserState); break;
            case "its own update": await rig.PutAsync(PhoneSip, 2, "its own", by: HostA); break;
            case "its time runs out": rig.Time.Advance(TimeSpan.FromHours(1)); break;
            case "the data are deleted": await rig.PutAsync(PhoneSip, 2, null); break;
            case "a newer one fails" or "a newer one is withdrawn":
                await rig.PutAsync(PhoneSip, 2, "two");
                await EndAsync(rig, meanwhile == "a newer one fails" ? NotificationState.Failed : NotificationState.Withdrawn);
                break;
            case "the subscription ends" or "the subscription ends, and the data change":
                await rig.UnsubscribeAsync(PhoneSip, _ => true);
                if (meanwhile != "the subscription ends") await rig.PutAsync(PhoneSip, 2, "two");
                break;
        }
        Assert.Equal(expected, await rig.Control.RetryAsync(failed.Id));
        Assert.Equal(expected == NotificationRetry.Written, (await rig.AllAsync())[0].State == NotificationState.Pending);
    }

    [Fact]
    public async Task What_tells_of_an_end_is_put_back_until_there_is_something_again()
    {
        await using var rig = new NotificationRig();
        await rig.PermitAsync(HostA, ShDataReference.RepositoryData, ShDataReference.ServerName, ShDataReference.ImsUserState);
        await rig.AddAsync(PhoneSubscription());
        await rig.PutAsync(PhoneSip, 0, "zero");
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip), To(HostA, PhoneSip, reference: ShDataReference.ImsUserState, oneTime: true));
        await rig.PutAsync(PhoneSip, 1, null);
        var deleted = await EndAsync(rig, NotificationState.Failed);
        Assert.Equal(NotificationRetry.Written, await rig.Control.RetryAsync(deleted.Id));
        await EndAsync(rig, NotificationState.Failed);
        await rig.PutAsync(PhoneSip, 0, "again");
        Assert.Equal(NotificationRetry.Outdated, await rig.Control.RetryAsync(deleted.Id));

        await rig.RegisterAsync(PhoneSip, RegistrationStatus.Registered);
        var once = await EndAsync(rig, NotificationState.Failed);
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip, reference: ShDataReference.ServerName));
        Assert.Equal(NotificationRetry.Written, await rig.Control.RetryAsync(once.Id));
        await EndAsync(rig, NotificationState.Failed);
        await rig.Store.RemoveAsync(PhoneSubscription().SubscriptionId, None);
        Assert.Equal(NotificationRetry.Outdated, await rig.Control.RetryAsync(once.Id));
        var gone = await EndAsync(rig, NotificationState.Failed);
        Assert.Equal(NotificationRetry.Written, await rig.Control.RetryAsync(gone.Id));
    }

    // Each row: what ends the subscription, what happens before its PNR can leave, and what that tells then; null: none leaves.
    [Theory]
    [InlineData("one time", "its own update", "as-a sip:phone si#2=<d>two</d>")]
    [InlineData("one time", "another update", "as-a sip:phone si#2=<d>two</d>")]
    [InlineData("one time", "deleted", "as-a sip:phone si#0")]
    [InlineData("one time", "nothing", "as-a sip:phone si#1=<d>one</d>")]
    [InlineData("one time", "user removed", null)]
    [InlineData("one time", "subscribed again", "as-a sip:phone si#1=<d>one</d>")]
    [InlineData("deleted", "created by itself", "as-a sip:phone si#0=<d>again</d>")]
    [InlineData("deleted", "nothing", "as-a sip:phone si#1")]
    public async Task What_outlived_its_subscription_tells_what_stands_when_it_leaves(string end, string meanwhile, string? told)
    {
        await using var rig = new NotificationRig();
        await rig.AddAsync(PhoneSubscription());
        await rig.PutAsync(PhoneSip, 0, "zero");
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip, oneTime: end == "one time"));
        await rig.PutAsync(PhoneSip, 1, end == "one time" ? "one" : null);
        Assert.Empty((await rig.DataAsync(PhoneSip)).Subscriptions);
        switch (meanwhile)
        {
            case "its own update": await rig.PutAsync(PhoneSip, 2, "two", by: HostA); break;
            case "another update": await rig.PutAsync(PhoneSip, 2, "two", by: HostB); break;
            case "deleted": await rig.PutAsync(PhoneSip, 2, null, by: HostB); break;
            case "created by itself": await rig.PutAsync(PhoneSip, 0, "again", by: HostA); break;
            case "subscribed again": await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip)); break;
            case "user removed": await rig.Store.RemoveAsync(PhoneSubscription().SubscriptionId, None); break;
        }
        rig.Start();
        if (told is null)
        {
            Assert.Equal(NotificationState.Withdrawn, Assert.Single(await rig.EndAsync()).State);
            return;
        }
        var sent = await rig.NextAsync();
        Assert.Equal(told, sent.Text);
        sent.Reply();
        Assert.Equal(NotificationState.Acknowledged, Assert.Single(await rig.EndAsync()).State);
    }

    [Fact]
    public async Task A_state_that_has_passed_is_not_told_when_its_subscription_was_for_one_time()
    {
        await using var rig = new NotificationRig();
        await rig.AddAsync(PhoneSubscription());
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip, reference: ShDataReference.ImsUserState, oneTime: true));
        await rig.RegisterAsync(PhoneSip, RegistrationStatus.Registered);
        await rig.RegisterAsync(PhoneSip, RegistrationStatus.NotRegistered);
        rig.Start();
        var sent = await rig.NextAsync();
        Assert.Equal("as-a sip:phone state=0", sent.Text);
        sent.Reply();
        await rig.EndAsync();
    }

    private static async Task<Notification> EndAsync(NotificationRig rig, NotificationState state)
    {
        var pending = Assert.Single(await PendingAsync(rig));
        Assert.Equal(1, await rig.Store.WriteNotificationsAsync([new(pending with { State = state, Finished = rig.Time.GetUtcNow() })], None));
        return pending;
    }

    private static Task<IReadOnlyList<Notification>> PendingAsync(NotificationRig rig) => rig.Store.ReadNotificationsAsync(new() { State = NotificationState.Pending }, None);
}
