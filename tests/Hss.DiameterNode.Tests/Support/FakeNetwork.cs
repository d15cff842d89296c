using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>What the node dials into: every attempt waits here until the test takes it.</summary>
internal sealed class FakeNetwork
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Channel<Attempt> _attempts = Channel.CreateUnbounded<Attempt>();
    private int _count;

    /// <summary>Attempts made so far.</summary>
    public int Count => Volatile.Read(ref _count);

    public async ValueTask<ConnectionContext> ConnectAsync(PeerOptions peer, CancellationToken cancellationToken)
    {
        Attempt attempt = new(peer, Interlocked.Increment(ref _count));
        await using CancellationTokenRegistration cancel = cancellationToken.Register(() => attempt.Outcome.TrySetCanceled(cancellationToken));
        _attempts.Writer.TryWrite(attempt);
        return await attempt.Outcome.Task;
    }

    /// <summary>The next attempt.</summary>
    public Task<Attempt> ExpectAsync() => _attempts.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The next attempt succeeds, and its CER is there.</summary>
    public async Task<(FakePeer Peer, ReceivedMessage Cer)> AcceptAsync()
    {
        FakePeer peer = (await ExpectAsync()).Accept();
        return (peer, await peer.ExpectAsync(257, isRequest: true));
    }

    internal sealed record Attempt(PeerOptions Peer, int Number)
    {
        public TaskCompletionSource<ConnectionContext> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FakePeer Accept()
        {
            MemoryConnection connection = new(1000 + Number, 64 * 1024);
            Outcome.SetResult(connection);
            return new FakePeer(connection);
        }

        public void Refuse() => Outcome.SetException(new SocketException((int)SocketError.ConnectionRefused));
    }
}
