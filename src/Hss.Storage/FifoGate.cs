using System.Threading.Tasks.Sources;

namespace Hss.Storage;

/// <summary>Mutual exclusion for asynchronous callers, first come first served. Entering a free gate allocates nothing.</summary>
/// Why not SemaphoreSlim: it is not fair, costs three times the memory (there is one gate per cached subscriber), and its uncontended path
/// is slower.
/// Order: strictly the order of arrival; a caller that is cancelled while it waits leaves the line and never holds the gate.
internal sealed class FifoGate
{
    private bool _held;
    private Waiter? _first;
    private Waiter? _last;

    public bool IsHeld
    {
        get { lock (this) return _held; }
    }

    public bool TryEnter()
    {
        lock (this)
        {
            if (_held) return false;
            return _held = true;
        }
    }

    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        Waiter waiter;
        lock (this)
        {
            if (!_held)
            {
                _held = true;
                return ValueTask.CompletedTask;
            }
            waiter = new Waiter(this) { Previous = _last, IsQueued = true };
            if (_last is null) _first = waiter;
            else _last.Next = waiter;
            _last = waiter;
        }
        return waiter.WaitAsync(cancellationToken);
    }

    /// <summary>Hands the gate to the next in line, or frees it. The next one goes on in its own thread-pool job: no recursion down a long
    /// line.</summary>
    public void Exit()
    {
        Waiter? next;
        lock (this)
        {
            if (!_held) throw new InvalidOperationException("the gate is free: a turn was disposed twice");
            next = _first;
            if (next is null) _held = false;
            else Unlink(next);
        }
        next?.Enter();
    }

    private bool TryLeaveLine(Waiter waiter)
    {
        lock (this)
        {
            if (!waiter.IsQueued) return false;
            Unlink(waiter);
            return true;
        }
    }

    private void Unlink(Waiter waiter)
    {
        if (waiter.Previous is null) _first = waiter.Next;
        else waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null) _last = waiter.Previous;
        else waiter.Next.Previous = waiter.Previous;
        waiter.IsQueued = false;
    }

    private sealed class Waiter(FifoGate gate) : IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
        private CancellationTokenRegistration _registration;

        public Waiter? Previous { get; set; }
        public Waiter? Next { get; set; }
        public bool IsQueued { get; set; }

        public ValueTask WaitAsync(CancellationToken cancellationToken)
        {
            if (cancellationToken.CanBeCanceled)
                _registration = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Cancel(token), this);
            return new(this, _core.Version);
        }

        public void Enter() => _core.SetResult(true);

        private void Cancel(CancellationToken cancellationToken)
        {
            if (gate.TryLeaveLine(this)) _core.SetException(new OperationCanceledException(cancellationToken));
        }

        public void GetResult(short token)
        {
            _registration.Unregister();
            _core.GetResult(token);
        }

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
