using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Cx;

/// <summary>Delivers the pending jobs of the store to their S-CSCFs.</summary>
/// Shape: <see cref="DeliveryRunner{TItem}"/> over the table of jobs. After a crash what was under way is sent again: an S-CSCF that de-registers
/// twice has de-registered.
/// Order: jobs of one subscription for one S-CSCF strictly one after the other, also while the first one waits for its next attempt. The
/// subscription and not the set, because a change of one set may mean to follow that of another (an identity that moves).
/// Errors: none leave it. A store that is away is asked again later; an S-CSCF that is away holds up its own jobs only.
/// Spec: TS 29.228 6.1.3, 6.2.2.
public sealed class CxJobRunner : IAsyncDisposable
{
    private readonly ISubscriberStore _store;
    private readonly DeliveryRunner<CxJob> _runner;

    /// <param name="send">How a request leaves; all attempts over all paths are inside it.</param>
    /// <param name="quirksOf">The habits of the node with that Origin-Host.</param>
    public CxJobRunner(
        ISubscriberStore store, Func<OutgoingRequest, CancellationToken, Task<OutgoingAnswer>> send, Func<string, PeerQuirks> quirksOf, CxOptions options,
        CxInstruments instruments, TimeProvider time, ILoggerFactory loggers, DeliveryOptions? delivery = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(loggers);
        delivery ??= new();
        _store = store;
        _runner = new(new CxJobQueue(store, send, quirksOf, options, delivery, instruments, time, loggers.CreateLogger("Hss.Procedures.Cx")), delivery, time);
    }

    /// <summary>For tests with a clock of their own: whether nothing can happen before it has moved by <see cref="RestTime"/>.</summary>
    internal bool IsResting => _runner.IsResting;

    internal TimeSpan RestTime => _runner.RestTime;

    /// <summary>Any thread.</summary>
    internal event Action? RestBegan
    {
        add => _runner.RestBegan += value;
        remove => _runner.RestBegan -= value;
    }

    /// <summary>Begins with what is pending from before.</summary>
    public void Start()
    {
        _store.JobsWritten += _runner.Wake; // first: what is written while it begins must not wait for a minute
        _runner.Start();
    }

    /// <summary>A S-CSCF that could not be reached may be there again. Any thread.</summary>
    public void PathOpened() => _runner.PathOpened();

    /// <summary>Takes up nothing more and ends what is under way; pending jobs are found again at the next start.</summary>
    public ValueTask DisposeAsync()
    {
        _store.JobsWritten -= _runner.Wake;
        return _runner.DisposeAsync();
    }
}
