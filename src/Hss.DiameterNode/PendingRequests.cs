using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>The requests of this node that went over one connection and wait for their answers.</summary>
/// Shape: by hop-by-hop identifier. Order: any thread; exchanges are told outside the lock. Limits: <paramref name="bound"/>; at it
/// the connection counts as no path. Nothing stays here when the connection has ended. Spec: RFC 6733 3, 5.5.4.
internal sealed class PendingRequests(int bound)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, OutgoingAttempt> _attempts = [];
    private bool _isClosed;

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _attempts.Count;
        }
    }

    /// <summary>Waits for the answer of an attempt from now on; false when there is no room or the connection has ended.</summary>
    public bool TryAdd(OutgoingAttempt attempt)
    {
        lock (_gate) return !_isClosed && _attempts.Count < bound && _attempts.TryAdd(attempt.HopByHopId, attempt);
    }

    /// <summary>Finds the attempt an answer belongs to and waits for it no longer; null when the answer belongs to none.</summary>
    /// A hop-by-hop identifier alone proves little: an answer that names another request end to end, another command or another
    /// application is somebody's mistake, and the true answer may still come.
    public OutgoingAttempt? Take(in DiameterHeader answer)
    {
        lock (_gate)
        {
            if (!_attempts.TryGetValue(answer.HopByHopId, out OutgoingAttempt? attempt) || !attempt.Exchange.IsAnsweredBy(answer)) return null;
            _attempts.Remove(answer.HopByHopId);
            return attempt;
        }
    }

    /// <summary>Waits for this attempt no longer.</summary>
    public void Remove(OutgoingAttempt attempt)
    {
        lock (_gate) _attempts.Remove(attempt.HopByHopId);
    }

    /// <summary>The peer became suspect: what waits turns to other paths, and goes on waiting here too.</summary>
    /// Spec: RFC 3539 3.4.1 (Failover).
    public void FailOver()
    {
        OutgoingAttempt[] attempts;
        lock (_gate) attempts = [.. _attempts.Values];
        foreach (OutgoingAttempt attempt in attempts) attempt.Exchange.OnSuspect(attempt);
    }

    /// <summary>The connection has ended.</summary>
    public void Close()
    {
        OutgoingAttempt[] attempts;
        lock (_gate)
        {
            _isClosed = true;
            if (_attempts.Count == 0) return;
            attempts = [.. _attempts.Values];
            _attempts.Clear();
        }

        foreach (OutgoingAttempt attempt in attempts) attempt.Exchange.OnLost(attempt);
    }
}
