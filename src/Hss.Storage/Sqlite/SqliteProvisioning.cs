using System.Collections.Immutable;
using Hss.Authentication;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>A subscription as it goes into its rows: serialised and sealed, so that the commit thread only writes.</summary>
internal sealed record PreparedSubscription(Subscription Subscription, byte[] Document, ImmutableArray<byte[]> SealedCredentials);

/// <summary>Creates, replaces and removes subscriptions inside the writer's transaction, with the jobs that follow. Commit thread only.</summary>
/// Order: first everything that the old versions owned is let go, then the new versions are written; so an identity may move between two
/// subscriptions of one batch, in whatever order they stand in it.
internal sealed class SqliteProvisioning : IDisposable
{
    private const int SqliteConstraint = 19;

    private readonly SqliteWriter _writer;
    private readonly SqliteReader _reader;
    private readonly CredentialSeal _seal;
    private readonly Statement _savepoint;
    private readonly Statement _undo;
    private readonly Statement _release;
    private readonly Statement _find;
    private readonly Statement _insertSubscription;
    private readonly Statement _updateSubscription;
    private readonly Statement _publicIdentitiesOf;
    private readonly Statement _letGoPublicIdentities;
    private readonly Statement _letGoStates;
    private readonly Statement _insertPrivateIdentity;
    private readonly Statement _updatePrivateIdentity;
    private readonly Statement _deletePrivateIdentity;
    private readonly Statement _sequenceNumber;
    private readonly Statement _retire;
    private readonly Statement _comeBack;
    private readonly Statement _insertPublicIdentity;
    private readonly Statement _deleteSubscription;

    /// <summary><paramref name="reader"/> reads on the writer's own connection: it has to see what this transaction has written.</summary>
    public SqliteProvisioning(SqliteWriter writer, SqliteReader reader, CredentialSeal seal)
    {
        (_writer, _reader, _seal) = (writer, reader, seal);
        var connection = writer.Connection;
        _savepoint = new(connection, "SAVEPOINT provisioning");
        _undo = new(connection, "ROLLBACK TO provisioning");
        _release = new(connection, "RELEASE provisioning");
        _find = new(connection, "SELECT id FROM subscription WHERE subscription_id = ?1");
        _insertSubscription = new(connection,
            "INSERT INTO subscription (subscription_id, document, created, updated) VALUES (?1, ?2, ?3, ?3) RETURNING id");
        _updateSubscription = new(connection, "UPDATE subscription SET document = ?2, updated = ?3 WHERE id = ?1");
        _publicIdentitiesOf = new(connection, "SELECT identity, set_ordinal, type FROM public_identity WHERE subscription = ?1");
        _letGoPublicIdentities = new(connection, "DELETE FROM public_identity WHERE subscription = ?1");
        _letGoStates = new(connection, "DELETE FROM registration_set WHERE subscription = ?1");
        _insertPrivateIdentity = new(connection,
            "INSERT INTO private_identity (identity, subscription, ordinal, credentials) VALUES (?1, ?2, ?3, ?4) RETURNING id");
        _updatePrivateIdentity = new(connection,
            "UPDATE private_identity SET subscription = ?2, ordinal = ?3, credentials = ?4 WHERE id = ?1");
        _deletePrivateIdentity = new(connection, "DELETE FROM private_identity WHERE id = ?1");
        _sequenceNumber = new(connection, """
            INSERT INTO sequence_number (private_identity, sqn_ceiling) VALUES (?1, ?2)
            ON CONFLICT (private_identity) DO UPDATE SET sqn_ceiling = excluded.sqn_ceiling
            """);
        _retire = new(connection, """
            INSERT INTO retired_sequence_number (identity, sqn_ceiling)
            SELECT i.identity, n.sqn_ceiling FROM private_identity i JOIN sequence_number n ON n.private_identity = i.id WHERE i.id = ?1
            ON CONFLICT (identity) DO UPDATE SET sqn_ceiling = max(sqn_ceiling, excluded.sqn_ceiling)
            """);
        _comeBack = new(connection, "DELETE FROM retired_sequence_number WHERE identity = ?1 RETURNING sqn_ceiling");
        _insertPublicIdentity = new(connection,
            "INSERT INTO public_identity (identity, subscription, set_ordinal, type) VALUES (?1, ?2, ?3, ?4)");
        _deleteSubscription = new(connection, "DELETE FROM subscription WHERE id = ?1");
    }

