using System.Buffers;
using System.IO.Pipelines;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>The way out of one connection: messages wait here until the one flusher takes them, many per flush.</summary>
/// Shape: two lists, swapped under a lock; urgent messages (CEA, DWA, DWR, DPR) go before all that wait. Order: first in, first out
/// within each list; any thread may enqueue. Limits: what waits is bounded by the requests in flight, each of which holds a place
/// until the transport took its answer, and by the requests of this node that may wait for answers. Errors: once closed, messages are dropped and their buffers given back.
internal sealed class AnswerQueue : IThreadPoolWorkItem, IDisposable
{
    /// <summary>What is handed to the transport at once: enough to fill its sends, little enough to be overtaken by a DWA.</summary>
    private const int FlushBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly PipeWriter _output;
    private readonly InFlight _inFlight;
    private readonly TimeSpan _sendTimeout;
    private readonly ITimer _stallTimer;
    private List<Outgoing> _waiting = [];
    private List<Outgoing> _urgent = [];
    private List<Outgoing> _sending = [];
    private List<Outgoing> _sendingFirst = [];
    private TaskCompletionSource? _idle;
    private int _next;
    private int _nextFirst;
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

    /// <summary>Enqueues an answer; it leaves with the next flush.</summary>
    public void Enqueue(MessageWriter answer) => Enqueue(ref _waiting, new Outgoing(answer, EndsRequest: true));

    /// <summary>Enqueues a request of this node; it leaves with the next flush.</summary>
    public void EnqueueRequest(MessageWriter request) => Enqueue(ref _waiting, new Outgoing(request, EndsRequest: false));

    /// <summary>Enqueues a message that goes before all others.</summary>
    public void EnqueueUrgent(MessageWriter message, bool endsRequest) => Enqueue(ref _urgent, new Outgoing(message, endsRequest));

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

    private void Enqueue(ref List<Outgoing> list, Outgoing outgoing)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                list.Add(outgoing);
                return;
            }
        }

        Drop(outgoing);
    }

    private bool TryBeginFlush()
    {
        lock (_gate)
        {
            if (_isFlushing || (_waiting.Count == 0 && _urgent.Count == 0)) return false;
            return _isFlushing = true;
        }
    }

    private async Task FlushAllAsync()
    {
        while (TryTake())
        {
            try
            {
                WriteBatch();
                ValueTask<FlushResult> flush = _output.FlushAsync();
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
            if (_nextFirst == _sendingFirst.Count)
            {
                _sendingFirst.Clear();
                _nextFirst = 0;
                (_sendingFirst, _urgent) = (_urgent, _sendingFirst);
            }

            if (_next == _sending.Count)
            {
                _sending.Clear();
                _next = 0;
                (_sending, _waiting) = (_waiting, _sending);
            }

            if (_sending.Count > 0 || _sendingFirst.Count > 0) return true;
            _isFlushing = false;
            _idle?.TrySetResult();
            _idle = null;
            return false;
        }
    }

    private void WriteBatch()
    {
        int bytes = 0;
        while (_nextFirst < _sendingFirst.Count) bytes += Write(_sendingFirst[_nextFirst++]);
        while (_next < _sending.Count && bytes < FlushBytes) bytes += Write(_sending[_next++]);
    }

    private int Write(Outgoing outgoing)
    {
        ReadOnlySpan<byte> message = outgoing.Message.Written.Span;
        if (outgoing.EndsRequest) _handedOver++;
        try
        {
            _output.Write(message);
            return message.Length;
        }
        finally
        {
            outgoing.Message.Return();
        }
    }

    private void DropAll()
    {
        while (_nextFirst < _sendingFirst.Count) Drop(_sendingFirst[_nextFirst++]);
        while (_next < _sending.Count) Drop(_sending[_next++]);
        foreach (Outgoing outgoing in _urgent) Drop(outgoing);
        foreach (Outgoing outgoing in _waiting) Drop(outgoing);
        _urgent.Clear();
        _waiting.Clear();
    }

    private void Drop(Outgoing outgoing)
    {
        outgoing.Message.Return();
        if (outgoing.EndsRequest) _inFlight.Leave(1);
    }

    private readonly record struct Outgoing(MessageWriter Message, bool EndsRequest);
}
