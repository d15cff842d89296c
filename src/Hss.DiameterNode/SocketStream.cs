using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Hss.DiameterNode;

/// <summary>A connected socket that is waited for by a thread of its own. Whoever reads goes on there.</summary>
/// Why a thread and not the platform's asynchronous receive: a batch of requests is served in a fraction of a millisecond, and waking a pool thread
/// for each costs as much again. Diameter peers are few and stay for days. Measured: docs/decisions/0019-a-thread-per-connection.md.
/// Shape: a read that finds octets ends at once, on the thread that asked. One that finds none ends on the connection's thread, and what goes on
/// behind it runs there; if it reads again it waits in the kernel, without a change of threads. So nothing may stand between calling a read and
/// awaiting it: it would be done behind the wait. A write is the platform's, asynchronous where the
/// kernel does not take it at once, so that a peer that takes nothing holds up no thread.
/// Order: one read and one write at a time. Limits: a read brings at most <see cref="ReadBytes"/>. Errors: IOException when the connection broke,
/// OutOfMemoryException when there is no thread. To a reader an abort of this node is the end of the octets.
/// A read that is cancelled is the last one: nothing more is received.
internal sealed class SocketStream(Socket socket) : Stream, IValueTaskSource<int>
{
    /// <summary>A hundred requests of the usual size.</summary>
    public const int ReadBytes = 32 * 1024;

    private readonly object _gate = new();
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _buffer;
    private CancellationToken _cancellation;
    private Thread? _thread;
    private bool _isAsked;
    private bool _isStopped;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Its own thread has nothing else to do than to wait.
        if (Thread.CurrentThread == _thread) return new(Receive(buffer, cancellationToken));

        cancellationToken.ThrowIfCancellationRequested();
        if (TryReceive(buffer.Span, out int count)) return new(count);
        _read.Reset();
        _buffer = buffer;
        _cancellation = cancellationToken;
        ValueTask<int> read = new(this, _read.Version);
        Ask();
        return read;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (!buffer.IsEmpty) buffer = buffer[(await socket.SendAsync(buffer, SocketFlags.None, cancellationToken))..];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }
    }

    /// <summary>Ends the thread when the read that is under way has ended; whoever closes the socket ends that.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.Pulse(_gate);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronously");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private void Ask()
    {
        lock (_gate)
        {
            if (_isStopped) throw Broken(new ObjectDisposedException(nameof(SocketStream)));
            if (_thread is null)
            {
                Thread thread = new(Serve) { IsBackground = true, Name = "hss-connection" };
                thread.UnsafeStart();
                _thread = thread;
            }

            _isAsked = true;
            Monitor.Pulse(_gate);
        }
    }

    private bool IsAsked()
    {
        lock (_gate)
        {
            while (!_isAsked && !_isStopped) Monitor.Wait(_gate);
            bool isAsked = _isAsked;
            _isAsked = false;
            return isAsked;
        }
    }

    private void Serve()
    {
        while (IsAsked())
        {
            int count;
            try
            {
                count = Receive(_buffer, _cancellation);
            }
            catch (Exception e)
            {
                _read.SetException(e);
                continue;
            }

            // Everything behind the read runs in here, and as a rule until the connection ends.
            _read.SetResult(count);
        }
    }

    private int Receive(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryReceive(buffer.Span, out int count)) return count;
            using (cancellationToken.UnsafeRegister(static stream => ((SocketStream)stream!).ReceiveNoMore(), this)) WaitForOctets();
        }
    }

    private bool TryReceive(Span<byte> buffer, out int count)
    {
        SocketError error;
        try
        {
            count = socket.Receive(buffer.Length > ReadBytes ? buffer[..ReadBytes] : buffer, SocketFlags.None, out error);
        }
        catch (ObjectDisposedException)
        {
            count = 0;
            return true;
        }

        if (error == SocketError.WouldBlock) return false;
        if (error != SocketError.Success && !Volatile.Read(ref _isStopped)) throw Broken(new SocketException((int)error));
        return true;
    }

    private void WaitForOctets()
    {
        try
        {
            socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
        }
        catch (ObjectDisposedException)
        {
            // The receive behind it tells.
        }
        catch (SocketException e)
        {
            throw Broken(e);
        }
    }

    // The one thing that wakes a thread that waits for octets without octets.
    private void ReceiveNoMore()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is gone, and the wait with it.
        }
    }

    private static IOException Broken(Exception e) => new(e.Message, e);
}
