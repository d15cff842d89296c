using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;

namespace Hss.Procedures;

/// <summary>Supported-Features: what the sender and this HSS have in common, and what the answer says about this HSS.</summary>
/// Errors: 5011 (Experimental) with the own list, when the request depends (M bit) on something that is not here.
/// Shape: features are the bits of feature list 1 of 3GPP, the only list of Cx and of Sh.
/// Spec: TS 29.229 7.2, 7.2.1, 6.3.29 to 6.3.31; TS 29.329 7 (the same rules on Sh).
/// <remarks>
/// A request without Supported-Features means the behaviour of Release 5, and its answer carries none either: its sender might not know
/// the AVP. One that names a list of ours gets our whole list, also what it did not ask for, and always without the M bit: an answer
/// demands nothing. A list we do not have (another number, another vendor) is passed over in silence, as any AVP without the M bit is;
/// with the M bit it is a feature that is missing here, and the own list tells the sender what it can ask for instead.
/// </remarks>
internal static class FeatureNegotiation
{
    private const uint FeatureListId = 1; // TS 29.229 7.1.1, TS 29.329 7.1.1

    /// <summary>Answers 5011 and returns false when the request cannot be served as it demands.</summary>
    public static bool TryNegotiate(AvpOccurrences asked, uint own, Answer answer, out uint negotiated)
    {
        negotiated = 0;
        bool knowsOurs = false, lacks = false;
        foreach (var avp in asked)
        {
            var features = SupportedFeatures.Read(avp);
            var isOurs = features.VendorId == Vendors.ThreeGpp && features.FeatureListId == FeatureListId;
            var here = isOurs ? own : 0;
            knowsOurs |= isOurs;
            negotiated |= here & features.FeatureList;
            lacks |= (avp.Flags & AvpFlags.Mandatory) != 0 && (features.FeatureList & ~here) != 0;
        }
        if (knowsOurs || lacks) WriteOwnList(answer.Writer, own);
        if (lacks) answer.ExperimentalResult(ExperimentalResultCode.ErrorFeatureUnsupported);
        return !lacks;
    }

    /// <summary>Supported-Features with the list of this HSS: without the M bit, it demands nothing.</summary>
    public static void WriteOwnList(MessageWriter writer, uint own)
    {
        writer.BeginGroup(Avp.SupportedFeatures);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.FeatureListId, FeatureListId);
        writer.WriteUnsigned32(Avp.FeatureList, own);
        writer.EndGroup();
    }
}
