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
    /// <summary>The most of one kind in one request, whatever the features: bounds what one request makes this HSS do.</summary>
    /// Why 64: more than the data references there are, and than the services one user has.
    public const int MaxOfOneKind = 64;

    /// <param name="takesSeveral">The feature for several of a kind is in use on both sides.</param>
    public static bool Refuses(ShRequest request, bool takesSeveral, Answer answer) =>
        RefusesIdentities(request, answer) || RefusesSeveral(request, takesSeveral ? MaxOfOneKind : 1, answer) || RefusesMissingKeys(request, answer);

    /// <summary>User-Identity holds exactly one identity (TS 29.329 6.3.1), and the two kinds of wildcard exclude each other.</summary>
    /// The text names no code. None at all is a missing AVP; the public identity is the example, because every Data-Reference but those of a
    /// service alone takes one. Two are INVALID_AVP_VALUE with the one too many: each is right by itself, so that "occurs too often" would be
    /// untrue, and AVP_NOT_ALLOWED has the number of TOO_MUCH_DATA, which many application servers do not tell apart.
    private static bool RefusesIdentities(ShRequest request, Answer answer)
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
            var definition = user.Msisdn.IsPresent && user.PublicIdentity.IsPresent ? Avp.Msisdn : Avp.ExternalIdentifier;
            answer.Result(ResultCode.InvalidAvpValue, Inside(Avp.UserIdentity, Shown(surplus, definition)));
            return true;
        }
        if (!request.WildcardedPublicIdentity.IsPresent || !request.WildcardedImpu.IsPresent) return false;
        answer.Result(ResultCode.InvalidAvpValue, Shown(request.WildcardedImpu, Avp.WildcardedImpu));
        return true;
    }

    /// <summary>Without Notif-Eff (UDR, SNR) or Update-Eff-Enhance (PUR) there is one of each.</summary>
    /// The text names no code; the first one too many shows what is wrong. DSAI-Tag may repeat without a feature: the grammar has it so since it exists.
    private static bool RefusesSeveral(ShRequest request, int most, Answer answer) =>
        RefusesMoreThan(most, request.DataReference, Avp.DataReference, answer)
        || RefusesMoreThan(most, request.ServiceIndication, Avp.ServiceIndication, answer)
        || RefusesMoreThan(most, request.IdentitySet, Avp.IdentitySet, answer)
        || RefusesMoreThan(MaxOfOneKind, request.DsaiTag, Avp.DsaiTag, answer);

    private static bool RefusesMoreThan(int most, AvpOccurrences all, AvpDefinition definition, Answer answer)
    {
        foreach (var value in all)
        {
            if (most-- > 0) continue;
            answer.Result(ResultCode.AvpOccursTooManyTimes, Shown(value, definition));
            return true;
        }
        return false;
    }

    /// <summary>Keys that the table of data references demands. The text names no code; MISSING_AVP with an example says which one.</summary>
    private static bool RefusesMissingKeys(ShRequest request, Answer answer)
    {
        var needed = ShFurtherKeys.None;
        foreach (var reference in request.References)
        {
            // What cannot be done at all has no keys for it; step 1 refuses it.
            if (DataReferenceTable.Find(reference) is { } row && row.Operations.HasFlag(request.Operation))
                needed |= row.NeededFor(request.Operation);
        }
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

    /// <summary>The AVP itself, or an example in place of one that is too long: repeated as it is, it could fill the answer.</summary>
    private static ReadOnlySpan<byte> Shown(AvpValue value, AvpDefinition definition) =>
        value.RawAvp.Length <= DiameterLimits.MaxFailedAvpBytes ? value.RawAvp.Span : FailedAvpContent.ExampleOf(definition);

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
