namespace Hss.Authentication;

/// <summary>The authentication schemes of TS 29.229 6.3.9 that this HSS can serve, and the private one that Kamailio and FHoSS share.</summary>
/// Spec: TS 29.229 6.3.9. "Digest-MD5" is not a 3GPP scheme; it carries a clear password and is served only where it was provisioned.
[Flags]
public enum AuthenticationSchemes
{
    None = 0,

    /// <summary>"Digest-AKAv1-MD5" and the other digests over AKA: Milenage vectors.</summary>
    DigestAkaV1Md5 = 1,

    /// <summary>"SIP Digest": HA1 in SIP-Digest-Authenticate.</summary>
    SipDigest = 2,

    /// <summary>"Digest-MD5": nonce and clear password. Only for identities provisioned for it.</summary>
    LegacyDigestMd5 = 4,

    /// <summary>"NASS-Bundled": the S-CSCF compares the line.</summary>
    NassBundled = 8,

    /// <summary>"Early-IMS-Security" (GIBA): the S-CSCF compares the IP address.</summary>
    EarlyImsSecurity = 16,
}
