using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>S-CSCF restoration in a SAR: whether the S-CSCF takes part, and what it leaves here.</summary>
/// Spec: TS 29.228 6.1.2.1, TS 29.229 6.3.46, 7.1.1 (IMSRestorationInd).
internal static class RestorationAvps
{
    /// <summary>Restoration is in use for this request: it is here, and the S-CSCF negotiated it or speaks of it.</summary>
    /// Why speaking of it is enough: SCSCF-Restoration-Info and Multiple-Registration-Indication have no other use, and a S-CSCF that leaves
    /// out Supported-Features must not lose its data. Without either it is Release 5, which sees nothing of all this.
    public static bool Uses(in ServerAssignmentRequest request, CxFeatures negotiated, CxOptions options) =>
        options.Restoration
        && (negotiated.HasFlag(CxFeatures.Restoration) || request.ScscfRestorationInfo is not null || request.MultipleRegistrationIndication is not null);

    /// <summary>The data of the request, null when there is none; without octets when they cannot be kept. Answers 5004 and returns false when it is another user's.</summary>
    /// Why 5004: under this name it would be given out as the contacts of somebody else's registration.
    public static bool TryRead(in ServerAssignmentRequest request, string privateIdentity, Answer answer, out RestorationData? data)
    {
        data = null;
        if (request.ScscfRestorationInfo is not { } info) return true;
        if (!string.Equals(CxIdentities.PrivateIdentity(info.UserName), privateIdentity, StringComparison.Ordinal))
        {
            answer.Result(ResultCode.InvalidAvpValue, FailedAvpContent.ExampleOf(Avp.ScscfRestorationInfo));
            return false;
        }
        // The octets stay as they came, so one that could not be sent again as it is (no empty AVP ever leaves) is not kept.
        var avps = info.Group.Memory;
        data = new(privateIdentity, HasEmptyAvp(avps.Span, DiameterLimits.MaxNestingDepth) ? ReadOnlyMemory<byte>.Empty : avps.ToArray());
        return true;
    }

    public static void Write(MessageWriter writer, RestorationData data) =>
        writer.WriteAvp(Avp.ScscfRestorationInfo.Key, Avp.ScscfRestorationInfo.Flags, data.Avps.Span);

    private static bool HasEmptyAvp(ReadOnlySpan<byte> avps, int depth)
    {
        AvpReader reader = new(avps);
        while (reader.Read())
        {
            if (reader.Data.IsEmpty) return true;
            var isGroup = reader.Key == Avp.RestorationInfo.Key || reader.Key == Avp.SubscriptionInfo.Key || reader.Key == Avp.PCscfSubscriptionInfo.Key;
            if (isGroup && depth > 0 && HasEmptyAvp(reader.Data, depth - 1)) return true;
        }
        return reader.IsMalformed;
    }
}
