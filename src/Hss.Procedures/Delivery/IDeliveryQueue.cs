using Microsoft.Extensions.Logging;

namespace Hss.Procedures;

/// <summary>A table of the store that is a queue of requests to other nodes: what <see cref="DeliveryRunner{TItem}"/> needs to know of it.</summary>
/// Errors: <see cref="Hss.Subscribers.StoreUnavailableException"/> from every method that reads or writes.
internal interface IDeliveryQueue<TItem> where TItem : class
{
    /// <summary>What the items are called in the log: "jobs".</summary>
    string Items { get; }

    ILogger Logger { get; }

    /// <summary>For whom something is pending; also renews what operators see of it.</summary>
    Task<IReadOnlyList<PendingDeliveries>> CountAsync(CancellationToken cancellationToken);

    /// <summary>What may be sent to one server now, in the order in which it is to be sent.</summary>
    Task<IReadOnlyList<TItem>> ReadDueAsync(string host, DateTimeOffset now, int most, CancellationToken cancellationToken);

    /// <summary>Items of one server with the same text are never under way together.</summary>
    string OrderOf(TItem item);

    /// <summary>Sends an item that was listed a moment ago, if it is still to be sent, and writes down what came of it.</summary>
    Task<DeliveryContact> DeliverAsync(TItem listed, CancellationToken cancellationToken);

    /// <summary>A fault of ours stopped an item: it must neither be lost nor spin.</summary>
    Task PutOffAsync(TItem listed, Exception fault);

    /// <summary>Forgets finished items, some at a time. Returns how many.</summary>
    Task<int> PruneAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken);
}

/// <summary>How many items wait for one server, and when the first of them may be sent.</summary>
internal readonly record struct PendingDeliveries(string Host, int Count, DateTimeOffset NextAttempt);
