using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>The subscriptions that one SNR is about: application server, user, data.</summary>
/// Spec: TS 29.328 6.1.3.1 steps 3a, 5 to 8a; <see cref="NotificationKey"/> says what a key is.
internal static class SubscriptionKeys
{
    /// <summary>One key per thing asked for; for the steps 3a and 5 each must exist.</summary>
    /// <param name="mustExist">False for an unsubscription. As step 5 is written it would meet that too; but what does not exist any more has taken its
    /// subscriptions with it, so that the application server gets what it wants, and step 6 has success even for a subscription that never was.</param>
    public static ExperimentalResultCode Of(
        AskedUser user, ImmutableArray<ShItem> items, string applicationServer, bool mustExist, out ImmutableArray<NotificationKey> keys)
    {
        var all = ImmutableArray.CreateBuilder<NotificationKey>(items.Length);
        var source = ShSource.Of(user.Subscriber);
        keys = [];

        // 3a before 5, for all that is asked: the order of the steps, not that of the request.
        if (mustExist)
        {
            foreach (var item in items)
                if (item.Reference == ShDataReference.Dsai && !HasService(user, item)) return ExperimentalResultCode.ErrorDsaiNotAvailable;
            foreach (var item in items)
                if (item.Reference == ShDataReference.RepositoryData && AliasSet.FindRepositoryData(source, user.Identity.Value, item.ServiceIndication!) is null)
                    return ExperimentalResultCode.ErrorSubsDataAbsent;
        }
        foreach (var item in items) all.Add(new(applicationServer, user.Identity, item.Reference, DetailOf(item), user.PrivateIdentity));
        keys = all.MoveToImmutable();
        return ExperimentalResultCode.None;
    }

    private static bool HasService(AskedUser user, ShItem item) =>
        !DsaiInstances.ServersOf(user.Subscription, user.PublicIdentity!, item.DsaiTag!, name => ApplicationServerName.IsSame(name, item.ServerName!)).IsEmpty;

    private static string DetailOf(in ShItem item) => item.Reference switch
    {
        ShDataReference.RepositoryData => item.ServiceIndication!,
        ShDataReference.ImsPublicIdentity => ((int)item.IdentitySet!.Value).ToString(System.Globalization.CultureInfo.InvariantCulture),
        ShDataReference.InitialFilterCriteria => item.ServerName!,
        ShDataReference.Dsai => $"{item.ServerName} {item.DsaiTag}",
        _ => "",
    };
}
