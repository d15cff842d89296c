using System.Buffers.Binary;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 3 and Appendix C: a copy of a request gets the same answer again, and nothing is done twice.</summary>
public sealed class DuplicateTests
{
    private const uint EndToEnd = 0xABCD_0001;
    private int _calls;

    public static TheoryData<string, bool> Pairs => new()
    {
        { "the copy", true },
        { "the copy in other letters", true },
        { "no T bit", false },
        { "another Origin-Host", false },
        { "another Session-Id", false },
        { "another End-to-End id", false },
        { "another subscriber", false },
        { "the copy first", true },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Two_requests_are_one_by_all_that_names_them_and_a_T_bit(string pair, bool isCopy)
    {
        await using TestNode node = new(Count);
        FakePeer peer = await node.ConnectOpenAsync("dra.example", Requests.Relay);
        byte[] first = Mar(isRetransmitted: pair == "the copy first");
        byte[] second = pair switch
        {
            "the copy" => Mar(isRetransmitted: true),
            "the copy in other letters" => Mar(originHost: Requests.Scscf.ToUpperInvariant(), isRetransmitted: true),
            "no T bit" or "the copy first" => Mar(),
            "another Origin-Host" => Mar(originHost: Requests.Icscf, isRetransmitted: true),
            "another Session-Id" => Mar("scscf;1;2", isRetransmitted: true),
            "another subscriber" => OfBobby(Mar(isRetransmitted: true)),
            "another End-to-End id" => Mar(isRetransmitted: true, endToEnd: EndToEnd + 1),
            _ => throw new ArgumentOutOfRangeException(nameof(pair)),
        };
        ReceivedMessage one = await peer.AskAsync(first);
        ReceivedMessage other = await peer.AskAsync(second);
        Assert.Equal(isCopy ? 1 : 2, _calls);
        Assert.NotEqual(one.Header.HopByHopId, other.Header.HopByHopId);
        Assert.Equal(isCopy, one.Frame.AsSpan(DiameterHeader.SizeBytes).SequenceEqual(other.Frame.AsSpan(DiameterHeader.SizeBytes)));
        Assert.Equal((uint)(isCopy ? 1 : 2), other.Unsigned(Avp.SipItemNumber));
    }

    [Fact]
    public async Task The_copy_goes_back_its_own_way()
    {
        await using TestNode node = new(Count);
        FakePeer scscf = await node.ConnectOpenAsync();
        FakePeer dra = await node.ConnectOpenAsync("dra.example", Requests.Relay);
        ReceivedMessage first = await scscf.AskAsync(Mar(more: Proxy("one")));
        ReceivedMessage second = await dra.AskAsync(Mar(isRetransmitted: true, more: writer =>
        {
            Proxy("two")(writer);
            Proxy("three")(writer);
            writer.WriteText(Avp.RouteRecord, Requests.Scscf);
        }));
        Assert.Equal(1, _calls);
        Assert.Equal(["one"], ProxyStates(first));
        Assert.Equal(["two", "three"], ProxyStates(second));
        Assert.Equal(first.Text(Avp.SessionId), second.Text(Avp.SessionId));
        Assert.Equal(first.Keys.Where(key => key != Avp.ProxyInfo.Key), second.Keys.Where(key => key != Avp.ProxyInfo.Key));
    }

    [Fact]
    public async Task Copies_of_a_request_in_work_wait_for_its_answer_on_whatever_connection()
    {
        TaskCompletionSource store = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, answer, _) =>
        {
            Interlocked.Increment(ref _calls);
            await store.Task;
            answer.Result(ResultCode.Success);
            answer.Writer.WriteUnsigned32(Avp.SipItemNumber, 7);
        });
        FakePeer scscf = await node.ConnectOpenAsync();
        FakePeer[] relays = [await node.ConnectOpenAsync("dra1.example", Requests.Relay), await node.ConnectOpenAsync("dra2.example", Requests.Relay)];
        await scscf.SendAsync(Mar());
        await scscf.FenceAsync();
        foreach (FakePeer relay in relays)
        {
            await relay.SendAsync(Mar(isRetransmitted: true));
            await relay.FenceAsync();
        }