    /// Errors: <see cref="IdentityConflictException"/>; what this call has written is undone, and only that.
    public UpsertCounts Upsert(IReadOnlyList<PreparedSubscription> batch, long now)
    {
        _savepoint.Run();
        try
        {
            var (created, jobs) = (0, 0);
            var old = new OldVersion?[batch.Count];
            var free = new Dictionary<string, PrivateIdentityInStore>(StringComparer.Ordinal);
            for (var i = 0; i < batch.Count; i++) old[i] = LetGo(batch[i].Subscription.SubscriptionId, free);
            for (var i = 0; i < batch.Count; i++)
            {
                if (old[i] is null) created++;
                jobs += Write(batch[i], old[i], free, now);
            }
            foreach (var nobodys in free.Values)
            {
                _retire.Run(nobodys.Row);
                _deletePrivateIdentity.Run(nobodys.Row);
            }
            _release.Run();
            return new(created, batch.Count - created) { Jobs = jobs };
        }
        catch (IdentityConflictException)
        {
            _undo.Run();
            _release.Run();
            throw;
        }
    }

    /// <summary>Removes a subscription with all that hangs on it. Returns the number of jobs, or null when there is none of that name.</summary>
    public int? Remove(string subscriptionId)
    {
        if (ReadOld(subscriptionId) is not { } old) return null;
        var jobs = old.Served is { } served ? RegistrationConsequences.OfRemoval(served, old.StatesOf(served)) : [];
        foreach (var identity in old.PrivateIdentities) _retire.Run(identity.Row);
        _deleteSubscription.Run(old.Row);
        _writer.Jobs.Insert(jobs);
        return jobs.Length;
    }

    private OldVersion? LetGo(string subscriptionId, Dictionary<string, PrivateIdentityInStore> free)
    {
        if (ReadOld(subscriptionId) is not { } old) return null;
        foreach (var identity in old.PrivateIdentities) free.Add(identity.Identity, identity);
        _letGoPublicIdentities.Run(old.Row);
        _letGoStates.Run(old.Row);
        return old;
    }

    private OldVersion? ReadOld(string subscriptionId)
    {
        if (_find.Number(subscriptionId) is not { } row) return null;
        var identities = _reader.PrivateIdentities(row);
        var types = new Dictionary<string, (int Set, PublicIdentityType Type)>(StringComparer.Ordinal);
        using (var rows = _publicIdentitiesOf.Rows(row))
            while (rows.Read()) types[rows.Text(0)] = ((int)rows.Number(1), (PublicIdentityType)rows.Number(2));
        var states = _reader.States(row, identities);
        // Its document is read only when somebody has to be told: reading it costs more than writing the new one.
        var served = states.Values.Any(state => state.Server is not null) ? ReadServed(subscriptionId, identities, types) : null;
        return new(row, identities, types.ToDictionary(pair => pair.Key, pair => pair.Value.Set, StringComparer.Ordinal), states, served);
    }

