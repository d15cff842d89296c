using System.Buffers.Binary;
using System.Diagnostics;

namespace Hss.Authentication;

/// <summary>A vector taken apart, for people who compare one with what a card, a trace or another AuC says.</summary>
/// Shape: 48-bit values (SQN, AK) and 64-bit codes as numbers; RAND, AUTN, XRES, CK, IK as octets in the vector. Prints as ***.
/// Spec: TS 33.102 6.3.2: AUTN = (SQN xor AK) || AMF || MAC-A; C.1.1.1: SQN = SEQ || IND. RFC 3310 3.2: nonce.
[DebuggerDisplay("***")]
public sealed class VectorAnalysis
{
    private readonly AuthenticationVector _vector;

    private VectorAnalysis(in AuthenticationVector vector, ulong ak, int indBits)
    {
        _vector = vector;
        var half = BinaryPrimitives.ReadUInt64BigEndian(vector.Autn);
        (SqnXorAk, Amf, Ak) = (half >> 16, (ushort)half, ak);
        Sqn = SqnXorAk ^ ak;
        (Seq, Ind) = SequenceNumber.Split(Sqn, indBits);
        MacA = BinaryPrimitives.ReadUInt64BigEndian(vector.Autn[8..]);
    }

    public ReadOnlySpan<byte> Rand => _vector.Rand;

    public ReadOnlySpan<byte> Autn => _vector.Autn;

    public ulong SqnXorAk { get; }

    public ushort Amf { get; }

    public ulong MacA { get; }

    public ulong Ak { get; }

    public ulong Sqn { get; }

    public ulong Seq { get; }

    public int Ind { get; }

    public ReadOnlySpan<byte> Xres => _vector.Xres;

    public ReadOnlySpan<byte> Ck => _vector.Ck;

    public ReadOnlySpan<byte> Ik => _vector.Ik;

    /// <summary>What the S-CSCF sends as nonce: base64 of RAND || AUTN.</summary>
    public string Nonce => AkaDigest.Nonce(_vector);

    /// <summary>Takes a vector apart that was made with this key.</summary>
    public static VectorAnalysis Of(in AuthenticationVector vector, MilenageKey key, int indBits) => new(vector, Milenage.F5(key, vector.Rand), indBits);

    /// <summary>Makes the vector of one RAND and one SQN, and takes it apart.</summary>
    public static VectorAnalysis Make(MilenageKey key, ushort amf, ReadOnlySpan<byte> rand, ulong sqn, int indBits)
    {
        AuthenticationVector.Generate(key, amf, rand, sqn, out var vector);
        return Of(vector, key, indBits);
    }

    public override string ToString() => "***";
}
