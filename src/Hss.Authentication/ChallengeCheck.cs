using System.Buffers.Binary;

namespace Hss.Authentication;

/// <summary>A captured challenge (RAND, AUTN) held against a key: what a card with this key would find in it.</summary>
/// Shape: Expected is the MAC-A that would be right for this RAND, SQN and AMF. Errors: values; ArgumentException for a wrong length.
/// Spec: TS 33.102 6.3.3 (the USIM's check of AUTN).
public sealed record ChallengeCheck(ulong SqnXorAk, ulong Ak, ushort Amf, ulong MacReceived, ulong MacExpected, MacFailureCause Cause)
{
    public ulong Sqn => SqnXorAk ^ Ak;

    public bool IsGenuine => Cause == MacFailureCause.None;

    /// <summary>Which of the other challenges fits, when the cause says so; else -1.</summary>
    public int OtherChallenge { get; private init; } = -1;

    /// <param name="amf">The AMF that the network should use, when known; only for the diagnosis.</param>
    /// <param name="others">Other RANDs of the same capture.</param>
    public static ChallengeCheck Of(AkaKey key, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> autn, ushort? amf = null, IReadOnlyList<byte[]>? others = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (rand.Length != Milenage.RandLengthBytes) throw new ArgumentException("RAND has 16 octets", nameof(rand));
        if (autn.Length != AuthenticationVector.AutnLengthBytes) throw new ArgumentException("AUTN has 16 octets", nameof(autn));
        var concealed = Resynchronisation.ConcealedSqn(autn);
        var ak = Milenage.F5(key.Key, rand);
        var carried = BinaryPrimitives.ReadUInt16BigEndian(autn[6..]);
        var (cause, other) = (MacFailureCause.None, -1);
        if (!MacFailureDiagnosis.AutnVerifies(key.Key, rand, autn))
        {
            other = MacFailureDiagnosis.FindOther(others, autn, (candidate, octets) => MacFailureDiagnosis.AutnVerifies(key.Key, candidate, octets));
            cause = other >= 0 ? MacFailureCause.OtherChallenge : MacFailureDiagnosis.DiagnoseAutn(key, amf, rand, autn);
        }
        return new(concealed, ak, carried, BinaryPrimitives.ReadUInt64BigEndian(autn[8..]),
            Milenage.F1(key.Key, rand, concealed ^ ak, carried), cause) { OtherChallenge = other };
    }
}
