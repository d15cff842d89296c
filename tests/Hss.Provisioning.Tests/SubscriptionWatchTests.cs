using Grpc.Core;
using Hss.Provisioning.Tests.Support;
using static Hss.Provisioning.Tests.Support.SampleSubscriptions;
using static Hss.Provisioning.Tests.Support.ServiceRig;
using Kind = Hss.Provisioning.V1.SubscriptionChange.Types.Kind;

namespace Hss.Provisioning.Tests;

public sealed class SubscriptionWatchTests
{
    [Fact]
    public async Task Changes_come_as_they_are_made_and_from_a_token_on()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        string token;
        await using (var watch = new Watch(rig))
        {
            Assert.Equal(Kind.Heartbeat, (await watch.NextAsync()).Kind);
            await rig.CreateAsync(Mobile(2));
            var created = await watch.NextAsync();
            Assert.Equal((Kind.Created, IdOf(2), "tester"), (created.Kind, created.SubscriptionId, created.Actor));
            Assert.Equal(await rig.GetAsync(IdOf(2)), created.Subscription);
            token = created.ResumeToken;
        }
        await rig.UpdateAsync(new V1.Subscription { SubscriptionId = IdOf(1), RegistrationAllowed = false });
        await rig.DeleteAsync(IdOf(2));
        await using (var watch = new Watch(rig, token))
        {
            Assert.Equal(Kind.Heartbeat, (await watch.NextAsync()).Kind);
            var updated = await watch.NextAsync();
            Assert.Equal((Kind.Updated, IdOf(1), false), (updated.Kind, updated.SubscriptionId, updated.Subscription.RegistrationAllowed));
            var deleted = await watch.NextAsync();
            Assert.Equal((Kind.Deleted, IdOf(2)), (deleted.Kind, deleted.SubscriptionId));
            Assert.Null(deleted.Subscription);
        }
    }

    [Fact]
    public async Task Silence_is_broken_by_heartbeats()
    {
        var time = new TimersByHand();
        await using var rig = new ServiceRig(time);
        await using var watch = new Watch(rig);
        var first = await watch.NextAsync();
        for (var i = 0; i < 3; i++)
        {
            await time.WaitedForAsync();
            time.Advance(TimeSpan.FromSeconds(30));
            var beat = await watch.NextAsync();
            Assert.Equal((Kind.Heartbeat, first.ResumeToken), (beat.Kind, beat.ResumeToken));
        }
        await time.WaitedForAsync();
        await rig.CreateAsync(Mobile(1));
        Assert.Equal(Kind.Created, (await watch.NextAsync()).Kind);
    }

    [Fact]
    public async Task A_client_that_does_not_read_stops_nobody_and_misses_nothing()
    {
        await using var rig = new ServiceRig();
        await using var slow = new Watch(rig, window: 1);
        await using var quick = new Watch(rig);
        Assert.Equal(Kind.Heartbeat, (await quick.NextAsync()).Kind);
        Assert.Equal(Kind.Heartbeat, (await slow.NextAsync()).Kind);
        for (var number = 1; number <= 250; number++) await rig.CreateAsync(Mobile(number));
        for (var number = 1; number <= 250; number++) Assert.Equal(IdOf(number), (await quick.NextAsync()).SubscriptionId);
        for (var number = 1; number <= 250; number++) Assert.Equal(IdOf(number), (await slow.NextAsync()).SubscriptionId);
    }

    [Fact]
    public async Task A_token_whose_changes_are_gone_is_out_of_range()
    {
        await using var rig = new ServiceRig();
        string token;
        await using (var watch = new Watch(rig)) token = (await watch.NextAsync()).ResumeToken;
        for (var number = 1; number <= 5; number++) await rig.CreateAsync(Mobile(number));
        await using (var watch = new Watch(rig, token))
        {
            await watch.NextAsync();
            Assert.Equal(IdOf(1), (await watch.NextAsync()).SubscriptionId);
        }
        while (await rig.Store.PruneChangesAsync(DateTimeOffset.UnixEpoch, 2, default) > 0) { }
        var refusal = await rig.RefusesAsync(StatusCode.OutOfRange,
            () => rig.Subscriptions.WatchSubscriptions(new() { ResumeToken = token }, new Received<V1.SubscriptionChange>(), Call("WatchSubscriptions")));
        Assert.Contains("list", refusal.Status.Detail, StringComparison.Ordinal);
        // Of another, longer store.
        await rig.RefusesAsync(StatusCode.OutOfRange, () => rig.Subscriptions.WatchSubscriptions(
            new() { ResumeToken = PageToken.Of("watch", "4711") }, new Received<V1.SubscriptionChange>(), Call("WatchSubscriptions")));
        foreach (var nonsense in new[] { "x", "AAAAAAAAAAAAAAAA", PageToken.Of("watch", "-1"), PageToken.Of("watch", "") })
            await rig.RefusesAsync(StatusCode.InvalidArgument,
                () => rig.Subscriptions.WatchSubscriptions(new() { ResumeToken = nonsense }, new Received<V1.SubscriptionChange>(), Call("WatchSubscriptions")));
    }

    [Fact]
    public async Task Over_the_wire_it_ends_when_the_client_goes()
    {
        await using var rig = new ServiceRig();
        var client = new V1.SubscriptionService.SubscriptionServiceClient(await rig.ConnectAsync());
        using var call = client.WatchSubscriptions(new());
        Assert.True(await call.ResponseStream.MoveNext(default));
        await rig.CreateAsync(Mobile(1));
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(IdOf(1), call.ResponseStream.Current.SubscriptionId);
    }

    [Fact]
    public async Task It_ends_with_the_server()
    {
        await using var rig = new ServiceRig();
        using var stop = new CancellationTokenSource();
        var subscriptions = new Subscriptions(
            rig.Store, () => rig.Documents, new(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<Subscriptions>.Instance, stop.Token);
        var changes = new Received<V1.SubscriptionChange>(int.MaxValue);
        var call = subscriptions.WatchSubscriptions(new(), changes, Call("WatchSubscriptions"));
        await changes.NextAsync();
        await stop.CancelAsync();
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
    }

    private sealed class Watch : IAsyncDisposable
    {
        private readonly ServiceRig _rig;
        private readonly Received<V1.SubscriptionChange> _changes;
        private readonly CancellationTokenSource _end = new();
        private readonly Task _call;

        public Watch(ServiceRig rig, string token = "", int window = int.MaxValue)
        {
            (_rig, _changes) = (rig, new(window));
            _call = rig.Subscriptions.WatchSubscriptions(new() { ResumeToken = token }, _changes, Call("WatchSubscriptions", _end.Token));
        }

        public async Task<V1.SubscriptionChange> NextAsync()
        {
            var change = await _changes.NextAsync();
            _rig.Say(change);
            return change;
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _call);
            _end.Dispose();
        }
    }
}
