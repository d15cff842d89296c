namespace Hss.Provisioning.Access;

/// <summary>What one caller asks for at this time.</summary>
internal sealed class CallerLoad(AccessOptions options, TimeProvider time)
{
    private readonly TokenBucket _rate = new(options.MaxRequestsPerSecond, options.MaxRequestsPerSecond, time);
    private int _inFlight;

    /// <summary>Null: it may begin, and <see cref="Leave"/> must follow. Otherwise why not.</summary>
    public string? Enter(string name)
    {
        if (Interlocked.Increment(ref _inFlight) > options.MaxRequestsInFlight)
        {
            Leave();
            return $"{name} has {options.MaxRequestsInFlight} requests in flight; wait for answers, or raise Provisioning:MaxRequestsInFlight";
        }
        if (_rate.TryTake()) return null;
        Leave();
        return $"{name} asked more than {options.MaxRequestsPerSecond} times in a second; slow down, or raise Provisioning:MaxRequestsPerSecond";
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);
}
