using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>One thing that is wrong with a document: where it stands and how to mend it.</summary>
/// Shape: Path as in "privateIdentities[0].aka.k"; empty means the document as a whole. Never holds a value of K, OP, OPc, HA1 or a password.
/// <param name="Rule">The name of the rule that found it, where rules have names (E1 ...); null elsewhere.</param>
public sealed record DocumentProblem(string Path, string Message, string? Rule = null)
{
    public override string ToString() => (Path.Length == 0 ? Message : $"{Path}: {Message}") + (Rule is null ? "" : $" ({Rule})");
}

/// <summary>What reading a subscription document gave: the subscription, or everything that keeps it from being one.</summary>
/// Shape: Subscription is null exactly when Problems is not empty; at most <see cref="SubscriptionJson.MaxProblems"/> of each kind are kept.
public sealed record SubscriptionReading(
    Subscription? Subscription, ImmutableArray<DocumentProblem> Problems, ImmutableArray<DocumentProblem> Warnings);
