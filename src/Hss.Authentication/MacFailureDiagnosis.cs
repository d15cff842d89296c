using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hss.Authentication;

/// <summary>Finds out by trying why MAC-S or MAC-A is bad, so that a line can say what to mend. Changes nothing and accepts nothing.</summary>
/// Why this is safe: it runs after the refusal, its answer goes to the operator only, and with a 64-bit MAC a supposition that verifies is true.
/// Every comparison of a MAC is in constant time.
/// What cannot be tried on a stored key: OPc given where OP was asked for. OPc is then E[X]K xor X of the value X that was given, and X cannot be
/// got back from it. With X in hand (<see cref="AkaKey"/>) it is tried.
/// Each supposition is tried alone; two mistakes at once read as a wrong key.
/// Spec: TS 33.102 6.3.2 (AUTN), 6.3.3 (AUTS), TS 35.206 8.2 (OPc).
public static class MacFailureDiagnosis
{
    /// <summary>AMF of a vector for EPS; some UEs put it into MAC-S instead of 0000.</summary>
    private const ushort SeparationBit = 0x8000;

    private const int MacOffsetBytes = 8;

    /// <summary>One sentence for a log line or an engineer. It holds no secret.</summary>
    public static string Explain(MacFailureCause cause) => cause switch
    {
        MacFailureCause.None => "the MAC is right",
        MacFailureCause.OpGivenAsOpc => "the value provisioned as OPc is OP: provision it as \"op\"",
        MacFailureCause.OpcGivenAsOp => "the value given as OP is OPc already: give it as \"opc\"",
        MacFailureCause.OpcNotOfOp => "K and OP are right, but the OPc beside them is not theirs: leave it out",
        MacFailureCause.KAndOpcExchanged => "K and OPc were provisioned in each other's place",
        MacFailureCause.KAndOpExchanged => "K and OP were provisioned in each other's place",
        MacFailureCause.AmfStarNotZero => "the key is right, but the UE computed MAC-S with an AMF other than 0000: its software is at fault",
        MacFailureCause.SqnMsNotConcealed => "the key is right, but the UE sent SQN_MS without AK*: its software is at fault",
        MacFailureCause.SqnMsConcealedWithF5 => "the key is right, but the UE hid SQN_MS with f5 instead of f5*: its software is at fault",
        MacFailureCause.AutnInPlaceOfAuts => "this is the AUTN of the challenge (or its first 14 octets), not an AUTS",
        MacFailureCause.AutsBeforeRand => "the key is right, but AUTS stands before RAND: the S-CSCF is at fault",
        MacFailureCause.OtherChallenge => "the key is right, but the answer is to another challenge: take the RAND that was sent last before it",
        MacFailureCause.EncodedTwice => "the key is right, but the octets were encoded twice: decode once more",
        MacFailureCause.RandInPlaceOfAuts => "this is the RAND of the challenge, not an AUTS",
        MacFailureCause.AutsInPlaceOfAutn => "this is an AUTS, not an AUTN: judge it as a resynchronisation",
        MacFailureCause.AutnBeforeRand => "the key is right, but RAND and AUTN were given in each other's place",
        MacFailureCause.AmfChanged => "the key is right, but MAC-A was computed over another AMF than AUTN carries: its maker is at fault",
        MacFailureCause.SqnNotConcealed => "the key is right, but SQN stands in AUTN without AK: the maker of the vector is at fault",
        MacFailureCause.SqnConcealedWithF5Star => "the key is right, but SQN was hidden with f5* instead of f5: the maker of the vector is at fault",
        MacFailureCause.WrongLength => "it has the wrong number of octets, and no part of it verifies",
        _ => "K or OPc is wrong (OPc provisioned as \"op\" looks the same), or the RAND is that of another challenge, or the AUTS was made up",
    };

    /// <summary>For a key in store.</summary>
    internal static MacFailureCause Diagnose(MilenageKey key, ushort amf, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> auts) =>
        Diagnose(key, KeySuppositions.Of(key), amf, rand, auts);

    /// <summary>For a key just given, of which more is known.</summary>
    internal static MacFailureCause Diagnose(AkaKey given, ushort amf, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> auts) =>
        Diagnose(given.Key, KeySuppositions.Of(given), amf, rand, auts);

