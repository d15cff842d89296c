namespace Hss.Procedures.Cx;

/// <summary>What is known about delivering to one S-CSCF: what is under way, and whether it answers.</summary>
/// Order: any thread. Held in memory only: after a restart every S-CSCF gets a fresh chance.
internal sealed class JobLane(CxJobOptions options)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _subscriptions = new(StringComparer.Ordinal);
    private bool _isSilent;
    private int _withoutPath;
    private DateTimeOffset _pausedUntil;

    public int InFlight
    {
        get { lock (_gate) return _subscriptions.Count; }
    }

    public DateTimeOffset PausedUntil
    {
        get { lock (_gate) return _pausedUntil; }
    }

    /// <summary>How many more may be sent now. One that was silent last, or had no path, gets one at a time until it answers.</summary>
    public int Room
    {
        get { lock (_gate) return (_isSilent || _withoutPath > 0 ? 1 : options.MaxInFlightPerServer) - _subscriptions.Count; }
    }

    public bool HoldsNothing
    {
        get { lock (_gate) return _subscriptions.Count == 0 && _withoutPath == 0; }
    }

    /// <summary>Jobs of one subscription go one after the other.</summary>
    public bool TryStart(string subscriptionId)
    {
        lock (_gate) return _subscriptions.Add(subscriptionId);
    }

    public void End(string subscriptionId)
    {
        lock (_gate) _subscriptions.Remove(subscriptionId);
    }

    public void Pause(DateTimeOffset until)
    {
        lock (_gate)
            if (until > _pausedUntil) _pausedUntil = until;
    }

    /// <summary>Notes what an attempt says. Returns until when it is left alone when that has just begun, or null.</summary>
    public DateTimeOffset? Note(JobContact contact, DateTimeOffset now, out bool isBack)
    {
        lock (_gate)
        {
            isBack = contact == JobContact.Answered && _withoutPath > 0;
            switch (contact)
            {
                case JobContact.Answered:
                    (_isSilent, _withoutPath, _pausedUntil) = (false, 0, default);
                    return null;
                case JobContact.Silent:
                    (_isSilent, _withoutPath) = (true, 0);
                    return null;
                // Several that were under way together find the same: one step for all of them.
                case JobContact.NoPath when _pausedUntil <= now:
                    _withoutPath++;
                    _pausedUntil = now + JobSettlement.Backoff(options.FirstRetry, _withoutPath, options.LongestPause);
                    return _withoutPath == 1 ? _pausedUntil : null;
                default:
                    return null;
            }
        }
    }
}
