using System.Buffers.Binary;

namespace Hss.Authentication.Tests;

internal enum UsimVerdict
{
    Accepted,
    MacFailure,
    SynchronisationFailure,
}

/// <summary>A USIM with the array of TS 33.102 C.2.2: a = 2^IndBits elements, jump limit Delta, no age limit.</summary>
internal sealed class SimulatedUsim(byte[] k, byte[] opc, int indBits = 5, ulong delta = 1UL << 28)
{
    private readonly MilenageKey _key = new(new Secret(k), new Secret(opc));
    private readonly ulong[] _accepted = new ulong[1 << indBits];

    /// <summary>The highest SQN accepted so far.</summary>
    public ulong SqnMs { get; private set; }

    public byte[] Auts { get; } = new byte[14];

    /// <summary>Makes as if this SQN had been accepted after all others.</summary>
    public void Set(ulong sqnMs)
    {
        Array.Clear(_accepted);
        _accepted[sqnMs & ((1UL << indBits) - 1)] = sqnMs >> indBits;
        SqnMs = sqnMs;
    }

    public UsimVerdict Authenticate(ReadOnlySpan<byte> rand, ReadOnlySpan<byte> autn)
    {
        var sqn = (BinaryPrimitives.ReadUInt64BigEndian(autn) >> 16) ^ Milenage.F5(_key, rand);
        var amf = BinaryPrimitives.ReadUInt16BigEndian(autn[6..]);
        if (Milenage.F1(_key, rand, sqn, amf) != BinaryPrimitives.ReadUInt64BigEndian(autn[8..])) return UsimVerdict.MacFailure;

        var seq = sqn >> indBits;
        var ind = sqn & ((1UL << indBits) - 1);
        var seqMs = SqnMs >> indBits;
        var jumpsTooFar = seq > seqMs && seq - seqMs > delta;
        if (jumpsTooFar || seq <= _accepted[ind])
        {
            Resynchronisation.WriteAuts(_key, rand, SqnMs, Auts);
            return UsimVerdict.SynchronisationFailure;
        }
        _accepted[ind] = seq;
        if (seq > seqMs) SqnMs = sqn;
        return UsimVerdict.Accepted;
    }
}
