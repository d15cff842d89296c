using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>Tells application servers what they subscribed to: delivers the pending notifications of the store as PNRs.</summary>
/// Shape: <see cref="DeliveryRunner{TItem}"/> over the table of notifications. After a crash what was under way is sent again: a PNR says how data
/// stand, so an application server that hears it twice knows the same.
/// Order: of one application server and one user one PNR at a time, by the numbers of the notifications, also while the first one waits for its next
/// attempt. Different users, and different application servers, do not wait for each other.
/// Errors: none leave it. A store that is away is asked again later; an application server that is away holds up its own notifications only.
/// Spec: TS 29.328 6.1.4, TS 29.329 6.1.7.
public sealed class NotificationRunner : IAsyncDisposable
{
    private readonly ISubscriberStore _store;
    private readonly DeliveryRunner<Notification> _runner;

    /// <param name="send">How a request leaves; all attempts over all paths are inside it.</param>
    public NotificationRunner(
        ISubscriberStore store, Func<OutgoingRequest, CancellationToken, Task<OutgoingAnswer>> send, ShOptions options, ShInstruments instruments, TimeProvider time,
        ILoggerFactory loggers, DeliveryOptions? delivery = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        delivery ??= new();
        _store = store;
        _runner = new(new NotificationQueue(store, send, options, delivery, instruments, time, loggers.CreateLogger("Hss.Procedures.Sh")), delivery, time);
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
        _store.NotificationsWritten += _runner.Wake; // first: what is written while it begins must not wait for a minute
        _runner.Start();
    }

    /// <summary>An application server that could not be reached may be there again. Any thread.</summary>
    public void PathOpened() => _runner.PathOpened();

    /// <summary>Takes up nothing more and ends what is under way; what is pending is found again at the next start.</summary>
    public ValueTask DisposeAsync()
    {
        _store.NotificationsWritten -= _runner.Wake;
        return _runner.DisposeAsync();
    }
}
