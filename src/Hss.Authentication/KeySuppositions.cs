using System.Runtime.Intrinsics;

namespace Hss.Authentication;

/// <summary>The keys that were perhaps meant, each with the mistake that would explain it.</summary>
/// Each supposition is one mistake alone; two at once read as a wrong key. Spec: TS 35.206 8.2 (OPc = E[OP]K xor OP).
internal static class KeySuppositions
{
    /// <summary>For a key in store: whether OP or OPc was provisioned is not kept, so what stands as OPc is all there is.</summary>
    public static IEnumerable<(MacFailureCause Cause, MilenageKey Key)> Of(MilenageKey key) => OfOpc(key, key.Opc);

    /// <summary>For a key just given: with OP in hand the reverse can be tried too.</summary>
    public static IEnumerable<(MacFailureCause Cause, MilenageKey Key)> Of(AkaKey given)
    {
        var key = given.Key;
        if (given.GivenOpc is not null)
            foreach (var supposition in OfOpc(key, key.Opc)) yield return supposition;
        if (given.Op is null) yield break;
        var op = Vector128.Create(given.Op.Reveal());
        yield return (MacFailureCause.OpcGivenAsOp, Make(key, key.K, op));
        if (given.GivenOpc is not null) yield return (MacFailureCause.OpcNotOfOp, Make(key, key.K, Derived(key, op)));
        yield return (MacFailureCause.KAndOpExchanged, Exchanged(key, op, deriveOpc: true));
        yield return (MacFailureCause.KAndOpcExchanged, Exchanged(key, op, deriveOpc: false));
    }

    private static IEnumerable<(MacFailureCause Cause, MilenageKey Key)> OfOpc(MilenageKey key, Vector128<byte> opc)
    {
        yield return (MacFailureCause.OpGivenAsOpc, Make(key, key.K, Derived(key, opc)));
        yield return (MacFailureCause.KAndOpcExchanged, Exchanged(key, opc, deriveOpc: false));
        yield return (MacFailureCause.KAndOpExchanged, Exchanged(key, opc, deriveOpc: true));
    }

    private static MilenageKey Exchanged(MilenageKey key, Vector128<byte> variant, bool deriveOpc)
    {
        var exchanged = Make(key, variant, key.K);
        return deriveOpc ? Make(key, variant, Derived(exchanged, key.K)) : exchanged;
    }

    private static Vector128<byte> Derived(MilenageKey key, Vector128<byte> op) => key.Encrypt(op) ^ op;

    private static MilenageKey Make(MilenageKey like, Vector128<byte> k, Vector128<byte> opc)
    {
        Span<byte> octets = stackalloc byte[2 * MilenageKey.LengthBytes];
        k.CopyTo(octets);
        opc.CopyTo(octets[MilenageKey.LengthBytes..]);
        var made = new MilenageKey(octets[..MilenageKey.LengthBytes], octets[MilenageKey.LengthBytes..], like.UsesInstructions);
        octets.Clear();
        return made;
    }
}
