using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>What a PUR changes of the data that application servers keep here: repository data, DSAI, the registration of an IP-SM-GW.</summary>
/// Shape: pure; all of it or nothing (TS 29.328 6.1.2.1 step 4c). Within the turn of the subscriber.
/// Errors: 5101, 5105, 5008, 5108 (Experimental). Spec: TS 29.328 6.1.2.1 steps 4a to 4c, 5 and 6.
internal sealed class ApplicationDataUpdate(AskedUser user, ShData data, ApplicationServerPermissions server, string realm, ShOptions options)
{
    private ApplicationData _after = user.Subscriber.ApplicationData;

    /// <summary>Everything, in the order of the steps and not of the request: of several faults the first step's is told.</summary>
    public UpdateOutcome Run(ShRequest request)
    {
        var outcome = UpdateOutcome.Done;
        if (request.Asks(ShDataReference.Dsai)) outcome = SwitchServices();
        if (outcome.IsDone && request.Asks(ShDataReference.SmsRegistrationInfo)) outcome = RegisterSmsGateway();
        if (outcome.IsDone && request.Asks(ShDataReference.RepositoryData)) outcome = ChangeRepositoryData();
        return outcome;
    }

    /// <summary>What has to be written. Empty when everything stands already as it was sent.</summary>
    public SubscriberChange Change
    {
        get
        {
            var before = user.Subscriber.ApplicationData;
            if (ReferenceEquals(before, _after)) return SubscriberChange.None;
            // 4a. Masked filters are in no User-Data: an S-CSCF hears of it as of any change of the profile.
            var jobs = before.InactiveServices == _after.InactiveServices ? []
                : RegistrationConsequences.OfMasks(
                    user.Subscription, user.Subscriber.States, new(before.InactiveServices), new(_after.InactiveServices));
            return new([], []) { ApplicationData = _after, ChangedBy = server.DiameterHost, Jobs = jobs };
        }
    }

    /// <summary>4c, 5 and 6. One instance after the other, each on what those before it left; nothing is written before all are through.</summary>
    private UpdateOutcome ChangeRepositoryData()
    {
        foreach (var instance in data.RepositoryData)
        {
            var source = ShSource.Of(user.Subscriber) with { ApplicationData = _after };
            var update = RepositoryUpdate.Of(source, user.Identity.Value, instance, options);
            if (update.Code != ExperimentalResultCode.None)
                return new(update.Code, ShDataReference.RepositoryData) { Instance = instance, Stored = update.Stored };
            _after = _after with { Repository = update.After };
        }
        return UpdateOutcome.Done;
    }

    /// <summary>4a. An instance is tag, identity and application server; a PUR has no Server-Name, so that the server is the one that asks.</summary>
    private UpdateOutcome SwitchServices()
    {
        var identity = user.PublicIdentity!;
        foreach (var (tag, isActive) in data.Dsai)
        {
            var servers = DsaiInstances.ServersOf(user.Subscription, identity, tag, IsOwn);
            if (servers.IsEmpty) return new(ExperimentalResultCode.ErrorDsaiNotAvailable, ShDataReference.Dsai);
            var services = DsaiInstances.With(_after.InactiveServices, identity.Identity, servers, tag, isActive);
            if (services != _after.InactiveServices) _after = _after with { InactiveServices = services };
        }
        return UpdateOutcome.Done;

        bool IsOwn(string name) => ApplicationServerName.Canonical(name) is { } canonical && ApplicationServerName.IsOwn(server, canonical);
    }

    /// <summary>4b. What was preconfigured stands in the subscription and is not touched; it wins when the number is read.</summary>
    private UpdateOutcome RegisterSmsGateway()
    {
        if (user.SinglePrivateIdentity is not { } identity) return UpdateOutcome.NeedsUserName(ShDataReference.SmsRegistrationInfo);
        var old = _after.SmsRegistrations.FirstOrDefault(one => string.Equals(one.PrivateIdentity, identity.Identity, StringComparison.Ordinal));
        var number = data.SmsRegistration!.Number;
        var registration = number.Length == 0 ? null : new SmsRegistration(identity.Identity, number, server.DiameterHost, realm);
        if (old == registration) return UpdateOutcome.Done;
        var others = old is null ? _after.SmsRegistrations : _after.SmsRegistrations.Remove(old);
        _after = _after with { SmsRegistrations = registration is null ? others : others.Add(registration) };
        return UpdateOutcome.Done;
    }
}
