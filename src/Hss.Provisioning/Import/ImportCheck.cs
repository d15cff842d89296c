using System.Collections.Immutable;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Finds the documents of a batch that the store would refuse, all of them at once and without writing.</summary>
/// Why it is not asked before every batch: the commit looks for itself, and nearly always finds nothing.
internal sealed class ImportCheck(SubscriberStore store)
{
    /// <summary>What would become of a document: problems, or the kind of change.</summary>
    public readonly record struct Finding(ImportItem Item, ImmutableArray<DocumentProblem> Problems, ChangeKind Kind);

    public async Task<List<Finding>> CheckAsync(IReadOnlyList<ImportItem> items, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>(items.Count);
        var batch = new Dictionary<string, (ImportItem Item, Subscription Subscription)>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var stored = await store.ReadAsync(item.SubscriptionId, cancellationToken).ConfigureAwait(false);
            var complete = item.Reading.Complete(stored?.Subscription);
            if (complete.Subscription is { } subscription) batch[item.SubscriptionId] = (item, subscription);
            findings.Add(new(item, complete.Problems, complete.Subscription is null ? ChangeKind.None
                : stored is null ? ChangeKind.Created
                : ChangeSummary.AreEqual(stored.Subscription, complete.Subscription) ? ChangeKind.None : ChangeKind.Updated));
        }
        var taken = new Dictionary<string, ImportItem>(StringComparer.Ordinal);
        for (var i = 0; i < findings.Count; i++)
        {
            if (!findings[i].Problems.IsEmpty) continue;
            var problems = await FindConflictsAsync(findings[i].Item, batch, taken, cancellationToken).ConfigureAwait(false);
            if (!problems.IsEmpty) findings[i] = findings[i] with { Problems = problems };
        }
        return findings;
    }

    private async Task<ImmutableArray<DocumentProblem>> FindConflictsAsync(
        ImportItem item, Dictionary<string, (ImportItem Item, Subscription Subscription)> batch, Dictionary<string, ImportItem> taken, CancellationToken cancellationToken)
    {
        var problems = ImmutableArray.CreateBuilder<DocumentProblem>();
        var identities = Identities(batch[item.SubscriptionId].Subscription);
        foreach (var (identity, path, isPrivate) in identities)
        {
            if (taken.TryGetValue(Key(identity, isPrivate), out var other))
            {
                problems.Add(new(path, $"{identity} is also in subscription {other.SubscriptionId} of line {other.Line}; one of them has to leave it out"));
                continue;
            }
            var owner = isPrivate
                ? await store.FindByPrivateIdentityAsync(identity, cancellationToken).ConfigureAwait(false)
                : await store.FindByPublicIdentityAsync(identity, cancellationToken).ConfigureAwait(false);
            if (owner?.Subscription.SubscriptionId is not { } name || name == item.SubscriptionId) continue;
            // One that gives the identity up in the same batch is no owner any more.
            if (batch.TryGetValue(name, out var moved) && !Identities(moved.Subscription).Any(its => its.Identity == identity && its.IsPrivate == isPrivate)) continue;
            problems.Add(new(path, $"{identity} already belongs to subscription {name}; remove it there first, or leave it out here"));
        }
        if (problems.Count == 0)
            foreach (var (identity, _, isPrivate) in identities) taken.TryAdd(Key(identity, isPrivate), item);
        return problems.ToImmutable();
    }

    private static string Key(string identity, bool isPrivate) => (isPrivate ? "private " : "public ") + identity;

    private static List<(string Identity, string Path, bool IsPrivate)> Identities(Subscription subscription)
    {
        var identities = new List<(string, string, bool)>();
        for (var i = 0; i < subscription.PrivateIdentities.Length; i++)
            identities.Add((subscription.PrivateIdentities[i].Identity, $"privateIdentities[{i}].identity", true));
        for (var s = 0; s < subscription.ImplicitRegistrationSets.Length; s++)
            for (var i = 0; i < subscription.ImplicitRegistrationSets[s].PublicIdentities.Length; i++)
                identities.Add((subscription.ImplicitRegistrationSets[s].PublicIdentities[i].Identity, $"implicitRegistrationSets[{s}].publicIdentities[{i}].identity", false));
        return identities;
    }
}
