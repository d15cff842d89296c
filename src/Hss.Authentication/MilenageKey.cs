using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Hss.Authentication;

/// <summary>A subscriber's key made ready for <see cref="Milenage"/>: AES key schedule of K, and OPc. Make it once per key and keep it.</summary>
/// Shape: about 200 octets, immutable, usable from any thread. Secret as a whole: it prints as ***.
/// Errors: ArgumentException when K or OPc is not 16 octets (its text shows neither). Spec: TS 35.206 2.3, 4.1.
[DebuggerDisplay("***")]
public sealed class MilenageKey
{
    public const int LengthBytes = 16;

    // Element 0 is K itself: the platform's cipher needs no more than that.
    private readonly AesRoundKeys _roundKeys;
    private readonly Vector128<byte> _opc;
    private readonly bool _usesInstructions;

    public MilenageKey(AkaCredentials credentials) : this(Checked(credentials).K.Reveal(), credentials.Opc.Reveal(), AesInstructions.IsSupported) { }

    public MilenageKey(Secret k, Secret opc) : this(Checked(k).Reveal(), Checked(opc).Reveal(), AesInstructions.IsSupported) { }

    internal MilenageKey(ReadOnlySpan<byte> k, ReadOnlySpan<byte> opc, bool usesInstructions)
    {
        if (k.Length != LengthBytes) throw new ArgumentException("K has 16 octets", nameof(k));
        if (opc.Length != LengthBytes) throw new ArgumentException("OPc has 16 octets", nameof(opc));
        _usesInstructions = usesInstructions;
        if (usesInstructions) AesInstructions.ExpandKey(k, out _roundKeys);
        else _roundKeys[0] = Vector128.Create(k);
        _opc = Vector128.Create(opc);
    }

    internal Vector128<byte> K => _roundKeys[0];

    internal Vector128<byte> Opc => _opc;

    internal bool UsesInstructions => _usesInstructions;

    /// <summary>E[x]K of TS 35.206: one block of AES-128 under K.</summary>
    internal Vector128<byte> Encrypt(Vector128<byte> block) =>
        _usesInstructions ? AesInstructions.Encrypt(_roundKeys, block) : AesPlatform.Encrypt(K, block);

    internal void Encrypt(ref Vector128<byte> a, ref Vector128<byte> b, ref Vector128<byte> c, ref Vector128<byte> d)
    {
        if (_usesInstructions) AesInstructions.Encrypt(_roundKeys, ref a, ref b, ref c, ref d);
        else AesPlatform.Encrypt(K, ref a, ref b, ref c, ref d);
    }

    public override string ToString() => "***";

    private static T Checked<T>(T value) where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
