namespace Hss.Diameter;

/// <summary>The applications named in message headers and capabilities.</summary>
public static class ApplicationIds
{
    /// <summary>The base protocol itself (RFC 6733 2.4).</summary>
    public const uint Base = 0;

    /// <summary>Cx and Dx (TS 29.229 5.1).</summary>
    public const uint Cx = 16777216;

    /// <summary>Sh and Dh (TS 29.329 5.1).</summary>
    public const uint Sh = 16777217;

    /// <summary>What a relay advertises (RFC 6733 2.4).</summary>
    public const uint Relay = 0xffffffff;
}
