using System.Globalization;
using System.Security.Cryptography;

namespace Hss.DiameterNode;

/// <summary>Hands out the identifiers of the messages this node begins.</summary>
/// Order: any thread. One count serves all connections, so a hop-by-hop identifier is unique on each of them. Spec: RFC 6733 3, 8.8.
internal sealed class MessageIdentifiers
{
    private readonly string _identity;
    private uint _lastHopByHopId;
    private uint _lastEndToEndId;
    private ulong _lastSession;

    /// <param name="identity">This node's Origin-Host.</param>
    /// <param name="startedSeconds">When the node was started, in seconds.</param>
    public MessageIdentifiers(string identity, uint startedSeconds)
    {
        _identity = identity;

        // RFC 6733 3: hop-by-hop starts at random; end-to-end has the low 12 bits of the start time on top and a random rest, so that a
        // restart within the minutes in which duplicates are looked for repeats none.
        _lastHopByHopId = (uint)RandomNumberGenerator.GetInt32(int.MinValue, int.MaxValue);
        _lastEndToEndId = (startedSeconds << 20) | (uint)RandomNumberGenerator.GetInt32(1 << 20);

        // 8.8: a number of 64 bits that begins with the time above zeros and only grows: no restart repeats a session.
        _lastSession = (ulong)startedSeconds << 32;
    }

    /// <summary>Pairs an answer with its request on one connection.</summary>
    public uint NextHopByHopId() => Interlocked.Increment(ref _lastHopByHopId);

    /// <summary>Names a request from end to end; the same for every attempt to deliver it.</summary>
    public uint NextEndToEndId() => Interlocked.Increment(ref _lastEndToEndId);

    /// <summary>A Session-Id: identity, high 32 bits, low 32 bits.</summary>
    public string NextSessionId()
    {
        ulong session = Interlocked.Increment(ref _lastSession);
        return string.Create(CultureInfo.InvariantCulture, $"{_identity};{session >> 32};{(uint)session}");
    }
}
