using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What reading a subscription document gave: the subscription, everything that keeps it from being one, or a subscription that still
/// lacks keys which the store is to supply.</summary>
/// Shape: exactly one of these holds: Subscription is there; Problems is not empty; <see cref="NeedsStored"/>. At most
/// <see cref="SubscriptionJson.MaxProblems"/> problems and as many warnings are kept.
/// Order: with NeedsStored, read the stored subscription of <see cref="SubscriptionId"/> and call <see cref="Complete"/> while nobody else can change it.
public sealed record SubscriptionReading(
    Subscription? Subscription, ImmutableArray<DocumentProblem> Problems, ImmutableArray<DocumentProblem> Warnings)
{
    /// <summary>The name in the document, also of one with problems; null when it could not be read.</summary>
    public string? SubscriptionId { get; init; }

    /// <summary>Some private identity came without its key: the stored key stays.</summary>
    public bool NeedsStored => Draft is not null;

    internal SubscriptionDraft? Draft { get; init; }

    /// <summary>The same reading with the keys that the store has: a subscription, or the problems of keys that are nowhere.</summary>
    /// A reading that needs nothing stored comes back as it is.
    /// <param name="stored">The stored subscription of the same name; null: there is none.</param>
    public SubscriptionReading Complete(Subscription? stored)
    {
        if (Draft is null) return this;
        var problems = new ProblemList();
        var subscription = Draft.Complete(stored, problems);
        return new(problems.IsEmpty ? subscription : null, problems.Problems, Warnings.AddRange(problems.Warnings)) { SubscriptionId = SubscriptionId };
    }
}

/// <summary>A subscription of which all is read and checked but the keys of some private identities.</summary>
/// <param name="Rest">Everything else; of its private identities only the names count.</param>
internal sealed record SubscriptionDraft(Subscription Rest, ImmutableArray<PrivateIdentityDraft> PrivateIdentities)
{
    public bool NeedsStored => PrivateIdentities.Any(identity => identity.NeedsStored);

    public Subscription Complete(Subscription? stored, ProblemList problems)
    {
        var identities = ImmutableArray.CreateBuilder<PrivateIdentity>(PrivateIdentities.Length);
        foreach (var draft in PrivateIdentities)
            if (draft.Complete(stored?.PrivateIdentities.FirstOrDefault(p => p.Identity == draft.Identity), problems) is { } identity) identities.Add(identity);
        return Rest with { PrivateIdentities = identities.ToImmutable() };
    }
}
