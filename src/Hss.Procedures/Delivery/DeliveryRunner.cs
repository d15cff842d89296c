using Hss.Subscribers;

namespace Hss.Procedures;

/// <summary>Delivers what is pending in a table of the store to the servers that it is for.</summary>
/// Shape: the table is the queue; a sweep reads per server what is due and starts it. It runs when something was written, when something ended, when
/// the next one is due, and once a minute. Nothing that must survive is kept here, so a crash loses nothing, and what was under way is sent again.
/// Order: items that have an order among themselves (<see cref="IDeliveryQueue{TItem}.OrderOf"/>) strictly one after the other.
/// Errors: none leave it. A store that is away is asked again later; a server that is away holds up its own items only.
internal sealed class DeliveryRunner<TItem> : IAsyncDisposable where TItem : class
{
    /// <summary>A sweep at least so often: it also refreshes what operators see.</summary>
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(5);

    /// <summary>When something is due and cannot be started, because one that goes before it waits.</summary>
    private static readonly TimeSpan BlockedInterval = TimeSpan.FromSeconds(1);

    /// <summary>What comes right behind a CEA can be answered before a relay has opened its own side, and that answer is lost (freeDiameter).</summary>
    private static readonly TimeSpan NewPathInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    /// <summary>Counting what is pending may take one part in so many of the time: behind a change of all subscriptions it takes as long as sending many jobs.</summary>
    private const int CountingShare = 10;

    private readonly IDeliveryQueue<TItem> _queue;
    private readonly DeliveryOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, DeliveryLane> _lanes = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _underWay = [];
    private TaskCompletionSource _wake = NewWake();
    private volatile Task? _rest;
    private volatile bool _mayHavePath;
    private DateTimeOffset _nextPrune;
    private IReadOnlyList<PendingDeliveries> _pending = [];
    private long _counted;
    private TimeSpan _countPause;
    private Task? _running;
    private int _isDisposed;

    public DeliveryRunner(IDeliveryQueue<TItem> queue, DeliveryOptions options, TimeProvider time) => (_queue, _options, _time) = (queue, options, time);

    /// <summary>For tests with a clock of their own: whether nothing can happen before it has moved by <see cref="RestTime"/>.</summary>
    public bool IsResting => _rest is { IsCompleted: false } && !Volatile.Read(ref _wake).Task.IsCompleted && UnderWay == 0;

    public TimeSpan RestTime { get; private set; }

    /// <summary>Any thread.</summary>
    public event Action? RestBegan;

    /// <summary>Begins with what is pending from before.</summary>
    public void Start()
    {
        if (_running is not null) throw new InvalidOperationException("the runner runs already");
        _running = RunAsync();
    }

    /// <summary>Something was written, or has ended. Any thread.</summary>
    public void Wake() => Volatile.Read(ref _wake).TrySetResult();

    /// <summary>A server that had no path may have one: it is looked at again in a moment. Any thread.</summary>
    public void PathOpened()
    {
        _mayHavePath = true;
        Wake();
    }

