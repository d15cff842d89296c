namespace Hss.Diameter;

/// <summary>The vendors whose AVPs the HSS speaks.</summary>
/// Spec: IANA private enterprise numbers.
public static class Vendors
{
    /// <summary>The IETF's own AVPs carry no Vendor-Id.</summary>
    public const uint Ietf = 0;

    /// <summary>3GPP.</summary>
    public const uint ThreeGpp = 10415;

    /// <summary>ETSI.</summary>
    public const uint Etsi = 13019;
}