    /// <summary>The same for the AUTN of a challenge.</summary>
    internal static MacFailureCause DiagnoseAutn(AkaKey given, ushort? amf, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> autn)
    {
        var key = given.Key;
        foreach (var (cause, supposed) in KeySuppositions.Of(given))
            if (AutnVerifies(supposed, rand, autn)) return cause;
        if (AutnVerifies(key, autn, rand)) return MacFailureCause.AutnBeforeRand;
        var concealed = Resynchronisation.ConcealedSqn(autn);
        var sqn = concealed ^ Milenage.F5(key, rand);
        var carried = BinaryPrimitives.ReadUInt16BigEndian(autn[6..]);
        if (MacIs(autn, Milenage.F1(key, rand, sqn, 0)) || MacIs(autn, Milenage.F1(key, rand, sqn, SeparationBit))
            || (amf is { } expected && MacIs(autn, Milenage.F1(key, rand, sqn, expected))))
            return MacFailureCause.AmfChanged;
        if (MacIs(autn, Milenage.F1(key, rand, concealed, carried))) return MacFailureCause.SqnNotConcealed;
        return MacIs(autn, Milenage.F1(key, rand, concealed ^ Milenage.F5Star(key, rand), carried))
            ? MacFailureCause.SqnConcealedWithF5Star
            : MacFailureCause.WrongKeyOrRand;
    }

    internal static bool AutsVerifies(MilenageKey key, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> auts) =>
        Resynchronisation.MacIs(auts, Milenage.F1Star(key, rand, Resynchronisation.ConcealedSqn(auts) ^ Milenage.F5Star(key, rand), 0));

    /// <summary>Whether MAC-A is right, whatever SQN and AMF are.</summary>
    internal static bool AutnVerifies(MilenageKey key, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> autn)
    {
        var sqn = Resynchronisation.ConcealedSqn(autn) ^ Milenage.F5(key, rand);
        return MacIs(autn, Milenage.F1(key, rand, sqn, BinaryPrimitives.ReadUInt16BigEndian(autn[6..])));
    }

    /// <summary>Index of the first other RAND that fits, or -1.</summary>
    internal static int FindOther(IReadOnlyList<byte[]>? others, ReadOnlySpan<byte> octets, Verification verifies)
    {
        for (var i = 0; i < (others?.Count ?? 0); i++)
            if (others![i].Length == Milenage.RandLengthBytes && verifies(others[i], octets)) return i;
        return -1;
    }

    internal delegate bool Verification(ReadOnlySpan<byte> rand, ReadOnlySpan<byte> octets);

    private static MacFailureCause Diagnose(
        MilenageKey key, IEnumerable<(MacFailureCause, MilenageKey)> suppositions, ushort amf, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> auts)
    {
        foreach (var (cause, supposed) in suppositions)
            if (AutsVerifies(supposed, rand, auts)) return cause;

        var concealed = Resynchronisation.ConcealedSqn(auts);
        var sqnMs = concealed ^ Milenage.F5Star(key, rand);
        if (Resynchronisation.MacIs(auts, Milenage.F1Star(key, rand, sqnMs, amf))
            || Resynchronisation.MacIs(auts, Milenage.F1Star(key, rand, sqnMs, SeparationBit)))
            return MacFailureCause.AmfStarNotZero;

        if (Resynchronisation.MacIs(auts, Milenage.F1Star(key, rand, concealed, 0))) return MacFailureCause.SqnMsNotConcealed;
        if (Resynchronisation.MacIs(auts, Milenage.F1Star(key, rand, concealed ^ Milenage.F5(key, rand), 0)))
            return MacFailureCause.SqnMsConcealedWithF5;

        if (IsAutnPrefix(key, rand, auts)) return MacFailureCause.AutnInPlaceOfAuts;
        return IsAutsBeforeRand(key, rand, auts) ? MacFailureCause.AutsBeforeRand : MacFailureCause.WrongKeyOrRand;
    }

    private static bool MacIs(ReadOnlySpan<byte> autn, ulong expected)
    {
        Span<byte> mac = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(mac, expected);
        return CryptographicOperations.FixedTimeEquals(mac, autn[MacOffsetBytes..]);
    }

    // AUTN = (SQN xor AK) 6 || AMF 2 || MAC-A 8; a sender that cuts it to the length of AUTS leaves six octets of MAC-A.
    private static bool IsAutnPrefix(MilenageKey key, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> auts)
    {
        var sqn = Resynchronisation.ConcealedSqn(auts) ^ Milenage.F5(key, rand);
        Span<byte> macA = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(macA, Milenage.F1(key, rand, sqn, BinaryPrimitives.ReadUInt16BigEndian(auts[6..])));
        return CryptographicOperations.FixedTimeEquals(macA[..6], auts[8..]);
    }

    private static bool IsAutsBeforeRand(MilenageKey key, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> auts)
    {
        Span<byte> whole = stackalloc byte[Resynchronisation.AuthorizationLengthBytes];
        rand.CopyTo(whole);
        auts.CopyTo(whole[rand.Length..]);
        return AutsVerifies(key, whole[Resynchronisation.AutsLengthBytes..], whole[..Resynchronisation.AutsLengthBytes]);
    }
}
