using System.Globalization;
using System.Text;
using Hss.Authentication;
using Hss.Procedures.Cx;
using Hss.Subscribers;

namespace Hss.Provisioning;

// The right to register, authentication, services, and what stands now.
internal sealed partial class IdentityExplanation
{
    private const int JobsRead = 1000;

    private void MayRegister(Subscription subscription, string visitedNetwork)
    {
        if (visitedNetwork.Length > 0)
        {
            var allowed = subscription.AllowedVisitedNetworks;
            if (RegistrationRight.MayRoam(subscription, Encoding.UTF8.GetBytes(visitedNetwork)))
                Add(true, "the visited network is allowed", allowed is null ? "every network is" : $"{visitedNetwork} is among allowedVisitedNetworks");
            else
                Add(false, "the visited network is allowed", allowed is { Length: > 0 } some
                    ? $"{visitedNetwork} is not among allowedVisitedNetworks, which are {List(some)} (the home network has to be among them); add it there"
                    : "allowedVisitedNetworks is there and empty, so that no network is allowed, not even the home network; add networks, or take it away");
        }
        Add(subscription.RegistrationAllowed, "registration is allowed",
            subscription.RegistrationAllowed ? "registrationAllowed is true" : "registrationAllowed is false; set it to true when the subscriber may come back");
    }

    private bool CanAuthenticate(PrivateIdentity user)
    {
        const string What = "authentication is possible";
        var possible = AuthenticationScheme.PossibleFor(user.Credentials);
        var can = SchemeChoice.TryChoose(default, user, out var scheme, out var name);
        if (can) Add(true, What, $"{name} is the default; {Names(user.AllowedSchemes & possible)} can be asked for, anything else gets DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED");
        else if (scheme == AuthenticationSchemes.None) Add(false, What, $"no scheme is allowed; the credentials could do {Names(possible)}, so mend allowedSchemes");
        else Add(false, What, $"{name} is the default, but allowed are {Names(user.AllowedSchemes)} and the credentials can do {Names(possible)}; mend defaultScheme or give the credentials it needs");
        return can;
    }

    private async Task StandsNowAsync(Place place, CancellationToken cancellationToken)
    {
        HasServices(place);
        HasServer(place);
        IsRegistered(place);
        NothingIsPending(place);
        await NothingIsOwedAsync(place, cancellationToken).ConfigureAwait(false);
    }

    private void HasServices(in Place place)
    {
        var profile = place.Subscription.FindServiceProfile(place.Identity.ServiceProfile);
        var filters = profile?.AllFilters.Count() ?? 0;
        Add(filters > 0, "service profile has filters", filters > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{place.Identity.ServiceProfile} has {filters}")
                : $"{place.Identity.ServiceProfile} has none: registering works, but no application server gets any call; add initialFilterCriteria if one should",
            isNeeded: false);
    }

    private void HasServer(in Place place)
    {
        const string What = "an S-CSCF is assigned or can be chosen";
        if (RegistrationRight.AssignedServerName(place.Subscriber, place.SetIndex) is { } server)
        {
            Add(true, What, $"assigned is {server}", isNeeded: false);
            return;
        }
        var capabilities = place.Subscription.ServerCapabilities ?? options.DefaultServerCapabilities;
        if (capabilities is null || capabilities.IsEmpty)
            Add(true, What, "serverCapabilities is absent, so the I-CSCF takes any it knows; one that knows none fails, then give serverNames", isNeeded: false);
        else if (!capabilities.ServerNames.IsEmpty) Add(true, What, $"the I-CSCF is told to take {List(capabilities.ServerNames)}", isNeeded: false);
        else
            Add(true, What, $"the I-CSCF is told to take one with capabilities {Numbers(capabilities.Mandatory)} (mandatory), {Numbers(capabilities.Optional)} (optional); "
                + "it must know one that has all mandatory ones", isNeeded: false);
    }

    private void IsRegistered(in Place place)
    {
        var state = place.State;
        Add(state.Status == RegistrationStatus.Registered, "public identity is registered now", state.Status switch
        {
            RegistrationStatus.Registered => $"by {List(state.RegisteredPrivateIdentities)} at {state.Server?.Name}",
            RegistrationStatus.Unregistered => $"it is not, but {state.Server?.Name} serves it for unregistered calls",
            _ => "it is not",
        }, isNeeded: false);
    }

    private void NothingIsPending(in Place place)
    {
        var pending = place.State.AuthenticationPendingPrivateIdentities;
        Add(pending.IsEmpty, "no authentication is under way", pending.IsEmpty ? "none is"
            : $"{List(pending)} got a challenge from {place.State.Server?.Name} and no SAR has followed: either it is answering just now, or it answers wrongly "
                + "(compare kFingerprint and opcFingerprint with the card, or the password)", isNeeded: false);
    }

    private async Task NothingIsOwedAsync(Place place, CancellationToken cancellationToken)
    {
        const string What = "the S-CSCF knows what is provisioned";
        var name = place.Subscription.SubscriptionId;
        var open = await store.ReadJobsAsync(new() { SubscriptionId = name, State = CxJobState.Pending, Most = JobsRead }, cancellationToken).ConfigureAwait(false);
        var failed = await store.ReadJobsAsync(new() { SubscriptionId = name, State = CxJobState.Failed, Most = JobsRead }, cancellationToken).ConfigureAwait(false);
        var lastFailed = failed.Count == 0 ? null : failed[^1];
        if (open.Count > 0)
            Add(false, What, string.Create(CultureInfo.InvariantCulture,
                $"{open.Count} RTR or PPR wait for {open[0].Server.DiameterHost} since {open[0].Created:yyyy-MM-dd HH:mm:ss} UTC ({open[0].LastResult ?? "not sent yet"}); see that it is connected"), isNeeded: false);
        else if (place.State.UserDataOutdated)
            Add(false, What, $"the last PPR failed ({lastFailed?.LastResult ?? "given up"}): it serves the old profile until its next SAR, which gets the new one", isNeeded: false);
        else if (lastFailed is not null)
            Add(false, What, $"job {lastFailed.Id} to {lastFailed.Server.DiameterHost} failed ({lastFailed.LastResult ?? "given up"}): it may still serve what it served before", isNeeded: false);
        else Add(true, What, "nothing waits to be told", isNeeded: false);
    }

    private static string Numbers(System.Collections.Immutable.ImmutableArray<uint> numbers) =>
        numbers.IsEmpty ? "none" : string.Join(" and ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static string Names(AuthenticationSchemes schemes)
    {
        var names = Enum.GetValues<AuthenticationSchemes>().Where(scheme => scheme != AuthenticationSchemes.None && schemes.HasFlag(scheme))
            .Select(AuthenticationScheme.NameOf).ToList();
        return names.Count == 0 ? "nothing" : string.Join(", ", names);
    }
}