    /// <summary>Takes up nothing more and ends what is under way; what is pending is found again at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_running is not null) await _running.ConfigureAwait(false);
        Task[] underWay;
        lock (_underWay) underWay = [.. _underWay];
        await Task.WhenAll(underWay).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var isFirst = true;
        while (!_stop.IsCancellationRequested)
        {
            // Before the look: what is written while it goes on makes another one.
            var wake = NewWake();
            Volatile.Write(ref _wake, wake);
            TimeSpan wait;
            try
            {
                wait = await SweepAsync(isFirst).ConfigureAwait(false);
                isFirst = false;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested) { return; }
            catch (StoreUnavailableException trouble)
            {
                _queue.Logger.WaitsForStore(_queue.Items, trouble.Message);
                wait = StoreInterval;
            }
            catch (Exception fault)
            {
                // Without this loop nobody would ever be told anything again.
                _queue.Logger.SweepFault(_queue.Items, fault);
                wait = IdleInterval;
            }
            await WaitAsync(wake.Task, wait).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(Task wake, TimeSpan wait)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var delay = Task.Delay(wait, _time, over.Token);
        (RestTime, _rest) = (wait, delay);
        RestBegan?.Invoke();
        await Task.WhenAny(wake, delay).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Starts what can be started. Returns how long there is nothing more to do.</summary>
    private async Task<TimeSpan> SweepAsync(bool isFirst)
    {
        await PruneAsync().ConfigureAwait(false);
        if (_mayHavePath)
        {
            _mayHavePath = false; // first: a path that opens meanwhile makes another sweep
            foreach (var lane in _lanes.Values) lane.TryAgain(_time.GetUtcNow() + NewPathInterval);
        }
        var untilCount = await CountAsync(isFirst).ConfigureAwait(false);
        var servers = _pending.GroupBy(one => one.Host, StringComparer.Ordinal).ToDictionary(
            server => server.Key, server => server.Min(one => one.NextAttempt), StringComparer.Ordinal);
        foreach (var (host, _) in _lanes.Where(lane => !servers.ContainsKey(lane.Key) && lane.Value.HoldsNothing).ToArray()) _lanes.Remove(host);

        var now = _time.GetUtcNow();
        var next = now + (untilCount ?? IdleInterval);
        // Who has least under way first, so that a busy server does not take the places of all.
        foreach (var (host, earliest) in servers.OrderBy(server => LaneOf(server.Key).InFlight))
        {
            var lane = LaneOf(host);
            var due = lane.PausedUntil > earliest ? lane.PausedUntil : earliest;
            if (due <= now) due = await StartDueAsync(host, lane, now).ConfigureAwait(false);
            if (due < next) next = due;
        }
        return next - now;
    }

    /// <summary>Finds out for whom something is pending; when it did so a moment ago, returns how long that has to do.</summary>
    private async Task<TimeSpan?> CountAsync(bool isFirst)
    {
        if (!isFirst && _countPause - _time.GetElapsedTime(_counted) is var rest && rest > TimeSpan.Zero) return rest;
        var started = _time.GetTimestamp();
        _pending = await _queue.CountAsync(_stop.Token).ConfigureAwait(false);
        (_counted, _countPause) = (_time.GetTimestamp(), CountingShare * _time.GetElapsedTime(started));
        if (isFirst && _pending.Count > 0) _queue.Logger.FoundPending(_pending.Sum(one => one.Count), _queue.Items);
        return null;
    }

    /// <summary>Starts what is due for one server while there is room. Returns when it is worth looking again, unless one of them ends before.</summary>
    private async Task<DateTimeOffset> StartDueAsync(string host, DeliveryLane lane, DateTimeOffset now)
    {
        if (lane.Room <= 0 || UnderWay >= _options.MaxInFlight) return DateTimeOffset.MaxValue; // whatever ends wakes us
        var due = await _queue.ReadDueAsync(host, now, _options.MaxInFlightPerServer * 2, _stop.Token).ConfigureAwait(false);
        foreach (var item in due)
        {
            if (lane.Room <= 0 || UnderWay >= _options.MaxInFlight) return DateTimeOffset.MaxValue;
            if (lane.TryStart(_queue.OrderOf(item))) Start(host, lane, item);
        }
        return lane.InFlight > 0 ? DateTimeOffset.MaxValue : now + BlockedInterval;
    }

    private void Start(string host, DeliveryLane lane, TItem item)
    {
        var run = RunAsync(host, lane, item);
        lock (_underWay)
        {
            if (run.IsCompleted) return;
            _underWay.Add(run);
        }
        run.ContinueWith(
            ended =>
            {
                lock (_underWay) _underWay.Remove(ended);
                Wake();
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task RunAsync(string host, DeliveryLane lane, TItem listed)
    {
        try
        {
            var contact = await _queue.DeliverAsync(listed, _stop.Token).ConfigureAwait(false);
            if (lane.Note(contact, _time.GetUtcNow(), out var isBack) is { } pausedUntil) _queue.Logger.WaitsForServer(host, _queue.Items, pausedUntil);
            if (isBack) _queue.Logger.GoesOn(host, _queue.Items);
            if (contact == DeliveryContact.Stopping) lane.Pause(_time.GetUtcNow() + StoreInterval);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
        catch (StoreUnavailableException trouble)
        {
            // The item is as it was, and would be sent again at once: a server must not be flooded because our disk is full.
            _queue.Logger.WaitsForStore(_queue.Items, trouble.Message);
            lane.Pause(_time.GetUtcNow() + StoreInterval);
        }
        catch (Exception fault)
        {
            lane.Pause(_time.GetUtcNow() + BlockedInterval);
            await PutOffAsync(listed, fault).ConfigureAwait(false);
        }
        finally
        {
            lane.End(_queue.OrderOf(listed));
            Wake();
        }
    }

    /// <summary>A fault of ours must neither stop the others nor spin.</summary>
    private async Task PutOffAsync(TItem item, Exception fault)
    {
        try
        {
            await _queue.PutOffAsync(item, fault).ConfigureAwait(false);
        }
        catch (StoreUnavailableException trouble)
        {
            _queue.Logger.WaitsForStore(_queue.Items, trouble.Message);
        }
    }

    private async Task PruneAsync()
    {
        var now = _time.GetUtcNow();
        if (now < _nextPrune) return;
        while (await _queue.PruneAsync(now - _options.KeepFinished, _options.KeepFinishedCount, _stop.Token).ConfigureAwait(false) > 0) { }
        _nextPrune = now + PruneInterval;
    }

    private int UnderWay
    {
        get { lock (_underWay) return _underWay.Count; }
    }

    private DeliveryLane LaneOf(string host)
    {
        if (!_lanes.TryGetValue(host, out var lane)) _lanes[host] = lane = new(_options);
        return lane;
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
