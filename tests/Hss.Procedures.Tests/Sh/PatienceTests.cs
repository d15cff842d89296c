using Hss.Procedures.Sh;

namespace Hss.Procedures.Tests.Sh;

public sealed class PatienceTests
{
    private readonly InMemorySubscriberStore _store = new();

    // The node has answered 5012 by then; an application server that was told so must not find the change made.
    [Fact]
    public async Task A_request_that_is_over_gets_no_turn_though_it_is_free()
    {
        var subscriber = _store.Add(TestSubscriptions.AliceSubscription());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Patience.EnterAsync(_store, subscriber, TimeSpan.FromSeconds(1), TimeProvider.System, new CancellationToken(canceled: true)));
        Assert.True(_store.TryEnter(subscriber, out var turn));
        turn.Dispose();
    }

    [Fact]
    public async Task A_turn_that_takes_too_long_is_not_waited_for()
    {
        var subscriber = _store.Add(TestSubscriptions.AliceSubscription());
        Assert.True(_store.TryEnter(subscriber, out var held));
        Assert.Null(await Patience.EnterAsync(_store, subscriber, TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None));
        held.Dispose();
        using var turn = await Patience.EnterAsync(_store, subscriber, TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None);
        Assert.Same(subscriber, turn!.Value.Subscriber);
    }
}
