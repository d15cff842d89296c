namespace Hss.Diameter;

/// <summary>The identity of an AVP: vendor and code together. Names are no identity, IETF 376 and 3GPP 612 share one.</summary>
/// Shape: vendor 0 is the IETF's own space. Spec: RFC 6733 4.1.
public readonly record struct AvpKey(uint VendorId, uint Code)
{
    /// <summary>Vendor and code in one word, for tables.</summary>
    internal ulong Packed => ((ulong)VendorId << 32) | Code;

    /// <inheritdoc/>
    public override string ToString() => VendorId == 0 ? $"{Code}" : $"{Code}({VendorId})";
}
