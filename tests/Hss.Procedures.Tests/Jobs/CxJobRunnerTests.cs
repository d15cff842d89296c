using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Subscribers;
using Hss.Testing;
using static Hss.Procedures.Tests.JobRig;
using static Hss.Procedures.Tests.RegistrationTerminationTests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>When jobs are sent, in what order, how often, and what operators can do about them.</summary>
public sealed class CxJobRunnerTests
{
    [Fact]
    public async Task An_unanswered_job_is_sent_again_later_and_later_and_then_has_failed()
    {
        await using var rig = new JobRig(new() { MaxAttempts = 5 }).Start();
        await rig.AddAsync(PhoneSubscription(), Registered(X, Phone));
        await rig.Control.DeregisterPrivateIdentityAsync(Phone, TerminationReason.PermanentTermination, null, None);
        var before = rig.Time.GetUtcNow();
        var gaps = new List<double>();
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var sent = await rig.NextAsync();
            gaps.Add((rig.Time.GetUtcNow() - before).TotalSeconds);
            before = rig.Time.GetUtcNow();
            sent.End(attempt % 2 == 0 ? OutgoingOutcome.Unusable : OutgoingOutcome.TimedOut);
        }
        var job = Assert.Single(await rig.EndAsync());
        Assert.Equal((CxJobState.Failed, 5), (job.State, job.Attempts));
        Assert.NotNull(job.Finished);
        // 5, 10, 20, 40 seconds, a quarter more or less.
        for (var i = 1; i < gaps.Count; i++) Assert.InRange(gaps[i], 3.75 * Math.Pow(2, i - 1), 6.25 * Math.Pow(2, i - 1) + 0.1);
        Assert.Equal("Registered x phone", await rig.StatesAsync(PhoneSubscription())); // never believed delivered
    }

    [Fact]
    public async Task A_failed_job_can_be_put_back_and_a_job_can_be_forced()
    {
        await using var rig = new JobRig(new() { MaxAttempts = 1 }).Start();
        await rig.AddAsync(PhoneSubscription(), Registered(X, Phone));
        await rig.Control.DeregisterPrivateIdentityAsync(Phone, TerminationReason.PermanentTermination, null, None);
        (await rig.NextAsync()).End(OutgoingOutcome.TimedOut);
        var job = Assert.Single(await rig.EndAsync());
        Assert.Equal(CxJobState.Failed, job.State);

        Assert.True(await rig.Control.RetryAsync(job.Id));
        var again = await rig.NextAsync();
        Assert.False(await rig.Control.RetryAsync(job.Id)); // it is pending
        Assert.True(await rig.Control.ForceAsync(job.Id)); // while it is under way
        Assert.Equal("NotRegistered", await rig.StatesAsync(PhoneSubscription()));
        // Registered again since: the late answer belongs to a job that is over.
        await rig.CommitAsync(await rig.FindAsync(PhoneSubscription()), new([(0, Registered(X, Phone))], []));
        again.Reply(2001);
        await rig.QuietAsync();
        Assert.Equal(CxJobState.Forced, Assert.Single(await rig.JobsAsync()).State);
        Assert.Equal("Registered x phone", await rig.StatesAsync(PhoneSubscription()));
        Assert.False(await rig.Control.ForceAsync(job.Id));
        Assert.False(await rig.Control.RetryAsync(job.Id));
        Assert.False(await rig.Control.ForceAsync(4711));
    }

    [Fact]
    public async Task Without_a_path_a_job_waits_without_using_up_its_attempts_until_it_is_too_old()
    {
        await using var rig = new JobRig(new() { MaxAttempts = 2, MaxAge = TimeSpan.FromMinutes(20) }).Start();
        await rig.AddAsync(PhoneSubscription(), Registered(X, Phone));
        var tries = 0;
        rig.Automatic[HostX] = _ =>
        {
            tries++;
            return new(OutgoingOutcome.Undeliverable, default, default, default);
        };
        await rig.Control.DeregisterPrivateIdentityAsync(Phone, TerminationReason.PermanentTermination, null, None);
        var job = Assert.Single(await rig.EndAsync());
        Assert.Equal((CxJobState.Failed, 0), (job.State, job.Attempts));
        Assert.Contains("no path", job.LastResult, StringComparison.Ordinal);
        Assert.InRange(tries, 10, 40); // at most once a minute, give or take the spread, and the quick ones of the beginning
        Assert.InRange(job.Finished!.Value - job.Created, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(23));
    }

    [Fact]
    public async Task One_that_no_message_can_hold_fails_at_once_and_holds_up_nobody()
    {
        await using var rig = new JobRig().Start();
        rig.Automatic[HostX] = request => new Sent(request).Rtr.UserName.ToText() == User(0)
            ? new(OutgoingOutcome.TooLong, default, default, default)
            : Sent.Answered(request, 2001);
        for (var number = 0; number < 3; number++)
        {
            await rig.AddAsync(Numbered(number), Registered(X, User(number)));
            await rig.Store.RemoveAsync($"s{number}", None);
        }
        var ended = await rig.EndAsync();
        Assert.Equal([CxJobState.Failed, CxJobState.Acknowledged, CxJobState.Acknowledged], ended.Select(job => job.State));
        Assert.Equal([0, 1, 1], ended.Select(job => job.Attempts));
        Assert.All(ended, job => Assert.True(job.Finished - job.Created < TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_server_that_comes_back_gets_what_waited_in_order()
    {
        await using var rig = new JobRig().Start();
        rig.Automatic[HostX] = _ => new(OutgoingOutcome.Undeliverable, default, default, default);
        for (var number = 0; number < 20; number++)
        {
            await rig.AddAsync(Numbered(number), Registered(X, User(number)));
            await rig.Store.RemoveAsync($"s{number}", None);
        }
        await rig.JobAsync(1, job => job.LastResult is not null);
        var order = new List<string>();
        rig.Automatic[HostX] = request =>
        {
            lock (order) order.Add(new Sent(request).Text);
            return Sent.Answered(request, 2001);
        };
        Assert.All(await rig.EndAsync(), job => Assert.Equal(CxJobState.Acknowledged, job.State));
        Assert.Equal(20, order.Distinct().Count());
        Assert.Equal(20, order.Count);
    }

    /// <summary>Behind a change of all subscriptions counting takes longer than sending: it must not be done for every few jobs.</summary>
    [Fact]
    public async Task Counting_that_takes_long_is_done_seldom_and_no_server_is_forgotten()
    {
        await using var rig = new JobRig();
        var counts = 0;
        rig.Database.OnCount = () =>
        {
            counts++;
            rig.Time.Advance(TimeSpan.FromSeconds(1));
        };
        foreach (var host in (string[])[HostX, Y.DiameterHost]) rig.Automatic[host] = request => Sent.Answered(request, 2001);
        for (var number = 0; number < 40; number++)
        {
            await rig.AddAsync(Numbered(number), Registered(X, User(number)));
            await rig.Store.RemoveAsync($"s{number}", None);
        }
        rig.Start();
        await rig.JobAsync(20, job => job.State == CxJobState.Acknowledged);
        await rig.AddAsync(Numbered(40), Registered(Y, User(40)));
        await rig.Store.RemoveAsync("s40", None);
        Assert.All(await rig.EndAsync(), job => Assert.Equal(CxJobState.Acknowledged, job.State));
        Assert.InRange(counts, 1, 4);
    }

    [Fact]
    public async Task A_dead_server_holds_up_nobody_else()
    {
        // Fewer places in all than jobs for the dead ones.
        await using var rig = new JobRig(new() { MaxInFlight = 6, MaxInFlightPerServer = 3 }).Start();
        for (var number = 0; number < 30; number++)
        {
            var dead = new AssignedServer("sip:dead", "dead", Realm);
            await rig.AddAsync(Numbered(number), Registered(number % 3 == 0 ? Y : dead, User(number)));
        }
        var answered = 0;
        rig.Automatic[Y.DiameterHost] = request =>
        {
            Interlocked.Increment(ref answered);
            return Sent.Answered(request, 2001);
        };
        for (var number = 0; number < 30; number++) await rig.Store.RemoveAsync($"s{number}", None);
        // The dead one keeps three requests without an answer, and no more are sent to it.
        for (var i = 0; i < 3; i++) Assert.Equal("dead", (await rig.NextAsync()).Host);
        foreach (var job in await rig.JobsAsync())
            if (job.Server == Y) await rig.JobAsync(job.Id, one => one.State == CxJobState.Acknowledged);
        Assert.Equal(10, answered);
    }

    [Fact]
    public async Task A_silent_server_gets_one_request_at_a_time_until_it_answers()
    {
        await using var rig = new JobRig(new() { MaxInFlightPerServer = 3 }).Start();
        for (var number = 0; number < 9; number++) await rig.AddAsync(Numbered(number), Registered(X, User(number)));
        for (var number = 0; number < 9; number++) await rig.Store.RemoveAsync($"s{number}", None);
        Sent[] first = [await rig.NextAsync(), await rig.NextAsync(), await rig.NextAsync()];
        foreach (var sent in first) sent.End(OutgoingOutcome.TimedOut);
        var only = await rig.NextAsync();
        var next = rig.NextAsync();
        Assert.False(next.IsCompleted);
        only.Reply(2001);
        Sent[] more = [await next, await rig.NextAsync(), await rig.NextAsync()];
        rig.Automatic[HostX] = request => Sent.Answered(request, 2001);
        foreach (var sent in more) sent.Reply(2001);
        await rig.EndAsync();
        Assert.All(await rig.JobsAsync(), job => Assert.Equal(CxJobState.Acknowledged, job.State));
    }

    [Fact]
    public async Task Jobs_of_one_subscription_wait_for_the_one_before_them()
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), Registered(X, Alice), Registered(X, Alice));
        await rig.Control.DeregisterPublicIdentityAsync(AliceSip, TerminationReason.PermanentTermination, null, None);
        await rig.Control.DeregisterPublicIdentityAsync(AliceWork, TerminationReason.PermanentTermination, null, None);
        var first = await rig.NextAsync();
        Assert.EndsWith("[sip:alice tel:+12125550001]", first.Text, StringComparison.Ordinal);
        first.End(OutgoingOutcome.TimedOut);
        var second = await rig.NextAsync();
        Assert.Equal(first.Text, second.Text);
        second.Reply(2001);
        var third = await rig.NextAsync();
        Assert.EndsWith("[sip:alice.work]", third.Text, StringComparison.Ordinal);
        third.Reply(2001);
        await rig.EndAsync();
    }

    [Fact]
    public async Task A_crash_at_any_moment_sends_again_and_loses_nothing()
    {
        var before = new JobRig();
        await using (before)
        {
            before.Start();
            await before.AddAsync(PhoneSubscription(), Registered(X, Phone));
            await before.Control.DeregisterPrivateIdentityAsync(Phone, TerminationReason.PermanentTermination, null, None);
            // Written, sent, and the power fails before the answer.
            var lost = await before.NextAsync();
            var after = before.Restart();
            await using (after)
            {
                after.Start();
                var again = await after.NextAsync();
                Assert.Equal(lost.Text, again.Text);
                again.Reply(2001);
                Assert.Equal(CxJobState.Acknowledged, Assert.Single(await after.EndAsync()).State);
                Assert.Equal("NotRegistered", await after.StatesAsync(PhoneSubscription()));
                var third = after.Restart();
                await using (third)
                {
                    third.Start();
                    await third.QuietAsync();
                }
            }
            lost.End(OutgoingOutcome.Stopped);
        }
    }

    [Theory]
    [InlineData(CommitFault.Refused)]
    [InlineData(CommitFault.AcknowledgementLost)]
    public async Task An_answer_that_cannot_be_written_down_is_asked_for_again_and_not_in_a_hurry(CommitFault fault)
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(PhoneSubscription(), Registered(X, Phone));
        await rig.Control.DeregisterPrivateIdentityAsync(Phone, TerminationReason.PermanentTermination, null, None);
        var sent = await rig.NextAsync();
        rig.Database.CommitFaults = _ =>
        {
            rig.Database.CommitFaults = null;
            return fault;
        };
        var before = rig.Time.GetUtcNow();
        sent.Reply(2001);
        if (fault == CommitFault.Refused)
        {
            (await rig.NextAsync()).Reply(2001);
            Assert.True(rig.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(5));
        }
        Assert.Equal(CxJobState.Acknowledged, Assert.Single(await rig.EndAsync()).State);
        Assert.Equal("NotRegistered", await rig.StatesAsync(PhoneSubscription()));
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_stops_nothing_for_good()
    {
        await using var rig = new JobRig();
        await rig.AddAsync(PhoneSubscription(), Registered(X, Phone));
        await rig.Store.RemoveAsync("phone", None);
        rig.Database.RefusesReads = true;
        rig.Start();
        var next = rig.NextAsync();
        rig.Database.RefusesReads = false;
        (await next).Reply(2001);
        Assert.Equal(CxJobState.Acknowledged, Assert.Single(await rig.EndAsync()).State);
    }

    [Fact]
    public async Task A_fault_of_the_sender_neither_spins_nor_stops_the_others()
    {
        await using var rig = new JobRig(new() { MaxAttempts = 3 }).Start();
        var calls = 0;
        rig.Automatic[HostX] = _ =>
        {
            calls++;
            throw new InvalidOperationException("planned");
        };
        await rig.AddAsync(PhoneSubscription(), Registered(X, Phone));
        await rig.AddAsync(Numbered(1), Registered(Y, User(1)));
        await rig.Store.RemoveAsync("phone", None);
        await rig.Store.RemoveAsync("s1", None);
        (await rig.NextAsync()).Reply(2001);
        Assert.Equal([CxJobState.Failed, CxJobState.Acknowledged], (await rig.EndAsync()).Select(job => job.State));
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Finished_jobs_are_forgotten_after_their_time()
    {
        await using var rig = new JobRig(new() { KeepFinished = TimeSpan.FromHours(2) }).Start();
        await rig.AddAsync(PhoneSubscription(), Registered(X, Phone));
        await rig.Store.RemoveAsync("phone", None);
        (await rig.NextAsync()).Reply(2001);
        await rig.EndAsync();
        for (var hours = 0; hours < 3; hours++)
        {
            await rig.QuietAsync();
            await rig.QuietAsync();
        }
        await rig.QuietAsync();
        Assert.Empty(await rig.JobsAsync());
    }

    [Theory]
    [InlineData("y." + Realm, "RTR 1 x alice+alice.tablet [sip:alice tel:+12125550001]", "RTR 2 x alice [sip:alice.work]", "Registered y alice alice.tablet | NotRegistered")]
    [InlineData(HostX, null, null, "Registered x alice alice.tablet | Registered x alice")]
    public async Task A_MAR_of_another_S_CSCF_tells_the_old_one(string originHost, string? first, string? second, string states)
    {
        await using var rig = new JobRig().Start();
        await rig.AddAsync(AliceSubscription(), Registered(X, Alice, AliceTablet), Registered(X, Alice));
        await using var peer = await CxPeer.ConnectAsync(rig.Store);
        Assert.Equal("R:2001", (await peer.AskAsync(CxRequests.Mar(Alice, AliceSip, serverName: Y.Name, originHost: originHost))).Result);
        if (first is null)
        {
            await rig.QuietAsync();
            Assert.Empty(await rig.JobsAsync());
        }
        else
        {
            foreach (var expected in new[] { first, second })
            {
                var rtr = await rig.NextAsync();
                Assert.Equal(expected, rtr.Text);
                rtr.Reply(2001);
            }
            await rig.EndAsync();
        }
        Assert.Equal(states, await rig.StatesAsync(AliceSubscription()));
    }

    private static string User(int number) => $"u{number}@{Realm}";

    private static Subscription Numbered(int number) => new()
    {
        SubscriptionId = $"s{number}",
        PrivateIdentities = [Aka(User(number))],
        ImplicitRegistrationSets = [new() { PublicIdentities = [Public($"sip:u{number}@{Realm}")] }],
        ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [] }],
    };
}
