using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>What UDR, PUR and SNR have in common: who asks, about whom, and for which data.</summary>
/// Shape: a view of the request; AVPs that a command does not have are absent.
/// Why a class: it goes through a dozen hands, and a copy of it for each would cost more than one object.
internal sealed class ShRequest
{
    public required ShOperations Operation { get; init; }

    public required AvpValue OriginHost { get; init; }

    public required UserIdentity UserIdentity { get; init; }

    public required AvpValue WildcardedPublicIdentity { get; init; }

    public required AvpValue WildcardedImpu { get; init; }

    public required AvpValue UserName { get; init; }

    public required AvpOccurrences DataReference { get; init; }

    public required ShReferences References { get; init; }

    public AvpOccurrences ServiceIndication { get; init; }

    public AvpOccurrences IdentitySet { get; init; }

    public AvpOccurrences DsaiTag { get; init; }

    public AvpValue ServerName { get; init; }

    /// <summary>The single keys that the request has besides those above.</summary>
    public ShFurtherKeys OtherKeys { get; init; }

    /// <summary>What they say, and how the data are to be told: the same for each Data-Reference.</summary>
    public ShItem Common { get; init; }

    public static ShRequest Of(in UserDataRequest request) => new()
    {
        Operation = ShOperations.Pull,
        OriginHost = request.OriginHost,
        UserIdentity = request.UserIdentity,
        WildcardedPublicIdentity = request.WildcardedPublicIdentity,
        WildcardedImpu = request.WildcardedImpu,
        UserName = request.UserName,
        DataReference = request.DataReference,
        References = new(request.DataReference),
        ServiceIndication = request.ServiceIndication,
        IdentitySet = request.IdentitySet,
        DsaiTag = request.DsaiTag,
        ServerName = request.ServerName,
        OtherKeys = (request.RequestedDomain is null ? 0 : ShFurtherKeys.RequestedDomain) | (request.CurrentLocation is null ? 0 : ShFurtherKeys.CurrentLocation),
        Common = new(default)
        {
            RequestedDomain = (ShDomain)(request.RequestedDomain ?? 0),
            RequestedNodes = (ShNodes)request.RequestedNodes.GetValueOrDefault(),
            OnlyServingNodes = request.ServingNodeIndication is not null,
            LocalTimeZone = (ShLocalTimeZone?)request.LocalTimeZoneIndication,
            UdrFlags = (ShUdrFlags)request.UdrFlags.GetValueOrDefault(),
        },
    };

    public static ShRequest Of(in ProfileUpdateRequest request) => new()
    {
        Operation = ShOperations.Update,
        OriginHost = request.OriginHost,
        UserIdentity = request.UserIdentity,
        WildcardedPublicIdentity = request.WildcardedPublicIdentity,
        WildcardedImpu = request.WildcardedImpu,
        UserName = request.UserName,
        DataReference = request.DataReference,
        References = new(request.DataReference),
    };

    public static ShRequest Of(in SubscribeNotificationsRequest request) => new()
    {
        Operation = ShOperations.Notify,
        OriginHost = request.OriginHost,
        UserIdentity = request.UserIdentity,
        WildcardedPublicIdentity = request.WildcardedPublicIdentity,
        WildcardedImpu = request.WildcardedImpu,
        UserName = request.UserName,
        DataReference = request.DataReference,
        References = new(request.DataReference),
        ServiceIndication = request.ServiceIndication,
        IdentitySet = request.IdentitySet,
        DsaiTag = request.DsaiTag,
        ServerName = request.ServerName,
    };

    public bool Asks(ShDataReference reference) => References.Contains(reference);

    /// <summary>Whether a key is in the request. Service-Indication, Identity-Set and DSAI-Tag: at least one.</summary>
    public bool Has(ShFurtherKeys key) => key switch
    {
        ShFurtherKeys.ServiceIndication => ServiceIndication.First.IsPresent,
        ShFurtherKeys.IdentitySet => IdentitySet.First.IsPresent,
        ShFurtherKeys.DsaiTag => DsaiTag.First.IsPresent,
        ShFurtherKeys.ServerName => ServerName.IsPresent,
        _ => (OtherKeys & key) != 0,
    };
}
