using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Hss.Authentication;

/// <summary>What was wrong with an AUTS whose MAC-S does not verify: a supposition that does verify, or none.</summary>
public enum MacFailureCause
{
    None = 0,
    OpGivenAsOpc,
    KAndOpcExchanged,
    KAndOpExchanged,
    AmfStarNotZero,
    SqnMsNotConcealed,
    SqnMsConcealedWithF5,
    AutnInPlaceOfAuts,
    AutsBeforeRand,
    WrongKeyOrRand,
}

/// <summary>Finds out by trying why MAC-S is bad, so that a log line can say what to mend. Changes nothing and accepts nothing.</summary>
/// Why this is safe: it runs after the refusal, its answer goes to the operator only, and with a 64-bit MAC a supposition that verifies is true.
/// What cannot be tried: OPc given where OP was asked for. OPc is then E[X]K xor X of the value X that was given, and X cannot be got back from it.
/// Each supposition is tried alone; two mistakes at once read as a wrong key.
/// Spec: TS 33.102 6.3.3 (AUTS), TS 35.206 8.2 (OPc).
public static class MacFailureDiagnosis
{
    /// <summary>AMF of a vector for EPS; some UEs put it into MAC-S instead of 0000.</summary>
    private const ushort SeparationBit = 0x8000;

    /// <summary>One sentence for a log line. It holds no secret.</summary>
    public static string Explain(MacFailureCause cause) => cause switch
    {
        MacFailureCause.None => "MAC-S is right",
        MacFailureCause.OpGivenAsOpc => "the value provisioned as OPc is OP: provision it as \"op\"",
        MacFailureCause.KAndOpcExchanged => "K and OPc were provisioned in each other's place",
        MacFailureCause.KAndOpExchanged => "OP was provisioned as K, and K as OPc",
        MacFailureCause.AmfStarNotZero => "the key is right, but the UE computed MAC-S with an AMF other than 0000: its software is at fault",
        MacFailureCause.SqnMsNotConcealed => "the key is right, but the UE sent SQN_MS without AK*: its software is at fault",
        MacFailureCause.SqnMsConcealedWithF5 => "the key is right, but the UE hid SQN_MS with f5 instead of f5*: its software is at fault",
        MacFailureCause.AutnInPlaceOfAuts => "these are the first 14 octets of AUTN, not an AUTS",
        MacFailureCause.AutsBeforeRand => "the key is right, but AUTS stands before RAND: the S-CSCF is at fault",
        _ => "K or OPc is wrong (OPc provisioned as \"op\" looks the same), or the RAND is that of another challenge, or the AUTS was made up",
    };

    internal static MacFailureCause Diagnose(MilenageKey key, ushort amf, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> auts)
    {
        if (Verifies(new(Octets(key.K), Octets(key.Encrypt(key.Opc) ^ key.Opc), key.UsesInstructions), rand, auts))
            return MacFailureCause.OpGivenAsOpc;

        var exchanged = new MilenageKey(Octets(key.Opc), Octets(key.K), key.UsesInstructions);
        if (Verifies(exchanged, rand, auts)) return MacFailureCause.KAndOpcExchanged;
        if (Verifies(new(Octets(key.Opc), Octets(exchanged.Encrypt(key.K) ^ key.K), key.UsesInstructions), rand, auts))
            return MacFailureCause.KAndOpExchanged;

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

    private static bool Verifies(MilenageKey key, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> auts) =>
        Resynchronisation.MacIs(auts, Milenage.F1Star(key, rand, Resynchronisation.ConcealedSqn(auts) ^ Milenage.F5Star(key, rand), 0));

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
        return Verifies(key, whole[Resynchronisation.AutsLengthBytes..], whole[..Resynchronisation.AutsLengthBytes]);
    }

    private static byte[] Octets(Vector128<byte> block)
    {
        var octets = new byte[MilenageKey.LengthBytes];
        block.CopyTo(octets);
        return octets;
    }
}
