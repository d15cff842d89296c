using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What of the application data goes on when a subscription is provisioned again: what still belongs to somebody.</summary>
/// Shape: pure; what stays is the same object, also all of it. Subscriptions are left alone, <see cref="NotificationConsequences"/> tells and ends them.
/// Repository data of a removed identity go to its first alias that stays: they are the data of all of them, and the others would lose them.
/// An instance of DSAI ends with the last filter that bears its tag: one that is provisioned again later begins active, as any new one does.
/// Spec: TS 29.328 7.6.1, 7.6.18, 7.6.19.
internal static class ApplicationDataCarryOver
{
    public static ApplicationData Of(Subscription old, Subscription provisioned, ApplicationData data)
    {
        if (data.IsEmpty) return data;
        var after = data with
        {
            Repository = Repository(old, provisioned, data.Repository),
            InactiveServices = data.InactiveServices.RemoveAll(service => !IsInstance(provisioned, service)),
            SmsRegistrations = data.SmsRegistrations.RemoveAll(registration => !HasPrivate(provisioned, registration.PrivateIdentity)),
            AccessReports = data.AccessReports.RemoveAll(report => !HasPrivate(provisioned, report.PrivateIdentity)),
        };
        return after.Repository == data.Repository && after.InactiveServices == data.InactiveServices && after.SmsRegistrations == data.SmsRegistrations
            && after.AccessReports == data.AccessReports ? data : after;
    }

    private static ImmutableArray<RepositoryData> Repository(Subscription old, Subscription provisioned, ImmutableArray<RepositoryData> repository)
    {
        var kept = ImmutableArray.CreateBuilder<RepositoryData>(repository.Length);
        var isSame = true;
        foreach (var piece in repository)
        {
            var goesOn = Find(provisioned, piece.PublicIdentity) is not null ? piece : WithHeir(old, provisioned, [.. repository, .. kept], piece);
            if (goesOn is not null) kept.Add(goesOn);
            isSame &= ReferenceEquals(goesOn, piece);
        }
        return isSame ? repository : kept.ToImmutable();
    }

    // An alias that has data of that name of its own, or from another one that is gone, keeps those.
    private static RepositoryData? WithHeir(Subscription old, Subscription provisioned, ImmutableArray<RepositoryData> taken, RepositoryData piece)
    {
        if (Find(old, piece.PublicIdentity) is not var (set, gone)) return null;
        foreach (var alias in set.PublicIdentities)
            if (AliasSet.AreAliases(alias, gone) && Find(provisioned, alias.Identity) is not null)
                return taken.Any(one => one.PublicIdentity == alias.Identity && one.ServiceIndication == piece.ServiceIndication)
                    ? null : piece with { PublicIdentity = alias.Identity };
        return null;
    }

    private static bool IsInstance(Subscription subscription, InactiveService service) =>
        Find(subscription, service.PublicIdentity) is var (_, identity)
        && !DsaiInstances.ServersOf(subscription, identity, service.Tag, name => ApplicationServerName.AreSame(name, service.ServerName)).IsEmpty;

    private static bool HasPrivate(Subscription subscription, string privateIdentity) =>
        subscription.PrivateIdentities.Any(identity => string.Equals(identity.Identity, privateIdentity, StringComparison.Ordinal));

    private static (ImplicitRegistrationSet Set, PublicIdentity Identity)? Find(Subscription subscription, string publicIdentity)
    {
        foreach (var set in subscription.ImplicitRegistrationSets)
            foreach (var identity in set.PublicIdentities)
                if (string.Equals(identity.Identity, publicIdentity, StringComparison.Ordinal)) return (set, identity);
        return null;
    }
}
