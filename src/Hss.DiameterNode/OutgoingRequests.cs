using System.Collections.Concurrent;
using Hss.Diameter;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>The requests this node sends: writes each one, finds it an outcome, counts it.</summary>
/// Order: any thread. Limits: as many as the connections take (<see cref="NodeOptions.MaxRequestsAwaitingAnswersPerPeer"/>); one that
/// finds no room is undeliverable. Spec: RFC 6733 6.1.1, 6.1.2; RFC 7944 (DRMP).
internal sealed class OutgoingRequests(
    NodeOptions options, NodeIdentity identity, MessageIdentifiers identifiers, IReadOnlyList<DiameterApplication> applications, PeerTable peers,
    NodeMetrics metrics, TimeProvider time, ILogger log)
{
    private readonly ConcurrentDictionary<OutgoingExchange, OutgoingRequest> _exchanges = new();
    private readonly Dictionary<uint, (string Name, byte[][] Preamble)> _applications =
        applications.ToDictionary(application => application.Id, application => (application.Name, AvpOctets.Of(application.AnswerPreamble)));
    private volatile bool _isStopped;
    private uint _turn;

    public NodeOptions Options { get; } = options;

    public MessageIdentifiers Identifiers { get; } = identifiers;

    public PeerTable Peers { get; } = peers;

    public TimeProvider Time { get; } = time;

    public ILogger Log { get; } = log;

    /// <summary>Delivers a request and ends with its outcome.</summary>
    public async Task<OutgoingAnswer> SendAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        if (!_applications.TryGetValue(request.ApplicationId, out (string Name, byte[][] Preamble) application))
        {
            throw new ArgumentException($"Application {request.ApplicationId} is not served here.", nameof(request));
        }

        cancellationToken.ThrowIfCancellationRequested();
        string sessionId = Identifiers.NextSessionId();
        byte[] frame = Encode(request, application.Preamble, sessionId);
        if (frame.Length > Options.MaxFrameLengthBytes)
        {
            Log.RequestTooLong(request.CommandName, sessionId, frame.Length);
            return Count(application.Name, request, sessionId, new OutgoingAnswer(OutgoingOutcome.TooLong, default, ResultCode.None, ExperimentalResultCode.None));
        }

        using OutgoingExchange exchange = new(this, request, frame, sessionId, Interlocked.Increment(ref _turn));
        _exchanges.TryAdd(exchange, request);
        try
        {
            if (_isStopped) exchange.Stop(); // Seen here or, when it was set later, by the one who set it.
            else exchange.Start();
            await using CancellationTokenRegistration cancel = cancellationToken.UnsafeRegister(
                static (one, token) => ((OutgoingExchange)one!).Cancel(token), exchange);
            return Count(application.Name, request, sessionId, await exchange.Outcome.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            metrics.CountSent(application.Name, request.CommandName, "cancelled");
            throw;
        }
        finally
        {
            _exchanges.TryRemove(exchange, out _);
        }
    }

    /// <summary>Ends what is under way and whatever comes later with Stopped.</summary>
    public void Stop()
    {
        _isStopped = true;
        foreach (OutgoingExchange exchange in _exchanges.Keys) exchange.Stop();
    }

    private byte[] Encode(OutgoingRequest request, byte[][] preamble, string sessionId)
    {
        MessageWriter writer = MessageWriter.Rent();
        try
        {
            Write(writer, request, preamble, sessionId);
            return writer.Written.ToArray();
        }
        finally
        {
            writer.Return();
        }
    }

    private void Write(MessageWriter writer, OutgoingRequest request, byte[][] preamble, string sessionId)
    {
        writer.Begin(new DiameterHeader
        {
            Flags = CommandFlags.Request | CommandFlags.Proxiable,
            CommandCode = request.CommandCode,
            ApplicationId = request.ApplicationId,
            EndToEndId = Identifiers.NextEndToEndId(),
        });
        writer.WriteText(Avp.SessionId, sessionId);
        if (request.Priority is { } priority) writer.WriteUnsigned32(Avp.Drmp, priority);
        foreach (byte[] avp in preamble) writer.WriteRawAvp(avp);
        writer.WriteRawAvp(identity.OriginHost);
        writer.WriteRawAvp(identity.OriginRealm);
        if (request.DestinationHost.Length > 0) writer.WriteText(Avp.DestinationHost, request.DestinationHost);
        writer.WriteText(Avp.DestinationRealm, request.DestinationRealm);
        request.Write(writer);
        writer.End();
    }

    private OutgoingAnswer Count(string application, OutgoingRequest request, string sessionId, OutgoingAnswer answer)
    {
        string result = answer.Outcome switch
        {
            OutgoingOutcome.Answered => metrics.Label(answer.Code, answer.ExperimentalCode),
            OutgoingOutcome.Undeliverable => "undeliverable",
            OutgoingOutcome.TimedOut => "timeout",
            OutgoingOutcome.Unusable => "unusable",
            OutgoingOutcome.TooLong => "too_long",
            _ => "stopped",
        };
        metrics.CountSent(application, request.CommandName, result);
        if (answer.Outcome is OutgoingOutcome.Answered) Log.RequestAnswered(request.CommandName, sessionId, request.DestinationHost, answer.Via, result);
        else Log.RequestFailed(request.CommandName, sessionId, request.DestinationHost, request.DestinationRealm, result);
        return answer;
    }
}
