using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Hss.Diameter;

namespace Hss.Interop.Tests.Peers;

/// <summary>A scripted S-CSCF with one Origin-Host and one connection per path (a relay, or the HSS itself).</summary>
/// It spreads its requests over the open paths and sends what was not answered again over the next one, with the T bit (RFC 6733 5.5.4).
/// It answers what the HSS sends as <see cref="Serve"/> says and remembers it.
internal sealed class TestScscf : ICxClient, IAsyncDisposable
{
    // DIAMETER_UNABLE_TO_DELIVER and DIAMETER_TOO_BUSY: another path may do better (RFC 6733 7.1.3).
    private static readonly string[] TryAnotherPath = ["3002", "3004"];

    private readonly Channel<ReceivedRequest> _received = Channel.CreateUnbounded<ReceivedRequest>();
    private readonly ConcurrentQueue<DiameterAnswer> _retransmitted = new();
    private DiameterClient[] _paths = [];
    private uint _turn;

    private TestScscf(string name) => OriginHost = $"{name}.{KamailioRig.Realm}";

    public string OriginHost { get; }

    public string ServerName => $"sip:{OriginHost}:6060";

    /// <summary>The result of the answer to an RTR or PPR; null: it is not answered.</summary>
    public Func<ReceivedRequest, ResultCode?> Serve { get; set; } = _ => ResultCode.Success;

    /// <summary>The answers to requests that had to be sent again.</summary>
    public IReadOnlyCollection<DiameterAnswer> Retransmitted => _retransmitted;

    public int StrayAnswers => _paths.Sum(path => path.StrayAnswers);

    public IReadOnlyList<DiameterClient> Paths => _paths;

    public static async Task<TestScscf> ConnectAsync(string name, params IEnumerable<IPEndPoint> paths)
    {
        var scscf = new TestScscf(name);
        var open = new List<DiameterClient>();
        foreach (var path in paths) open.Add(await DiameterClient.ConnectAsync(path, scscf.OriginHost, scscf.Take));
        scscf._paths = [.. open];
        return scscf;
    }

    /// <summary>Opens one more path, in place of one that is gone or beside the others.</summary>
    public async Task AddPathAsync(IPEndPoint path) =>
        _paths = [.. _paths.Where(p => p.IsOpen), await DiameterClient.ConnectAsync(path, OriginHost, Take)];

    /// <summary>Destination-Host of all later requests; null: by realm only.</summary>
    public void SetDestinationHost(string? host)
    {
        foreach (var path in _paths) path.DestinationHost = host;
    }

    /// <inheritdoc/>
    public async Task<DiameterAnswer> CxAsync(uint command, Action<MessageWriter> avps)
    {
        var frame = _paths[0].CxFrame(command, avps);
        var first = Interlocked.Increment(ref _turn);
        DiameterAnswer? refusal = null;
        for (var attempt = 0; attempt < _paths.Length; attempt++)
        {
            var path = _paths[(first + attempt) % _paths.Length];
            if (!path.IsOpen) continue;
            try
            {
                var answer = await path.SendAsync(frame);
                if (!TryAnotherPath.Contains(answer.Result))
                {
                    if (IsRetransmitted(frame)) _retransmitted.Enqueue(answer);
                    return answer;
                }
                refusal = answer;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The path is gone and nobody knows how far the request came.
            }
            frame[4] |= (byte)CommandFlags.Retransmitted;
        }
        return refusal ?? throw new IOException("no path is left");
    }

    /// <summary>The next RTR or PPR, past or future.</summary>
    public async Task<ReceivedRequest> NextRequestAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            return await _received.Reader.ReadAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{OriginHost} got no request of the HSS within {limit.TotalSeconds} s");
        }
    }

    /// <summary>What came and was not taken yet.</summary>
    public IReadOnlyList<ReceivedRequest> TakeReceived()
    {
        var all = new List<ReceivedRequest>();
        while (_received.Reader.TryRead(out var request)) all.Add(request);
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var path in _paths) await path.DisposeAsync();
    }

    private static bool IsRetransmitted(byte[] frame) => (frame[4] & (byte)CommandFlags.Retransmitted) != 0;

    private Action<MessageWriter>? Take(ReceivedRequest request)
    {
        // A relay that has lost the way to one node of a realm may try the next one; what is for somebody else is not ours (RFC 6733 6.1.4).
        if (request.Find(Avp.DestinationHost) is { IsPresent: true } destination && destination.ToText() != OriginHost)
            return avps => avps.WriteUnsigned32(Avp.ResultCode, (uint)ResultCode.UnableToDeliver);
        _received.Writer.TryWrite(request);
        if (Serve(request) is not { } result) return null;
        return avps =>
        {
            DiameterClient.WriteApplication(avps, ApplicationIds.Cx);
            avps.WriteUnsigned32(Avp.ResultCode, (uint)result);
            avps.WriteUnsigned32(Avp.AuthSessionState, 1);
        };
    }
}
