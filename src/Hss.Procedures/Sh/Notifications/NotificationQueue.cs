using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>The table of notifications as a queue: per application server and user in order.</summary>
internal sealed class NotificationQueue : IDeliveryQueue<Notification>
{
    private readonly ISubscriberStore _store;
    private readonly DeliveryOptions _delivery;
    private readonly ShInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly NotificationSettlement _settlement;
    private readonly PushNotification _push;

    public NotificationQueue(
        ISubscriberStore store, Func<OutgoingRequest, CancellationToken, Task<OutgoingAnswer>> send, ShOptions options, DeliveryOptions delivery,
        ShInstruments instruments, TimeProvider time, ILogger logger)
    {
        (_store, _delivery, _instruments, _time, Logger) = (store, delivery, instruments, time, logger);
        _settlement = new(store, delivery, instruments, time, logger);
        _push = new(_settlement, send, options);
    }

    public string Items => "notifications";

    public ILogger Logger { get; }

    public async Task<IReadOnlyList<PendingDeliveries>> CountAsync(CancellationToken cancellationToken)
    {
        var open = await _store.ReadOpenNotificationsAsync(cancellationToken).ConfigureAwait(false);
        _instruments.SetPending(open, _time);
        return [.. open.Select(one => new PendingDeliveries(one.ApplicationServer, one.Count, one.NextAttempt))];
    }

    public Task<IReadOnlyList<Notification>> ReadDueAsync(string host, DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        _store.ReadNotificationsAsync(new() { ApplicationServer = host, DueBy = now, FirstsOnly = true, Most = most }, cancellationToken);

    public string OrderOf(Notification item) => $"{(int)item.Key.User.Kind} {item.Key.User.Value}";

    public async Task<DeliveryContact> DeliverAsync(Notification listed, CancellationToken cancellationToken)
    {
        // The list may be older than the end of the attempt that was under way when it was read; and what stands before an item goes before it.
        var pending = await _settlement.ReadPendingAsync(listed, cancellationToken).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        if (pending is not [var first, ..] || first.NextAttempt > now) return DeliveryContact.None;
        if (pending.Where(one => now - one.Created > _delivery.MaxAge).ToArray() is [_, ..] tooOld)
        {
            foreach (var result in tooOld.GroupBy(one => one.LastResult ?? "never sent", StringComparer.Ordinal))
                await _settlement.EndAsync([.. result], NotificationState.Failed, $"not delivered in time; last: {result.Key}", wasSent: false).ConfigureAwait(false);
            return DeliveryContact.None;
        }
        return await _push.RunAsync(pending, now, cancellationToken).ConfigureAwait(false);
    }

    public async Task PutOffAsync(Notification listed, Exception fault)
    {
        Logger.NotificationFault(listed.Id, fault);
        // All of them: whichever it was, it must not keep the others from ever being looked at.
        var pending = await _settlement.ReadPendingAsync(listed, CancellationToken.None).ConfigureAwait(false);
        await _settlement.RetryAsync(pending, "a fault of this program, see the log").ConfigureAwait(false);
    }

    public Task<int> PruneAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken) =>
        _store.PruneNotificationsAsync(finishedBefore, keep, cancellationToken);
}
