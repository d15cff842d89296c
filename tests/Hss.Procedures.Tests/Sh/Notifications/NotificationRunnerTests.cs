using Hss.DiameterNode;
using Hss.Subscribers;
using static Hss.Procedures.Tests.Sh.NotificationRig;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>When PNRs are sent, in what order, how often, and what stands in the way of whom.</summary>
public sealed class NotificationRunnerTests
{
    [Fact]
    public async Task A_change_is_told_to_whom_it_concerns_and_is_done_with_the_PNA()
    {
        await using var rig = new NotificationRig().Start();
        await rig.AddAsync(PhoneSubscription());
        await rig.PutAsync(PhoneSip, 0, "zero");
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip), To(HostB, PhoneSip, "other"));
        await rig.PutAsync(PhoneSip, 1, "one");
        var sent = await rig.NextAsync();
        Assert.Equal("as-a sip:phone si#1=<d>one</d>", sent.Text);
        Assert.Equal((HostA, Realm), (sent.Host, sent.DestinationRealm));
        sent.Reply();
        var done = Assert.Single(await rig.EndAsync());
        Assert.Equal((NotificationState.Acknowledged, 1), (done.State, done.Attempts));
        Assert.NotNull(done.Finished);
        await rig.QuietAsync();
    }

    [Fact]
    public async Task What_is_told_late_is_the_newest()
    {
        await using var rig = new NotificationRig().Start();
        await rig.AddAsync(PhoneSubscription());
        await rig.PutAsync(PhoneSip, 0, "zero");
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip));
        await rig.PutAsync(PhoneSip, 1, "one");
        var first = await rig.NextAsync();
        // While the first is under way, twice more.
        await rig.PutAsync(PhoneSip, 2, "two");
        await rig.PutAsync(PhoneSip, 3, "three");
        first.Reply();
        var second = await rig.NextAsync();
        Assert.Equal("as-a sip:phone si#3=<d>three</d>", second.Text);
        Assert.Equal(NotificationState.Pending, Assert.Single(await rig.AllAsync()).State); // the first PNA was not about this
        second.Reply();
        Assert.Equal((NotificationState.Acknowledged, 2), Assert.Single(await rig.EndAsync()) is var one ? (one.State, one.Version) : default);
    }

    [Fact]
    public async Task An_unanswered_one_is_sent_again_later_and_later_and_then_has_failed_with_a_line_that_says_so()
    {
        await using var rig = new NotificationRig(new() { MaxAttempts = 5 }).Start();
        await ChangedAsync(rig);
        var before = rig.Time.GetUtcNow();
        var gaps = new List<double>();
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var sent = await rig.NextAsync();
            gaps.Add((rig.Time.GetUtcNow() - before).TotalSeconds);
            before = rig.Time.GetUtcNow();
            if (attempt == 3) sent.Reply(5012);
            else sent.End(attempt % 2 == 0 ? OutgoingOutcome.Unusable : OutgoingOutcome.TimedOut);
        }
        var failed = Assert.Single(await rig.EndAsync());
        Assert.Equal((NotificationState.Failed, 5), (failed.State, failed.Attempts));
        // 5, 10, 20, 40 seconds, a quarter more or less.
        for (var i = 1; i < gaps.Count; i++) Assert.InRange(gaps[i], 3.75 * Math.Pow(2, i - 1), 6.25 * Math.Pow(2, i - 1) + 0.1);
        var line = Assert.Single(rig.Log.Lines, line => line.Contains("failed", StringComparison.Ordinal));
        Assert.Contains($"(RepositoryData of {PhoneSip} to {HostA})", line, StringComparison.Ordinal);
        Assert.Contains("given up after 5 attempts: no answer", line, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Log.Lines, one => one.Contains("secret", StringComparison.Ordinal)); // what it says is nobody's business
    }

    [Fact]
    public async Task Without_a_path_it_waits_without_using_up_its_attempts_until_it_is_too_old()
    {
        await using var rig = new NotificationRig(new() { MaxAttempts = 2, MaxAge = TimeSpan.FromMinutes(20) }).Start();
        var tries = 0;
        rig.Automatic[HostA] = _ =>
        {
            tries++;
            return new(OutgoingOutcome.Undeliverable, default, default, default);
        };
        await ChangedAsync(rig);
        var failed = Assert.Single(await rig.EndAsync());
        Assert.Equal((NotificationState.Failed, 0), (failed.State, failed.Attempts));
        Assert.Contains("no path", failed.LastResult, StringComparison.Ordinal);
        Assert.InRange(tries, 10, 40); // at most once a minute, give or take the spread, and the quick ones of the beginning
    }

    [Fact]
    public async Task A_path_that_opens_ends_the_pause()
    {
        await using var rig = new NotificationRig().Start();
        var isThere = false;
        rig.Automatic[HostA] = sent => isThere ? SentNotification.Success : new(OutgoingOutcome.Undeliverable, default, default, default);
        await ChangedAsync(rig);
        await rig.LogAsync("no path"); // event 6104: it is left alone for a while
        var now = rig.Time.GetUtcNow();
        isThere = true;
        rig.PathOpened();
        Assert.Equal(NotificationState.Acknowledged, Assert.Single(await rig.EndAsync()).State);
        Assert.InRange(rig.Time.GetUtcNow() - now, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Of_one_user_one_at_a_time_and_in_order_also_while_the_first_one_waits()
    {
        await using var rig = new NotificationRig().Start();
        await rig.AddAsync(AliceSubscription());
        foreach (var si in (string[])["a", "b", "c"]) await rig.PutAsync(AliceSip, 0, "zero", si);
        await rig.PutAsync(AliceWork, 0, "zero");
        await rig.SubscribeAsync(AliceSip, To(HostA, AliceSip, "a"), To(HostA, AliceSip, "b"), To(HostA, AliceSip, "c"), To(HostA, AliceWork));
        foreach (var si in (string[])["b", "a", "c"]) await rig.PutAsync(AliceSip, 1, "one", si);
        var first = await rig.NextAsync();
        Assert.Equal("as-a sip:alice b#1=<d>one</d>", first.Text);
        // Another identity of the same subscription is another user to the application server.
        await rig.PutAsync(AliceWork, 1, "one");
        var work = await rig.NextAsync();
        Assert.Equal("as-a sip:alice.work si#1=<d>one</d>", work.Text);
        work.Reply();
        first.End(OutgoingOutcome.TimedOut);
        foreach (var si in (string[])["b", "a", "c"])
        {
            var sent = await rig.NextAsync();
            Assert.Equal($"as-a sip:alice {si}#1=<d>one</d>", sent.Text);
            Assert.Equal(0, rig.Waiting);
            sent.Reply();
        }
        await rig.EndAsync();
    }

    [Fact]
    public async Task A_dead_application_server_holds_up_nobody_else()
    {
        // Fewer places in all than notifications for the dead one.
        await using var rig = new NotificationRig(new() { MaxInFlight = 6, MaxInFlightPerServer = 3 }).Start();
        var told = 0;
        rig.Automatic[HostB] = _ =>
        {
            Interlocked.Increment(ref told);
            return SentNotification.Success;
        };
        for (var number = 0; number < 20; number++) await rig.AddAsync(Numbered(number));
        for (var number = 0; number < 20; number++)
        {
            await rig.PutAsync(Sip(number), 0, "zero");
            await rig.SubscribeAsync(Sip(number), To(HostA, Sip(number)), To(HostB, Sip(number)));
            await rig.PutAsync(Sip(number), 1, "one");
        }
        // The dead one keeps three requests without an answer, and no more are sent to it.
        for (var i = 0; i < 3; i++) Assert.Equal(HostA, (await rig.NextAsync()).Host);
        for (var number = 0; number < 20; number++)
            await rig.WhenAsync(one => one.Key.ApplicationServer == HostB && one.Key.User.Value == Sip(number) && one.State == NotificationState.Acknowledged);
        Assert.Equal((20, 0), (told, rig.Waiting));
    }

    [Fact]
    public async Task A_silent_application_server_gets_one_request_at_a_time_until_it_answers()
    {
        await using var rig = new NotificationRig(new() { MaxInFlightPerServer = 3 }).Start();
        for (var number = 0; number < 9; number++)
        {
            await rig.AddAsync(Numbered(number));
            await rig.PutAsync(Sip(number), 0, "zero");
            await rig.SubscribeAsync(Sip(number), To(HostA, Sip(number)));
            await rig.PutAsync(Sip(number), 1, "one");
        }
        SentNotification[] first = [await rig.NextAsync(), await rig.NextAsync(), await rig.NextAsync()];
        foreach (var sent in first) sent.End(OutgoingOutcome.TimedOut);
        var only = await rig.NextAsync();
        var next = rig.NextAsync();
        Assert.False(next.IsCompleted);
        only.Reply();
        SentNotification[] more = [await next, await rig.NextAsync(), await rig.NextAsync()];
        rig.Automatic[HostA] = _ => SentNotification.Success;
        foreach (var sent in more) sent.Reply();
        Assert.All(await rig.EndAsync(), one => Assert.Equal(NotificationState.Acknowledged, one.State));
    }

    [Fact]
    public async Task A_crash_at_any_moment_sends_again_and_loses_nothing()
    {
        await using var before = new NotificationRig().Start();
        await ChangedAsync(before);
        var lost = await before.NextAsync();
        // Written, sent, and the power fails before the answer.
        await using var after = before.Restart().Start();
        var again = await after.NextAsync();
        Assert.Equal(lost.Text, again.Text);
        again.Reply();
        Assert.Equal(NotificationState.Acknowledged, Assert.Single(await after.EndAsync()).State);
        // Answered and written down: nothing is left to say.
        await using var later = after.Restart().Start();
        await later.QuietAsync();
    }

    [Fact]
    public async Task A_store_that_is_away_neither_loses_nor_floods()
    {
        await using var rig = new NotificationRig().Start();
        await ChangedAsync(rig);
        var sent = await rig.NextAsync();
        rig.Database.RefusesWrites = true;
        sent.Reply();
        await rig.LogAsync("wait for the store");
        rig.Database.RefusesWrites = false;
        (await rig.NextAsync()).Reply(); // nobody could write down that it was answered
        Assert.Equal(NotificationState.Acknowledged, Assert.Single(await rig.EndAsync()).State);
    }

    [Fact]
    public async Task A_subscription_that_ended_before_the_PNR_left_gets_none()
    {
        await using var rig = new NotificationRig();
        rig.Automatic[HostA] = _ => throw new InvalidOperationException("nothing is to be sent");
        await rig.AddAsync(AliceSubscription());
        await rig.PutAsync(AliceSip, 0, "zero");
        await rig.PutAsync(AliceWork, 0, "zero");
        await rig.SubscribeAsync(AliceSip, To(HostA, AliceSip), To(HostA, AliceWork, expiry: rig.Time.GetUtcNow().AddSeconds(10)));
        await rig.PutAsync(AliceSip, 1, "one");
        await rig.PutAsync(AliceWork, 1, "one");
        await rig.UnsubscribeAsync(AliceSip, key => key.User.Value == AliceSip);
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        rig.Start();
        var all = await rig.EndAsync();
        Assert.Equal([NotificationState.Withdrawn, NotificationState.Withdrawn], all.Select(one => one.State));
        Assert.Contains("ran out", all.Single(one => one.Key.User.Value == AliceWork).LastResult, StringComparison.Ordinal);
        await rig.QuietAsync();
    }

    [Fact]
    public async Task Who_makes_a_newer_change_himself_is_not_told_of_the_older_one()
    {
        await using var rig = new NotificationRig();
        await rig.AddAsync(PhoneSubscription());
        await rig.PutAsync(PhoneSip, 0, "zero");
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip), To(HostB, PhoneSip));
        await rig.PutAsync(PhoneSip, 1, "one");
        await rig.PutAsync(PhoneSip, 2, "two", by: HostA);
        rig.Start();
        var sent = await rig.NextAsync();
        Assert.Equal("as-b sip:phone si#2=<d>two</d>", sent.Text);
        sent.Reply();
        Assert.Equal([NotificationState.Withdrawn, NotificationState.Acknowledged], (await rig.EndAsync()).Select(one => one.State));
        await rig.QuietAsync();
    }

    [Fact]
    public async Task What_waits_for_a_subscription_that_ran_out_is_not_sent_though_another_change_has_dropped_it()
    {
        await using var rig = new NotificationRig();
        await rig.AddAsync(PhoneSubscription());
        await rig.PutAsync(PhoneSip, 0, "zero");
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip, expiry: rig.Time.GetUtcNow().AddSeconds(10)));
        await rig.PutAsync(PhoneSip, 1, "one");
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        await rig.PutAsync(PhoneSip, 2, "two");
        Assert.Empty((await rig.DataAsync(PhoneSip)).Subscriptions);
        rig.Start();
        await rig.QuietAsync();
        Assert.Equal(NotificationState.Withdrawn, Assert.Single(await rig.AllAsync()).State);
    }

    /// <summary>Counted in looks at the table, not in time: each of the other one's PNRs leaves with the look that follows its change.</summary>
    [Fact]
    public async Task Ten_thousand_for_a_dead_application_server_delay_nobody()
    {
        await using var rig = new NotificationRig(new() { MaxInFlight = 6, MaxInFlightPerServer = 3 });
        var counts = 0;
        rig.Database.OnCountNotifications = () => Interlocked.Increment(ref counts);
        const int Users = 100, PerUser = 100;
        for (var user = 0; user < Users; user++) await rig.AddAsync(Numbered(user));
        for (var user = 0; user < Users; user++) await rig.OweAsync(HostA, Sip(user), PerUser);
        Assert.Equal(Users * PerUser, Assert.Single(await rig.Store.ReadOpenNotificationsAsync(None)).Count);
        await rig.PutAsync(Sip(0), 0, "zero", "other");
        await rig.SubscribeAsync(Sip(0), To(HostB, Sip(0), "other"));
        rig.Start();
        for (var i = 0; i < 3; i++) Assert.Equal(HostA, (await rig.NextAsync()).Host); // and that is all the dead one gets
        for (var number = 1; number <= 20; number++)
        {
            var before = Volatile.Read(ref counts);
            await rig.PutAsync(Sip(0), number, $"number {number}", "other");
            var sent = await rig.NextAsync();
            Assert.Equal($"as-b sip:user0 other#{number}=<d>number {number}</d>", sent.Text);
            Assert.InRange(Volatile.Read(ref counts) - before, 0, 4);
            sent.Reply();
        }
    }

    [Fact]
    public async Task What_ends_a_subscription_is_still_told()
    {
        await using var rig = new NotificationRig().Start();
        await rig.AddAsync(PhoneSubscription());
        await rig.PutAsync(PhoneSip, 0, "zero");
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip), To(HostB, PhoneSip, reference: ShDataReference.ImsUserState, oneTime: true));
        await rig.RegisterAsync(PhoneSip, RegistrationStatus.Registered);
        var state = await rig.NextAsync();
        await rig.PutAsync(PhoneSip, 0, null);
        Assert.Empty((await rig.DataAsync(PhoneSip)).Subscriptions);
        var deleted = await rig.NextAsync();
        Assert.Equal(("as-b sip:phone state=1", "as-a sip:phone si#1"), (state.Text, deleted.Text));
        state.Reply();
        deleted.Reply();
        Assert.All(await rig.EndAsync(), one => Assert.Equal(NotificationState.Acknowledged, one.State));
    }

    /// <summary>One notification about repository data of the phone for the first application server.</summary>
    internal static async Task ChangedAsync(NotificationRig rig)
    {
        await rig.AddAsync(PhoneSubscription());
        await rig.PutAsync(PhoneSip, 0, "secret");
        await rig.SubscribeAsync(PhoneSip, To(HostA, PhoneSip));
        await rig.PutAsync(PhoneSip, 1, "secret too");
    }

    internal static string Sip(int number) => $"sip:user{number}@{Realm}";

    internal static Subscription Numbered(int number) => PhoneSubscription() with
    {
        SubscriptionId = $"s{number}",
        PrivateIdentities = [Fixed($"user{number}@{Realm}", false)],
        ImplicitRegistrationSets = [new() { PublicIdentities = [Public(Sip(number), "voicemail")] }],
    };
}
