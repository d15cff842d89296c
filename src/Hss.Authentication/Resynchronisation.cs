using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hss.Authentication;

/// <summary>What an AUTS led to.</summary>
public enum ResynchronisationOutcome
{
    /// <summary>RAND or AUTS has the wrong length. Nothing was computed.</summary>
    Malformed = 0,

    /// <summary>MAC-S does not verify: the octets tell nothing about the USIM.</summary>
    BadMac = 1,

    /// <summary>Genuine, and the next SQN is acceptable to the USIM as it is: SEQ_HE stays. A replayed AUTS ends here.</summary>
    AlreadyAcceptable = 2,

    /// <summary>Genuine, and SEQ_HE was set to SEQ_MS. Nothing may leave before the new state is durable.</summary>
    Moved = 3,

    /// <summary>Genuine, but SEQ_MS is the last there is: no SQN can follow it and the USIM must be replaced.</summary>
    OutOfRange = 4,
}

/// <summary>The judgement of one AUTS.</summary>
/// <param name="SqnMs">The USIM's highest accepted SQN; 0 unless MAC-S verified.</param>
/// <param name="State">The state to go on from: the new one when <see cref="MustCommit"/>, else the one that was given.</param>
/// <param name="Cause">Why MAC-S is bad, as far as trying can tell.</param>
public readonly record struct ResynchronisationResult(ResynchronisationOutcome Outcome, ulong SqnMs, SequenceState State, MacFailureCause Cause)
{
    /// <summary>Whether fresh vectors may be made from <see cref="State"/>.</summary>
    public bool IsAccepted => Outcome is ResynchronisationOutcome.AlreadyAcceptable or ResynchronisationOutcome.Moved;

    public bool MustCommit => Outcome == ResynchronisationOutcome.Moved;
}

/// <summary>Judges the AUTS that a UE answers with when it finds a challenge's SQN out of range.</summary>
/// Shape: AUTS = (SQN_MS xor AK*) 6 || MAC-S 8 octets; MAC-S = f1*(K, SQN_MS, RAND, AMF* = 0000), AK* = f5*(K, RAND).
/// Errors: values, never exceptions, whatever the octets. Spec: TS 33.102 6.3.3, 6.3.5; TS 33.203 6.1.3; TS 29.229 6.3.11.
public static class Resynchronisation
{
    public const int AutsLengthBytes = 14;

    /// <summary>Length of SIP-Authorization in a request: RAND || AUTS.</summary>
    public const int AuthorizationLengthBytes = Milenage.RandLengthBytes + AutsLengthBytes;

    /// <summary>How far a USIM lets SEQ jump: 2^28 in all profiles of TS 33.102 C.3.</summary>
    public const ulong DefaultDelta = 1UL << 28;

    private const int SqnLengthBytes = 6;

    /// <summary>Decides what a RAND and AUTS from outside mean for the generator of one key.</summary>
    /// <param name="amf">The subscriber's; used only to say what is likely wrong when MAC-S is bad.</param>
    /// Order of decisions: length, MAC-S, then the rest. TS 33.102 6.3.5 would allow to look at SQN_MS before MAC-S when nothing changes by it;
    /// verifying first costs two more AES blocks and leaves no way to learn anything, or to get vectors, with octets made up.
    ///
    /// SEQ_HE moves only when the next SQN would be refused: not above SEQ_MS, or more than Delta above it. The USIM accepts SEQ in element IND
    /// when it is above that element; no element is above SEQ_MS, so SEQ above SEQ_MS is accepted in every element. It follows that a
    /// replayed AUTS changes nothing, with no RAND remembered: SEQ_HE is at or above its SEQ_MS since the first time. Only when SEQ_HE is more
    /// than Delta beyond an AUTS somebody kept could that set it back; the USIM answers the next challenge with a new AUTS, which repairs it.
    ///
    /// The new state has its ceiling exactly at SEQ_MS, also when that is lower than before (a counter provisioned far too high, say).
    /// This makes every reservation built on it say MustCommit, so one commit of the reservation's state writes both, and no caller can forget it.
    /// The store must set the ceiling, not raise it: kept high, a restart would go on from there and the USIM refuse again. Lowering is
    /// the one case in which a SEQ may be handed out twice for one key. It is right all the same: the USIM, the only judge of SEQ, has with a
    /// MAC under K denied accepting anything above SEQ_MS, it accepts each SEQ of an element once, and the RAND is a new one.
    public static ResynchronisationResult Evaluate(MilenageKey key, ushort amf, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> auts,
        in SequenceState state, in IndRange range, ulong delta = DefaultDelta)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfZero(delta);
        if (rand.Length != Milenage.RandLengthBytes || auts.Length != AutsLengthBytes)
            return new(ResynchronisationOutcome.Malformed, 0, state, MacFailureCause.None);

        var sqnMs = ConcealedSqn(auts) ^ Milenage.F5Star(key, rand);
        if (!MacIs(auts, Milenage.F1Star(key, rand, sqnMs, 0)))
            return new(ResynchronisationOutcome.BadMac, 0, state, MacFailureDiagnosis.Diagnose(key, amf, rand, auts));

        var seqMs = SequenceNumber.Split(sqnMs, range.IndBits).Seq;
        if (seqMs >= range.SeqLimit)
            return new(ResynchronisationOutcome.OutOfRange, sqnMs, state, MacFailureCause.None);

        var next = state.Seq + 1;
        if (next > seqMs && next - seqMs <= delta)
            return new(ResynchronisationOutcome.AlreadyAcceptable, sqnMs, state, MacFailureCause.None);

        return new(ResynchronisationOutcome.Moved, sqnMs, new(seqMs, seqMs, state.NextInd), MacFailureCause.None);
    }

    /// <summary>Takes SIP-Authorization of a request apart.</summary>
    /// Errors: false unless it has exactly 30 octets; the procedure answers 5004.
    public static bool TrySplitAuthorization(ReadOnlySpan<byte> authorization, out ReadOnlySpan<byte> rand, out ReadOnlySpan<byte> auts)
    {
        if (authorization.Length != AuthorizationLengthBytes)
        {
            rand = auts = default;
            return false;
        }
        rand = authorization[..Milenage.RandLengthBytes];
        auts = authorization[Milenage.RandLengthBytes..];
        return true;
    }

    /// <summary>Makes an AUTS as a USIM does: for the tools and tests that play the UE.</summary>
    public static void WriteAuts(MilenageKey key, ReadOnlySpan<byte> rand, ulong sqnMs, Span<byte> auts)
    {
        if (auts.Length != AutsLengthBytes) throw new ArgumentException("AUTS has 14 octets", nameof(auts));
        Span<byte> concealed = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(concealed, sqnMs ^ Milenage.F5Star(key, rand));
        concealed[2..].CopyTo(auts);
        BinaryPrimitives.WriteUInt64BigEndian(auts[SqnLengthBytes..], Milenage.F1Star(key, rand, sqnMs, 0));
    }

    internal static ulong ConcealedSqn(ReadOnlySpan<byte> auts) => BinaryPrimitives.ReadUInt64BigEndian(auts) >> 16;

    /// <summary>Whether AUTS carries this MAC-S, in constant time: how long the answer takes tells nobody how many octets were right.</summary>
    internal static bool MacIs(ReadOnlySpan<byte> auts, ulong expected)
    {
        Span<byte> mac = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(mac, expected);
        return CryptographicOperations.FixedTimeEquals(mac, auts[SqnLengthBytes..]);
    }
}
