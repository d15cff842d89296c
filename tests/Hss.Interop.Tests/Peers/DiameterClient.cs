using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Hss.Diameter;

namespace Hss.Interop.Tests.Peers;

/// <summary>A Diameter peer of the HSS over one TCP connection: many requests may be outstanding, each gets its own answer.</summary>
/// Errors: <see cref="IOException"/> for every outstanding and every later request once the connection is gone; TimeoutException for a
/// request that is not answered. Spec: RFC 6733 2.1, 3, 5.3, 5.5.
internal sealed class DiameterClient : ICxClient, IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(90);

    // One series for all clients: two connections of one Origin-Host may not use the same End-to-End identifier twice. It begins with
    // the time, so that a test run does not repeat what the one before it used (RFC 6733 3).
    private static uint _lastEndToEndId = (uint)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() << 20);

    private readonly TcpClient _socket = new(AddressFamily.InterNetwork);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<DiameterAnswer>> _outstanding = new();
    private readonly string _sessionPrefix;
    private readonly Func<ReceivedRequest, Action<MessageWriter>?> _serve;
    private NetworkStream? _stream;
    private Task _reading = Task.CompletedTask;
    private uint _lastHopByHopId;
    private uint _lastSession;
    private int _strayAnswers;

    private DiameterClient(string originHost, Func<ReceivedRequest, Action<MessageWriter>?>? serve)
    {
        OriginHost = originHost;
        _serve = serve ?? (_ => null);
        _sessionPrefix = $"{originHost};{Environment.TickCount64}";
    }

    public string OriginHost { get; }

    /// <summary>Written into Cx requests; null: by realm only, as Kamailio sends them.</summary>
    public string? DestinationHost { get; set; }

    /// <summary>Answers that no request was waiting for; a request answered twice shows here.</summary>
    public int StrayAnswers => _strayAnswers;

    /// <summary>False once the connection is gone.</summary>
    public bool IsOpen => !_reading.IsCompleted;

    /// <summary>Connects only; nothing is said yet.</summary>
    /// <param name="serve">What to answer to an application's request, behind Session-Id; null: the request stays unanswered.</param>
    public static async Task<DiameterClient> OpenAsync(
        IPEndPoint server, string originHost, Func<ReceivedRequest, Action<MessageWriter>?>? serve = null)
    {
        var client = new DiameterClient(originHost, serve);
        client._socket.NoDelay = true;
        await client._socket.ConnectAsync(server);
        client._stream = client._socket.GetStream();
        client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>Connects and exchanges capabilities for Cx.</summary>
    public static async Task<DiameterClient> ConnectAsync(
        IPEndPoint server, string originHost, Func<ReceivedRequest, Action<MessageWriter>?>? serve = null)
    {
        var client = await OpenAsync(server, originHost, serve);
        var answer = await client.ExchangeCapabilitiesAsync(ApplicationIds.Cx);
        Assert.True(answer.Result == "2001", $"CEA:\n{answer}");
        return client;
    }

    public Task<DiameterAnswer> ExchangeCapabilitiesAsync(uint application) => BaseAsync(257, avps =>
    {
        avps.WriteAddress(Avp.HostIpAddress, ((IPEndPoint)_socket.Client.LocalEndPoint!).Address);
        avps.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        avps.WriteText(Avp.ProductName, "test client");
        avps.WriteUnsigned32(Avp.SupportedVendorId, Vendors.ThreeGpp);
        if (application == ApplicationIds.Relay) avps.WriteUnsigned32(Avp.AuthApplicationId, application);
        else WriteApplication(avps, application);
    });

    /// <summary>A request of the base protocol, with Origin-Host and Origin-Realm.</summary>
    public Task<DiameterAnswer> BaseAsync(uint command, Action<MessageWriter> avps) => RequestAsync(
        new DiameterHeader { Flags = CommandFlags.Request, CommandCode = command, ApplicationId = ApplicationIds.Base }, writer =>
        {
            writer.WriteText(Avp.OriginHost, OriginHost);
            writer.WriteText(Avp.OriginRealm, KamailioRig.Realm);
            avps(writer);
        });

    /// <inheritdoc/>
    public Task<DiameterAnswer> CxAsync(uint command, Action<MessageWriter> avps) => SendAsync(CxFrame(command, avps));

    /// <summary>A Cx request as octets, to be sent once or, after a failure, again over another connection.</summary>
    public byte[] CxFrame(uint command, Action<MessageWriter> avps) => Frame(
        new DiameterHeader { Flags = CommandFlags.Request | CommandFlags.Proxiable, CommandCode = command, ApplicationId = ApplicationIds.Cx }, writer =>
        {
            WriteCxBeginning(writer);
            avps(writer);
        });

    /// <summary>Session-Id, application, Auth-Session-State, origin and destination of a Cx request.</summary>
    public void WriteCxBeginning(MessageWriter avps, string destinationRealm = KamailioRig.Realm)
    {
        avps.WriteText(Avp.SessionId, $"{_sessionPrefix};{Interlocked.Increment(ref _lastSession)}");
        WriteApplication(avps, ApplicationIds.Cx);
        avps.WriteUnsigned32(Avp.AuthSessionState, 1);
        avps.WriteText(Avp.OriginHost, OriginHost);
        avps.WriteText(Avp.OriginRealm, KamailioRig.Realm);
        avps.WriteText(Avp.DestinationRealm, destinationRealm);
        if (DestinationHost is not null) avps.WriteText(Avp.DestinationHost, DestinationHost);
    }

    /// <summary>Any request: header and AVPs as the caller wants them, identifiers by this client.</summary>
    public Task<DiameterAnswer> RequestAsync(DiameterHeader header, Action<MessageWriter> avps) => SendAsync(Frame(header, avps));

    /// <summary>Sends a request; writes its Hop-by-Hop identifier, and its End-to-End identifier too unless it has one already.</summary>
    public async Task<DiameterAnswer> SendAsync(byte[] frame)
    {
        var id = Interlocked.Increment(ref _lastHopByHopId);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(12), id);
        if (DiameterHeader.Read(frame).EndToEndId == 0)
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(16), Interlocked.Increment(ref _lastEndToEndId));
        var answer = new TaskCompletionSource<DiameterAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _outstanding[id] = answer;
        await WriteAsync(frame);
        if (_reading.IsCompleted) throw new IOException("the connection is gone");
        try
        {
            return await answer.Task.WaitAsync(AnswerLimit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"no answer after {AnswerLimit.TotalSeconds} s to\n{MessageText.Of(frame)}");
        }
    }

    /// <summary>Waits until the other side has closed the connection.</summary>
    public Task WaitForCloseAsync(TimeSpan limit) => _reading.WaitAsync(limit);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
        _writing.Dispose();
    }

    public static void WriteApplication(MessageWriter avps, uint application)
    {
        avps.BeginGroup(Avp.VendorSpecificApplicationId);
        avps.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        avps.WriteUnsigned32(Avp.AuthApplicationId, application);
        avps.EndGroup();
    }

    private async Task WriteAsync(byte[] frame)
    {
        await _writing.WaitAsync();
        try
        {
            await _stream!.WriteAsync(frame);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _stream!.ReadFrameAsync() is { } frame) await TakeAsync(frame);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // Closed by either side: what is outstanding is told below.
        }
        var gone = new IOException("the connection closed before the answer came");
        while (!_outstanding.IsEmpty)
            foreach (var id in _outstanding.Keys)
                if (_outstanding.TryRemove(id, out var answer)) answer.TrySetException(gone);
    }

    private async Task TakeAsync(byte[] frame)
    {
        var header = DiameterHeader.Read(frame);
        if (header.IsRequest) await AnswerAsync(header, frame);
        else if (_outstanding.TryRemove(header.HopByHopId, out var answer)) answer.TrySetResult(new DiameterAnswer(frame));
        else Interlocked.Increment(ref _strayAnswers);
    }

    // DWR and DPR are answered here, the requests of an application by whoever made this client.
    private async Task AnswerAsync(DiameterHeader header, byte[] frame)
    {
        var request = new ReceivedRequest(frame);
        Action<MessageWriter>? avps = header.ApplicationId == ApplicationIds.Base
            ? writer => writer.WriteUnsigned32(Avp.ResultCode, (uint)ResultCode.Success)
            : _serve(request);
        if (avps is null) return;
        var answer = Frame(header.ToAnswer(), writer =>
        {
            if (request.Find(Avp.SessionId) is { IsPresent: true } session) writer.WriteText(Avp.SessionId, session.ToText());
            writer.WriteText(Avp.OriginHost, OriginHost);
            writer.WriteText(Avp.OriginRealm, KamailioRig.Realm);
            avps(writer);
            // An agent's own mark on the request comes back to it, last and in order (RFC 6733 6.2).
            foreach (var proxy in request.All(Avp.ProxyInfo)) writer.WriteRawAvp(proxy.RawAvp.Span);
        });
        // A protocol error is told by the E bit too (RFC 6733 7.1.3).
        if (new DiameterAnswer(answer).Find(Avp.ResultCode) is { IsPresent: true } code && code.ToUnsigned32() is >= 3000 and < 4000) answer[4] |= (byte)CommandFlags.Error;
        await WriteAsync(answer);
    }

    private static byte[] Frame(DiameterHeader header, Action<MessageWriter> avps)
    {
        var writer = MessageWriter.Rent();
        try
        {
            writer.Begin(header);
            avps(writer);
            writer.End();
            return writer.Written.ToArray();
        }
        finally
        {
            writer.Return();
        }
    }
}
