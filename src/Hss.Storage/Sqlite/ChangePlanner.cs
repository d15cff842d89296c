using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Storage.Sqlite;

/// <summary>Runs the edits of one change and finds out what has to be written. On the caller's thread, while nobody else can change these
/// subscriptions: what is read here is what the commit thread will find.</summary>
/// Order: <see cref="Run"/>, then <see cref="Plan"/>; between the two what stood under the changed ones is read.
internal sealed class ChangePlanner(CredentialSeal seal, ChangeAuthor author, DateTimeOffset time)
{
    private readonly List<Draft> _drafts = [];

    /// <summary>What differs from what stands, of which <see cref="Plan"/> has to know more.</summary>
    public IEnumerable<(string SubscriptionId, StoredVersion? Old, Subscription? Now)> Differing =>
        from draft in _drafts where draft.Differs select (draft.SubscriptionId, draft.Old, draft.Now);

    /// <summary>Runs one edit.</summary>
    /// <param name="old">What stands; null: nothing.</param>
    /// <param name="understood">Gives it as a subscription.</param>
    public void Run(SubscriptionEdit edit, StoredVersion? old, Func<StoredVersion, StoredSubscription> understood)
    {
        var now = edit.Edit(edit.ReadsStored && old is not null ? understood(old) : null);
        if (now is not null && !string.Equals(now.SubscriptionId, edit.SubscriptionId, StringComparison.Ordinal))
            throw new ArgumentException($"an edit of subscription {edit.SubscriptionId} gave subscription {now.SubscriptionId}");
        if (now is null)
        {
            _drafts.Add(new(edit.SubscriptionId, old, null, [], [], Differs: old is not null));
            return;
        }
        var document = SubscriptionJson.Write(now).ToArray();
        var differs = old is null || !old.Document.AsSpan().SequenceEqual(document);
        var credentials = new byte[now.PrivateIdentities.Length][];
        for (var i = 0; i < credentials.Length; i++)
        {
            // A value that holds the same is kept as it is: it costs no sealing, and rows that do not change need no writing.
            if (SealedAlready(now.PrivateIdentities[i], old) is { } same) credentials[i] = same;
            else differs = true;
        }
        for (var i = 0; differs && i < credentials.Length; i++)
            credentials[i] ??= seal.Seal(now.PrivateIdentities[i].Identity, now.PrivateIdentities[i].Credentials);
        _drafts.Add(new(edit.SubscriptionId, old, now, document, ImmutableCollectionsMarshal.AsImmutableArray(credentials), differs));
    }

    /// <summary>Private identities of a new version that get a K which they do not have in the old one.</summary>
    public IReadOnlyList<PrivateIdentity> GetNewKeys(StoredVersion? old, Subscription now) =>
        [.. now.PrivateIdentities.Where(identity => identity.Credentials.Aka is { } aka && old?.PrivateIdentities.Exists(row =>
            string.Equals(row.Identity, identity.Identity, StringComparison.Ordinal)
            && seal.Open(row.Identity, row.SealedCredentials)?.Aka is { } before && before.K.Equals(aka.K)) != true)];

    /// <param name="standing">What else stands of each of <see cref="Differing"/>, or came before it.</param>
    public ChangePlan Plan(IReadOnlyDictionary<string, StandingState> standing)
    {
        var free = new Dictionary<string, PrivateIdentityInStore>(StringComparer.Ordinal);
        foreach (var draft in _drafts)
            if (draft is { Differs: true, Old: { } old })
                foreach (var identity in old.PrivateIdentities) free.Add(identity.Identity, identity);
        var versions = ImmutableArray.CreateBuilder<PlannedVersion>(_drafts.Count);
        foreach (var draft in _drafts) versions.Add(Plan(draft, standing.GetValueOrDefault(draft.SubscriptionId), free));
        return new(versions.MoveToImmutable(), [.. free.Values], author);
    }

    private PlannedVersion Plan(Draft draft, StandingState? standing, Dictionary<string, PrivateIdentityInStore> free)
    {
        if (!draft.Differs) return new(draft.SubscriptionId, ChangeKind.None, draft.Old);
        var kind = draft.Now is null ? ChangeKind.Deleted : draft.Old is null ? ChangeKind.Created : ChangeKind.Updated;
        var plan = new PlannedVersion(draft.SubscriptionId, kind, draft.Old)
        {
            OldCredentials = draft.Old is null ? null : OldCredentials.Write(draft.Old.PrivateIdentities),
        };
        if (draft.Now is not { } now)
            return standing?.Old is not { } ending ? plan : plan with
            {
                Jobs = standing.IsServed ? RegistrationConsequences.OfRemoval(ending, standing.StatesOf(ending)) : [],
                Notifications = standing.ApplicationData.IsEmpty ? [] : NotificationConsequences.Of(standing.Source(ending), null, author.ApplicationServer, time).Notifications,
            };
        plan = plan with
        {
            Now = now,
            Document = draft.Document,
            PrivateIdentities = [.. now.PrivateIdentities.Select((identity, i) => Plan(identity, i, draft, standing, free))],
            WritesPublicIdentities = draft.Old is null || standing is null || !IsSame(standing.PublicIdentities, now),
            WritesUserIdentities = standing is null ? UserIdentities.In(now).Any() : !standing.UserIdentities.SetEquals(UserIdentities.In(now)),
        };
        return standing is null ? plan : WithStanding(plan, now, standing);
    }

