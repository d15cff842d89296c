using System.Diagnostics;

namespace Hss.Authentication;

/// <summary>K and its operator variant as somebody gave them: OP, OPc, or both. What was given, and not only what came of it, makes mistakes findable.</summary>
/// Shape: K, OP, OPc 16 octets each. Order: where both are given OPc counts, as it would on the card. Secret as a whole: it prints as ***.
/// Errors: ArgumentException when neither OP nor OPc is given, or a length is wrong. Spec: TS 35.206 8.2.
[DebuggerDisplay("***")]
public sealed class AkaKey
{
    public AkaKey(Secret k, Secret? op, Secret? opc)
    {
        ArgumentNullException.ThrowIfNull(k);
        if (op is null && opc is null) throw new ArgumentException("one of OP and OPc is needed", nameof(opc));
        (K, Op, GivenOpc) = (k, op, opc);
        Opc = opc ?? Milenage.DeriveOpc(k, op!);
        Key = new(k, Opc);
    }

    public Secret K { get; }

    /// <summary>Null when only OPc was given.</summary>
    public Secret? Op { get; }

    /// <summary>What is worked with: as given, else derived from OP.</summary>
    public Secret Opc { get; }

    public MilenageKey Key { get; }

    /// <summary>Null when only OP was given.</summary>
    internal Secret? GivenOpc { get; }

    /// <summary>Whether OP and OPc were both given and OPc is not that of K and OP.</summary>
    public bool IsContradictory => Op is not null && GivenOpc is not null && !GivenOpc.Equals(Milenage.DeriveOpc(K, Op));

    public override string ToString() => "***";
}
