using System.Collections.Immutable;
using Hss.Authentication;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Testing;

// Provisioning: changes with their records, lists, access tokens.
public sealed partial class MemoryDatabase
{
    public StoredSubscription? ReadVersion(string subscriptionId) => Reading().Version(subscriptionId);

    public IReadOnlyList<StoredSubscription> List(SubscriptionQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var tables = Reading();
        var found = from row in tables.Subscriptions.Values
               let name = row.Subscription.SubscriptionId
               where name.StartsWith(query.Prefix ?? "", StringComparison.Ordinal) && (query.After is null || string.CompareOrdinal(name, query.After) > 0)
               let served = row.States.Where(state => state.Status != RegistrationStatus.NotRegistered && state.Server is not null).Select(state => state.Server!)
               where query.IsServed is not { } isServed || served.Any() == isServed
               where (query.ServerName is null && query.DiameterHost is null) || served.Any(server =>
                   (query.ServerName is null || server.Name == query.ServerName)
                   && (query.DiameterHost is null || string.Equals(server.DiameterHost, query.DiameterHost, StringComparison.OrdinalIgnoreCase)))
               where query.WatchedBy is null || row.ApplicationData.Subscriptions.Any(one => one.Key.ApplicationServer == query.WatchedBy)
               select tables.Version(name)!;
        return [.. found.OrderBy(one => one.Subscription.SubscriptionId, StringComparer.Ordinal).Take(Math.Clamp(query.Most, 1, SubscriptionQuery.MaxSubscriptions))];
    }

    public ServedRequest? FindRequest(ChangeAuthor author) => Reading().Served(author);

    public PreparedChange PrepareChange(IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author)
    {
        ArgumentNullException.ThrowIfNull(edits);
        ArgumentNullException.ThrowIfNull(author);
        var tables = Reading();
        var planned = new List<(string SubscriptionId, Subscription? Now, bool Differs)>();
        foreach (var edit in edits)
        {
            var old = tables.Version(edit.SubscriptionId);
            var now = edit.Edit(edit.ReadsStored ? old : null);
            planned.Add((edit.SubscriptionId, now, now is null ? old is not null : old is null || !IsSame(old.Subscription, now)));
        }
        return new(
            [.. planned.Where(one => one.Differs).Select(one => (one.SubscriptionId, one.Now))],
            [.. planned.Where(one => !one.Differs).Select(one => Unchanged(tables, one.SubscriptionId))],
            () => WriteChange(planned, author));
    }

    public ChangeOutcome RecordAction(string subscriptionId, string summary, ChangeAuthor author)
    {
        ArgumentNullException.ThrowIfNull(author);
        var tables = Writing();
        if (tables.Served(author) is { } served) return served.Repeat(author)[0];
        tables = tables.WithRecord(subscriptionId, ChangeKind.Action, summary, null, author, Time.GetUtcNow());
        var outcome = new ChangeOutcome(subscriptionId, ChangeKind.Action, tables.LastChange, 0, false);
        _open = tables.Remember(author, [outcome], Time.GetUtcNow());
        return outcome;
    }

    public IReadOnlyList<ChangeRecord> Changes(ChangeQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var tables = Reading();
        var found = from entry in tables.Changes
                    let record = entry.Value.Record
                    where record.Id > (query.After ?? 0) && record.Id < (query.Before ?? long.MaxValue) && (query.Id ?? record.Id) == record.Id
                        && (query.SubscriptionId ?? record.SubscriptionId) == record.SubscriptionId && (query.Actor ?? record.Author.Actor) == record.Author.Actor
                        && record.Time >= (query.Since ?? DateTimeOffset.MinValue)
                    select entry.Value;
        if (query.After is null) found = found.Reverse();
        found = found.Take(Math.Clamp(query.Most, 1, ChangeQuery.MaxRecords));
        return [.. found.Select(entry => query.WithSubscriptions && entry.Record.Kind != ChangeKind.Action
            ? entry.Record with { Before = entry.Before?.Subscription, After = tables.After(entry.Record) }
            : entry.Record)];
    }

    public ChangeSpan Span() => Reading().Changes is { IsEmpty: false } changes ? new(changes.Keys.First(), changes.Keys.Last()) : default;

