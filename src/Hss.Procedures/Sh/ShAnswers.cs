using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>AVPs and refusals that the Sh answers share.</summary>
internal static class ShAnswers
{
    /// <summary>Longest Error-Message: a line for whoever reads a trace (RFC 6733 7.3).</summary>
    private const int MaxErrorMessageChars = 256;

    /// <summary>The wildcard that the identity fell into, for an application server that did not name it. May be left out where it is in User-Data.</summary>
    /// Spec: TS 29.328 6.1.1, 6.1.2, 6.1.3; TS 29.329 6.3.19, 6.3.20.
    public static void WriteWildcard(this Answer answer, AskedUser user)
    {
        if (user.NamesWildcard || user.PublicIdentity is not { IsWildcarded: true } wildcard) return;
        answer.Writer.WriteText(wildcard.Type == PublicIdentityType.WildcardedPsi ? Avp.WildcardedPublicIdentity : Avp.WildcardedImpu, wildcard.Identity);
    }

    /// <summary>An experimental result with a sentence for people.</summary>
    /// Why a sentence at all: what is wrong with a document cannot be shown by a Failed-AVP, which would only repeat all of it.
    public static void Refuse(this Answer answer, ExperimentalResultCode code, string? reason = null)
    {
        answer.ExperimentalResult(code);
        if (reason is not null) answer.WriteReason(reason);
    }

    public static void WriteReason(this Answer answer, string reason) =>
        answer.Writer.WriteText(Avp.ErrorMessage, reason.Length <= MaxErrorMessageChars ? reason : reason.AsSpan(0, MaxErrorMessageChars));

    /// <summary>Octets that an AVP takes in a message.</summary>
    public static int AvpBytes(int dataBytes) => (VendorHeaderBytes + dataBytes + 3) & ~3;

    private const int VendorHeaderBytes = 12;
}
