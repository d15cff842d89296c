using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Storage;

/// <summary>Everything that one commit made durable, or failed to. Completes all of it from one thread-pool job.</summary>
internal sealed class CommitBatch(ILogger logger) : IThreadPoolWorkItem
{
    private readonly List<CommitItem> _items = [];
    private StoreUnavailableException? _failure;

    public int Count => _items.Count;

    public void Add(CommitItem item) => _items.Add(item);

    /// <summary>Never on the commit thread: a continuation may do anything, and the next batch is waiting.</summary>
    public void Complete(StoreUnavailableException? failure)
    {
        _failure = failure;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        foreach (var item in _items)
        {
            try
            {
                item.Complete(_failure);
            }
            catch (Exception e)
            {
                // Our bug in one completion must not leave the others of the batch without an answer.
                StorageLog.CompletionFailed(logger, e);
            }
        }
    }
}
