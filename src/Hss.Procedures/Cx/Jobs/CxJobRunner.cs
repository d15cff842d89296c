using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Cx;

/// <summary>Delivers the pending jobs of the store to their S-CSCFs.</summary>
/// Shape: the table is the queue; a sweep reads per S-CSCF what is due and starts it. It runs when jobs were written, when one ended, when
/// the next one is due, and once a minute. Nothing that must survive is kept here, so a crash loses nothing, and what was under way
/// is sent again: an S-CSCF that de-registers twice has de-registered.
/// Order: jobs of one subscription for one S-CSCF strictly one after the other, also while the first one waits for its next attempt. The
/// subscription and not the set, because a change of one set may mean to follow that of another (an identity that moves).
/// Errors: none leave it. A store that is away is asked again later; an S-CSCF that is away holds up its own jobs only.
/// Spec: TS 29.228 6.1.3, 6.2.2.
public sealed class CxJobRunner : IAsyncDisposable
{
    /// <summary>A sweep at least so often: it also refreshes what operators see.</summary>
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(5);

    /// <summary>When something is due and cannot be started, because an earlier one of its subscription waits.</summary>
    private static readonly TimeSpan BlockedInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    /// <summary>Counting what is pending may take one part in so many of the time: behind a change of all subscriptions it takes as long as sending many jobs.</summary>
    private const int CountingShare = 10;

    private readonly ISubscriberStore _store;
    private readonly CxJobOptions _options;
    private readonly CxInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JobSettlement _settlement;
    private readonly RegistrationTermination _terminations;
    private readonly PushProfile _pushes;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, JobLane> _lanes = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _underWay = [];
    private TaskCompletionSource _wake = NewWake();
    private volatile Task? _rest;
    private DateTimeOffset _nextPrune;
    private IReadOnlyList<OpenJobs> _open = [];
    private long _counted;
    private TimeSpan _countPause;
    private Task? _running;
    private int _isDisposed;

    /// <param name="send">How a request leaves; all attempts over all paths are inside it.</param>
    /// <param name="quirksOf">The habits of the node with that Origin-Host.</param>
    public CxJobRunner(
        ISubscriberStore store, Func<OutgoingRequest, CancellationToken, Task<OutgoingAnswer>> send, Func<string, PeerQuirks> quirksOf, CxOptions options,
        CxInstruments instruments, TimeProvider time, ILoggerFactory loggers, CxJobOptions? jobOptions = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(loggers);
        (_store, _instruments, _time, _options) = (store, instruments, time, jobOptions ?? new());
        _logger = loggers.CreateLogger("Hss.Procedures.Cx");
        _settlement = new(store, _options, instruments, time, _logger);
        _terminations = new(_settlement, send, quirksOf);
        _pushes = new(store, _settlement, send, quirksOf, options);
    }

    /// <summary>For tests with a clock of their own: whether nothing can happen before it has moved by <see cref="RestTime"/>.</summary>
    internal bool IsResting => _rest is { IsCompleted: false } && !Volatile.Read(ref _wake).Task.IsCompleted && UnderWay == 0;

    internal TimeSpan RestTime { get; private set; }

    /// <summary>Any thread.</summary>
    internal event Action? RestBegan;

    /// <summary>Begins with what is pending from before.</summary>
    public void Start()
    {
        if (_running is not null) throw new InvalidOperationException("the runner runs already");
        _store.JobsWritten += Wake;
        _running = RunAsync();
    }

