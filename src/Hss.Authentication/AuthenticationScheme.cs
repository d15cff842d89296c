namespace Hss.Authentication;

/// <summary>The authentication schemes of TS 29.229 6.3.9 that this HSS can serve, and the private one that Kamailio and FHoSS share.</summary>
/// Spec: TS 29.229 6.3.9; "Digest-MD5" is not a 3GPP scheme, see research on fixed-line phones in docs/decisions.
[Flags]
public enum AuthenticationSchemes
{
    None = 0,

    /// <summary>"Digest-AKAv1-MD5": Milenage vectors.</summary>
    DigestAkaV1Md5 = 1,

    /// <summary>"SIP Digest": HA1 in SIP-Digest-Authenticate.</summary>
    SipDigest = 2,

    /// <summary>"Digest-MD5": nonce and clear password. Only for identities provisioned for it.</summary>
    LegacyDigestMd5 = 4,
}
