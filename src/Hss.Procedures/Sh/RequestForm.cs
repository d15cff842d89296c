using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>What the tables of TS 29.328 say of the form of a request and its grammar cannot: AVPs that must come with others, and how many of one kind.</summary>
/// Order: before step 1. These are faults as the grammar finds them; whoever makes them gets the same answer whatever is stored and allowed.
/// Errors: 5004, 5005, 5009 (base) with Failed-AVP.
/// Spec: TS 29.328 Tables 6.1.1.1, 6.1.2.1, 6.1.3.1; TS 29.329 6.3.1, 7.1.1.
internal static class RequestForm
{
    /// <param name="takesSeveral">The feature for several of a kind is in use on both sides.</param>
    public static bool Refuses(in ShRequest request, bool takesSeveral, Answer answer) =>
        RefusesIdentities(request, answer) || (!takesSeveral && RefusesSeveral(request, answer)) || RefusesMissingKeys(request, answer);

    /// <summary>User-Identity holds exactly one identity (TS 29.329 6.3.1), and the two kinds of wildcard exclude each other.</summary>
    /// The text names no code. None at all is a missing AVP; the public identity is the example, because every Data-Reference but those of a
    /// service alone takes one. Two are INVALID_AVP_VALUE with the one too many: each is right by itself, so that "occurs too often" would be
    /// untrue, and AVP_NOT_ALLOWED has the number of TOO_MUCH_DATA, which many application servers do not tell apart.
    private static bool RefusesIdentities(in ShRequest request, Answer answer)
    {
        var user = request.UserIdentity;
        var first = user.PublicIdentity.IsPresent ? user.PublicIdentity : user.Msisdn.IsPresent ? user.Msisdn : user.ExternalIdentifier;
        if (!first.IsPresent)
        {
            answer.Result(ResultCode.MissingAvp, Inside(Avp.UserIdentity, FailedAvpContent.ExampleOf(Avp.PublicIdentity)));
            return true;
        }
        var surplus = user.PublicIdentity.IsPresent && user.Msisdn.IsPresent ? user.Msisdn
            : (user.PublicIdentity.IsPresent || user.Msisdn.IsPresent) && user.ExternalIdentifier.IsPresent ? user.ExternalIdentifier : default;
        if (surplus.IsPresent)
        {
            // An example in place of one that is too long: repeated as it is, it could fill the answer.
            var isShort = surplus.RawAvp.Length <= DiameterLimits.MaxFailedAvpBytes;
            var definition = user.Msisdn.IsPresent && user.PublicIdentity.IsPresent ? Avp.Msisdn : Avp.ExternalIdentifier;
            answer.Result(ResultCode.InvalidAvpValue, Inside(Avp.UserIdentity, isShort ? surplus.RawAvp.ToArray() : FailedAvpContent.ExampleOf(definition)));
            return true;
        }
        if (!request.WildcardedPublicIdentity.IsPresent || !request.WildcardedImpu.IsPresent) return false;
        answer.Result(ResultCode.InvalidAvpValue, request.WildcardedImpu.RawAvp.Length <= DiameterLimits.MaxFailedAvpBytes
            ? request.WildcardedImpu.RawAvp.Span : FailedAvpContent.ExampleOf(Avp.WildcardedImpu));
        return true;
    }

    /// <summary>Without Notif-Eff (UDR, SNR) or Update-Eff-Enhance (PUR) there is one of each.</summary>
    /// The text names no code; the first one too many shows what is wrong. DSAI-Tag may repeat without a feature: the grammar has it so since it exists.
    private static bool RefusesSeveral(in ShRequest request, Answer answer) =>
        RefusesSecond(request.DataReference, Avp.DataReference, answer)
        || RefusesSecond(request.ServiceIndication, Avp.ServiceIndication, answer)
        || RefusesSecond(request.IdentitySet, Avp.IdentitySet, answer);

    private static bool RefusesSecond(AvpOccurrences all, AvpDefinition definition, Answer answer)
    {
        var enumerator = all.GetEnumerator();
        if (!enumerator.MoveNext() || !enumerator.MoveNext()) return false;
        var second = enumerator.Current.RawAvp;
        answer.Result(ResultCode.AvpOccursTooManyTimes, second.Length <= DiameterLimits.MaxFailedAvpBytes ? second.Span : FailedAvpContent.ExampleOf(definition));
        return true;
    }

    /// <summary>Keys that the table of data references demands. The text names no code; MISSING_AVP with an example says which one.</summary>
    private static bool RefusesMissingKeys(in ShRequest request, Answer answer)
    {
        var needed = ShFurtherKeys.None;
        foreach (var value in request.DataReference)
            needed |= DataReferenceTable.Find((ShDataReference)value.ToInteger32())?.NeededFor(request.Operation) ?? ShFurtherKeys.None;
        if (needed == ShFurtherKeys.None) return false;
        foreach (var (key, definition) in Definitions)
        {
            if ((needed & key) == 0 || request.Has(key)) continue;
            answer.Result(ResultCode.MissingAvp, FailedAvpContent.ExampleOf(definition));
            return true;
        }
        return false;
    }

    // In the order of the table's column.
    private static readonly (ShFurtherKeys Key, AvpDefinition Definition)[] Definitions =
    [
        (ShFurtherKeys.ServiceIndication, Avp.ServiceIndication),
        (ShFurtherKeys.IdentitySet, Avp.IdentitySet),
        (ShFurtherKeys.DsaiTag, Avp.DsaiTag),
        (ShFurtherKeys.ServerName, Avp.ServerName),
        (ShFurtherKeys.RequestedDomain, Avp.RequestedDomain),
        (ShFurtherKeys.CurrentLocation, Avp.CurrentLocation),
    ];

    private static byte[] Inside(AvpDefinition group, ReadOnlySpan<byte> member)
    {
        var writer = MessageWriter.Rent();
        writer.BeginGroup(group);
        writer.WriteRawAvp(member);
        writer.EndGroup();
        var avp = writer.Written.ToArray();
        writer.Return();
        return avp;
    }
}
