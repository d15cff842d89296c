using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Hss.Authentication;

/// <summary>One authentication vector: the challenge, the answer expected to it, and the two session keys. A value without references.</summary>
/// Shape: RAND 16 || AUTN 16 || XRES 8 || CK 16 || IK 16 octets, inside the value itself. XRES, CK and IK are secrets: it prints as ***.
/// Spec: TS 33.102 6.3.2, TS 33.203 6.1.1; AUTN = (SQN xor AK) 6 || AMF 2 || MAC-A 8.
[DebuggerDisplay("***")]
public struct AuthenticationVector
{
    public const int RandLengthBytes = 16;
    public const int AutnLengthBytes = 16;
    public const int XresLengthBytes = 8;
    public const int KeyLengthBytes = 16;

    private Octets _octets;

    /// <summary>RAND || AUTN, 32 octets: the content of SIP-Authenticate.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Challenge => Part(0, RandLengthBytes + AutnLengthBytes);

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Rand => Part(0, RandLengthBytes);

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Autn => Part(RandLengthBytes, AutnLengthBytes);

    /// <summary>The content of SIP-Authorization in an answer.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Xres => Part(32, XresLengthBytes);

    /// <summary>The content of Confidentiality-Key.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Ck => Part(40, KeyLengthBytes);

    /// <summary>The content of Integrity-Key.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Ik => Part(56, KeyLengthBytes);

    /// <summary>Makes the vector of one RAND and one SQN.</summary>
    /// <param name="amf">Exactly the subscriber's: the USIM computes its MAC over it, and some networks give bits of it a meaning.</param>
    public static void Generate(MilenageKey key, ushort amf, ReadOnlySpan<byte> rand, ulong sqn, out AuthenticationVector vector)
    {
        Milenage.Challenge(key, rand, sqn, amf, out var macA, out var ak, out var xres, out var ck, out var ik);
        vector = default;
        Span<byte> octets = vector._octets;
        rand.CopyTo(octets);
        BinaryPrimitives.WriteUInt64BigEndian(octets[16..], ((sqn ^ ak) << 16) | amf);
        BinaryPrimitives.WriteUInt64BigEndian(octets[24..], macA);
        BinaryPrimitives.WriteUInt64BigEndian(octets[32..], xres);
        System.Runtime.Intrinsics.Vector128.CopyTo(ck, octets[40..]);
        System.Runtime.Intrinsics.Vector128.CopyTo(ik, octets[56..]);
    }

    /// <summary>Makes one vector for each reserved sequence number, in their order, each with a fresh RAND.</summary>
    /// Order: rising SEQ, one IND. When the reservation says MustCommit, none may leave before it is durable.
    public static void Generate(MilenageKey key, ushort amf, IRandomSource random, in SequenceReservation reservation, in IndRange range,
        Span<AuthenticationVector> vectors)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (vectors.Length != reservation.Count) throw new ArgumentException("one vector per reserved sequence number", nameof(vectors));
        Span<byte> rand = stackalloc byte[RandLengthBytes];
        for (var i = 0; i < vectors.Length; i++)
        {
            random.Fill(rand);
            Generate(key, amf, rand, reservation.SqnAt(i, range), out vectors[i]);
        }
    }

    public override readonly string ToString() => "***";

    [UnscopedRef]
    private readonly ReadOnlySpan<byte> Part(int offset, int length) => ((ReadOnlySpan<byte>)_octets).Slice(offset, length);

    [InlineArray(72)]
    private struct Octets
    {
        private byte _first;
    }
}