        Assert.Equal(1, _calls);
        store.SetResult();
        foreach (FakePeer peer in relays.Append(scscf)) Assert.Equal(7u, (await peer.ExpectMaaAsync()).Unsigned(Avp.SipItemNumber));
        Assert.Equal(7u, (await relays[0].AskAsync(Mar(isRetransmitted: true))).Unsigned(Avp.SipItemNumber));
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task What_a_late_procedure_did_is_what_its_copies_are_told()
    {
        TaskCompletionSource store = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, answer, _) =>
        {
            Interlocked.Increment(ref _calls);
            await store.Task;
            answer.Result(ResultCode.Success);
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Mar());
        await peer.FenceAsync();
        node.Time.Advance(node.Options.RequestDeadline / 2);
        await peer.SendAsync(Mar(isRetransmitted: true));
        await peer.FenceAsync();
        node.Time.Advance(node.Options.RequestDeadline / 2);
        Assert.Equal(ResultCode.UnableToComply, (await peer.ExpectMaaAsync()).Result);
        store.SetResult();
        Assert.Equal(ResultCode.Success, (await peer.ExpectMaaAsync()).Result);
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Mar(isRetransmitted: true))).Result);
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task A_copy_that_waits_too_long_has_its_own_deadline_and_holds_no_buffer()
    {
        TaskCompletionSource store = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, answer, _) =>
        {
            await store.Task;
            answer.Result(ResultCode.Success);
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Mar());
        await peer.FenceAsync();
        node.Time.Advance(1);
        await peer.SendAsync(Mar(isRetransmitted: true));
        await peer.FenceAsync();
        Assert.Equal(2, node.Node.RequestsInProgress);
        node.Time.Advance(node.Options.RequestDeadline);
        Assert.Equal(ResultCode.UnableToComply, (await peer.ExpectMaaAsync()).Result);
        Assert.Equal(ResultCode.UnableToComply, (await peer.ExpectMaaAsync()).Result);
        Assert.Equal(1, node.Node.RequestsInProgress);
        store.SetResult();
        await Eventually.IsTrueAsync(() => node.Node.RequestsInProgress == 0);
    }

    public static TheoryData<string, bool> Results => new()
    {
        { "R:2001", true }, { "E:2004", true }, { "R:5004", true }, { "E:5001", true }, { "E:5006", true },
        { "R:3004", false }, { "R:3002", false }, { "R:4001", false }, { "E:4100", false }, { "R:5012", false }, { "none", false }, { "throw", false },
    };

    [Theory]
    [MemberData(nameof(Results))]
    public async Task Only_an_answer_that_says_how_it_ended_is_given_again(string result, bool isRemembered)
    {
        await using TestNode node = new((_, answer, _) =>
        {
            Interlocked.Increment(ref _calls);
            if (result == "throw") throw new InvalidOperationException();
            if (result == "none") return default;
            uint code = uint.Parse(result[2..], System.Globalization.CultureInfo.InvariantCulture);
            if (result[0] == 'R') answer.Result((ResultCode)code);
            else answer.ExperimentalResult((ExperimentalResultCode)code);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage first = await peer.AskAsync(Mar());
        ReceivedMessage second = await peer.AskAsync(Mar(isRetransmitted: true));
        Assert.Equal(isRemembered ? 1 : 2, _calls);
        Assert.Equal(first.Frame.AsSpan(20).ToArray(), second.Frame.AsSpan(20).ToArray());
    }

    [Theory]
    [InlineData("throw")]
    [InlineData("3004")]
    [InlineData("grammar")]
    public async Task Copies_that_wait_share_a_bad_end_too(string end)
    {
        TaskCompletionSource store = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, answer, _) =>
        {
            await store.Task;
            if (end == "throw") throw new InvalidOperationException();
            answer.Result(ResultCode.TooBusy);
        });
        FakePeer peer = await node.ConnectOpenAsync();
        if (end == "grammar")
        {
            // A grammar fault is told at once, and nothing stays behind to wait for.
            for (int i = 0; i < 2; i++)
            {
                ReceivedMessage refused = await peer.AskAsync(Requests.WithoutAvp(Mar(isRetransmitted: i == 1), Avp.ServerName));
                Assert.Equal(ResultCode.MissingAvp, refused.Result);
            }

            return;
        }

        await peer.SendAsync(Mar(), Mar(isRetransmitted: true), Mar(isRetransmitted: true));
        await peer.FenceAsync();
        store.SetResult();
        for (int i = 0; i < 3; i++) Assert.Equal(end == "throw" ? ResultCode.UnableToComply : ResultCode.TooBusy, (await peer.ExpectMaaAsync()).Result);
    }

    [Fact]
    public async Task An_answer_is_forgotten_after_its_time()
    {
        await using TestNode node = new(Count, options => options with { DuplicateMemoryAge = TimeSpan.FromSeconds(10) });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.AskAsync(Mar());
        node.Time.Advance(10);
        await peer.AskAsync(Mar(isRetransmitted: true));
        Assert.Equal(1, _calls);
        node.Time.Advance(0.001);
        await peer.AskAsync(Mar(isRetransmitted: true));
        Assert.Equal(2, _calls);

        Assert.NotEqual(0, node.Node.Dispatcher.Duplicates.RememberedBytes);
        node.Time.Advance(25);
        Assert.Equal(0, node.Node.Dispatcher.Duplicates.RememberedBytes);
    }

    [Fact]
    public async Task The_memory_is_bounded_the_oldest_answers_go_first_and_are_wiped()
    {
        const int answers = 400;
        byte[] key = Enumerable.Repeat((byte)0xC7, 30_000).ToArray();
        await using TestNode node = new(
            (_, answer, _) =>
            {
                Interlocked.Increment(ref _calls);
                answer.Result(ResultCode.Success);
                answer.Writer.WriteOctets(Avp.ConfidentialityKey, key);
                return default;
            },
            options => options with { DuplicateMemoryBytes = Duplicates.MinMemoryBytes });
        FakePeer peer = await node.ConnectOpenAsync();
        Duplicates duplicates = node.Node.Dispatcher.Duplicates;
        for (int i = 0; i < answers; i++)
        {
            await peer.AskAsync(Mar($"{i}", endToEnd: (uint)i));
            Assert.True(duplicates.RememberedBytes <= Duplicates.MinMemoryBytes);
        }

        // The youngest are found, with the key and all; the oldest are not. Which part an answer falls into is chance, but the last
        // eight fit into any one page.
        for (int i = answers - 8; i < answers; i++)
        {
            ReceivedMessage maa = await peer.AskAsync(Mar($"{i}", isRetransmitted: true, endToEnd: (uint)i));
            Assert.Equal(key, maa.Find(Avp.ConfidentialityKey).Span.ToArray());
        }

        Assert.Equal(answers, _calls);
        for (int i = 0; i < 8; i++) await peer.AskAsync(Mar($"{i}", isRetransmitted: true, endToEnd: (uint)i));
        Assert.Equal(answers + 8, _calls);

        node.Time.Advance(node.Options.DuplicateMemoryAge * 2);
        Assert.Equal(0, duplicates.RememberedBytes);
        foreach (byte[] page in PagesOf(duplicates)) Assert.False(page.AsSpan().IndexOf(key.AsSpan(0, 16)) >= 0, "a key is still in memory");
    }

    [Fact]
    public void Against_a_plain_list_the_memory_finds_the_same_answers()
    {
        const int seed = 20261121;
        Random random = new(seed);
        AnswerMemory memory = new(maxPages: 6, maxAgeTicks: 1000);
        List<(uint EndToEnd, string Session, byte[] Avps, long At)> kept = [];
        long now = 0;
        for (int step = 0; step < 20_000; step++)
        {
            now += random.Next(3);
            uint endToEnd = (uint)random.Next(600);
            string session = $"{endToEnd};{random.Next(2)}";
            byte[] request = Mar(session, isRetransmitted: true, endToEnd: endToEnd);
            RequestKey key = KeyOf(request);
            byte[]? found = memory.TryFind(key, key.SessionIdAvp, now, out ReadOnlySpan<byte> avps, out _, out _) ? avps.ToArray() : null;
            byte[]? expected = kept.LastOrDefault(one => one.EndToEnd == endToEnd && one.Session == session) is { Avps: not null } last && now - last.At <= 1000 ? last.Avps : null;
            if (found is not null || expected is not null) Assert.True(found is not null && expected is not null && found.AsSpan().SequenceEqual(expected), $"seed {seed} step {step}");

            byte[] answer = new byte[key.SessionIdAvp.Length + random.Next(2000)];
            random.NextBytes(answer);
            key.SessionIdAvp.CopyTo(answer);
            memory.Keep(key, answer, ResultCode.Success, default, now);
            kept.Add((endToEnd, session, answer, now));
        }
    }

    [Fact]
    public async Task Copies_are_counted()
    {
        await using TestNode node = new(Count);
        List<string> counted = [];
        using System.Diagnostics.Metrics.MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == node.Node.Metrics.Meter && instrument.Name == "hss_diameter_duplicate_requests_total") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Add($"{tags[0].Value} {tags[1].Value}"));
        listener.Start();
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.AskAsync(Mar());
        await peer.AskAsync(Mar(isRetransmitted: true));
        Assert.Equal(["MAR answered"], counted);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task However_copies_and_originals_meet_each_is_carried_out_once_and_all_are_answered_alike(int seed)
    {
        // The original and two copies of each request over three connections, in any order and at any moment of the others' service.
        const int requests = 400;
        int[] runs = new int[requests];
        Random random = new(seed);
        int[] delays = [.. Enumerable.Range(0, requests).Select(_ => random.Next(4))];
        await using TestNode node = new(async (request, answer, _) =>
        {
            int number = int.Parse(request.SessionId.ToText(), System.Globalization.CultureInfo.InvariantCulture);
            int run = Interlocked.Increment(ref runs[number]);
            for (int i = 0; i < delays[number]; i++) await Task.Yield();
            answer.Result(ResultCode.Success);
            answer.Writer.WriteUnsigned32(Avp.SipItemNumber, (uint)run);
        });
        FakePeer[] peers =
        [
            await node.ConnectOpenAsync("dra1.example", Requests.Relay), await node.ConnectOpenAsync("dra2.example", Requests.Relay), await node.ConnectOpenAsync("dra3.example", Requests.Relay),
        ];
        byte[][][] sent = [.. peers.Select((_, way) => Enumerable.Range(0, requests).Select(i => Mar($"{i}", isRetransmitted: way > 0, endToEnd: (uint)i)).ToArray())];
        foreach (byte[][] way in sent) Shuffle(random, way);
        await Task.WhenAll(peers.Select((peer, way) => Task.Run(async () =>
        {
            Task sending = peer.SendAsync(sent[way]);
            for (int i = 0; i < requests; i++) Assert.Equal(1u, (await peer.ExpectMaaAsync()).Unsigned(Avp.SipItemNumber));
            await sending;
        })));
        Assert.True(runs.All(run => run == 1), $"seed {seed}");
    }

    private static void Shuffle(Random random, byte[][] way)
    {
        // Not all over the place: neighbours change places, as they do on different ways.
        for (int i = 0; i + 8 < way.Length; i++)
        {
            int other = i + random.Next(8);
            (way[i], way[other]) = (way[other], way[i]);
        }
    }

    private static RequestKey KeyOf(byte[] request)
    {
        DiameterHeader header = DiameterHeader.Read(request);
        RequestAvps avps = RequestAvps.Find(request);
        return RequestKey.Of(header, request, avps, RequestKey.HashOf(header, avps.SessionIdAvp(request)));
    }

    // What is private is looked at here alone: that keys are gone is a promise nobody can see from outside.
    private static IEnumerable<byte[]> PagesOf(Duplicates duplicates)
    {
        foreach (object part in (Array)Field(duplicates, "_parts"))
        {
            object memory = part.GetType().GetFields(Private).Select(field => field.GetValue(part)).OfType<AnswerMemory>().Single();
            foreach (object? page in (Array)Field(memory, "_pages"))
            {
                if (page is not null) yield return (byte[])page.GetType().GetProperty("Octets")!.GetValue(page)!;
            }
        }

        static object Field(object of, string name) => of.GetType().GetField(name, Private)!.GetValue(of)!;
    }

    private const System.Reflection.BindingFlags Private = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic;

    // A name as long as the other, so that nothing else of the frame changes.
    private static byte[] OfBobby(byte[] frame)
    {
        Span<byte> rest = frame;
        for (int at; (at = rest.IndexOf("alice"u8)) >= 0; rest = rest[at..]) "bobby"u8.CopyTo(rest[at..]);
        return frame;
    }

    private static Action<MessageWriter> Proxy(string state) => writer =>
    {
        writer.BeginGroup(Avp.ProxyInfo);
        writer.WriteText(Avp.ProxyHost, "dra.example");
        writer.WriteOctets(Avp.ProxyState, System.Text.Encoding.ASCII.GetBytes(state));
        writer.EndGroup();
    };

    private static IEnumerable<string> ProxyStates(ReceivedMessage message) => message.All(Avp.ProxyInfo)
        .Select(group => System.Text.Encoding.ASCII.GetString(AvpOccurrences.FindIn(group, Avp.ProxyState).First.Span));

    private static byte[] Mar(
        string sessionId = "scscf;1;1", string originHost = Requests.Scscf, bool isRetransmitted = false, uint endToEnd = EndToEnd, Action<MessageWriter>? more = null)
    {
        CommandFlags flags = CommandFlags.Request | CommandFlags.Proxiable | (isRetransmitted ? CommandFlags.Retransmitted : CommandFlags.None);
        byte[] frame = Requests.Mar(sessionId, originHost, flags: flags, more: more);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(16), endToEnd);
        return frame;
    }

    private ValueTask Count(MultimediaAuthRequest request, Answer answer, CancellationToken cancellationToken)
    {
        uint call = (uint)Interlocked.Increment(ref _calls);
        answer.Result(ResultCode.Success);
        answer.Writer.WriteUnsigned32(Avp.SipItemNumber, call);
        return default;
    }
}
