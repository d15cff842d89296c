using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Hss.Diameter;

namespace Hss.Interop.Tests.Peers;

/// <summary>A Diameter peer of the HSS over one TCP connection: many requests may be outstanding, each gets its own answer.</summary>
/// Errors: <see cref="IOException"/> for every outstanding and every later request once the connection is gone; TimeoutException for a
/// request that is not answered. Spec: RFC 6733 2.1, 5.3, 5.5.
internal sealed class DiameterClient : IAsyncDisposable
{
    private const int LengthPrefixBytes = 4;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly TcpClient _socket = new(AddressFamily.InterNetwork);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<DiameterAnswer>> _outstanding = new();
    private readonly string _sessionPrefix;
    private NetworkStream? _stream;
    private Task _reading = Task.CompletedTask;
    private uint _lastId;
    private int _strayAnswers;

    private DiameterClient(string originHost)
    {
        OriginHost = originHost;
        _sessionPrefix = $"{originHost};{Environment.TickCount64}";
    }

    public string OriginHost { get; }

    /// <summary>Answers that no request was waiting for; a request answered twice shows here.</summary>
    public int StrayAnswers => _strayAnswers;

    /// <summary>Connects only; nothing is said yet.</summary>
    public static async Task<DiameterClient> OpenAsync(IPEndPoint server, string originHost)
    {
        var client = new DiameterClient(originHost);
        client._socket.NoDelay = true;
        await client._socket.ConnectAsync(server);
        client._stream = client._socket.GetStream();
        client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>Connects and exchanges capabilities for Cx.</summary>
    public static async Task<DiameterClient> ConnectAsync(IPEndPoint server, string originHost)
    {
        var client = await OpenAsync(server, originHost);
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

    /// <summary>A Cx request: what all of them begin with, then <paramref name="avps"/>.</summary>
    public Task<DiameterAnswer> CxAsync(uint command, Action<MessageWriter> avps) => RequestAsync(
        new DiameterHeader { Flags = CommandFlags.Request | CommandFlags.Proxiable, CommandCode = command, ApplicationId = ApplicationIds.Cx }, writer =>
        {
            WriteCxBeginning(writer);
            avps(writer);
        });

    /// <summary>Session-Id, application, Auth-Session-State, origin and destination of a Cx request.</summary>
    public void WriteCxBeginning(MessageWriter avps, string destinationRealm = KamailioRig.Realm)
    {
        avps.WriteText(Avp.SessionId, $"{_sessionPrefix};{Interlocked.Increment(ref _lastId)}");
        WriteApplication(avps, ApplicationIds.Cx);
        avps.WriteUnsigned32(Avp.AuthSessionState, 1);
        avps.WriteText(Avp.OriginHost, OriginHost);
        avps.WriteText(Avp.OriginRealm, KamailioRig.Realm);
        avps.WriteText(Avp.DestinationRealm, destinationRealm);
    }

    /// <summary>Any request: header and AVPs as the caller wants them, identifiers by this client.</summary>
    public Task<DiameterAnswer> RequestAsync(DiameterHeader header, Action<MessageWriter> avps)
    {
        var writer = MessageWriter.Rent();
        try
        {
            writer.Begin(header);
            avps(writer);
            writer.End();
            return SendAsync(writer.Written.ToArray());
        }
        finally
        {
            writer.Return();
        }
    }

    /// <summary>Sends a frame as it is, but for fresh identifiers, and waits for the answer to it.</summary>
    public async Task<DiameterAnswer> SendAsync(byte[] frame)
    {
        var id = Interlocked.Increment(ref _lastId);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(12), id);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(16), id);
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

    private static void WriteApplication(MessageWriter avps, uint application)
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
            var prefix = new byte[LengthPrefixBytes];
            while (await _stream!.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false) == prefix.Length)
            {
                var frame = new byte[BinaryPrimitives.ReadUInt32BigEndian(prefix) & 0xFFFFFF];
                prefix.CopyTo(frame, 0);
                await _stream.ReadExactlyAsync(frame.AsMemory(LengthPrefixBytes));
                await TakeAsync(frame);
            }
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
        if (header.IsRequest) await AnswerBaseRequestAsync(header);
        else if (_outstanding.TryRemove(header.HopByHopId, out var answer)) answer.TrySetResult(new DiameterAnswer(frame));
        else Interlocked.Increment(ref _strayAnswers);
    }

    // DWR and DPR; other requests of the HSS are left unanswered, as Kamailio leaves PPR.
    private async Task AnswerBaseRequestAsync(DiameterHeader request)
    {
        if (request.CommandCode is not (280 or 282)) return;
        var writer = MessageWriter.Rent();
        writer.Begin(request.ToAnswer());
        writer.WriteUnsigned32(Avp.ResultCode, (uint)ResultCode.Success);
        writer.WriteText(Avp.OriginHost, OriginHost);
        writer.WriteText(Avp.OriginRealm, KamailioRig.Realm);
        writer.End();
        await WriteAsync(writer.Written.ToArray());
        writer.Return();
    }
}