    /// <summary>What goes on of the old version besides what was provisioned, and who must be told.</summary>
    /// Why the records do not have the application data: application servers change them all the time, by numbers of their own. An undo brings back what
    /// was provisioned; what had gone with it is for the application servers to write again.
    private PlannedVersion WithStanding(PlannedVersion plan, Subscription now, StandingState standing)
    {
        var states = now.ImplicitRegistrationSets.Select(_ => RegistrationState.Initial).ToImmutableArray();
        if (standing.States.Count > 0)
        {
            var (carried, jobs) = CarriedOver(now, standing);
            plan = plan with { HasStates = true, States = states = carried, Jobs = jobs };
        }
        if (standing.ApplicationData.IsEmpty || standing.Old is not { } old) return plan;
        var consequences = NotificationConsequences.Of(
            standing.Source(old), new(now, states, standing.ApplicationData), author.ApplicationServer, time);
        return plan with
        {
            Notifications = consequences.Notifications,
            Overtaken = consequences.Overtaken,
            Refreshed = consequences.Refreshed,
            ApplicationData = ReferenceEquals(consequences.After, standing.ApplicationData) ? null : new(standing.ApplicationData, consequences.After),
        };
    }

    private static (ImmutableArray<RegistrationState> States, ImmutableArray<CxJob> Jobs) CarriedOver(Subscription now, StandingState standing)
    {
        var setOf = standing.PublicIdentities.ToDictionary(pair => pair.Key, pair => pair.Value.Set, StringComparer.Ordinal);
        var states = CarryOver.States(now, setOf, standing.States);
        if (standing is not { IsServed: true, Old: { } old }) return (states, []);
        var masks = new FilterMasks(standing.ApplicationData.InactiveServices);
        var consequences = RegistrationConsequences.Of(old, standing.StatesOf(old), now, states, masks);
        return (consequences.States, consequences.Jobs);
    }

    private PlannedPrivateIdentity Plan(
        PrivateIdentity identity, int ordinal, Draft draft, StandingState? standing, Dictionary<string, PrivateIdentityInStore> free)
    {
        var credentials = draft.Credentials[ordinal];
        var least = standing?.LeastCeilings.GetValueOrDefault(identity.Identity) ?? 0;
        if (!free.Remove(identity.Identity, out var row)) return new(identity, 0, credentials, least, WritesRow: true, WritesCeiling: true);
        var stays = draft.Old is { } old && ordinal < old.PrivateIdentities.Count && old.PrivateIdentities[ordinal].Row == row.Row
            && ReferenceEquals(old.PrivateIdentities[ordinal].SealedCredentials, credentials);
        if (stays) return new(identity, row.Row, credentials, Math.Max(row.SqnCeiling, least), WritesRow: false, WritesCeiling: least > row.SqnCeiling);
        var opened = seal.Open(identity.Identity, row.SealedCredentials);
        var ceiling = Math.Max(CarryOver.SqnCeiling(opened, opened is null, row.SqnCeiling, identity), least);
        return new(identity, row.Row, credentials, ceiling, WritesRow: true, WritesCeiling: ceiling != row.SqnCeiling);
    }

    // What does not open any more differs from everything, so that provisioning it again mends it.
    private byte[]? SealedAlready(PrivateIdentity identity, StoredVersion? old)
    {
        if (old is null) return null;
        foreach (var row in old.PrivateIdentities)
            if (string.Equals(row.Identity, identity.Identity, StringComparison.Ordinal))
                return seal.Open(row.Identity, row.SealedCredentials) is { } credentials && IsSame(credentials, identity.Credentials) ? row.SealedCredentials : null;
        return null;
    }

    // Lines and addresses stand in the document.
    private static bool IsSame(Credentials one, Credentials other) => Equals(one.Aka, other.Aka) && Equals(one.Digest, other.Digest);

    private static bool IsSame(Dictionary<string, (int Set, PublicIdentityType Type)> rows, Subscription now)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var set = 0; set < now.ImplicitRegistrationSets.Length; set++)
            foreach (var identity in now.ImplicitRegistrationSets[set].PublicIdentities)
                if (!seen.Add(identity.Identity) || !rows.TryGetValue(identity.Identity, out var row) || row != (set, identity.Type)) return false;
        return seen.Count == rows.Count;
    }

    private sealed record Draft(
        string SubscriptionId, StoredVersion? Old, Subscription? Now, byte[] Document, ImmutableArray<byte[]> Credentials, bool Differs);
}

/// <summary>What stands of a subscription besides its version.</summary>
/// <param name="Old">The old subscription, when somebody may have to be told of the change; else it was not read.</param>
/// <param name="LeastCeilings">By private identity: the ceiling that the K had which it gets now, when the subscription had this K before.</param>
internal sealed record StandingState(
    Dictionary<string, (int Set, PublicIdentityType Type)> PublicIdentities, Dictionary<int, RegistrationState> States, Subscription? Old,
    Dictionary<string, ulong> LeastCeilings)
{
    public ApplicationData ApplicationData { get; init; } = ApplicationData.Empty;

    public IReadOnlySet<(IdentityKind Kind, string Identity)> UserIdentities { get; init; } = FrozenSet<(IdentityKind Kind, string Identity)>.Empty;

    /// <summary>Whether an S-CSCF has stored its name for some set.</summary>
    public bool IsServed => States.Values.Any(state => state.Server is not null);

    public ShSource Source(Subscription old) => new(old, StatesOf(old), ApplicationData);

    public ImmutableArray<RegistrationState> StatesOf(Subscription subscription) =>
        [.. Enumerable.Range(0, subscription.ImplicitRegistrationSets.Length).Select(set => States.GetValueOrDefault(set, RegistrationState.Initial))];
}
