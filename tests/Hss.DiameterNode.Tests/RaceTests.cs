using System.Collections.Concurrent;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>Many peers, many threads, every way a procedure can end, and deadlines that fall in between.</summary>
public sealed class RaceTests
{
    private const int Peers = 6;
    private const int RequestsPerPeer = 300;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_request_is_answered_once_and_every_buffer_comes_back(int seed)
    {
        ConcurrentBag<TaskCompletionSource> hanging = [];
        await using TestNode node = new(
            (request, answer, cancellationToken) => ServeAsync(request, answer, hanging, cancellationToken),
            options => options with
            {
                // The clock runs as fast as it can; only the deadline is meant to fall into the middle of things.
                MaxRequestsInFlightPerPeer = 50,
                CapabilitiesTimeout = TimeSpan.FromDays(1),
                WatchdogInterval = TimeSpan.FromDays(1),
                SendTimeout = TimeSpan.FromDays(1),
            });
        using CancellationTokenSource done = new();
        Task clock = MoveClockAsync(node, done.Token);

        await Task.WhenAll(Enumerable.Range(0, Peers).Select(number => Task.Run(() => TalkAsync(node, number, seed))));
        await done.CancelAsync();
        await clock;
        while (hanging.TryTake(out TaskCompletionSource? gate)) gate.SetResult();
        await Eventually.IsTrueAsync(() => node.Pool.Rented == 0);
        Assert.Equal(0, node.Pool.WrongReturns);
        Assert.True(node.Pool.Rents >= Peers * RequestsPerPeer);
        Assert.Empty(node.Log.Of(2112));
    }

    private static async Task TalkAsync(TestNode node, int number, int seed)
    {
        Random random = new((seed * 1000) + number);
        FakePeer peer = new(node.Node, new MemoryConnection(number, random.Next(600, 70_000)));
        await peer.OpenAsync($"peer{number}.example");
        byte[] octets = [.. Enumerable.Range(0, RequestsPerPeer).SelectMany(i => Requests.Mar($"{random.Next(8)};{number};{i}", $"peer{number}.example"))];
        Task sending = Task.Run(async () =>
        {
            for (int sent = 0; sent < octets.Length;)
            {
                int length = Math.Min(random.Next(1, 5000), octets.Length - sent);
                await peer.SendOctetsAsync(octets.AsMemory(sent, length));
                sent += length;
            }
        });

        HashSet<string> sessions = [];
        while (sessions.Count < RequestsPerPeer)
        {
            ReceivedMessage? message = await peer.ReceiveAsync();
            Assert.True(message is not null, $"seed {seed}, peer {number}: the connection ended after {sessions.Count} answers");
            string session = message.Text(Avp.SessionId)!;
            Assert.True(sessions.Add(session), $"seed {seed}, peer {number}: answered twice: {message}");

            // With so many late ones the node may find itself overloaded, and then it does not begin what it would not end.
            if (session[0] is '4' or '5' or '6') Assert.True(message.Result is ResultCode.UnableToComply or ResultCode.TooBusy, $"seed {seed}, peer {number}: {message}");
        }

        await sending;
        await peer.CloseAsync();
    }

    private static async ValueTask ServeAsync(
        MultimediaAuthRequest request, Answer answer, ConcurrentBag<TaskCompletionSource> hanging, CancellationToken cancellationToken)
    {
        string session = request.SessionId.ToText();
        switch (session[0])
        {
            case '0' or '1':
                break;
            case '2':
                await Task.Yield();
                break;
            case '3':
                for (int i = 0; i < 20; i++) await Task.Yield();
                break;
            case '4':
                await Task.Yield();
                throw new InvalidOperationException("a bug");
            case '5':
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                break;
            case '6':
                TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
                hanging.Add(gate);
                await gate.Task;
                break;
            default:
                await Task.Run(() => { }, CancellationToken.None);
                break;
        }

        // The frame must still be this request's, however late it is.
        if (request.SessionId.ToText() != session) throw new InvalidOperationException("read another request's octets");
        answer.Writer.WriteText(Avp.ServerName, session);
        answer.Result(ResultCode.Success);
    }

    private static async Task MoveClockAsync(TestNode node, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            node.Time.Advance(0.005);
            await Task.Yield();
        }
    }
}
