namespace Hss.DiameterNode;

/// <summary>Known habits of a peer that its procedures must make room for.</summary>
/// Order: looked up by the Origin-Host of a request, so they hold behind a relay too.
[Flags]
public enum PeerQuirks
{
    /// <summary>A peer that follows the standards.</summary>
    None = 0,

    /// <summary>Kamailio's cdp and ims modules: one SIP-Auth-Data-Item per answer, identities in every error, no PPR.</summary>
    Kamailio = 1,
}
