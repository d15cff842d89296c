using System.Collections.Immutable;
using System.Net;

namespace Hss.Authentication;

/// <summary>What one private identity authenticates with. At least one of the four is present.</summary>
/// Spec: TS 33.203 6.1 (AKA), Annex N (SIP Digest), Annex R (NASS-bundled), TS 33.978 (GIBA).
public sealed record Credentials(AkaCredentials? Aka, DigestCredentials? Digest)
{
    /// <summary>The lines a NASS-bundled user may come from; empty: not a NASS-bundled user. Spec: TS 29.229 6.3.9, Line-Identifier of ETSI TS 183 066.</summary>
    public ImmutableArray<string> LineIdentifiers { get; init; } = [];

    /// <summary>The address a GIBA user comes from; null: not a GIBA user. Spec: TS 29.229 Table 6.3.4 (Early-IMS-Security), TS 33.978.</summary>
    public FramedAddress? FramedAddress { get; init; }

    /// <summary>The same keys, lines and address. Cheap: a few comparisons of 16 octets, nothing is made.</summary>
    /// Why not the record's own: an ImmutableArray compares as the array object it is, not by what stands in it.
    public bool Equals(Credentials? other) => other is not null && Equals(Aka, other.Aka) && Equals(Digest, other.Digest)
        && LineIdentifiers.AsSpan().SequenceEqual(other.LineIdentifiers.AsSpan()) && Equals(FramedAddress, other.FramedAddress);

    public override int GetHashCode() => HashCode.Combine(Aka, Digest, LineIdentifiers.Length, FramedAddress);
}

/// <summary>The IP address that the access network gave a user: an IPv4 address, or an IPv6 prefix with an interface id where the prefix alone is not his.</summary>
/// Shape: InterfaceId only with IPv6. Spec: RFC 4005 6.11 (Framed-IP-Address, Framed-IPv6-Prefix, Framed-Interface-Id).
public sealed record FramedAddress(IPAddress Address, int PrefixLengthBits, ulong? InterfaceId);

/// <summary>The long-term key of a USIM/ISIM with its operator variant. OP is turned into OPc before it gets here.</summary>
/// Shape: K 16 octets, OPc 16 octets, AMF 16 bits. Spec: TS 35.206, TS 33.102 6.3.
public sealed record AkaCredentials(Secret K, Secret Opc, ushort Amf);

/// <summary>What SIP Digest needs. HA1 values are lower-case hexadecimal text as octets; the password is kept only for legacy Digest-MD5.</summary>
/// Shape: Ha1Md5 32 characters, Ha1Sha256 64 characters or null, Password UTF-8 or null.
/// Spec: TS 33.203 Annex N, TS 29.229 6.3.36 to 6.3.41, RFC 7616.
public sealed record DigestCredentials(string Realm, Secret Ha1Md5, Secret? Ha1Sha256, Secret? Password)
{
    /// <summary>Derives both HA1 from a clear password, which is then forgotten unless legacy Digest-MD5 needs it.</summary>
    public static DigestCredentials FromPassword(string userName, string realm, ReadOnlySpan<byte> password, bool keepPassword) => new(
        realm,
        Digest.Ha1(DigestAlgorithm.Md5, userName, realm, password),
        Digest.Ha1(DigestAlgorithm.Sha256, userName, realm, password),
        keepPassword ? new Secret(password) : null);
}
