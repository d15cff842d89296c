using System.Buffers;
using System.IO.Pipelines;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>The way out of one connection: messages wait here until the one flusher takes them, many per flush.</summary>
/// Shape: two runs of messages, each swapped under a lock for the one that was sent; urgent messages (CEA, DWA, DWR, DPR) go before all
/// that wait. Order: first in, first out within each run; any thread may enqueue. Limits: what waits is bounded by the requests in flight,
/// each of which holds a place until the transport took its answer, and by the requests of this node that may wait for answers.
/// Errors: once closed, messages are dropped.
internal sealed class AnswerQueue : IThreadPoolWorkItem, IDisposable
{
    /// <summary>What is handed to the transport at once: enough to fill its sends, little enough to be overtaken by a DWA.</summary>
    private const int FlushBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly PipeWriter _output;
    private readonly InFlight _inFlight;
    private readonly TimeSpan _sendTimeout;
    private readonly ITimer _stallTimer;
    private MessageRun _waiting = new();
    private MessageRun _urgent = new();
    private MessageRun _sending = new();
    private MessageRun _sendingFirst = new();
    private TaskCompletionSource? _idle;
    private int _handedOver;
    private bool _isFlushing;
    private bool _isClosed;

    /// <param name="output">The transport.</param>
    /// <param name="inFlight">Where a request leaves when its answer was handed over.</param>
    /// <param name="time">The clock.</param>
    /// <param name="sendTimeout">How long one flush may take.</param>
    /// <param name="stalled">Called when it takes longer: the peer does not take its answers.</param>
    public AnswerQueue(PipeWriter output, InFlight inFlight, TimeProvider time, TimeSpan sendTimeout, Action stalled)
    {
        _output = output;
        _inFlight = inFlight;
        _sendTimeout = sendTimeout;
        _stallTimer = time.CreateTimer(static call => ((Action)call!)(), stalled, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Enqueues a message and gives its writer back; it leaves with the next flush.</summary>
    public void Enqueue(MessageWriter message) => Enqueue(message, isUrgent: false);

    /// <summary>Enqueues a message that goes before all others.</summary>
    public void EnqueueUrgent(MessageWriter message) => Enqueue(message, isUrgent: true);

    /// <summary>Hands everything to the transport, on this thread as far as it goes without waiting.</summary>
    public void Flush()
    {
        if (TryBeginFlush()) _ = FlushAllAsync();
    }

    /// <summary>The same on a pool thread: answers that are ready at the same time, as after a commit, share one flush.</summary>
    public void FlushSoon()
    {
        if (TryBeginFlush()) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Drops what waits and whatever comes later.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (!_isFlushing) DropAll();
        }
    }

    /// <summary>Ends when no flush is under way, so that the transport may be completed.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            if (!_isFlushing) return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    public void Dispose() => _stallTimer.Dispose();

    void IThreadPoolWorkItem.Execute() => _ = FlushAllAsync();

    private void Enqueue(MessageWriter message, bool isUrgent)
    {
        ReadOnlySpan<byte> octets = message.Written.Span;
        bool isDropped = true;
        try
        {
            lock (_gate)
            {
                if (!_isClosed) (isUrgent ? _urgent : _waiting).Add(octets);
                isDropped = _isClosed;
            }
        }
        finally
        {
            // An answer ends its request, sent or not.
            if (isDropped && !DiameterHeader.Read(octets).IsRequest) _inFlight.Leave(1);
            message.Return();
        }
    }

    private bool TryBeginFlush()
    {
        lock (_gate)
        {
            if (_isFlushing || (_waiting.IsEmpty && _urgent.IsEmpty)) return false;
            return _isFlushing = true;
        }
    }

    private async Task FlushAllAsync()
    {
        while (TryTake())
        {
            try
            {
                ValueTask<FlushResult> flush = WriteBatch();
                FlushResult result = flush.IsCompleted ? await flush : await WatchedAsync(flush);
                if (result.IsCompleted) Close();
            }
            catch (Exception)
            {
                // The transport broke; the read side reports why. Here it only means that nothing more can be sent.
                Close();
            }
            finally
            {
                _inFlight.Leave(_handedOver);
                _handedOver = 0;
            }
        }
    }

    private async ValueTask<FlushResult> WatchedAsync(ValueTask<FlushResult> flush)
    {
        _stallTimer.Change(_sendTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            return await flush;
        }
        finally
        {
            _stallTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private bool TryTake()
    {
        lock (_gate)
        {
            if (_isClosed) DropAll();
            if (_sendingFirst.IsEmpty) Swap(ref _sendingFirst, ref _urgent);
            if (_sending.IsEmpty) Swap(ref _sending, ref _waiting);
            if (!_sending.IsEmpty || !_sendingFirst.IsEmpty) return true;
            _isFlushing = false;
            _idle?.TrySetResult();
            _idle = null;
            return false;
        }
    }

    private static void Swap(ref MessageRun taken, ref MessageRun filled)
    {
        taken.Clear();
        (taken, filled) = (filled, taken);
    }

    // Without a copy where the transport can: what is being sent is touched by nobody until it was taken.
    private ValueTask<FlushResult> WriteBatch()
    {
        ReadOnlyMemory<byte> first = _sendingFirst.Take(int.MaxValue, ref _handedOver);
        ReadOnlyMemory<byte> next = _sending.Take(FlushBytes - first.Length, ref _handedOver);
        if (first.IsEmpty || next.IsEmpty) return _output.WriteAsync(first.IsEmpty ? next : first);
        _output.Write(first.Span);
        return _output.WriteAsync(next);
    }

    private void DropAll()
    {
        int answers = 0;
        foreach (MessageRun run in (ReadOnlySpan<MessageRun>)[_sendingFirst, _sending, _urgent, _waiting])
        {
            run.Take(int.MaxValue, ref answers);
            run.Clear();
        }

        if (answers > 0) _inFlight.Leave(answers);
    }
}
