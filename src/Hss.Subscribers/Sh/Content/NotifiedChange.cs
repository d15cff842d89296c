using System.Collections.Immutable;
using System.Globalization;

namespace Hss.Subscribers;

/// <summary>One change of one subscription as those see it who subscribed to pieces of it.</summary>
/// Shape: pure. A piece changed when it would be written differently; what cannot have changed is not rendered to find out.
/// Spec: TS 29.328 6.1.4.
internal sealed class NotifiedChange(ShSource before, ShSource? after, DateTimeOffset now)
{
    private readonly bool _isProvisioned = after is null || !ReferenceEquals(before.Subscription, after.Subscription);

    /// <summary>What is told of the change. Null: nothing changed for this subscription, or there is no element that could say so.</summary>
    /// <param name="ends">There is nothing left to subscribe to: the user, or the repository data.</param>
    public ShData? Of(NotificationSubscription subscription, bool isOneOfSeveralSets, out bool ends)
    {
        var (key, item) = (subscription.Key, ItemOf(subscription.Key, isOneOfSeveralSets));
        var isUserHere = false;
        ShUser user = default;
        if (after is not null) isUserHere = ShUser.TryFind(after.Subscription, key.User, key.PrivateIdentity, out user);
        ends = !isUserHere;
        if (!ShUser.TryFind(before.Subscription, key.User, key.PrivateIdentity, out var userBefore)) return null;
        if (isUserHere && !MayDiffer(item, userBefore, user)) return null;
        if (key.Reference == ShDataReference.UeReachabilityForIP)
            return isUserHere && ShAccessContent.NewReachability(before, after!, user, now) is { } over ? new() { Access = new() { Reachability = over } } : null;

        ShData then = new(), told = new();
        var wasHere = ShDataContent.Add(then, before, userBefore, item, now, pendingCounts: false);
        var isHere = isUserHere && ShDataContent.Add(told, after!, user, item, now, pendingCounts: false);
        if (wasHere ? isHere && IsSame(then, told, key.Reference) : !isHere) return null;
        ends |= key.Reference == ShDataReference.RepositoryData && !isHere;
        if (!isHere && !TryTellRemoved(told, then, item)) return null;
        if (key.Reference == ShDataReference.ImsPublicIdentity) told.DeletedIdentities = Deleted(userBefore, item.IdentitySet ?? ShIdentitySet.All);
        // The three say together where a user is bound: what one of them said before must not stand beside the others.
        if (key.Reference == ShDataReference.IPAddressSecureBinding) MarkUnbound(then, told);
        return told;
    }

