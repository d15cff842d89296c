using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>What a PUR changes of the subscription itself: PSIActivation and STN-SR. Recorded as any change of provisioning, with the Origin-Host as who did it.</summary>
/// Order: outside of any turn. What an operator changes at the same moment comes before or after it, never between.
/// Errors: 5001, 5101, 4101 (Experimental). Spec: TS 29.328 6.1.2.1 steps 4 and 4d.
internal sealed class ProvisionedDataUpdate(AskedUser user, ShData data, ApplicationServerPermissions server)
{
    private UpdateOutcome _outcome = UpdateOutcome.Done;

    public async ValueTask<UpdateOutcome> RunAsync(ISubscriberStore store, Patience patience)
    {
        var author = new ChangeAuthor(server.DiameterHost, "PUR") { ApplicationServer = server.DiameterHost };
        try
        {
            await store.ChangeAsync([new(user.Subscription.SubscriptionId, Edit)], author, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsOver)
        {
            return new(ExperimentalResultCode.PriorUpdateInProgress, Reference);
        }
        return _outcome;
    }

    private ShDataReference Reference => data.StnSr is null ? ShDataReference.PsiActivation : ShDataReference.StnSr;

    /// <summary>Runs on what stands when nobody else can change it: an identity that went meanwhile is unknown, and a value that stands already is no change.</summary>
    private Subscription? Edit(StoredSubscription? stored)
    {
        if (stored is null)
        {
            _outcome = new(ExperimentalResultCode.ErrorUserUnknown);
            return null;
        }
        return data.StnSr is { } number ? WithStnSr(stored.Subscription, number) : WithActivation(stored.Subscription, data.PsiActive!.Value);
    }

    /// <summary>4. The registration that ends with a service switched off is written by the store with the change (RTR).</summary>
    private Subscription WithActivation(Subscription subscription, bool isActive)
    {
        for (var i = 0; i < subscription.ImplicitRegistrationSets.Length; i++)
        {
            var set = subscription.ImplicitRegistrationSets[i];
            for (var j = 0; j < set.PublicIdentities.Length; j++)
            {
                var identity = set.PublicIdentities[j];
                if (!string.Equals(identity.Identity, user.Identity.Value, StringComparison.Ordinal)) continue;
                if (identity.Type != PublicIdentityType.DistinctPsi) return Refused(subscription, ExperimentalResultCode.ErrorOperationNotAllowed);
                if (identity.PsiActive == isActive) return subscription;
                var changed = set with { PublicIdentities = set.PublicIdentities.SetItem(j, identity with { PsiActive = isActive }) };
                return subscription with { ImplicitRegistrationSets = subscription.ImplicitRegistrationSets.SetItem(i, changed) };
            }
        }
        return Refused(subscription, ExperimentalResultCode.ErrorUserUnknown);
    }

    /// <summary>4d. Nothing stored: the user has no SRVCC, and an application server cannot give it to him.</summary>
    private Subscription WithStnSr(Subscription subscription, string number)
    {
        var name = user.SinglePrivateIdentity!.Identity;
        var index = 0;
        while (index < subscription.PrivateIdentities.Length && subscription.PrivateIdentities[index].Identity != name) index++;
        if (index == subscription.PrivateIdentities.Length) return Refused(subscription, ExperimentalResultCode.ErrorUserUnknown);
        var identity = subscription.PrivateIdentities[index];
        if (identity.StnSr is null) return Refused(subscription, ExperimentalResultCode.ErrorOperationNotAllowed);
        return identity.StnSr == number ? subscription
            : subscription with { PrivateIdentities = subscription.PrivateIdentities.SetItem(index, identity with { StnSr = number }) };
    }

    private Subscription Refused(Subscription subscription, ExperimentalResultCode code)
    {
        _outcome = new(code, Reference);
        return subscription;
    }
}
