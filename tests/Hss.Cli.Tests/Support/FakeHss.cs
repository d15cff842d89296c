using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.Diameter.Commands.Sh;
using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Cli.Tests.Support;

/// <summary>An HSS with one piece of repository data and a result to give, behind a real Diameter node on loopback.</summary>
internal sealed class FakeHss : IAsyncDisposable
{
    public const string Host = "hss.ims.mnc001.mcc001.3gppnetwork.org";
    public const string Realm = "ims.mnc001.mcc001.3gppnetwork.org";
    public const string ApplicationServer = "as1." + Realm;

    private readonly TcpListener _listener = new(IPAddress.Parse("127.0.46.2"), 0);
    private readonly SocketConnectionContextFactory _contexts = new(new(), NullLogger.Instance);
    private readonly DiameterNode.DiameterNode _node;
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _accepting;

    public FakeHss()
    {
        _node = new(new NodeOptions { Identity = Host, Realm = Realm, AllowUnknownPeers = true }, [Sh()], TimeProvider.System, NullLoggerFactory.Instance);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Every request, in their order.</summary>
    public ConcurrentQueue<byte[]> Requests { get; } = new();

    /// <summary>What is stored; null: nothing.</summary>
    public RepositoryData? Stored { get; set; }

    /// <summary>When set, every request gets it.</summary>
    public ExperimentalResultCode Refusal { get; set; }

    /// <summary>Called after each SNA is on its way.</summary>
    public Action<bool>? Subscribed { get; set; }

    public byte[] LastRequest => Requests.Last();

    public Task<OutgoingAnswer> NotifyAsync(string identity, string document) => _node.SendAsync(new()
    {
        ApplicationId = ApplicationIds.Sh, CommandCode = PushNotificationRequest.CommandCode, CommandName = "PNR", DestinationHost = ApplicationServer, DestinationRealm = Realm,
        Write = avps =>
        {
            avps.BeginGroup(Avp.UserIdentity);
            avps.WriteText(Avp.PublicIdentity, identity);
            avps.EndGroup();
            avps.WriteText(Avp.ShUserData, document);
        },
    }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        await _node.DisposeAsync();
        await Task.WhenAll(_serving);
        _contexts.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _serving.Add(ServeAsync(_contexts.Create(await _listener.AcceptSocketAsync())));
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(ConnectionContext connection)
    {
        await using (connection) await _node.HandleAsync(connection);
    }

    private DiameterApplication Sh() => new()
    {
        Name = "Sh", Id = ApplicationIds.Sh, VendorId = Vendors.ThreeGpp,
        AnswerPreamble = writer =>
        {
            writer.BeginGroup(Avp.VendorSpecificApplicationId);
            writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
            writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Sh);
            writer.EndGroup();
            writer.WriteEnumerated(Avp.AuthSessionState, AuthSessionState.NoStateMaintained);
        },
        Procedures =
        [
            new ProcedureRegistration<UserDataRequest>((request, answer, _) => Take(request.Frame, answer, () =>
            {
                if (Stored is { } stored) answer.Writer.WriteOctets(Avp.ShUserData, Document(stored));
            })),
            new ProcedureRegistration<ProfileUpdateRequest>((request, answer, cancellationToken) => Take(request.Frame, answer, () =>
            {
                if (ShDataReader.TryRead(request.ShUserData.Span, out var data, out _) && data.RepositoryData is [var item])
                    Stored = item.ServiceData is { } content ? new("", item.ServiceIndication, item.SequenceNumber, content.ToArray()) : null;
            })),
            new ProcedureRegistration<SubscribeNotificationsRequest>((request, answer, _) =>
            {
                var isNew = request.SubsReqType == SubsReqType.Subscribe;
                return Take(request.Frame, answer, () =>
                {
                    if (request.ExpiryTime is { IsPresent: true } expiry) answer.Writer.WriteTime(Avp.ExpiryTime, expiry.ToTime());
                    Subscribed?.Invoke(isNew);
                });
            }),
        ],
    };

    private ValueTask Take(ReadOnlyMemory<byte> frame, Answer answer, Action serve)
    {
        Requests.Enqueue(frame.ToArray());
        if (Refusal != ExperimentalResultCode.None) answer.ExperimentalResult(Refusal);
        else
        {
            answer.Result(ResultCode.Success);
            serve();
        }
        return ValueTask.CompletedTask;
    }

    private static byte[] Document(RepositoryData stored) =>
        ShDataWriter.Write(new() { RepositoryData = [new(stored.ServiceIndication, stored.SequenceNumber, stored.ServiceData)] });
}
