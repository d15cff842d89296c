namespace Hss.Provisioning.Access;

/// <summary>How often something may happen: so many at once, and from then on so many a second.</summary>
/// Order: any thread; a lock that is held for nanoseconds.
internal sealed class TokenBucket
{
    private readonly Lock _gate = new();
    private readonly double _perSecond;
    private readonly double _burst;
    private readonly TimeProvider _time;
    private double _left;
    private long _at;

    public TokenBucket(double perSecond, double burst, TimeProvider time)
    {
        (_perSecond, _burst, _time) = (perSecond, burst, time);
        _left = burst;
        _at = time.GetTimestamp();
    }

    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                Refill();
                return _left >= _burst;
            }
        }
    }

    public bool TryTake()
    {
        lock (_gate)
        {
            Refill();
            if (_left < 1) return false;
            _left--;
            return true;
        }
    }

    private void Refill()
    {
        var now = _time.GetTimestamp();
        _left = Math.Min(_burst, _left + (_time.GetElapsedTime(_at, now).TotalSeconds * _perSecond));
        _at = now;
    }
}
