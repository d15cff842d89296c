using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>The identities a SAR acts on, canonical, and the subscriber that owns them. An identity that fell into a wildcard stands here as the wildcard.</summary>
/// Shape: Fallen is the identity that stands here as its wildcard, or null; IsWildcardNamed: the S-CSCF knew it and need not be told.
/// Spec: TS 29.228 6.1.2.1 steps 1 and 2, Table 6.1.2.1.
internal readonly record struct AssignmentIdentities(
    Subscriber Subscriber, string? PrivateIdentity, ImmutableArray<string> PublicIdentities, NonDistinctIdentity? Fallen, bool IsWildcardNamed)
{
    /// <summary>Answers 5001 or 5002 and returns null when the identities do not exist or do not belong together.</summary>
    public static async ValueTask<AssignmentIdentities?> ResolveAsync(
        ISubscriberStore store, ServerAssignmentRequest request, Answer answer, CancellationToken cancellationToken)
    {
        string? privateIdentity = null;
        Subscriber? subscriber = null;
        if (request.UserName.IsPresent)
        {
            privateIdentity = CxIdentities.PrivateIdentity(request.UserName);
            subscriber = privateIdentity is null ? null : await store.FindByPrivateIdentityAsync(privateIdentity, cancellationToken).ConfigureAwait(false);
            if (subscriber is null) { answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown); return null; }
        }

        // Wildcarded-Public-Identity is the identity to act on; Public-Identity is then only what came up in the session.
        var named = request.WildcardedPublicIdentity;
        var identities = ImmutableArray.CreateBuilder<string>(named.IsPresent ? 1 : request.PublicIdentity.Count);
        NonDistinctIdentity? fallen = null;
        if (named.IsPresent)
        {
            var found = await FindAsync(store, subscriber, CxIdentities.WildcardedIdentity(named), cancellationToken).ConfigureAwait(false);
            if (!TryTake(found, privateIdentity, answer, ref subscriber, identities)) return null;
        }
        foreach (var value in request.PublicIdentity)
        {
            var publicIdentity = CxIdentities.PublicIdentity(value);
            var found = await FindAsync(store, subscriber, publicIdentity, cancellationToken).ConfigureAwait(false);
            // Beside a named wildcard an identity says only under which name to show it, and that only if it is really one of that wildcard's.
            if (!named.IsPresent && !TryTake(found, privateIdentity, answer, ref subscriber, identities)) return null;
            if (found is { IsWildcard: true, Provisioned: var wildcard } && identities.Contains(wildcard)) fallen ??= new(publicIdentity!, wildcard);
        }
        return new(subscriber!, privateIdentity, identities.ToImmutable(), fallen, named.IsPresent);
    }

    /// <summary>The wildcard that the S-CSCF has to be told, or null.</summary>
    public string? UnnamedWildcard => IsWildcardNamed ? null : Fallen?.Wildcard;

    /// <summary>The sets the request stands for: those of its identities, or all of the private identity when none is given.</summary>
    public bool TryPlace(Subscriber current, out ImmutableArray<int> sets, out ImmutableArray<CxIdentities.Place> places)
    {
        var indexes = new SortedSet<int>();
        var found = ImmutableArray.CreateBuilder<CxIdentities.Place>();
        foreach (var publicIdentity in PublicIdentities)
        {
            if (!CxIdentities.TryFind(current, publicIdentity, out var place)) { sets = []; places = []; return false; }
            indexes.Add(place.SetIndex);
            found.Add(place);
        }
        if (PublicIdentities.IsEmpty)
        {
            var all = current.Subscription.ImplicitRegistrationSets;
            for (var i = 0; i < all.Length; i++)
                if (all[i].BelongsTo(PrivateIdentity!)) indexes.Add(i);
        }
        sets = [.. indexes];
        places = found.ToImmutable();
        return sets.Length > 0;
    }

    // An identity of the subscriber that User-Name led to is already here; the store is asked for wildcards and for other people's.
    private static async ValueTask<PublicIdentityMatch?> FindAsync(
        ISubscriberStore store, Subscriber? subscriber, string? publicIdentity, CancellationToken cancellationToken)
    {
        if (publicIdentity is null) return null;
        if (subscriber is not null && subscriber.IndexOfSet(publicIdentity, out var own) is var set and >= 0) return new(subscriber, new(own!, set), IsWildcard: false);
        return await store.MatchPublicIdentityAsync(publicIdentity, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An identity of another subscription exists, so that it is a mismatch and not an unknown user; without User-Name a SAR still acts on one user.</summary>
    private static bool TryTake(
        in PublicIdentityMatch? found, string? privateIdentity, Answer answer, ref Subscriber? subscriber, ImmutableArray<string>.Builder identities)
    {
        if (found is not { } match) { answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown); return false; }
        subscriber ??= match.Subscriber;
        if (!CxIdentities.TryFind(subscriber, match.Provisioned, out var place) || (privateIdentity is not null && !place.Set.BelongsTo(privateIdentity)))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorIdentitiesDontMatch);
            return false;
        }
        identities.Add(match.Provisioned);
        return true;
    }
}
