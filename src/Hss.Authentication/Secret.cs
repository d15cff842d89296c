using System.Diagnostics;
using System.Security.Cryptography;

namespace Hss.Authentication;

/// <summary>Octets that must never be printed: K, OPc, HA1, passwords. Only <see cref="Reveal"/> shows them, and a search for it finds every reader.</summary>
/// Shape: any length, immutable. Errors: none. Spec: TS 33.203 (K never leaves the HSS), house rule on secrets.
[DebuggerDisplay("***")]
public sealed class Secret : IEquatable<Secret>
{
    private readonly byte[] _octets;

    public Secret(ReadOnlySpan<byte> octets) => _octets = octets.ToArray();

    public int LengthBytes => _octets.Length;

    /// <summary>The octets themselves. Call it where they are used, never to hand them on as text.</summary>
    public ReadOnlySpan<byte> Reveal() => _octets;

    /// <summary>Equality in constant time, so that a comparison tells nothing about where two secrets differ.</summary>
    public bool Equals(Secret? other) => other is not null && CryptographicOperations.FixedTimeEquals(_octets, other._octets);

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => _octets.Length;

    public override string ToString() => "***";
}
