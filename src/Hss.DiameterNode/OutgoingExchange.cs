using System.Security.Cryptography;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>One request of this node from its first attempt to its one outcome.</summary>
/// Shape: the encoded request, the attempts made so far, one timer. Order: any thread; everything happens under one lock, nothing waits
/// under it, and no other lock is held when the exchange is called. Errors: none; every end is an <see cref="OutgoingAnswer"/>.
/// Spec: RFC 6733 5.5.4, 6.1; RFC 3539 3.4.
/// <remarks>
/// The current attempt ends, and the next path is tried, when its time is over, when its peer says 3002 or 3004, when another host than
/// the destination answers, when its connection ends, or when its peer becomes suspect. An attempt that was passed over so is still waited for: whichever answer comes first, over
/// whichever path, is the answer. The exchange ends with it, or when no path is left and nothing is worth waiting for, or at the latest
/// after <see cref="MostAnswerTimes"/> times the time of an attempt.
/// </remarks>
internal sealed class OutgoingExchange : IDisposable
{
    /// <summary>How many times the time of one attempt a request may last in all.</summary>
    private const int MostAnswerTimes = 3;

    /// <summary>Attempts to deliver one request. A peer whose connection comes and goes must not get it again and again.</summary>
    private const int MaxAttempts = 8;

    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly OutgoingRequests _requests;
    private readonly byte[] _frame;
    private readonly DiameterHeader _header;
    private readonly List<OutgoingAttempt> _attempts = [];
    private readonly HashSet<PeerSession> _triedSessions = [];
    private readonly TaskCompletionSource<OutgoingAnswer> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private readonly uint _turn;
    private readonly long _last;
    private OutgoingAttempt? _current;
    private ReceivedAnswer? _refusal;
    private long _wake;
    private bool _isEnded;

