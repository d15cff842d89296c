using System.Collections.Immutable;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Storage.Sqlite;

// Provisioning: changes with their records, lists, access tokens.
public sealed partial class SqliteDatabase
{
    public StoredSubscription? ReadVersion(string subscriptionId) => Reading(subscriptionId, static (reader, id) =>
        reader.AtOneMoment(() => reader.Version(id)) is { } version ? reader.Stored(version) : null);

    public IReadOnlyList<StoredSubscription> List(SubscriptionQuery query) => Reading(query, static (reader, what) => reader.Changes.List(what));

    public ServedRequest? FindRequest(ChangeAuthor author) => Reading(author, static (reader, who) => reader.Changes.FindRequest(who));

    public IReadOnlyList<ChangeRecord> Changes(ChangeQuery query) => Reading(query, static (reader, what) => reader.Changes.Changes(what));

    public ChangeSpan Span() => Reading(0, static (reader, _) => reader.Changes.Span());

    public IReadOnlyList<AccessToken> AccessTokens() => Reading(0, static (reader, _) => reader.Changes.AccessTokens());

    public PreparedChange PrepareChange(IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author)
    {
        ArgumentNullException.ThrowIfNull(edits);
        ArgumentNullException.ThrowIfNull(author);
        var planner = new ChangePlanner(_seal, author, _time.GetUtcNow());
        var old = Reading(edits, static (reader, all) => reader.AtOneMoment(() => all.Select(edit => reader.Version(edit.SubscriptionId)).ToArray()));
        // Outside of the reader: what an edit throws is the caller's own and no failure of the store.
        for (var i = 0; i < old.Length; i++) planner.Run(edits[i], old[i], Understood);
        var standing = Reading(planner, static (reader, what) => reader.AtOneMoment(() => Standing(reader, what)));
        var plan = planner.Plan(standing);
        return new(
            [.. plan.Versions.Where(version => version.Kind != ChangeKind.None).Select(version => (version.SubscriptionId, version.Now))],
            [.. plan.Versions.Where(version => version.Kind == ChangeKind.None).Select(SqliteProvisioning.Unchanged)],
            () =>
            {
                ImmutableArray<ChangeOutcome> outcomes = [];
                Writing(plan, (database, what) => outcomes = database._provisioning!.Write(what, _time.GetUtcNow()));
                return outcomes;
            });
    }

    public ChangeOutcome RecordAction(string subscriptionId, string summary, ChangeAuthor author)
    {
        var outcome = default(ChangeOutcome);
        Writing((subscriptionId, summary, author), (database, what) =>
            outcome = database._changes!.RecordAction(what.subscriptionId, what.summary, what.author, _time.GetUtcNow()));
        return outcome;
    }

    public int PruneChanges(DateTimeOffset before, long keep)
    {
        var pruned = 0;
        Writing((before, keep), (database, what) => pruned = database._changes!.Prune(what.before, what.keep));
        return pruned;
    }

    public bool AddAccessToken(AccessToken token, ChangeAuthor author)
    {
        var isAdded = false;
        Writing((token, author), (database, what) => isAdded = database._changes!.AddToken(what.token, what.author, _time.GetUtcNow()));
        return isAdded;
    }

    public bool RemoveAccessToken(string name, ChangeAuthor author)
    {
        var isRemoved = false;
        Writing((name, author), (database, what) => isRemoved = database._changes!.RemoveToken(what.name, what.author, _time.GetUtcNow()));
        return isRemoved;
    }

    private StoredSubscription Understood(StoredVersion version)
    {
        try
        {
            return version.With(SubscriptionJson.ReadStored(version.Document, identity => SqliteReader.Open(_seal, identity, version.PrivateIdentities)));
        }
        catch (InvalidDataException trouble)
        {
            throw new StoreUnavailableException($"subscription {version.SubscriptionId} cannot be read: {trouble.Message}", trouble);
        }
    }

    private static Dictionary<string, StandingState> Standing(SqliteReader reader, ChangePlanner planner)
    {
        var standing = new Dictionary<string, StandingState>(StringComparer.Ordinal);
        foreach (var (subscriptionId, old, now) in planner.Differing)
        {
            var newKeys = now is null ? [] : planner.GetNewKeys(old, now);
            var ceilings = newKeys.Count == 0 ? [] : reader.Changes.LeastCeilings(subscriptionId, old, newKeys);
            if (old is not null || ceilings.Count > 0) standing[subscriptionId] = Standing(reader, old, ceilings);
        }
        return standing;
    }

    private static StandingState Standing(SqliteReader reader, StoredVersion? old, Dictionary<string, ulong> ceilings)
    {
        if (old is null) return new([], [], null, ceilings);
        var publicIdentities = reader.PublicIdentities(old.Row);
        var states = reader.States(old.Row, old.PrivateIdentities);
        var data = reader.DataOf(old);
        var standing = new StandingState(publicIdentities, states, null, ceilings) { ApplicationData = data, UserIdentities = reader.UserIdentitiesOf(old.Row) };
        // Its document is read only when somebody may have to be told: reading it costs more than writing the new one.
        return standing.IsServed || !data.IsEmpty ? standing with { Old = ReadOld(reader, old, publicIdentities) } : standing;
    }

    /// <summary>The old version as others know it. One that does not read any more must not keep its successor out: then its identities
    /// alone say whom to tell.</summary>
    private static Subscription ReadOld(SqliteReader reader, StoredVersion old, Dictionary<string, (int Set, PublicIdentityType Type)> types)
    {
        try
        {
            return reader.Parse(old);
        }
        catch (InvalidDataException)
        {
            // Whoever reads it is told; here it is replaced or removed.
        }
        return new()
        {
            SubscriptionId = old.SubscriptionId,
            PrivateIdentities = [.. old.PrivateIdentities.Select(identity => new PrivateIdentity
            {
                Identity = identity.Identity, Credentials = new(null, null),
                AllowedSchemes = AuthenticationSchemes.None, DefaultScheme = AuthenticationSchemes.None,
            })],
            ImplicitRegistrationSets = [.. Enumerable.Range(0, types.Values.Select(place => place.Set).DefaultIfEmpty(-1).Max() + 1).Select(set =>
                new ImplicitRegistrationSet
                {
                    PublicIdentities = [.. types.Where(pair => pair.Value.Set == set)
                        .Select(pair => new PublicIdentity { Identity = pair.Key, ServiceProfile = "", Type = pair.Value.Type })],
                })],
            ServiceProfiles = [],
        };
    }
}
