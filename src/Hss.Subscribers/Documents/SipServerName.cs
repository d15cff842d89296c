namespace Hss.Subscribers;

/// <summary>The SIP URI of a S-CSCF or an application server.</summary>
public static class SipServerName
{
    /// <summary>Null, or why this is no SIP URI. A scheme is needed: Kamailio answers 500 without it.</summary>
    public static string? Problem(string text)
    {
        if (!text.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("sips:", StringComparison.OrdinalIgnoreCase))
            return "is no SIP URI; begin it with sip:";
        CanonicalIdentity.TryPublic(text, out _, out var problem);
        return problem;
    }
}
