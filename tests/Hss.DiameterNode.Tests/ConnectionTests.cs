using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>Framing, batching, back-pressure, and that no connection harms another.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Byte_by_byte_delivery_changes_nothing()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        foreach (byte octet in Requests.Cer().Concat(Requests.Mar("slow;1")).ToArray()) await peer.SendOctetsAsync(new[] { octet });
        Assert.Equal(ResultCode.Success, (await peer.ExpectCeaAsync()).Result);
        Assert.Equal("slow;1", (await peer.ExpectMaaAsync()).Text(Avp.SessionId));
        foreach (byte octet in Requests.Dwr()) await peer.SendOctetsAsync(new[] { octet });
        await peer.ExpectDwaAsync();
    }

    [Fact]
    public async Task Two_requests_split_at_every_octet_change_nothing()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] both = [.. Requests.Mar("1"), .. Requests.Mar("2")];
        for (int split = 0; split <= both.Length; split++)
        {
            await peer.SendOctetsAsync(both.AsMemory(0, split));
            await peer.SendOctetsAsync(both.AsMemory(split));
            Assert.Equal("1", (await peer.ExpectMaaAsync()).Text(Avp.SessionId));
            Assert.Equal("2", (await peer.ExpectMaaAsync()).Text(Avp.SessionId));
        }
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(16)]
    [InlineData(1)]
    public async Task A_thousand_requests_in_one_write_are_each_answered_once(int bound)
    {
        await using TestNode node = new(options: options => options with { MaxRequestsInFlightPerPeer = bound });
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertThousandAsync(peer);
        await Eventually.IsTrueAsync(() => Assert.Single(node.Node.OpenPeers) is { Received: 1000, Answered: 1000, Errors: 0, InFlight: 0 });
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(16)]
    public async Task A_thousand_requests_whose_procedures_wait_are_each_answered_once(int bound)
    {
        await using TestNode node = new(
            async (_, answer, _) =>
            {
                await Task.Yield();
                answer.Result(ResultCode.Success);
            },
            options => options with { MaxRequestsInFlightPerPeer = bound });
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertThousandAsync(peer);
    }

    [Fact]
    public async Task Answers_that_are_ready_together_share_flushes()
    {
        // 32 answers of nearly 300 octets make one flush. The reader sees them all in its first read, which it could not if each were
        // flushed alone with the reader awake; the count of flushes itself is the transport's business.
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync([.. Enumerable.Range(0, 64).Select(i => Requests.Mar($"{i}"))]);
        var result = await peer.Connection.FromNode.ReadAsync();
        Assert.True(result.Buffer.Length > 32 * 200, $"{result.Buffer.Length} octets in the first read");
        peer.Connection.FromNode.AdvanceTo(result.Buffer.End);
    }

    [Fact]
    public async Task Garbage_closes_its_own_connection_only_and_owed_answers_still_go_out()
    {
        await using TestNode node = new();
        FakePeer good = await node.ConnectOpenAsync("good.example", Requests.Relay);
        FakePeer bad = await node.ConnectOpenAsync("bad.example", Requests.Relay);
        await bad.SendAsync(Requests.Mar("before"), "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Requests.Mar("behind"));
        Assert.Equal("before", (await bad.ExpectMaaAsync()).Text(Avp.SessionId));
        await bad.ExpectClosedAsync();
        Assert.Single(node.Log.Of(2105));
        Assert.Equal(ResultCode.Success, (await good.AskAsync(Requests.Mar())).Result);
        Assert.Equal("good.example", Assert.Single(node.Node.OpenPeers).Identity);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    public async Task A_length_no_message_has_closes_the_connection(int length)
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync([1, (byte)(length >> 16), (byte)(length >> 8), (byte)length, 0xC0, 0, 1, 47]);
        await peer.ExpectClosedAsync();
    }

    [Theory]
    [InlineData(DiameterLimits.MaxFrameLengthBytes + 4)]
    [InlineData(200_000)]
    public async Task A_message_that_is_too_long_is_answered_and_what_comes_behind_it_is_served(int length)
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] tooLong = [.. Requests.Mar("long"), .. new byte[length - Requests.Mar("long").Length]];
        (tooLong[1], tooLong[2], tooLong[3]) = ((byte)(length >> 16), (byte)(length >> 8), (byte)length);
        byte[] answer = [.. tooLong];
        answer[4] &= 0x7F;
        foreach (byte[] part in tooLong.Chunk(10_000)) await peer.SendOctetsAsync(part);
        ReceivedMessage maa = await peer.ExpectMaaAsync();
        Assert.Equal(("long", ResultCode.InvalidMessageLength), (maa.Text(Avp.SessionId), maa.Result));
        Assert.Contains($"{length} octets", maa.Text(Avp.ErrorMessage), StringComparison.Ordinal);
        await peer.SendAsync(answer, Requests.Mar("behind"));
        maa = await peer.ExpectMaaAsync();
        Assert.Equal(("behind", ResultCode.Success), (maa.Text(Avp.SessionId), maa.Result));
        Assert.Single(node.Log.Of(2114));
    }

    [Fact]
    public async Task A_stranger_is_not_waited_for()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        await peer.SendAsync([1, 0xFF, 0xFF, 0xFC, 0x80, 0, 1, 1]);
        await peer.ExpectClosedAsync();
    }

    [Fact]
    public async Task Random_bytes_never_throw_and_never_leak()
    {
        const int seed = 20261121;
        Random random = new(seed);
        await using TestNode node = new();
        for (int round = 0; round < 200; round++)
        {
            FakePeer peer = round % 2 == 0 ? node.Connect() : await node.ConnectOpenAsync($"peer{round}.example");
            byte[] octets = new byte[random.Next(1, 400)];
            random.NextBytes(octets);
            await peer.SendOctetsAsync(octets);
            await peer.Connection.ToNode.CompleteAsync();
            try
            {
                await peer.Served.WaitAsync(TimeSpan.FromSeconds(90));
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e}");
            }
        }

        Assert.Empty(node.Log.Of(2112));
    }

    [Fact]
    public async Task Every_mutated_request_is_answered_once_or_ends_the_connection()
    {
        const int seed = 6733;
        Random random = new(seed);
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        int answered = 0;
        for (int round = 0; round < 2000; round++)
        {
            byte[] request = Requests.Mar($"fuzz;{round}");
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                // The length, the R bit and the command stay as they are: this is about requests that are framed and expect an answer.
                int at = random.Next(8, request.Length);
                request[at] = (byte)random.Next(256);
            }

            if (random.Next(10) == 0) request[0] = (byte)random.Next(256);
            ReceivedMessage answer = await peer.AskAsync(request);
            Assert.True(answer.Result != ResultCode.None, $"seed {seed}, round {round}: {answer}");
            answered++;
        }

        Assert.Equal(2000, answered);
        Assert.Empty(node.Log.Of(2203));
    }

    [Fact]
    public async Task The_newer_connection_of_a_peer_replaces_the_older_and_late_answers_are_dropped()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (request, answer, _) =>
        {
            if (request.SessionId.ToText() == "old") await gate.Task;
            answer.Result(ResultCode.Success);
        });
        FakePeer older = await node.ConnectOpenAsync();
        await older.SendAsync(Requests.Mar("old"));
        await older.FenceAsync();

        FakePeer newer = await node.ConnectOpenAsync(Requests.Scscf.ToUpperInvariant());
        await older.ExpectClosedAsync();
        Assert.True(older.Connection.IsAborted);
        Assert.Equal(Requests.Scscf.ToUpperInvariant(), Assert.Single(node.Node.OpenPeers).Identity);
        Assert.Single(node.Log.Of(2103));

        gate.SetResult();
        await Eventually.IsTrueAsync(() => node.Pool.Rented == 0);
        Assert.Equal("new", (await newer.AskAsync(Requests.Mar("new"))).Text(Avp.SessionId));
    }

    [Fact]
    public async Task Answers_are_still_sent_to_a_peer_that_has_closed_its_own_direction()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, answer, _) =>
        {
            await gate.Task;
            answer.Result(ResultCode.Success);
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar("1"), Requests.Mar("2"));
        await peer.Connection.ToNode.CompleteAsync();
        await Eventually.IsTrueAsync(() => node.Node.OpenPeers.Count == 0);
        gate.SetResult();
        await peer.ExpectMaaAsync();
        await peer.ExpectMaaAsync();
        await peer.ExpectClosedAsync();
    }

    private static async Task AssertThousandAsync(FakePeer peer)
    {
        Task sending = peer.SendAsync([.. Enumerable.Range(0, 1000).Select(i => Requests.Mar($"{i}"))]);
        HashSet<string> sessions = [];
        for (int i = 0; i < 1000; i++)
        {
            ReceivedMessage maa = await peer.ExpectMaaAsync();
            Assert.Equal(ResultCode.Success, maa.Result);
            Assert.True(sessions.Add(maa.Text(Avp.SessionId)!), $"answered twice: {maa}");
        }

        await sending;
        await peer.FenceAsync();
    }
}
