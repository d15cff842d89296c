using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hss.Authentication;

/// <summary>The 3GPP authentication and key generation functions f1, f1*, f2, f3, f4, f5, f5* on AES-128, and OPc.</summary>
/// Shape: 48-bit values (SQN, AK) and 64-bit codes (MAC) are numbers, first octet most significant; RAND, RES, CK, IK are octets.
/// Errors: ArgumentException for a buffer of the wrong length. Spec: TS 35.206 4.1 (functions), 4.2 (constants c1..c5, r1..r5), 8.2 (OPc).
public static class Milenage
{
    public const int RandLengthBytes = 16;
    public const int ResLengthBytes = 8;
    public const int CkLengthBytes = 16;
    public const int IkLengthBytes = 16;

    /// <summary>OPc = E[OP]K xor OP. OPc is what the USIM and this HSS keep; OP itself need not be stored.</summary>
    public static Secret DeriveOpc(Secret k, Secret op)
    {
        ArgumentNullException.ThrowIfNull(op);
        var key = new MilenageKey(k, op);
        Span<byte> opc = stackalloc byte[MilenageKey.LengthBytes];
        (key.Encrypt(key.Opc) ^ key.Opc).CopyTo(opc);
        var derived = new Secret(opc);
        opc.Clear();
        return derived;
    }

    /// <summary>f1: MAC-A, which tells the USIM that the challenge is genuine.</summary>
    public static ulong F1(MilenageKey key, ReadOnlySpan<byte> rand, ulong sqn, ushort amf) => High(Out1(key, Temp(key, rand), sqn, amf));

    /// <summary>f1*: MAC-S, which tells the HSS that a resynchronisation is genuine. There AMF* is 0000.</summary>
    public static ulong F1Star(MilenageKey key, ReadOnlySpan<byte> rand, ulong sqn, ushort amf) => Low(Out1(key, Temp(key, rand), sqn, amf));

    /// <summary>f2: RES on the USIM's side, XRES on ours.</summary>
    public static void F2(MilenageKey key, ReadOnlySpan<byte> rand, Span<byte> res)
    {
        RequireLength(res.Length, ResLengthBytes, nameof(res));
        BinaryPrimitives.WriteUInt64BigEndian(res, Low(key.Encrypt(In2(key, Temp(key, rand))) ^ key.Opc));
    }

    /// <summary>f3: the confidentiality key.</summary>
    public static void F3(MilenageKey key, ReadOnlySpan<byte> rand, Span<byte> ck)
    {
        RequireLength(ck.Length, CkLengthBytes, nameof(ck));
        (key.Encrypt(In3(key, Temp(key, rand))) ^ key.Opc).CopyTo(ck);
    }

    /// <summary>f4: the integrity key.</summary>
    public static void F4(MilenageKey key, ReadOnlySpan<byte> rand, Span<byte> ik)
    {
        RequireLength(ik.Length, IkLengthBytes, nameof(ik));
        (key.Encrypt(In4(key, Temp(key, rand))) ^ key.Opc).CopyTo(ik);
    }

    /// <summary>f5: AK, 48 bits, which hides SQN in AUTN.</summary>
    public static ulong F5(MilenageKey key, ReadOnlySpan<byte> rand) => High(key.Encrypt(In2(key, Temp(key, rand))) ^ key.Opc) >> 16;

    /// <summary>f5*: AK*, 48 bits, which hides SQN_MS in AUTS.</summary>
    public static ulong F5Star(MilenageKey key, ReadOnlySpan<byte> rand) => High(key.Encrypt(In5(key, Temp(key, rand))) ^ key.Opc) >> 16;

    /// <summary>All that one challenge needs: f1 to f5 with one shared TEMP and the four blocks side by side.</summary>
    internal static void Challenge(MilenageKey key, ReadOnlySpan<byte> rand, ulong sqn, ushort amf,
        out ulong macA, out ulong ak, out ulong xres, out Vector128<byte> ck, out Vector128<byte> ik)
    {
        var temp = Temp(key, rand);
        Vector128<byte> out1 = In1(key, temp, sqn, amf), out2 = In2(key, temp), out3 = In3(key, temp), out4 = In4(key, temp);
        key.Encrypt(ref out1, ref out2, ref out3, ref out4);
        out2 ^= key.Opc;
        macA = High(out1 ^ key.Opc);
        ak = High(out2) >> 16;
        xres = Low(out2);
        ck = out3 ^ key.Opc;
        ik = out4 ^ key.Opc;
    }

    private static Vector128<byte> Temp(MilenageKey key, ReadOnlySpan<byte> rand)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequireLength(rand.Length, RandLengthBytes, nameof(rand));
        return key.Encrypt(Vector128.Create(rand) ^ key.Opc);
    }

    private static Vector128<byte> Out1(MilenageKey key, Vector128<byte> temp, ulong sqn, ushort amf) =>
        key.Encrypt(In1(key, temp, sqn, amf)) ^ key.Opc;

    // IN1 = SQN || AMF || SQN || AMF. c1 = 0, r1 = 64 bits.
    private static Vector128<byte> In1(MilenageKey key, Vector128<byte> temp, ulong sqn, ushort amf)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sqn, SequenceNumber.Max);
        var half = (sqn << 16) | amf;
        if (BitConverter.IsLittleEndian) half = BinaryPrimitives.ReverseEndianness(half);
        return temp ^ RotateWords(Vector128.Create(half).AsByte() ^ key.Opc, 2);
    }

    // All rotations are whole 32-bit words: r2 = 0, r3 = 32, r4 = 64, r5 = 96 bits. The constants c2 to c5 have one bit, in the last octet.
    private static Vector128<byte> In2(MilenageKey key, Vector128<byte> temp) => temp ^ key.Opc ^ LastOctet(1);

    private static Vector128<byte> In3(MilenageKey key, Vector128<byte> temp) => RotateWords(temp ^ key.Opc, 1) ^ LastOctet(2);

    private static Vector128<byte> In4(MilenageKey key, Vector128<byte> temp) => RotateWords(temp ^ key.Opc, 2) ^ LastOctet(4);

    private static Vector128<byte> In5(MilenageKey key, Vector128<byte> temp) => RotateWords(temp ^ key.Opc, 3) ^ LastOctet(8);

    // "Cyclic rotation towards the most significant bit": word n of the result is word n + count of the input, counted in the order of the octets.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> RotateWords(Vector128<byte> value, int count) => (count switch
    {
        1 => Vector128.Shuffle(value.AsUInt32(), Vector128.Create(1u, 2, 3, 0)),
        2 => Vector128.Shuffle(value.AsUInt32(), Vector128.Create(2u, 3, 0, 1)),
        _ => Vector128.Shuffle(value.AsUInt32(), Vector128.Create(3u, 0, 1, 2)),
    }).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LastOctet(byte value) => Vector128.Create(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, value);

    private static ulong High(Vector128<byte> block) => Half(block, 0);

    private static ulong Low(Vector128<byte> block) => Half(block, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Half(Vector128<byte> block, int index)
    {
        var half = block.AsUInt64().GetElement(index);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(half) : half;
    }

    private static void RequireLength(int actual, int expected, string name)
    {
        if (actual != expected) throw new ArgumentException($"{name} has {expected} octets, not {actual}", name);
    }
}
