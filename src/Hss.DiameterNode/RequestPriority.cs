using System.Buffers.Binary;

namespace Hss.DiameterNode;

/// <summary>DRMP: how much a request matters to its sender.</summary>
/// Shape: 0 matters most, 15 least. Spec: RFC 7944 9.1.
/// The answers of this node carry none: an answer without it has the priority of its request (RFC 7944 8), and this node has no
/// reason to change that.
internal static class RequestPriority
{
    /// <summary>What a request without the AVP has.</summary>
    public const byte Default = 10;

    /// <summary>How many priorities there are.</summary>
    public const int Count = 16;

    // Priority 0 may fill the node to its bound, priority 15 six tenths of it: there is room for what matters before anything is full.
    private const int LowestSharePercent = 60;

    /// <summary>The priority in the data of a DRMP AVP; a value that is none is judged later, by the grammar.</summary>
    public static byte Of(ReadOnlySpan<byte> data) =>
        data.Length == sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(data) is < Count and var value ? (byte)value : Default;

    /// <summary>How much of a bound requests of each priority may fill, from 100 % for 0 in even steps down to 60 % for 15; one at least.</summary>
    public static int[] Shares(int bound) =>
        [.. Enumerable.Range(0, Count).Select(priority => (int)Math.Ceiling(bound * (100 - ((100 - LowestSharePercent) * priority / (double)(Count - 1))) / 100))];
}
