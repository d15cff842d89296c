namespace Hss.Procedures;

/// <summary>What is known about delivering to one server: what is under way, and whether it answers.</summary>
/// Order: any thread. Held in memory only: after a restart every server gets a fresh chance.
internal sealed class DeliveryLane(DeliveryOptions options)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _orders = new(StringComparer.Ordinal);
    private bool _isSilent;
    private int _withoutPath;
    private DateTimeOffset _pausedUntil;

    public int InFlight
    {
        get { lock (_gate) return _orders.Count; }
    }

    public DateTimeOffset PausedUntil
    {
        get { lock (_gate) return _pausedUntil; }
    }

    /// <summary>How many more may be sent now. One that was silent last, or had no path, gets one at a time until it answers.</summary>
    public int Room
    {
        get { lock (_gate) return (_isSilent || _withoutPath > 0 ? 1 : options.MaxInFlightPerServer) - _orders.Count; }
    }

    public bool HoldsNothing
    {
        get { lock (_gate) return _orders.Count == 0 && _withoutPath == 0; }
    }

    /// <summary>What has an order among itself, such as the jobs of one subscription, goes one after the other.</summary>
    public bool TryStart(string order)
    {
        lock (_gate) return _orders.Add(order);
    }

    public void End(string order)
    {
        lock (_gate) _orders.Remove(order);
    }

    public void Pause(DateTimeOffset until)
    {
        lock (_gate)
            if (until > _pausedUntil) _pausedUntil = until;
    }

    /// <summary>There may be a path: it is worth a look at that time.</summary>
    public void TryAgain(DateTimeOffset when)
    {
        lock (_gate)
            if (_withoutPath > 0 && _pausedUntil > when) _pausedUntil = when;
    }

    /// <summary>Notes what an attempt says. Returns until when it is left alone when that has just begun, or null.</summary>
    public DateTimeOffset? Note(DeliveryContact contact, DateTimeOffset now, out bool isBack)
    {
        lock (_gate)
        {
            isBack = contact == DeliveryContact.Answered && _withoutPath > 0;
            switch (contact)
            {
                case DeliveryContact.Answered:
                    (_isSilent, _withoutPath, _pausedUntil) = (false, 0, default);
                    return null;
                case DeliveryContact.Silent:
                    (_isSilent, _withoutPath) = (true, 0);
                    return null;
                // Several that were under way together find the same: one step for all of them.
                case DeliveryContact.NoPath when _pausedUntil <= now:
                    _withoutPath++;
                    _pausedUntil = now + options.PauseAfter(_withoutPath);
                    return _withoutPath == 1 ? _pausedUntil : null;
                default:
                    return null;
            }
        }
    }
}
