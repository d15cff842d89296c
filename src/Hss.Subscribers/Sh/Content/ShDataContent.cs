using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What this HSS says about a user: every data reference, from the subscription, its registration states and what was left or reported.</summary>
/// Shape: pure. Nothing is invented: what is not there is absent, or present and empty where whoever asked needs to see that.
/// Errors: none; who may ask for what is decided before (<see cref="DataReferenceTable"/>). Spec: TS 29.328 7.6, 6.1.1.1 step 5; docs/sh-data.md.
public static class ShDataContent
{
    /// <summary>Adds one thing that was asked for. False: there is no such data.</summary>
    /// <param name="user">As provisioned: the wildcard for an identity that fell into one.</param>
    /// <param name="privateIdentity">User-Name of the request, or null.</param>
    /// <param name="marksMissing">What is not there becomes an empty element where the text has one: for several things in one answer (Notif-Eff).
    /// Whoever gets false for all of them sends no User-Data at all.</param>
    /// <param name="pendingCounts">False for who subscribes: an authentication that runs is NOT_REGISTERED, because nobody is told when it ends in nothing (6.1.4).</param>
    public static bool TryAdd(
        ShData document, ShSource source, ShUserIdentity user, string? privateIdentity, in ShItem item, bool marksMissing, DateTimeOffset now, bool pendingCounts = true)
    {
        ArgumentNullException.ThrowIfNull(source);
        return TryAdd(document, source, ShUser.TryFind(source.Subscription, user, privateIdentity, out var found) ? found : null, item, marksMissing, now, pendingCounts);
    }