    /// <param name="requests">What all exchanges share.</param>
    /// <param name="request">The request.</param>
    /// <param name="frame">The whole message; hop-by-hop identifier and T bit are set for each attempt.</param>
    /// <param name="sessionId">Its Session-Id, for the log.</param>
    /// <param name="turn">Which of several equal relays comes first.</param>
    public OutgoingExchange(OutgoingRequests requests, OutgoingRequest request, byte[] frame, string sessionId, uint turn)
    {
        _requests = requests;
        _frame = frame;
        _header = DiameterHeader.Read(frame);
        _turn = turn;
        Request = request;
        SessionId = sessionId;
        _last = requests.Time.GetTimestamp() + ToTimestampUnits(MostAnswerTimes * requests.Options.AnswerTimeout);
        _timer = requests.Time.CreateTimer(static exchange => ((OutgoingExchange)exchange!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The request.</summary>
    public OutgoingRequest Request { get; }

    /// <summary>Its Session-Id.</summary>
    public string SessionId { get; }

    /// <summary>Its one outcome.</summary>
    public Task<OutgoingAnswer> Outcome => _end.Task;

    /// <summary>Makes the first attempt.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (!_isEnded) TryNextPath();
        }
    }

    /// <summary>Whether a message with this header answers the request, its hop-by-hop identifier apart.</summary>
    public bool IsAnsweredBy(in DiameterHeader answer) =>
        answer.EndToEndId == _header.EndToEndId && answer.CommandCode == _header.CommandCode && answer.ApplicationId == _header.ApplicationId;

    /// <summary>The answer of an attempt came.</summary>
    public void OnAnswer(OutgoingAttempt attempt, ReadOnlySpan<byte> octets)
    {
        ReceivedAnswer answer = ReceivedAnswer.Read(octets, _header.Flags, SessionId);
        lock (_gate)
        {
            if (_isEnded) return;
            if (answer.IsRefusal)
            {
                attempt.IsRefused = true;
                _refusal = answer;
                PassOver(attempt, $"it answered {(uint)answer.Code}");
                return;
            }

            if (Request.DestinationHost.Length > 0 && !answer.IsProtocolError && !answer.MayBeFrom(Request.DestinationHost))
            {
                // A relay that does not reach the destination may hand the request to somebody else of its realm, and that one may answer
                // "done". It was not done where it had to be: the request did not arrive.
                attempt.IsRefused = true;
                PassOver(attempt, "another host answered than the one it was for");
                return;
            }

            bool isUsable = answer.Fault.Length == 0;
            if (!isUsable) _requests.Log.AnswerUnusable(Request.CommandName, SessionId, attempt.Session.Name, answer.Fault);
            End(isUsable ? OutgoingOutcome.Answered : OutgoingOutcome.Unusable, answer, attempt);
        }
    }

    /// <summary>The connection of an attempt has ended.</summary>
    public void OnLost(OutgoingAttempt attempt)
    {
        lock (_gate)
        {
            attempt.IsLost = true;
            PassOver(attempt, "its connection has ended");
        }
    }

    /// <summary>The peer of an attempt became suspect.</summary>
    public void OnSuspect(OutgoingAttempt attempt)
    {
        lock (_gate) PassOver(attempt, "its watchdog is overdue");
    }

    /// <summary>Ends the exchange whatever comes: this node stops.</summary>
    public void Stop()
    {
        lock (_gate) End(OutgoingOutcome.Stopped, null, null);
    }

    /// <summary>Ends the exchange because nobody waits for its outcome any more.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isEnded) return;
            Leave();
            _end.TrySetCanceled(cancellationToken);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();

        // A PPR may carry what a password was turned into. It has its outcome, so no attempt reads the octets any more.
        lock (_gate) CryptographicOperations.ZeroMemory(_frame);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_isEnded) return;
            if (Rest(_wake) > TimeSpan.Zero) Arm(_wake); // It was armed for an attempt that has been passed over.
            else if (_current is { } late) PassOver(late, "it did not answer in time");
            else TryNextPath();
        }
    }

    /// <summary>The attempt gives no answer now. Only when it is the current one does that call for another path.</summary>
    private void PassOver(OutgoingAttempt attempt, string reason)
    {
        if (_isEnded) return;
        if (_current is null && !attempt.IsOpen) TryNextPath(); // What was left to wait for may be over.
        if (attempt != _current) return;
        _requests.Log.AttemptFailed(Request.CommandName, SessionId, attempt.Session.Name, reason);
        _current = null;
        TryNextPath();
    }

    private void TryNextPath()
    {
        while (_attempts.Count < MaxAttempts && Rest(_last) > TimeSpan.Zero)
        {
            if (_requests.Peers.NextPath(Request, _triedSessions, _turn) is not { } session) break;
            _triedSessions.Add(session);
            if (TrySend(session)) return;
        }

        // No path is left. A peer that became suspect may still answer within its time; one that let its time pass had its chance.
        long until = _attempts.Where(attempt => attempt.IsOpen).Select(attempt => attempt.Due).DefaultIfEmpty(long.MinValue).Max();
        if (until != long.MinValue && Rest(until) > TimeSpan.Zero) Arm(until);
        else End(_attempts.All(attempt => attempt.IsRefused) ? OutgoingOutcome.Undeliverable : OutgoingOutcome.TimedOut, _refusal, null);
    }

    private bool TrySend(PeerSession session)
    {
        long due = Math.Min(_requests.Time.GetTimestamp() + ToTimestampUnits(_requests.Options.AnswerTimeout), _last);
        OutgoingAttempt attempt = new(this, session, _requests.Identifiers.NextHopByHopId(), due);
        if (!session.Pending.TryAdd(attempt)) return false;

        // T warns the destination of a duplicate: wherever an earlier attempt has no answer, it may have acted on it. One that was refused
        // never got there, and after an error answer the bit must be clear (RFC 6733 3).
        bool mayBeDuplicate = _attempts.Any(earlier => !earlier.IsRefused);
        _attempts.Add(attempt);
        _current = attempt;
        Arm(due);
        session.Send(Write(attempt, mayBeDuplicate));
        _requests.Log.AttemptSent(Request.CommandName, SessionId, Request.DestinationHost, session.Name, mayBeDuplicate);
        return true;
    }

    private MessageWriter Write(OutgoingAttempt attempt, bool mayBeDuplicate)
    {
        MessageWriter writer = MessageWriter.Rent();
        CommandFlags flags = mayBeDuplicate ? _header.Flags | CommandFlags.Retransmitted : _header.Flags;
        writer.Begin(_header with { HopByHopId = attempt.HopByHopId, Flags = flags });
        AvpReader reader = AvpReader.OverMessage(_frame);
        while (reader.Read()) writer.WriteRawAvp(reader.RawAvp);
        writer.End();
        return writer;
    }

    private void End(OutgoingOutcome outcome, ReceivedAnswer? answer, OutgoingAttempt? answered)
    {
        if (_isEnded) return;
        Leave();
        _end.TrySetResult(new OutgoingAnswer(
            outcome, answer?.Frame ?? [], answer?.Code ?? ResultCode.None, answer?.ExperimentalCode ?? ExperimentalResultCode.None)
        {
            Via = (answered ?? _attempts.LastOrDefault())?.Session.Name ?? "",
        });
    }

    private void Leave()
    {
        _isEnded = true;
        _current = null;
        foreach (OutgoingAttempt attempt in _attempts) attempt.Session.Pending.Remove(attempt);
        _timer.Dispose();
    }

    private void Arm(long until)
    {
        _wake = until;
        TimeSpan rest = Rest(until);
        _timer.Change(rest < LeastWait ? LeastWait : rest, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Rest(long until) => _requests.Time.GetElapsedTime(_requests.Time.GetTimestamp(), until);

    private long ToTimestampUnits(TimeSpan span) => (long)(span.Ticks * ((double)_requests.Time.TimestampFrequency / TimeSpan.TicksPerSecond));
}
