namespace Hss.Diameter;

/// <summary>How much of a peer's message this node is willing to look at.</summary>
public static class DiameterLimits
{
    /// <summary>The longest message that is read.</summary>
    /// Units: octets. Errors: a longer message is 5015, its length is not one this node accepts.
    // Kamailio drops its peer for good at anything longer, so no CSCF lives with more. An offset counted in words of four octets then
    // fits in 16 bits, which keeps a parsed request small. The longest Cx request is an SAR that lists identities of some hundred octets.
    public const int MaxFrameLengthBytes = 65_536;

    /// <summary>The most AVPs in one message, members of groups included.</summary>
    /// Errors: the first AVP too many is 5009 with itself as Failed-AVP.
    // 5009 speaks of the command's own grammar; it is still the one code that tells the sender what to do (send fewer), where 5012
    // says nothing and 3004 asks to try the same again.
    public const int MaxAvpsPerMessage = 2_048;

    /// <summary>How deep groups may stand inside groups; a top level AVP has depth 1.</summary>
    /// Errors: the group whose members would stand deeper is 5004, its value is one this node does not support.
    // The deepest grammar of Cx (SCSCF-Restoration-Info, Restoration-Info, Subscription-Info, Contact) has depth 4.
    public const int MaxNestingDepth = 8;

    /// <summary>The most octets of a faulty AVP that go into a Failed-AVP.</summary>
    /// Units: octets. Shape: of a longer AVP its beginning, of a longer group its header. Spec: RFC 6733 7.1.5.
    // A frame of the full length that is nearly all one faulty AVP would otherwise have an answer longer than any CSCF reads.
    public const int MaxFailedAvpBytes = 4_096;
}
