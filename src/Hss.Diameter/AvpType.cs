namespace Hss.Diameter;

/// <summary>The data format of an AVP.</summary>
/// Spec: RFC 6733 4.2 (basic), 4.3 (derived), 4.4 (grouped).
public enum AvpType
{
    /// <summary>Any octets.</summary>
    OctetString,

    /// <summary>4 octets, two's complement.</summary>
    Integer32,

    /// <summary>8 octets, two's complement.</summary>
    Integer64,

    /// <summary>4 octets.</summary>
    Unsigned32,

    /// <summary>8 octets.</summary>
    Unsigned64,

    /// <summary>4 octets that stand for one of the named values.</summary>
    Enumerated,

    /// <summary>AVPs inside an AVP.</summary>
    Grouped,

    /// <summary>Two octets of address family, then the address.</summary>
    Address,

    /// <summary>4 octets: the seconds of an NTP timestamp.</summary>
    Time,

    /// <summary>Text in UTF-8 without NUL.</summary>
    Utf8String,

    /// <summary>A fully qualified host name or a realm, in ASCII.</summary>
    DiameterIdentity,

    /// <summary>aaa:// or aaas://, in ASCII.</summary>
    DiameterUri,
}