    /// <summary>Takes up nothing more and ends what is under way; pending jobs are found again at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _store.JobsWritten -= Wake;
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
                _logger.JobsWaitForStore(trouble.Message);
                wait = StoreInterval;
            }
            catch (Exception fault)
            {
                // Without this loop no S-CSCF would ever be told anything again.
                _logger.JobSweepFault(fault);
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
        var untilCount = await CountAsync(isFirst).ConfigureAwait(false);
        var servers = _open.GroupBy(one => one.DiameterHost, StringComparer.Ordinal).ToDictionary(
            server => server.Key, server => server.Min(one => one.NextAttempt), StringComparer.Ordinal);
        foreach (var (host, _) in _lanes.Where(lane => !servers.ContainsKey(lane.Key) && lane.Value.HoldsNothing).ToArray()) _lanes.Remove(host);

        var now = _time.GetUtcNow();
        var next = now + (untilCount ?? IdleInterval);
        // Who has least under way first, so that a busy S-CSCF does not take the places of all.
        foreach (var (host, earliest) in servers.OrderBy(server => LaneOf(server.Key).InFlight))
        {
            var lane = LaneOf(host);
            var due = lane.PausedUntil > earliest ? lane.PausedUntil : earliest;
            if (due <= now) due = await StartDueAsync(host, lane, now).ConfigureAwait(false);
            if (due < next) next = due;
        }
        return next - now;
    }

    /// <summary>Finds out which S-CSCFs have something pending; when it did so a moment ago, returns how long that has to do.</summary>
    private async Task<TimeSpan?> CountAsync(bool isFirst)
    {
        if (!isFirst && _countPause - _time.GetElapsedTime(_counted) is var rest && rest > TimeSpan.Zero) return rest;
        var started = _time.GetTimestamp();
        _open = await _store.ReadOpenJobsAsync(_stop.Token).ConfigureAwait(false);
        (_counted, _countPause) = (_time.GetTimestamp(), CountingShare * _time.GetElapsedTime(started));
        if (isFirst && _open.Count > 0) _logger.JobsFound(_open.Sum(one => one.Count));
        _instruments.SetPendingJobs(_open, _time);
        return null;
    }

    /// <summary>Starts the due jobs of one S-CSCF while there is room. Returns when it is worth looking again, unless one of them ends before.</summary>
    private async Task<DateTimeOffset> StartDueAsync(string host, JobLane lane, DateTimeOffset now)
    {
        if (lane.Room <= 0 || UnderWay >= _options.MaxInFlight) return DateTimeOffset.MaxValue; // whatever ends wakes us
        var due = await _store.ReadJobsAsync(new() { DiameterHost = host, DueBy = now, Most = _options.MaxInFlightPerServer * 2 }, _stop.Token).ConfigureAwait(false);
        foreach (var job in due)
        {
            if (lane.Room <= 0 || UnderWay >= _options.MaxInFlight) return DateTimeOffset.MaxValue;
            if (lane.TryStart(job.SubscriptionId)) Start(lane, job);
        }
        return lane.InFlight > 0 ? DateTimeOffset.MaxValue : now + BlockedInterval;
    }

    private void Start(JobLane lane, CxJob job)
    {
        var run = RunAsync(lane, job);
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

    private async Task RunAsync(JobLane lane, CxJob listed)
    {
        try
        {
            // The list may be older than the end of the attempt that was under way when it was read.
            var now = _time.GetUtcNow();
            if (await _store.ReadJobsAsync(new() { Id = listed.Id }, _stop.Token).ConfigureAwait(false) is not [{ State: CxJobState.Pending } job] || job.NextAttempt > now) return;
            if (now - job.Created > _options.MaxAge)
            {
                await _settlement.EndAsync([job], CxJobState.Failed, $"not delivered in time; last: {job.LastResult ?? "never sent"}",
                    job.Kind == CxJobKind.PushProfile ? PushProfile.GivenUp([job]) : null, wasSent: false).ConfigureAwait(false);
                return;
            }
            var contact = job.Kind == CxJobKind.RegistrationTermination
                ? await _terminations.RunAsync(job, _stop.Token).ConfigureAwait(false)
                : await _pushes.RunAsync(job, _stop.Token).ConfigureAwait(false);
            if (lane.Note(contact, _time.GetUtcNow(), out var isBack) is { } pausedUntil) _logger.JobsWaitForServer(job.Server.DiameterHost, pausedUntil);
            if (isBack) _logger.JobsGoOn(job.Server.DiameterHost);
            if (contact == JobContact.Stopping) lane.Pause(_time.GetUtcNow() + StoreInterval);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
        catch (StoreUnavailableException trouble)
        {
            // The job is as it was, and would be sent again at once: an S-CSCF must not be flooded because our disk is full.
            _logger.JobsWaitForStore(trouble.Message);
            lane.Pause(_time.GetUtcNow() + StoreInterval);
        }
        catch (Exception fault)
        {
            _logger.JobFault(listed.Id, fault);
            lane.Pause(_time.GetUtcNow() + BlockedInterval);
            await PutOffAsync(listed).ConfigureAwait(false);
        }
        finally
        {
            lane.End(listed.SubscriptionId);
            Wake();
        }
    }

    /// <summary>A fault of ours must neither stop the others nor spin.</summary>
    private async Task PutOffAsync(CxJob job)
    {
        try
        {
            await _settlement.RetryAsync([job], "a fault of this program, see the log", null).ConfigureAwait(false);
        }
        catch (StoreUnavailableException trouble)
        {
            _logger.JobsWaitForStore(trouble.Message);
        }
    }

    private async Task PruneAsync()
    {
        var now = _time.GetUtcNow();
        if (now < _nextPrune) return;
        while (await _store.PruneJobsAsync(now - _options.KeepFinished, _options.KeepFinishedCount, _stop.Token).ConfigureAwait(false) > 0) { }
        _nextPrune = now + PruneInterval;
    }

    private int UnderWay
    {
        get { lock (_underWay) return _underWay.Count; }
    }

    private JobLane LaneOf(string host)
    {
        if (!_lanes.TryGetValue(host, out var lane)) _lanes[host] = lane = new(_options);
        return lane;
    }

    private void Wake() => Volatile.Read(ref _wake).TrySetResult();

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
