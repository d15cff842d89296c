using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Hss.DiameterNode.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.DiameterNode.Tests;

/// <summary>The node's own transport on real loopback sockets: who waits where, and that every wait ends.</summary>
public sealed class SocketConnectionTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IConnectionListener _listener = new SocketTransport(NullLoggerFactory.Instance).BindAsync(new IPEndPoint(IPAddress.Loopback, 0)).AsTask().Result;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _listener.DisposeAsync().AsTask();

    [Fact]
    public async Task A_reader_that_waits_goes_on_with_its_connections_thread_and_stays_there()
    {
        await using Pair pair = await ConnectAsync();
        PipeReader input = pair.Connection.Transport.Input;
        List<int> threads = [];
        Task reading = Task.Run(async () =>
        {
            while (threads.Count < 10)
            {
                ReadResult result = await input.ReadAsync();
                input.AdvanceTo(result.Buffer.End);

                // Reads that found octets at once may have come before.
                if (threads.Count > 0 || Thread.CurrentThread.Name == "hss-connection") threads.Add(Environment.CurrentManagedThreadId);
            }
        });
        while (!reading.IsCompleted)
        {
            await pair.Client.SendAsync("octets"u8.ToArray());
            await Task.Delay(10); // so that some reads wait
        }

        await reading;
        Assert.Single(threads.Distinct());
    }

    [Fact]
    public async Task What_arrives_is_read_in_order_and_the_end_is_told()
    {
        await using Pair pair = await ConnectAsync();
        byte[] sent = new byte[3 * 1024 * 1024];
        new Random(5).NextBytes(sent);
        Task sending = Task.Run(async () =>
        {
            await pair.Client.SendAsync(sent);
            pair.Client.Shutdown(SocketShutdown.Send);
        });
        Assert.Equal(sent, await ReadToEndAsync(pair.Connection.Transport.Input));
        await sending;

        // The other direction is open still.
        await pair.Connection.Transport.Output.WriteAsync("bye"u8.ToArray());
        byte[] bye = new byte[8];
        Assert.Equal(3, await pair.Client.ReceiveAsync(bye).WaitAsync(Patience));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_that_is_cancelled_ends_and_what_is_owed_can_still_be_sent(bool isWaiting)
    {
        await using Pair pair = await ConnectAsync();
        PipeReader input = pair.Connection.Transport.Input;
        if (!isWaiting) input.CancelPendingRead();
        Task<ReadResult> read = Task.Run(async () => await input.ReadAsync());
        if (isWaiting)
        {
            await Task.Delay(50);
            Assert.False(read.IsCompleted);
            input.CancelPendingRead();
        }

        Assert.True((await read.WaitAsync(Patience)).IsCanceled);
        await pair.Connection.Transport.Output.WriteAsync("owed"u8.ToArray());
        byte[] owed = new byte[8];
        Assert.Equal(4, await pair.Client.ReceiveAsync(owed).WaitAsync(Patience));
    }

    [Fact]
    public async Task An_abort_ends_a_read_and_a_write_that_wait()
    {
        await using Pair pair = await ConnectAsync();
        Task<Exception?> reading = EndOf(async () => await pair.Connection.Transport.Input.ReadAsync());
        Task<Exception?> writing = EndOf(async () =>
        {
            byte[] much = new byte[1024 * 1024];
            while (!(await pair.Connection.Transport.Output.WriteAsync(much)).IsCompleted)
            {
            }
        });
        await Task.Delay(100);
        Assert.False(writing.IsCompleted); // the peer takes nothing
        pair.Connection.Abort();
        await reading.WaitAsync(Patience);
        Assert.IsType<IOException>(await writing.WaitAsync(Patience), exactMatch: false);
        await Eventually.IsTrueAsync(() => pair.Connection.ConnectionClosed.IsCancellationRequested);
        Assert.IsType<IOException>(await EndOf(async () => await pair.Connection.Transport.Output.WriteAsync(new byte[1])), exactMatch: false);
    }

    [Fact]
    public async Task A_read_that_begins_while_the_connection_is_aborted_ends()
    {
        for (int round = 0; round < 200; round++)
        {
            await using Pair pair = await ConnectAsync();
            Task<Exception?> reading = EndOf(async () => await pair.Connection.Transport.Input.ReadAsync());
            Task aborting = Task.Run(pair.Connection.Abort);
            await Task.WhenAll(reading, aborting).WaitAsync(Patience);
        }
    }

    [Fact]
    public async Task A_connection_that_is_closed_sends_what_was_flushed_and_takes_its_thread_along()
    {
        for (int round = 0; round < 100; round++)
        {
            Pair pair = await ConnectAsync();
            Task<ReadResult> read = Task.Run(async () => await pair.Connection.Transport.Input.ReadAsync());
            await pair.Client.SendAsync("unread, because nobody reads on"u8.ToArray());
            await read.WaitAsync(Patience);
            await pair.Client.SendAsync("more"u8.ToArray());
            await pair.Connection.Transport.Output.WriteAsync("the answer"u8.ToArray());
            await pair.Connection.DisposeAsync();

            byte[] answer = new byte[32];
            Assert.Equal(10, await pair.Client.ReceiveAsync(answer).WaitAsync(Patience));
            Assert.Equal(0, await pair.Client.ReceiveAsync(answer).WaitAsync(Patience));
            pair.Client.Dispose();
        }

        // Other tests have connections of their own, but not a hundred.
        await Eventually.IsTrueAsync(() => ConnectionThreads() < 50);
    }

    [Fact]
    public async Task A_stop_that_meets_a_connection_behind_its_handshake_ends_it()
    {
        Task? stopping = null;
        DiameterNode? node = null;
        NodeOptions options = new()
        {
            Identity = Requests.Hss, Realm = Requests.Realm,
            Peers = [new PeerOptions { Identity = Requests.Scscf, Address = _listener.EndPoint.ToString()!, Connect = true }],
        };
        node = new(
            options, [TestNode.Cx(TestNode.Succeed)], TimeProvider.System, new RecordingLog(), () => 0.5, ArrayPool<byte>.Create(),
            connect: async (peer, _) =>
            {
                // As a handshake, which ends on the connection's thread; then the stop comes, and sees no connection.
                ConnectionContext connection = await new SocketDial(null).ConnectAsync(peer, CancellationToken.None);
                ReadResult last = await connection.Transport.Input.ReadAsync(CancellationToken.None);
                connection.Transport.Input.AdvanceTo(last.Buffer.End);
                stopping ??= Task.Run(() => node!.StopAsync(CancellationToken.None), CancellationToken.None);
                Assert.True(SpinWait.SpinUntil(() => node!.IsStopping, Patience));
                Thread.Sleep(50);
                return connection;
            });
        node.Start();
        await using ConnectionContext far = (await _listener.AcceptAsync().AsTask().WaitAsync(Patience))!;
        await Task.Delay(50); // so that the last read of the handshake waits
        await far.Transport.Output.WriteAsync(new byte[1]);
        await Eventually.IsTrueAsync(() => stopping is not null);
        await stopping!.WaitAsync(TimeSpan.FromSeconds(10)); // one that is lost takes fifteen
        await node.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told_and_a_listener_that_is_closed_accepts_no_more()
    {
        await Assert.ThrowsAsync<AddressInUseException>(async () => await new SocketTransport(NullLoggerFactory.Instance).BindAsync(_listener.EndPoint));
        Task<ConnectionContext?> accepting = _listener.AcceptAsync().AsTask();
        await _listener.UnbindAsync();
        Assert.Null(await accepting.WaitAsync(Patience));
        Assert.Null(await _listener.AcceptAsync().AsTask().WaitAsync(Patience));
    }

    private static int ConnectionThreads() => Directory.GetDirectories("/proc/self/task").Count(thread =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).StartsWith("hss-connection", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
    });

    private static async Task<Exception?> EndOf(Func<Task> doing)
    {
        await Task.Yield();
        try
        {
            await doing();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static async Task<byte[]> ReadToEndAsync(PipeReader input)
    {
        ArrayBufferWriter<byte> all = new();
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            foreach (ReadOnlyMemory<byte> piece in result.Buffer) all.Write(piece.Span);
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return all.WrittenSpan.ToArray();
        }
    }

    private async Task<Pair> ConnectAsync()
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Task connecting = client.ConnectAsync(_listener.EndPoint);
        ConnectionContext? connection = await _listener.AcceptAsync().AsTask().WaitAsync(Patience);
        await connecting;
        return new(client, connection!);
    }

    private sealed record Pair(Socket Client, ConnectionContext Connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Connection.DisposeAsync();
            Client.Dispose();
        }
    }
}