    /// <inheritdoc cref="TryAdd(ShData, ShSource, ShUserIdentity, string?, in ShItem, bool, DateTimeOffset, bool)"/>
    /// <param name="user">As found in the subscription of <paramref name="source"/>; null: he is not there.</param>
    public static bool TryAdd(
        ShData document, ShSource source, in ShUser? user, in ShItem item, bool marksMissing, DateTimeOffset now, bool pendingCounts = true)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(source);
        if (user is { } found && Add(document, source, found, item, now, pendingCounts)) return true;
        if (marksMissing) ShMissingContent.Mark(document, item);
        return false;
    }

    /// <summary>Adds what a subscription is about, or the empty element that says that there is none. False: neither.</summary>
    /// Why it is not <see cref="TryAdd"/>: what an SNA says and what a PNR says must be one account of the same thing.
    public static bool AddSubscribed(ShData document, ShSource source, NotificationKey key, bool isOneOfSeveralSets, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(key);
        // That somebody can be reached is an event and no state.
        if (key.Reference == ShDataReference.UeReachabilityForIP) return false;
        var item = NotifiedChange.ItemOf(key, isOneOfSeveralSets);
        if (ShUser.TryFind(source.Subscription, key.User, key.PrivateIdentity, out var user) && Add(document, source, user, item, now, pendingCounts: false)) return true;
        return ShMissingContent.Mark(document, item);
    }

    internal static bool Add(ShData document, ShSource source, in ShUser user, in ShItem item, DateTimeOffset now, bool pendingCounts)
    {
        var subscription = source.Subscription;
        switch (item.Reference)
        {
            case ShDataReference.RepositoryData:
                if (user.Identity is null || AliasSet.FindRepositoryData(source.ApplicationData, user, item.ServiceIndication ?? "") is not { } data) return false;
                document.RepositoryData = document.RepositoryData.Add(new(data.ServiceIndication, data.SequenceNumber, data.ServiceData));
                return true;
            case ShDataReference.ImsPublicIdentity: return ShIdentityContent.AddIdentities(document, source, user, item);
            case ShDataReference.ImsUserState:
                if (user.SetIndex < 0) return false;
                document.ImsUserState = StateOf(source.States[user.SetIndex], pendingCounts);
                return true;
            case ShDataReference.ServerName: return (document.ServerName = ServerNameOf(source, user)) is not null;
            case ShDataReference.InitialFilterCriteria: return AddFilters(document, source, user, item.ServerName);
            case ShDataReference.ChargingInformation: return (document.Charging = ChargingOf(subscription)) is not null;
            case ShDataReference.Msisdn: return ShIdentityContent.AddMsisdns(document, subscription, user, item.AdditionalMsisdns);
            case ShDataReference.PsiActivation:
                if (user.Identity is not { IsPublicServiceIdentity: true } psi) return false;
                document.PsiActive = psi.PsiActive;
                return true;
            case ShDataReference.Dsai: return AddDsai(document, source, user, item);
            case ShDataReference.ServiceLevelTraceInfo: return (document.ServiceLevelTraceInfo = TraceOf(subscription, user)) is not null;
            case ShDataReference.IPAddressSecureBinding: return ShIdentityContent.AddBinding(document, subscription, user);
            case ShDataReference.ServicePriorityLevel: return (document.ServicePriorityLevel = user.Identity?.ServicePriorityLevel) is not null;
            case ShDataReference.SmsRegistrationInfo: return (document.SmsRegistration = SmsOf(source, user)) is not null;
            case ShDataReference.StnSr: return (document.StnSr = First(subscription, user, static identity => identity.StnSr)) is not null;
            case ShDataReference.ExtendedPriority:
                document.ExtendedPriorities = user.Identity?.ExtendedPriorities ?? [];
                return !document.ExtendedPriorities.IsEmpty;
            case ShDataReference.ReferenceLocationInformation: return (document.ReferenceLocation = subscription.ReferenceLocation) is not null;
            case ShDataReference.Imsi:
                return (document.Imsi = First(subscription, user, static identity => identity.Imsi) ?? subscription.Imsi) is not null;
            case ShDataReference.ImsPrivateUserIdentity:
                if (user.SetIndex < 0) return false;
                document.PrivateIdentities = [.. subscription.PrivateIdentitiesOf(user.SetIndex).Select(identity => identity.Identity)];
                return true;
            case ShDataReference.LocationInformation or ShDataReference.UserState or ShDataReference.UeReachabilityForIP or ShDataReference.TadsInformation
                or ShDataReference.UeSrvccCapability or ShDataReference.Csrn or ShDataReference.Imeisv or ShDataReference.Ue5GSrvccCapability:
                return ShAccessContent.Add(document, source, user, item, now);
            default: return false;
        }
    }

    /// <summary>The state of an identity is that of its set, whichever private identities registered it: registered by one of them is registered.</summary>
    /// Order: REGISTERED, REGISTERED_UNREG_SERVICES, AUTHENTICATION_PENDING, NOT_REGISTERED. Spec: TS 29.328 7.6.3.
    internal static ImsUserState StateOf(RegistrationState state, bool pendingCounts) => state.Status switch
    {
        RegistrationStatus.Registered => ImsUserState.Registered,
        RegistrationStatus.Unregistered => ImsUserState.RegisteredUnregisteredServices,
        _ => pendingCounts && !state.AuthenticationPendingPrivateIdentities.IsEmpty ? ImsUserState.AuthenticationPending : ImsUserState.NotRegistered,
    };

    /// <summary>The S-CSCF that serves the identity. One that is only authenticating it has been told of no profile and serves nobody yet.</summary>
    internal static string? ServerNameOf(ShSource source, in ShUser user) =>
        user.SetIndex >= 0 && Termination.IsServed(source.States[user.SetIndex]) ? source.States[user.SetIndex].Server!.Name : null;

    // The filters as an S-CSCF has them now: without those that are masked, shared ones written out.
    private static bool AddFilters(ShData document, ShSource source, in ShUser user, string? serverName)
    {
        if (user.Identity is not { } identity || serverName is null || source.Subscription.FindServiceProfile(identity.ServiceProfile) is not { } profile) return false;
        var masks = new FilterMasks(source.ApplicationData.InactiveServices);
        var filters = ImmutableArray.CreateBuilder<InitialFilterCriteria>();
        foreach (var filter in profile.AllFilters)
            if (ApplicationServerName.IsSame(filter.ApplicationServer.ServerName, serverName) && !masks.Masks(identity.Identity, filter)) filters.Add(filter);
        if (filters.Count == 0) return false;
        document.InitialFilterCriteria = filters.ToImmutable();
        return true;
    }

    // At least one primary name, or there is nothing that could be sent (7.6.8).
    private static ChargingAddresses? ChargingOf(Subscription subscription) =>
        subscription.Charging is { } charging && (charging.PrimaryEvent ?? charging.PrimaryCollection) is not null ? charging : null;

    private static bool AddDsai(ShData document, ShSource source, in ShUser user, in ShItem item)
    {
        if (user.Identity is not { } identity || item.DsaiTag is not { } tag || item.ServerName is not { } serverName) return false;
        var servers = DsaiInstances.ServersOf(source.Subscription, identity, tag, name => ApplicationServerName.IsSame(name, serverName));
        if (servers.IsEmpty) return false;
        document.Dsai = document.Dsai.Add(new(tag, !DsaiInstances.IsInactive(source.ApplicationData.InactiveServices, identity.Identity, servers, tag)));
        return true;
    }

    /// <summary>Of the identity; asked for by number, of the first identity of the user that has it.</summary>
    private static string? TraceOf(Subscription subscription, in ShUser user)
    {
        if (user.Identity is { } identity) return identity.ServiceLevelTraceInfo;
        foreach (var set in subscription.ImplicitRegistrationSets)
            if (user.Has(subscription, set))
                foreach (var one in set.PublicIdentities)
                    if (one.ServiceLevelTraceInfo is { } info) return info;
        return null;
    }

    // What an operator preconfigured stands above what an IP-SM-GW registered; the address of the service centre is only ever provisioned (7.6.19).
    private static ShSmsRegistration? SmsOf(ShSource source, in ShUser user)
    {
        ShSmsRegistration? addressOnly = null;
        foreach (var identity in source.Subscription.PrivateIdentities)
        {
            if (!user.Means(identity)) continue;
            if ((identity.SmsGateway?.Number ?? RegisteredNumber(source.ApplicationData, identity.Identity)) is { } number)
                return new(number, identity.SmsGateway?.ServiceCentreAddress);
            // IP-SM-GW-Number must come, so that an address without one stands behind an empty number: nobody is registered.
            if (identity.SmsGateway?.ServiceCentreAddress is { } address) addressOnly ??= new("", address);
        }
        return addressOnly;
    }

    private static string? RegisteredNumber(ApplicationData data, string privateIdentity)
    {
        foreach (var registration in data.SmsRegistrations)
            if (string.Equals(registration.PrivateIdentity, privateIdentity, StringComparison.Ordinal)) return registration.Number;
        return null;
    }

    /// <summary>Of the private identity that is named; else of the first of the user that has it, in the order of the subscription.</summary>
    private static string? First(Subscription subscription, in ShUser user, Func<PrivateIdentity, string?> value)
    {
        foreach (var identity in subscription.PrivateIdentities)
            if (user.Means(identity) && value(identity) is { } found) return found;
        return null;
    }
}
