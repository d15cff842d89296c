using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What follows from a subscription and is asked for by every request: worked out once, then kept beside it.</summary>
/// Shape: immutable; belongs to one subscription object. A copy made by "with" carries the reference along, sees another owner and makes its own.
internal sealed class SubscriptionFacts : IEquatable<SubscriptionFacts>
{
    private readonly Subscription _owner;

    public SubscriptionFacts(Subscription subscription)
    {
        _owner = subscription;
        UnregisteredProfiles = [.. subscription.ServiceProfiles
            .Where(profile => profile.AllFilters.Any(UnregisteredServices.CanFire)).Select(profile => profile.Name)];
        PrivateIdentities = [.. subscription.ImplicitRegistrationSets.Select(set => set.PrivateIdentities.IsEmpty
            ? subscription.PrivateIdentities : [.. subscription.PrivateIdentities.Where(identity => set.BelongsTo(identity.Identity))])];
        HasUnregisteredServices = [.. subscription.ImplicitRegistrationSets.Select(set => set.PublicIdentities.Any(ServesUnregistered))];
    }

    /// <summary>Names of the service profiles with a filter that can fire for a terminating unregistered session.</summary>
    public ImmutableArray<string> UnregisteredProfiles { get; }

    /// <summary>By set index.</summary>
    public ImmutableArray<ImmutableArray<PrivateIdentity>> PrivateIdentities { get; }

    /// <summary>By set index.</summary>
    public ImmutableArray<bool> HasUnregisteredServices { get; }

    public bool ServesUnregistered(PublicIdentity identity) => UnregisteredProfiles.Contains(identity.ServiceProfile, StringComparer.Ordinal);

    public bool AreOf(Subscription subscription) => ReferenceEquals(_owner, subscription);

    // Derived values never tell two subscriptions apart, and the record that holds this compares all of its fields.
    public bool Equals(SubscriptionFacts? other) => true;

    public override bool Equals(object? obj) => true;

    public override int GetHashCode() => 0;
}
