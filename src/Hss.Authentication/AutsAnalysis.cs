using System.Buffers.Binary;

namespace Hss.Authentication;

/// <summary>An AUTS taken apart and judged with a key in hand, whatever shape it was pasted in.</summary>
/// Shape: Rand and Auts are what was judged in the end; the numbers are 0 when there was no reading of the right length.
/// Why not for a stored key: MacExpected of a SQN_MS of one's own choice is a forged AUTS. Whoever has K can make one anyway.
/// Spec: TS 33.102 6.3.3, 6.3.5; TS 29.229 6.3.11 (RAND || AUTS).
public sealed class AutsAnalysis
{
    private AutsAnalysis(AkaKey key, byte[] rand, byte[] auts, MacFailureCause cause)
    {
        (Rand, Auts, Cause) = (rand, auts, cause);
        if (rand.Length != Milenage.RandLengthBytes || auts.Length != Resynchronisation.AutsLengthBytes) return;
        HasValues = true;
        SqnMsXorAkStar = Resynchronisation.ConcealedSqn(auts);
        AkStar = Milenage.F5Star(key.Key, rand);
        SqnMs = SqnMsXorAkStar ^ AkStar;
        MacReceived = BinaryPrimitives.ReadUInt64BigEndian(auts.AsSpan(6));
        MacExpected = Milenage.F1Star(key.Key, rand, SqnMs, 0);
    }

    public byte[] Rand { get; }

    public byte[] Auts { get; }

    public MacFailureCause Cause { get; }

    public bool HasValues { get; }

    public ulong SqnMsXorAkStar { get; }

    public ulong AkStar { get; }

    public ulong SqnMs { get; }

    public ulong MacReceived { get; }

    public ulong MacExpected { get; }

    public bool IsGenuine => Cause == MacFailureCause.None;

    /// <summary>RAND came glued to AUTS, as Cx carries the two.</summary>
    public bool WasGlued { get; private init; }

    /// <summary>Which of the candidates fits, when the cause is another challenge's RAND; else -1.</summary>
    public int OtherChallenge { get; private init; } = -1;

    /// <param name="rands">Candidates for the challenge; the first counts. May be empty when <paramref name="octets"/> carry their own.</param>
    /// <param name="octets">14 for an AUTS; 30 for RAND || AUTS, taken as such; anything else is looked into for what it may be.</param>
    public static AutsAnalysis Of(AkaKey key, ushort amf, IReadOnlyList<byte[]> rands, byte[] octets)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(rands);
        ArgumentNullException.ThrowIfNull(octets);
        if (rands.Any(rand => rand.Length != Milenage.RandLengthBytes)) throw new ArgumentException("RAND has 16 octets", nameof(rands));
        return octets.Length switch
        {
            Resynchronisation.AuthorizationLengthBytes => OfGlued(key, amf, octets),
            Resynchronisation.AutsLengthBytes when rands.Count > 0 => OfAuts(key, amf, rands, octets),
            _ => OfWrongLength(key, rands, octets),
        };
    }

    private static AutsAnalysis OfAuts(AkaKey key, ushort amf, IReadOnlyList<byte[]> rands, byte[] auts)
    {
        if (MacFailureDiagnosis.AutsVerifies(key.Key, rands[0], auts)) return new(key, rands[0], auts, MacFailureCause.None);
        var other = MacFailureDiagnosis.FindOther([.. rands.Skip(1)], auts,
            (candidate, octets) => MacFailureDiagnosis.AutsVerifies(key.Key, candidate, octets));
        if (other >= 0) return new(key, rands[other + 1], auts, MacFailureCause.OtherChallenge) { OtherChallenge = other + 1 };
        return new(key, rands[0], auts, rands[0].AsSpan().StartsWith(auts)
            ? MacFailureCause.RandInPlaceOfAuts
            : MacFailureDiagnosis.Diagnose(key, amf, rands[0], auts));
    }

    // The RAND inside is the one of the challenge that the sender says was refused; one given beside it is a copy, or somebody's guess.
    private static AutsAnalysis OfGlued(AkaKey key, ushort amf, byte[] octets)
    {
        var (rand, auts) = (octets[..Milenage.RandLengthBytes], octets[Milenage.RandLengthBytes..]);
        var cause = MacFailureDiagnosis.AutsVerifies(key.Key, rand, auts)
            ? MacFailureCause.None
            : MacFailureDiagnosis.Diagnose(key, amf, rand, auts);
        return new(key, rand, auts, cause) { WasGlued = true };
    }

    private static AutsAnalysis OfWrongLength(AkaKey key, IReadOnlyList<byte[]> rands, byte[] octets)
    {
        foreach (var length in new[] { Resynchronisation.AutsLengthBytes, Resynchronisation.AuthorizationLengthBytes })
        {
            if (!OctetText.TryReadAgain(octets, length, out var inner, out _)) continue;
            var (rand, auts) = length == Resynchronisation.AutsLengthBytes
                ? (rands.Count > 0 ? rands[0] : [], inner)
                : (inner[..Milenage.RandLengthBytes], inner[Milenage.RandLengthBytes..]);
            if (rand.Length > 0 && MacFailureDiagnosis.AutsVerifies(key.Key, rand, auts)) return new(key, rand, auts, MacFailureCause.EncodedTwice);
        }
        foreach (var rand in rands)
        {
            if (octets.AsSpan().SequenceEqual(rand)) return new(key, rand, octets, MacFailureCause.RandInPlaceOfAuts);
            if (octets.Length == AuthenticationVector.AutnLengthBytes && MacFailureDiagnosis.AutnVerifies(key.Key, rand, octets))
                return new(key, rand, octets, MacFailureCause.AutnInPlaceOfAuts);
        }
        // The nonce of the challenge, RAND || AUTN, where the answer to it was asked for.
        if (octets.Length == Milenage.RandLengthBytes + AuthenticationVector.AutnLengthBytes
            && MacFailureDiagnosis.AutnVerifies(key.Key, octets.AsSpan(0, Milenage.RandLengthBytes), octets.AsSpan(Milenage.RandLengthBytes)))
            return new(key, octets[..Milenage.RandLengthBytes], octets, MacFailureCause.AutnInPlaceOfAuts);
        return new(key, rands.Count > 0 ? rands[0] : [], octets, MacFailureCause.WrongLength);
    }
}
