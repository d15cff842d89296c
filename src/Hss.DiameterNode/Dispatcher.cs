using System.Collections.Frozen;
using Hss.Diameter;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>Brings each request to its procedure, or answers it here when there is none to bring it to.</summary>
/// Order: <see cref="RequestRules"/> (is it for us, may he ask it); copies of what was answered before, because the same answer costs
/// less than a refusal; 3004, because only what would be served counts as load, and shedding comes before any work; then the grammar
/// of the command: protocol errors (3xxx) can be told by nodes that do not know the application, so they come first.
/// Spec: RFC 6733 3, 6.1.4, 6.2, 7.1.
internal sealed class Dispatcher : IDisposable
{
    [ThreadStatic]
    private static CancellationTokenSource? t_cancellation;

    private readonly FrozenDictionary<ulong, Command> _commands;
    private readonly FrozenDictionary<uint, string> _applications;
    private readonly NodeOptions _options;
    private readonly RequestRules _rules;
    private readonly OverloadControl _overload;
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
        _knownPeers = knownPeers;
        _metrics = metrics;
        _time = time;
        _log = log;
        Frames = frames;
        _overload = new OverloadControl(options.MaxRequestsInFlight, options.RequestDeadline, time);
        Form = new AnswerForm(identity, _overload, options.MaxFrameLengthBytes);
        _deadlines = new DeadlineQueue(time, options.RequestDeadline);
        Duplicates = new Duplicates(options.DuplicateMemoryBytes, options.DuplicateMemoryAge, time);
        _applications = applications.ToFrozenDictionary(application => application.Id, application => application.Name);
        _rules = new RequestRules(identity, _applications);
        _commands = applications.SelectMany(Commands).ToFrozenDictionary(pair => pair.Key, pair => pair.Value);
    }

    public AnswerForm Form { get; }

    public FramePool Frames { get; }

    /// <summary>How much less the node asks for, in percent; 0 when it is not overloaded.</summary>
    public int ReductionPercent => _overload.Report.ReductionPercent;

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

        // Looked up before anything is judged: 5011 and 5015 are answers of the command too, with its preamble and its identities.
        Command? command = _commands.GetValueOrDefault(Key(header));
        ResultCode refusal = _rules.Judge(peer, header, frame.Span, avps, command, out RightsFault fault);
        if (fault != RightsFault.None)
        {
            RefuseStranger(peer, queue, frame, header, avps, command!, fault, received);
            return;
        }

        bool mayBeCopy = command is { RemembersAnswers: true } && (header.Flags & CommandFlags.Retransmitted) != 0;
        if (refusal == ResultCode.None && !mayBeCopy && !Admits(avps, received)) refusal = ResultCode.TooBusy;
        if (refusal == ResultCode.None) Serve(new Answer(this, command!, peer, queue, frame, header, avps, received));
        else Refuse(peer, queue, frame, header, avps, command, refusal, default, ErrorText.Of(refusal, header, frame.Span, avps, default), received);
    }

    /// <summary>Answers a request without looking for a procedure.</summary>
    public void Refuse(Peer peer, AnswerQueue queue, RentedFrame frame, ResultCode code, string errorMessage, long received)
    {
        peer.CountReceived();
        DiameterHeader header = DiameterHeader.Read(frame.Span);
        RequestAvps avps = RequestAvps.Find(frame.Span);
        Refuse(peer, queue, frame, header, avps, _commands.GetValueOrDefault(Key(header)), code, default, errorMessage, received);
    }

    /// <summary>The configured habits of a node.</summary>
    public PeerQuirks QuirksOf(ReadOnlySpan<byte> originHost) => _knownPeers.Find(originHost)?.Quirks ?? PeerQuirks.None;

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

    private bool Admits(in RequestAvps avps, long now) => _overload.Admits(Frames.Outstanding, avps.Priority, now);

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
                // It passed by the load because it might have been a copy.
                if ((answer.Header.Flags & CommandFlags.Retransmitted) == 0 || Admits(answer.Avps, answer.Received)) return false;
                answer.Refuse(ResultCode.TooBusy, default);
                return true;
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

    /// <summary>Answers a request that its peer may not send. One that keeps asking fills neither the log nor the time of others.</summary>
    private void RefuseStranger(
        Peer peer, AnswerQueue queue, RentedFrame frame, in DiameterHeader header, in RequestAvps avps, Command command, RightsFault fault, long received)
    {
        string text = PeerRights.Text(fault, peer, command, frame.Span, avps);
        ReadOnlySpan<byte> failedAvp = fault switch
        {
            RightsFault.OriginHost => avps.OriginHostAvp(frame.Span),
            RightsFault.OriginRealm => avps.OriginRealmAvp(frame.Span),
            _ => default,
        };
        peer.CountUnauthorized();
        _metrics.CountUnauthorized(peer.Identity, fault);
        if (peer.UnauthorizedLog.TryLog(_time, out int suppressed)) _log.Unauthorized(text, command.Name, avps.SessionIdText(frame.Span), suppressed);
        Refuse(peer, queue, frame, header, avps, command, ResultCode.AuthorizationRejected, failedAvp, text, received);
    }

    private void Refuse(
        Peer peer, AnswerQueue queue, RentedFrame frame, in DiameterHeader header, in RequestAvps avps, Command? command,
        ResultCode code, ReadOnlySpan<byte> failedAvp, string errorMessage, long received)
    {
        MessageWriter writer = Form.Refusal(header, frame.Span, avps, command, code, failedAvp, errorMessage);
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
        _overload.CountEnded(outcome);
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
        else if (outcome is Outcome.Refused && code is not (ResultCode.TooBusy or ResultCode.AuthorizationRejected) && _log.IsEnabled(LogLevel.Information))
        {
            // Not for 3004: under overload the log must not become part of the load. 5003 has a line of its own, once a minute.
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
