using System.Collections.Frozen;
using Hss.Diameter;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>Brings each request to its procedure, or answers it here when there is none to bring it to.</summary>
/// Order of the checks, and why:
/// 1. 5011, 5015, 3008 (E): what cannot be trusted in the header itself, before anything is concluded from it.
/// 2. 3007, then 3001, then 3008 (R, P of the command): a command code has a meaning only inside an application, flags only inside a command.
/// 3. 3003, then 3002: a request goes first to a realm, then to a host in it (RFC 6733 6.1.6, 6.1.5). One that names this host is for
///    this host whatever its realm says (6.1.4); one that names neither is for whoever gets it.
/// 4. 3004: only what would be served counts as load, and shedding comes before any work.
/// 5. The grammar of the command: protocol errors (3xxx) can be told by nodes that do not know the application, so they come first.
/// Requests are served by Origin-Host and Destination-Realm; over whose connection they came does not matter (relays).
/// Spec: RFC 6733 3, 6.1.4, 6.2, 7.1.
internal sealed class Dispatcher : IDisposable
{
    [ThreadStatic]
    private static CancellationTokenSource? t_cancellation;

    private readonly FrozenDictionary<ulong, Command> _commands;
    private readonly FrozenDictionary<uint, string> _applications;
    private readonly NodeOptions _options;
    private readonly NodeIdentity _identity;
    private readonly KnownPeers _knownPeers;
    private readonly NodeMetrics _metrics;
    private readonly DeadlineQueue _deadlines;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public Dispatcher(
        NodeOptions options, NodeIdentity identity, KnownPeers knownPeers, IReadOnlyList<DiameterApplication> applications, FramePool frames,
        NodeMetrics metrics, TimeProvider time, ILogger log)
    {
        _options = options;
        _identity = identity;
        _knownPeers = knownPeers;
        _metrics = metrics;
        _time = time;
        _log = log;
        Frames = frames;
        Form = new AnswerForm(identity, options.MaxFrameLengthBytes);
        _deadlines = new DeadlineQueue(time, options.RequestDeadline);
        Duplicates = new Duplicates(options.DuplicateMemoryBytes, options.DuplicateMemoryAge, time);
        _applications = applications.ToFrozenDictionary(application => application.Id, application => application.Name);
        _commands = applications.SelectMany(Commands).ToFrozenDictionary(pair => pair.Key, pair => pair.Value);
    }

    public AnswerForm Form { get; }

    public FramePool Frames { get; }

    public Duplicates Duplicates { get; }

    public int MaxFrameLengthBytes => _options.MaxFrameLengthBytes;

    /// <summary>Serves one request. The frame belongs to the request from now on; the answer goes to the queue, now or later.</summary>
    /// <param name="peer">Whose connection it came over.</param>
    /// <param name="queue">The way back. Answers that are ready at once are not flushed: the reader flushes when it has read all.</param>
    /// <param name="frame">The request, 20 octets at least.</param>
    /// <param name="received">When it was read.</param>
    public void Dispatch(Peer peer, AnswerQueue queue, RentedFrame frame, long received)
    {
        peer.CountReceived();
        DiameterHeader header = DiameterHeader.Read(frame.Span);
        RequestAvps avps = RequestAvps.Find(frame.Span);
        ResultCode refusal = Judge(peer, header, frame, avps, out Command? command);
        if (refusal == ResultCode.None) Serve(new Answer(this, command!, peer, queue, frame, header, avps, received));
        else Refuse(peer, queue, frame, header, avps, command, refusal, received);
    }

    /// <summary>Answers a request without looking for a procedure.</summary>
    public void Refuse(Peer peer, AnswerQueue queue, RentedFrame frame, ResultCode code, long received)
    {
        peer.CountReceived();
        DiameterHeader header = DiameterHeader.Read(frame.Span);
        Refuse(peer, queue, frame, header, RequestAvps.Find(frame.Span), _commands.GetValueOrDefault(Key(header)), code, received);
    }

    /// <summary>The configured habits of a node.</summary>
    public PeerQuirks QuirksOf(ReadOnlySpan<byte> originHost) => _knownPeers.Find(originHost)?.Quirks ?? PeerQuirks.None;

