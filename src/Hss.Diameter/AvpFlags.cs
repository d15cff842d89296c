namespace Hss.Diameter;

/// <summary>The flag octet of an AVP header.</summary>
/// Shape: the low five bits are reserved and must be 0. Spec: RFC 6733 4.1.
[Flags]
public enum AvpFlags : byte
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>V: a Vendor-Id field follows the length.</summary>
    Vendor = 0x80,

    /// <summary>M: a receiver that does not know this AVP must refuse the message.</summary>
    Mandatory = 0x40,

    /// <summary>P: end-to-end security of RFC 3588, which nobody built. RFC 6733 lets receivers ignore it.</summary>
    Protected = 0x20,

    /// <summary>The bits that no sender may set.</summary>
    Reserved = 0x1F,
}
