namespace Hss.Storage.Tests;

public sealed class FifoGateTests
{
    [Fact]
    public async Task Gives_the_gate_in_the_order_of_arrival()
    {
        var gate = new FifoGate();
        await gate.EnterAsync(CancellationToken.None);
        var order = new List<int>();
        var waiting = Enumerable.Range(0, 100).Select(EnterAndLeave).ToArray();
        Assert.Empty(order);
        gate.Exit();
        await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(0, 100), order);
        Assert.False(gate.IsHeld);

        async Task EnterAndLeave(int number)
        {
            await gate.EnterAsync(CancellationToken.None);
            order.Add(number);
            gate.Exit();
        }
    }

    [Fact]
    public async Task Who_is_cancelled_leaves_the_line_and_never_holds_the_gate()
    {
        var gate = new FifoGate();
        Assert.True(gate.TryEnter());
        using var cancellation = new CancellationTokenSource();
        var first = gate.EnterAsync(cancellation.Token).AsTask();
        var second = gate.EnterAsync(CancellationToken.None).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        gate.Exit();
        await second;
        Assert.True(gate.IsHeld);
        gate.Exit();
        Assert.True(gate.TryEnter());
    }

    [Fact]
    public async Task A_token_that_was_cancelled_before_takes_nothing()
    {
        var gate = new FifoGate();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.EnterAsync(new CancellationToken(true)).AsTask());
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public void Leaving_a_free_gate_is_a_bug_that_shows() => Assert.Throws<InvalidOperationException>(() => new FifoGate().Exit());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Cancellations_and_exits_that_race_never_lose_or_double_the_gate(int seed)
    {
        var gate = new FifoGate();
        int inside = 0, entered = 0, cancelled = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed * 100 + worker);
            for (var i = 0; i < 500; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var entering = gate.EnterAsync(cancellation.Token).AsTask();
                if (random.Next(2) == 0) await cancellation.CancelAsync();
                try
                {
                    await entering;
                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    entered++;
                    if (random.Next(4) == 0) await Task.Yield();
                    Interlocked.Decrement(ref inside);
                    gate.Exit();
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                }
            }
        })));
        Assert.Equal(8 * 500, entered + cancelled);
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public void Entering_a_free_gate_allocates_nothing()
    {
        var gate = new FifoGate();
        EnterOften(gate);
        var before = GC.GetAllocatedBytesForCurrentThread();
        EnterOften(gate);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void EnterOften(FifoGate gate)
        {
            for (var i = 0; i < 1_000; i++)
            {
                var entering = gate.EnterAsync(CancellationToken.None);
                if (!entering.IsCompletedSuccessfully) throw new InvalidOperationException("the gate is not free");
                entering.GetAwaiter().GetResult();
                gate.Exit();
            }
        }
    }
}