    /// <summary>The fault of a header that spoils any message, or None.</summary>
    public static ResultCode JudgeHeader(in DiameterHeader header)
    {
        if (header.Version != DiameterHeader.CurrentVersion) return ResultCode.UnsupportedVersion;

        // The stated length did frame the message, so the stream is in step with its sender and the connection goes on. Should the
        // length have been wrong, what comes next is no header and closes it.
        if (header.LengthBytes % 4 != 0) return ResultCode.InvalidMessageLength;
        return header.IsError ? ResultCode.InvalidHdrBits : ResultCode.None;
    }

    /// <summary>Counts and logs one answer. Called before the frame is let go.</summary>
    public void Report(Answer answer, ResultCode code, ExperimentalResultCode experimentalCode, Outcome outcome) =>
        Report(answer.Peer, answer.Header, answer.Frame, answer.Avps, answer.Command, answer.Received, code, experimentalCode, outcome);

    /// <summary>Our bug: an exception out of a procedure, or no result.</summary>
    public void ReportFault(Answer answer, Exception? exception)
    {
        if (!_log.IsEnabled(LogLevel.Critical)) return;
        string request = MessageText.Of(answer.Frame);
        if (exception is null) _log.NoResult(answer.Command.Name, request);
        else _log.ProcedureFault(answer.Command.Name, request, exception);
    }

    /// <summary>Our bug, or data nobody foresaw.</summary>
    public void ReportTooLong(Answer answer, int lengthBytes)
    {
        if (_log.IsEnabled(LogLevel.Critical)) _log.AnswerTooLong(answer.Command.Name, lengthBytes, MessageText.Of(answer.Frame));
    }

    /// <summary>Takes the deadline off a request that has its answer.</summary>
    public void StopWatching(Answer answer) => _deadlines.Remove(answer);

    public void Dispose()
    {
        _deadlines.Dispose();
        Duplicates.Dispose();
    }

    private ResultCode Judge(Peer peer, in DiameterHeader header, RentedFrame frame, in RequestAvps avps, out Command? command)
    {
        // Before anything is judged: 5011 and 5015 are answers of the command too, with its preamble and its identities.
        command = _commands.GetValueOrDefault(Key(header));
        ResultCode fault = JudgeHeader(header);
        if (fault != ResultCode.None) return fault;

        if (peer.AllowedApplications?.Contains(header.ApplicationId) == false) return ResultCode.ApplicationUnsupported;
        if (command is null)
        {
            bool isKnown = header.ApplicationId == ApplicationIds.Base || _applications.ContainsKey(header.ApplicationId);
            return isKnown ? ResultCode.CommandUnsupported : ResultCode.ApplicationUnsupported;
        }

        const CommandFlags judged = CommandFlags.Request | CommandFlags.Proxiable;
        if ((header.Flags & judged) != (command.Flags & judged)) return ResultCode.InvalidHdrBits;

        ReadOnlySpan<byte> host = avps.DestinationHost(frame.Span);
        if (host.IsEmpty || !_identity.IsOwnHost(host))
        {
            ReadOnlySpan<byte> realm = avps.DestinationRealm(frame.Span);
            if (!realm.IsEmpty && !_identity.IsOwnRealm(realm)) return ResultCode.RealmNotServed;
            if (!host.IsEmpty) return ResultCode.UnableToDeliver;
        }

        return Frames.Outstanding > _options.MaxRequestsInFlight ? ResultCode.TooBusy : ResultCode.None;
    }

    private void Serve(Answer answer)
    {
        if (answer.Command.RemembersAnswers && IsCopy(answer)) return;

        // A procedure that ends at once never shows its token to anybody, so the thread keeps the source for the next one.
        CancellationTokenSource cancellation = t_cancellation ?? new CancellationTokenSource();
        t_cancellation = null;
        bool isStarted;
        GrammarFault fault;
        ValueTask running;
        try
        {
            isStarted = answer.Command.Registration.TryStart(answer.RequestMemory, answer, cancellation.Token, out fault, out running);
        }
        catch (Exception e)
        {
            answer.End(e);
            return;
        }

        if (!isStarted)
        {
            Keep(cancellation);
            answer.Refuse(fault.Code, fault.FailedAvp.Span);
            return;
        }

        if (running.IsCompletedSuccessfully)
        {
            Keep(cancellation);
            running.GetAwaiter().GetResult();
            answer.End(null);
            return;
        }

        answer.Cancellation = cancellation;
        _deadlines.Add(answer);
        _ = FinishAsync(running, answer);
    }