    /// <summary>What a subscription key asks for.</summary>
    public static ShItem ItemOf(NotificationKey key, bool isOneOfSeveralSets)
    {
        var item = new ShItem(key.Reference);
        switch (key.Reference)
        {
            case ShDataReference.RepositoryData: return item with { ServiceIndication = key.Detail };
            case ShDataReference.InitialFilterCriteria: return item with { ServerName = key.Detail };
            case ShDataReference.ImsPublicIdentity:
                return item with
                {
                    IdentitySet = int.TryParse(key.Detail, NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? (ShIdentitySet)set : ShIdentitySet.All,
                    IsOneOfSeveralSets = isOneOfSeveralSets,
                };
            case ShDataReference.Dsai when key.Detail.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0:
                return item with { ServerName = key.Detail[..blank], DsaiTag = key.Detail[(blank + 1)..] };
            default: return item;
        }
    }

    private bool MayDiffer(in ShItem item, in ShUser userBefore, in ShUser user)
    {
        var (old, now) = (before.ApplicationData, after!.ApplicationData);
        return item.Reference switch
        {
            ShDataReference.RepositoryData => _isProvisioned || old.Repository != now.Repository,
            ShDataReference.ImsUserState => userBefore.SetIndex < 0 || user.SetIndex < 0
                || ShDataContent.StateOf(before.States[userBefore.SetIndex], false) != ShDataContent.StateOf(after.States[user.SetIndex], false),
            ShDataReference.ServerName => !string.Equals(ShDataContent.ServerNameOf(before, userBefore), ShDataContent.ServerNameOf(after, user), StringComparison.Ordinal),
            ShDataReference.ImsPublicIdentity => _isProvisioned || (item.IdentitySet == ShIdentitySet.Registered && AreOtherSetsRegistered()),
            ShDataReference.InitialFilterCriteria or ShDataReference.Dsai => _isProvisioned || old.InactiveServices != now.InactiveServices,
            ShDataReference.UeReachabilityForIP or ShDataReference.UeSrvccCapability or ShDataReference.Ue5GSrvccCapability =>
                _isProvisioned || old.AccessReports != now.AccessReports,
            _ => _isProvisioned,
        };
    }

    private bool AreOtherSetsRegistered()
    {
        for (var set = 0; set < before.States.Length; set++)
            if ((before.States[set].Status == RegistrationStatus.Registered) != (after!.States[set].Status == RegistrationStatus.Registered)) return true;
        return false;
    }

    private static bool IsSame(ShData one, ShData other, ShDataReference reference)
    {
        // The largest pieces there are, and two of them are told apart without being written.
        if (reference == ShDataReference.RepositoryData && one.RepositoryData is [var a] && other.RepositoryData is [var b])
            return a.SequenceNumber == b.SequenceNumber && a.ServiceData.GetValueOrDefault().Span.SequenceEqual(b.ServiceData.GetValueOrDefault().Span);
        return ShDataWriter.Write(one).AsSpan().SequenceEqual(ShDataWriter.Write(other));
    }

    /// <summary>The element that says "there is none any more". False: the schema has none, and a notification without content tells nothing.</summary>
    /// Charging addresses, priorities, capabilities and private identities have no such form; who subscribed to them hears of the next value.
    public static bool TryTellRemoved(ShData told, ShData then, in ShItem item)
    {
        switch (item.Reference)
        {
            case ShDataReference.RepositoryData:
                // The number that the deletion had, as every other notification bears that of its change: the next one.
                told.RepositoryData = [new(then.RepositoryData[0].ServiceIndication, RepositoryData.Next(then.RepositoryData[0].SequenceNumber), null)];
                return true;
            case ShDataReference.ImsUserState:
                told.ImsUserState = ImsUserState.NotRegistered;
                return then.ImsUserState != ImsUserState.NotRegistered;
            // A service that is not there takes no calls; INACTIVE is what an application server knows for that.
            case ShDataReference.PsiActivation:
                told.PsiActive = false;
                return then.PsiActive == true;
            case ShDataReference.ServiceLevelTraceInfo:
                told.ServiceLevelTraceInfo = "";
                return true;
            case ShDataReference.IPAddressSecureBinding: return true;
            case ShDataReference.ImsPublicIdentity or ShDataReference.ServerName or ShDataReference.InitialFilterCriteria:
                ShMissingContent.Mark(told, item);
                return true;
            default: return false;
        }
    }

    /// <summary>Identities that were told and that nobody of the subscription has any more, or that are barred now.</summary>
    private ShPublicIdentifiers? Deleted(in ShUser userBefore, ShIdentitySet identitySet)
    {
        var gone = ShIdentityContent.Identities(before, userBefore, identitySet);
        gone.RemoveAll(identity => after is not null && after.Subscription.ImplicitRegistrationSets.Any(
            set => set.PublicIdentities.Any(one => !one.Barred && string.Equals(one.Identity, identity.Identity, StringComparison.Ordinal))));
        return gone.Count == 0 ? null : ShIdentityContent.Element(gone);
    }

    public static void MarkUnbound(ShData then, ShData told)
    {
        if (then.IPv4Address is not null) told.IPv4Address ??= "";
        if (then.IPv6Prefix is not null) told.IPv6Prefix ??= "";
        if (then.IPv6InterfaceIdentifier is not null) told.IPv6InterfaceIdentifier ??= "";
    }
}
