using System.Net;
using System.Net.Sockets;

namespace Hss.Provisioning.Access;

/// <summary>Counts failed authentications by where they come from.</summary>
/// Order: any thread. Limits: <see cref="MaxAddresses"/> are told apart; beyond that newcomers share one bucket until others have calmed down.
/// <remarks>
/// What it is for: a token cannot be guessed, so nobody is locked out to protect it; a caller with a good one is let in whatever his neighbours
/// behind the same address do. What has to be bounded is the noise: a script with an old token shall hear that it is to stop, and shall not
/// fill the log.
/// </remarks>
internal sealed class FailedAttempts(TimeProvider time)
{
    /// <summary>At once, per address; then one in <see cref="SecondsEach"/>.</summary>
    public const int Burst = 10;
    public const int SecondsEach = 6;
    public const int MaxAddresses = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);
    private readonly TokenBucket _others = New(time);

    /// <summary>Notes one. False: there were too many of late.</summary>
    public bool TryNote(string? address)
    {
        var key = KeyOf(address);
        TokenBucket? bucket;
        lock (_gate)
        {
            if (!_buckets.TryGetValue(key, out bucket))
            {
                if (_buckets.Count >= MaxAddresses) Forget();
                if (_buckets.Count >= MaxAddresses) bucket = _others;
                else _buckets.Add(key, bucket = New(time));
            }
        }
        return bucket.TryTake();
    }

    private void Forget()
    {
        foreach (var (key, bucket) in _buckets)
            if (bucket.IsFull) _buckets.Remove(key);
    }

    /// <summary>Whoever has one IPv6 address has the 2^64 of its link, too.</summary>
    private static string KeyOf(string? address)
    {
        if (!IPAddress.TryParse(address, out var ip)) return "";
        if (ip.IsIPv4MappedToIPv6) ip = ip.MapToIPv4();
        if (ip.AddressFamily != AddressFamily.InterNetworkV6) return ip.ToString();
        var octets = ip.GetAddressBytes();
        octets.AsSpan(8).Clear();
        return new IPAddress(octets).ToString();
    }

    private static TokenBucket New(TimeProvider time) => new(1.0 / SecondsEach, Burst, time);
}
