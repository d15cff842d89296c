using System.Net;
using System.Threading.Channels;
using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.DiameterNode;

namespace Hss.Cli.Sh;

/// <summary>A Diameter node of one connection: it dials the peer, asks, and answers the notifications that come.</summary>
/// Order: one question at a time. Errors: <see cref="CliException"/> when the peer cannot be reached, refuses, or does not answer.
/// Spec: TS 29.329 5, 6.1.
internal sealed class ShClient : IAsyncDisposable
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1); // The node's own limit.
    private static readonly TimeSpan s_redial = TimeSpan.FromSeconds(1);

    private readonly Channel<ShNotification> _notifications = Channel.CreateUnbounded<ShNotification>();
    private readonly ShRoute _route;
    private readonly ShNodeLog _log;
    private readonly DiameterNode.DiameterNode _node;

    private ShClient(ShRoute route, Invocation invocation, ShNodeLog log)
    {
        (_route, _log) = (route, log);
        var patience = invocation.Settings.CallTimeout ?? s_longestWait;
        _node = new(new NodeOptions
        {
            Identity = route.OriginHost,
            Realm = route.OriginRealm,
            ProductName = "hss sh",
            Peers = [new PeerOptions { Identity = PeerOptions.AnyIdentity, Address = route.Peer.ToString(), Connect = true }],
            AllowUnknownPeers = true,
            CapabilitiesTimeout = patience,
            AnswerTimeout = patience,
            ReconnectInterval = s_redial,
        }, [Application()], invocation.Around.Time, log);
    }

    /// <summary>What the HSS has told, in its order.</summary>
    public ChannelReader<ShNotification> Notifications => _notifications.Reader;

    /// <summary>Connects and exchanges capabilities.</summary>
    public static async Task<ShClient> OpenAsync(ShRoute route, Invocation invocation, CancellationToken stop)
    {
        var log = new ShNodeLog(invocation.Output.Note);
        ShClient client;
        try
        {
            client = new ShClient(route, invocation, log);
        }
        catch (ArgumentException problem)
        {
            throw new CliException(OneLine.Of(problem));
        }
        try
        {
            client._node.Start();
            if (await log.Opened.WaitAsync(stop).ConfigureAwait(false) is { } failure)
                throw new CliException($"no connection with {route.Peer}: {failure}", ExitCodes.Unavailable);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends one request and ends with its answer, whatever its result.</summary>
    public async Task<ShAnswer> AskAsync(uint command, string name, Action<MessageWriter> avps, CancellationToken stop)
    {
        if (_node.OpenPeers is not [var peer, ..]) throw new CliException($"the connection with {_route.Peer} is gone", ExitCodes.Unavailable);
        var answer = await _node.SendAsync(new()
        {
            ApplicationId = ApplicationIds.Sh, CommandCode = command, CommandName = name,
            DestinationHost = _route.HostAt(peer), DestinationRealm = _route.RealmAt(peer), Write = avps,
        }, stop).ConfigureAwait(false);
        return answer.Outcome switch
        {
            OutgoingOutcome.Answered or OutgoingOutcome.Undeliverable when !answer.Frame.IsEmpty => new ShAnswer(answer.Frame),
            OutgoingOutcome.TimedOut => throw new CliException($"{peer.Identity} did not answer the {name} in time; it may have acted on it all the same", ExitCodes.Unavailable),
            OutgoingOutcome.TooLong => throw new CliException($"the {name} is longer than a Diameter message may be"),
            OutgoingOutcome.Unusable => throw new CliException($"the answer of {peer.Identity} breaks the grammar of its command:\n{MessageText.Of(answer.Frame.Span)}", ExitCodes.Failed),
            OutgoingOutcome.Undeliverable => throw new CliException(
                $"{peer.Identity} is no way to {(_route.DestinationHost ?? "an HSS")}; give --destination-host only when --peer is a relay, or is that host", ExitCodes.Unavailable),
            _ => throw new CliException($"the {name} was not sent", ExitCodes.Unavailable),
        };
    }

    public async ValueTask DisposeAsync()
    {
        _log.Leave();
        // In good order: DPR, so that the peer does not take it for a failure.
        await _node.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _node.DisposeAsync().ConfigureAwait(false);
    }

    private DiameterApplication Application() => new()
    {
        Name = "Sh",
        Id = ApplicationIds.Sh,
        VendorId = Vendors.ThreeGpp,
        AnswerPreamble = WritePreamble,
        Procedures = [new ProcedureRegistration<PushNotificationRequest>(Take)],
    };

    private ValueTask Take(PushNotificationRequest request, Answer answer, CancellationToken cancellationToken)
    {
        // The request's octets are gone when this has ended.
        _notifications.Writer.TryWrite(new ShNotification(request.Frame.ToArray()));
        answer.Result(ResultCode.Success);
        return ValueTask.CompletedTask;
    }

    private static void WritePreamble(MessageWriter writer)
    {
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Sh);
        writer.EndGroup();
        writer.WriteEnumerated(Avp.AuthSessionState, Diameter.Commands.Base.AuthSessionState.NoStateMaintained);
    }
}