    /// <summary>Finds out whether the request was here before, and answers it then.</summary>
    private bool IsCopy(Answer answer)
    {
        DuplicateVerdict verdict = Duplicates.Enter(answer);
        switch (verdict)
        {
            case DuplicateVerdict.Answered:
                answer.End(null);
                break;
            case DuplicateVerdict.InWork:
                // The original may have ended meanwhile, or end now: whoever comes last takes the copy off the list.
                answer.WaitForOriginal();
                _deadlines.Add(answer);
                if (answer.IsClaimed) _deadlines.Remove(answer);
                break;
            case DuplicateVerdict.New:
                return false;
        }

        _metrics.CountDuplicate(answer.Command.Name, verdict);
        return true;
    }

    private async Task FinishAsync(ValueTask running, Answer answer)
    {
        Exception? exception = null;
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            exception = e;
        }

        _deadlines.Remove(answer);
        answer.End(exception);
        answer.FlushSoon();
    }

    private static void Keep(CancellationTokenSource cancellation)
    {
        if (cancellation.TryReset()) t_cancellation = cancellation;
    }

    private void Refuse(
        Peer peer, AnswerQueue queue, RentedFrame frame, in DiameterHeader header, in RequestAvps avps, Command? command, ResultCode code, long received)
    {
        MessageWriter writer = Form.Refusal(header, frame.Span, avps, command, code, default);
        Report(peer, header, frame.Span, avps, command, received, code, ExperimentalResultCode.None, Outcome.Refused);
        queue.Enqueue(writer);
        Frames.Return(frame);
    }

    private void Report(
        Peer peer, in DiameterHeader header, ReadOnlySpan<byte> frame, in RequestAvps avps, Command? command, long received,
        ResultCode code, ExperimentalResultCode experimentalCode, Outcome outcome)
    {
        TimeSpan duration = _time.GetElapsedTime(received);
        string application = command?.ApplicationName ?? _applications.GetValueOrDefault(header.ApplicationId) ?? NodeMetrics.Unknown;
        string commandName = command?.Name ?? NodeMetrics.Unknown;
        string result = _metrics.Label(code, experimentalCode);
        peer.CountAnswered(isError: outcome != Outcome.Served);
        _metrics.Count(application, commandName, result, duration);

        if (_log.IsEnabled(LogLevel.Debug))
        {
            _log.Answered(commandName, avps.SessionIdText(frame), peer.Identity, result, duration.TotalMilliseconds);
        }

        bool isSlow = duration > _options.SlowRequestThreshold;
        if ((isSlow || outcome is Outcome.Late or Outcome.Failed) && _log.IsEnabled(LogLevel.Warning))
        {
            string what = outcome switch { Outcome.Served or Outcome.Refused => "Slow", Outcome.Late => "Late", _ => "Failed" };
            _log.SlowOrFailed(
                what, application, commandName, avps.SessionIdText(frame), avps.OriginHostText(frame), peer.Identity, result,
                duration.TotalMilliseconds, header.HopByHopId, header.EndToEndId);
        }
        else if (outcome is Outcome.Refused && code != ResultCode.TooBusy && _log.IsEnabled(LogLevel.Information))
        {
            // Not for 3004: under overload the log must not become part of the load.
            _log.Refused(
                application, commandName, avps.SessionIdText(frame), avps.OriginHostText(frame), peer.Identity, result, code.ToString());
        }
    }

    private static IEnumerable<KeyValuePair<ulong, Command>> Commands(DiameterApplication application)
    {
        byte[][] preamble = AvpOctets.Of(application.AnswerPreamble);
        foreach (ProcedureRegistration registration in application.Procedures)
        {
            if (registration.Grammar.ApplicationId != application.Id)
            {
                throw new ArgumentException($"{registration.Grammar.Name} is no command of {application.Name}.");
            }

            yield return new(Key(application.Id, registration.Grammar.Code), new Command(application, preamble, registration));
        }
    }

    private static ulong Key(in DiameterHeader header) => Key(header.ApplicationId, header.CommandCode);

    private static ulong Key(uint applicationId, uint commandCode) => ((ulong)applicationId << 32) | commandCode;
}