    /// <summary>The old version as its S-CSCF knows it. One that does not read any more must not keep its successor out: then its identities
    /// alone say whom to tell.</summary>
    private Subscription ReadServed(
        string subscriptionId, IReadOnlyList<PrivateIdentityInStore> identities, Dictionary<string, (int Set, PublicIdentityType Type)> types)
    {
        try
        {
            if (_reader.Read(subscriptionId) is { } stored) return stored.Subscription;
        }
        catch (InvalidDataException)
        {
            // Whoever reads it is told; here it is replaced or removed.
        }
        return new()
        {
            SubscriptionId = subscriptionId,
            PrivateIdentities = [.. identities.Select(identity => new PrivateIdentity
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

    private int Write(PreparedSubscription prepared, OldVersion? old, Dictionary<string, PrivateIdentityInStore> free, long now)
    {
        var subscription = prepared.Subscription;
        long row;
        if (old is null) row = _insertSubscription.Number(subscription.SubscriptionId, prepared.Document, now)!.Value;
        else _updateSubscription.Run(row = old.Row, prepared.Document, now);

        var rows = new long[subscription.PrivateIdentities.Length];
        for (var i = 0; i < subscription.PrivateIdentities.Length; i++)
            rows[i] = WritePrivateIdentity(subscription, row, i, prepared.SealedCredentials[i], free);
        for (var set = 0; set < subscription.ImplicitRegistrationSets.Length; set++)
            foreach (var identity in subscription.ImplicitRegistrationSets[set].PublicIdentities)
                OrConflict(IdentityKind.Public, identity.Identity, subscription,
                    () => _insertPublicIdentity.Run(identity.Identity, row, set, (int)identity.Type));
        if (old is null || old.States.Count == 0) return 0;

        var states = CarryOver.States(subscription, old.SetOf, old.States);
        ImmutableArray<CxJob> jobs = [];
        if (old.Served is { } served) (states, jobs) = RegistrationConsequences.Of(served, old.StatesOf(served), subscription, states);
        for (var set = 0; set < states.Length; set++)
            if (!states[set].Equals(RegistrationState.Initial)) _writer.WriteState(row, set, states[set], subscription, [.. rows]);
        _writer.Jobs.Insert(jobs);
        return jobs.Length;
    }

    private long WritePrivateIdentity(
        Subscription subscription, long subscriptionRow, int ordinal, byte[] sealedCredentials,
        Dictionary<string, PrivateIdentityInStore> free)
    {
        var identity = subscription.PrivateIdentities[ordinal];
        ulong ceiling;
        long row;
        if (free.Remove(identity.Identity, out var old))
        {
            row = old.Row;
            _updatePrivateIdentity.Run(row, subscriptionRow, ordinal, sealedCredentials);
            var credentials = _seal.Open(identity.Identity, old.SealedCredentials);
            ceiling = CarryOver.SqnCeiling(credentials, credentials is null, old.SqnCeiling, identity);
        }
        else
        {
            row = OrConflict(IdentityKind.Private, identity.Identity, subscription,
                () => _insertPrivateIdentity.Number(identity.Identity, subscriptionRow, ordinal, sealedCredentials)!.Value);
            // It may have been here before, with this K.
            ceiling = CarryOver.SqnCeiling(old: null, oldIsUnreadable: true, (ulong)(_comeBack.Number(identity.Identity) ?? 0), identity);
        }
        _sequenceNumber.Run(row, (long)ceiling);
        return row;
    }

    // Inserting and looking at the failure is one search less per identity than looking first, and millions of identities do not fail.
    private T OrConflict<T>(IdentityKind kind, string identity, Subscription subscription, Func<T> insert)
    {
        try
        {
            return insert();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SqliteConstraint && _reader.FindOwner(kind, identity) is { } owner)
        {
            throw new IdentityConflictException(identity, subscription.SubscriptionId, owner);
        }
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[_savepoint, _undo, _release, _find, _insertSubscription, _updateSubscription,
            _publicIdentitiesOf, _letGoPublicIdentities, _letGoStates, _insertPrivateIdentity, _updatePrivateIdentity, _deletePrivateIdentity,
            _sequenceNumber, _retire, _comeBack, _insertPublicIdentity, _deleteSubscription])
            statement.Dispose();
    }

    /// <param name="Served">The old subscription, when an S-CSCF has stored its name for some set of it.</param>
    private sealed record OldVersion(
        long Row, List<PrivateIdentityInStore> PrivateIdentities, Dictionary<string, int> SetOf, Dictionary<int, RegistrationState> States, Subscription? Served)
    {
        public ImmutableArray<RegistrationState> StatesOf(Subscription subscription) =>
            [.. Enumerable.Range(0, subscription.ImplicitRegistrationSets.Length).Select(set => States.GetValueOrDefault(set, RegistrationState.Initial))];
    }
}