    public int PruneChanges(DateTimeOffset before, long keep)
    {
        var tables = Writing();
        var stay = tables.Changes.Values.Where(entry => entry.Record.Time >= before && entry.Record.Id > tables.LastChange - keep)
            .Select(entry => entry.Record.Id).DefaultIfEmpty(long.MaxValue).Min();
        var requests = tables.Requests.Where(pair => pair.Value.Time < before).Select(pair => pair.Key).ToList();
        _open = tables with { Changes = tables.Changes.RemoveRange(tables.Changes.Keys.Where(id => id < stay)), Requests = tables.Requests.RemoveRange(requests) };
        return tables.Changes.Count - _open.Changes.Count + requests.Count;
    }

    public IReadOnlyList<AccessToken> AccessTokens() => [.. Reading().Tokens.Values];

    public bool AddAccessToken(AccessToken token, ChangeAuthor author)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(author);
        var tables = Writing();
        if (tables.Tokens.ContainsKey(token.Name)) return false;
        tables = tables with { Tokens = tables.Tokens.Add(token.Name, token) };
        _open = tables.WithRecord("", ChangeKind.Action, $"access token {token.Name} created, role {token.Role}", null, author, Time.GetUtcNow());
        return true;
    }

    public bool RemoveAccessToken(string name, ChangeAuthor author)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(author);
        var tables = Writing();
        if (!tables.Tokens.ContainsKey(name)) return false;
        tables = tables with { Tokens = tables.Tokens.Remove(name) };
        _open = tables.WithRecord("", ChangeKind.Action, $"access token {name} removed", null, author, Time.GetUtcNow());
        return true;
    }

    private ImmutableArray<ChangeOutcome> WriteChange(IReadOnlyList<(string SubscriptionId, Subscription? Now, bool Differs)> planned, ChangeAuthor author)
    {
        var before = Writing();
        if (before.Served(author) is { } served) return served.Repeat(author);
        var (after, now) = (before, Time.GetUtcNow());
        foreach (var (subscriptionId, _, differs) in planned)
            if (differs && before.Subscriptions.TryGetValue(subscriptionId, out var old)) after = after.Without(old);
        var outcomes = ImmutableArray.CreateBuilder<ChangeOutcome>();
        foreach (var (subscriptionId, subscription, differs) in planned)
        {
            if (!differs)
            {
                outcomes.Add(Unchanged(before, subscriptionId));
                continue;
            }
            var old = before.Subscriptions.GetValueOrDefault(subscriptionId);
            var kind = subscription is null ? ChangeKind.Deleted : old is null ? ChangeKind.Created : ChangeKind.Updated;
            after = after.WithRecord(subscriptionId, kind, null, old, author, now);
            ImmutableArray<CxJob> jobs;
            NotificationWrites notifications;
            if (subscription is null)
            {
                jobs = RegistrationConsequences.OfRemoval(old!.Subscription, old.States);
                notifications = new() { New = NotificationConsequences.Of(SourceOf(old), null, author.ApplicationServer, now).Notifications };
            }
            else
            {
                var least = before.LeastCeilings(subscription, old);
                after = after.With(Successor(subscription, old, before, least, author, now, out jobs, out notifications)).WithVersion(subscriptionId, kind, now);
            }
            outcomes.Add(new(subscriptionId, kind, after.LastChange, jobs.Length, false) { Notifications = notifications.New.Length });
            after = after.WithJobs(jobs, Time);
            after = after with { Notifications = after.Notifications.Write(subscriptionId, notifications, Now) };
        }
        foreach (var (subscriptionId, _, differs) in planned)
            if (differs && before.Subscriptions.TryGetValue(subscriptionId, out var old)) after = after.Retire(old);
        var all = outcomes.ToImmutable();
        _open = after.Remember(author, all, now);
        return all;
    }

    private static ChangeOutcome Unchanged(Tables tables, string subscriptionId) =>
        new(subscriptionId, ChangeKind.None, tables.Version(subscriptionId)?.Revision ?? 0, 0, false);

    private static bool IsSame(Subscription old, Subscription now) =>
        SubscriptionJson.Write(old).Span.SequenceEqual(SubscriptionJson.Write(now).Span)
        && old.PrivateIdentities.Zip(now.PrivateIdentities).All(pair =>
            Equals(pair.First.Credentials.Aka, pair.Second.Credentials.Aka) && Equals(pair.First.Credentials.Digest, pair.Second.Credentials.Digest));

    private sealed record VersionFacts(long Revision, DateTimeOffset Created, DateTimeOffset Updated);

    private sealed record RequestFacts(ReadOnlyMemory<byte> Hash, ImmutableArray<ChangeOutcome> Outcomes, DateTimeOffset Time);

    private sealed record RecordEntry(ChangeRecord Record, StoredSubscriber? Before);

    private sealed partial record Tables
    {
        public ImmutableDictionary<string, VersionFacts> Versions { get; init; } = ImmutableDictionary<string, VersionFacts>.Empty;

        public ImmutableSortedDictionary<long, RecordEntry> Changes { get; init; } = ImmutableSortedDictionary<long, RecordEntry>.Empty;

        public ImmutableDictionary<string, RequestFacts> Requests { get; init; } = ImmutableDictionary<string, RequestFacts>.Empty;

        public ImmutableSortedDictionary<string, AccessToken> Tokens { get; init; } = ImmutableSortedDictionary.Create<string, AccessToken>(StringComparer.Ordinal);

        /// <summary>Begins as on SQLite: 1 is the revision of what is older than the records.</summary>
        public long LastChange { get; init; } = 1;

        public StoredSubscription? Version(string subscriptionId) =>
            Subscriptions.TryGetValue(subscriptionId, out var row) && Versions.TryGetValue(subscriptionId, out var facts)
                ? new(row.Subscription, facts.Revision, facts.Created, facts.Updated)
                : null;

        public Tables WithVersion(string subscriptionId, ChangeKind kind, DateTimeOffset now)
        {
            // Whole seconds, as on SQLite.
            now = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
            var created = kind == ChangeKind.Created ? now : Versions[subscriptionId].Created;
            return this with { Versions = Versions.SetItem(subscriptionId, new(LastChange, created, now)) };
        }

        public Tables WithRecord(string subscriptionId, ChangeKind kind, string? summary, StoredSubscriber? before, ChangeAuthor author, DateTimeOffset now)
        {
            now = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
            var record = new ChangeRecord(LastChange + 1, now, author with { RequestHash = default }, subscriptionId, kind, summary);
            return this with { LastChange = record.Id, Changes = Changes.Add(record.Id, new(record, before)) };
        }

        public ServedRequest? Served(ChangeAuthor author) =>
            author.RequestId is { } id && Requests.GetValueOrDefault(id) is { } facts
                ? new(facts.Hash.Span.SequenceEqual(author.RequestHash.Span), facts.Outcomes)
                : null;

        public Tables Remember(ChangeAuthor author, ImmutableArray<ChangeOutcome> outcomes, DateTimeOffset now) =>
            author.RequestId is { } id ? this with { Requests = Requests.Add(id, new(author.RequestHash, outcomes, now)) } : this;

        public Subscription? After(ChangeRecord record)
        {
            if (record.Kind == ChangeKind.Deleted) return null;
            foreach (var (id, entry) in Changes)
                if (id > record.Id && entry.Record.SubscriptionId == record.SubscriptionId && entry.Record.Kind != ChangeKind.Action)
                    return entry.Before?.Subscription;
            return Subscriptions.GetValueOrDefault(record.SubscriptionId)?.Subscription;
        }

        public Dictionary<string, ulong> LeastCeilings(Subscription now, StoredSubscriber? old)
        {
            var ceilings = new Dictionary<string, ulong>(StringComparer.Ordinal);
            var versions = Changes.Values.Reverse().Where(entry => entry.Record.SubscriptionId == now.SubscriptionId).Select(entry => entry.Before).OfType<StoredSubscriber>();
            foreach (var identity in now.PrivateIdentities)
            {
                if (identity.Credentials.Aka is not { } aka || (old is not null && Has(old, aka, identity.Identity))) continue;
                if (versions.Prepend(old).OfType<StoredSubscriber>().FirstOrDefault(version => Has(version, aka, null)) is { } newest)
                    ceilings[identity.Identity] = newest.SqnCeilings.Where((_, i) => IsKey(newest.Subscription.PrivateIdentities[i], aka)).Max();
            }
            return ceilings;

            static bool IsKey(PrivateIdentity identity, AkaCredentials aka) => identity.Credentials.Aka is { } its && its.K.Equals(aka.K);

            static bool Has(StoredSubscriber version, AkaCredentials aka, string? name) =>
                version.Subscription.PrivateIdentities.Any(its => IsKey(its, aka) && (name is null || its.Identity == name));
        }
    }
}
