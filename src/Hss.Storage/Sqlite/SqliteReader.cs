using System.Collections.Immutable;
using Hss.Authentication;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>The statements that read, on one connection; one thread at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly CredentialSeal _seal;
    private readonly Statement _begin;
    private readonly Statement _end;
    private readonly Statement _ownerByPrivateIdentity;
    private readonly Statement _ownerByPublicIdentity;
    private readonly Statement _subscription;
    private readonly Statement _subscriptionIds;
    private readonly Statement _wildcardedIdentities;
    private readonly Statement _ownerByUserIdentity;
    private readonly Statement _userIdentities;
    private readonly Statement _privateIdentities;
    private readonly Statement _publicIdentities;
    private readonly Statement _registrationSets;

    public SqliteReader(SqliteConnection connection, CredentialSeal seal)
    {
        _connection = connection;
        _seal = seal;
        Jobs = new(connection);
        Changes = new(connection, this, seal);
        ApplicationData = new(connection);
        Notifications = new(connection);
        ApplicationServers = new(connection);
        _begin = new(connection, "BEGIN");
        _end = new(connection, "END");
        _ownerByPrivateIdentity = new(connection,
            "SELECT s.subscription_id FROM private_identity i JOIN subscription s ON s.id = i.subscription WHERE i.identity = ?1");
        _ownerByPublicIdentity = new(connection,
            "SELECT s.subscription_id FROM public_identity i JOIN subscription s ON s.id = i.subscription WHERE i.identity = ?1");
        _ownerByUserIdentity = new(connection,
            "SELECT s.subscription_id FROM user_identity i JOIN subscription s ON s.id = i.subscription WHERE i.identity = ?1 AND i.kind = ?2");
        _userIdentities = new(connection, "SELECT kind, identity FROM user_identity WHERE subscription = ?1");
        _subscription = new(connection, "SELECT id, document, revision, created, updated, has_application_data FROM subscription WHERE subscription_id = ?1");
        _subscriptionIds = new(connection, "SELECT subscription_id FROM subscription ORDER BY id LIMIT ?1");
        // The literal numbers make SQLite take the partial index.
        _wildcardedIdentities = new(connection, """
            SELECT s.subscription_id, i.identity FROM public_identity i JOIN subscription s ON s.id = i.subscription WHERE i.type IN (2, 4)
            """);
        _privateIdentities = new(connection, """
            SELECT i.id, i.identity, i.credentials, coalesce(n.sqn_ceiling, 0)
            FROM private_identity i LEFT JOIN sequence_number n ON n.private_identity = i.id
            WHERE i.subscription = ?1 ORDER BY i.ordinal
            """);
        _publicIdentities = new(connection, "SELECT identity, set_ordinal, type FROM public_identity WHERE subscription = ?1");
        _registrationSets = new(connection, """
            SELECT set_ordinal, status, server_name, diameter_host, diameter_realm, reassignment_pending, registered, authentication_pending,
                restoration, user_data_outdated
            FROM registration_set WHERE subscription = ?1
            """);
    }

    public SqliteJobReader Jobs { get; }

    public SqliteChangeReader Changes { get; }

    public SqliteApplicationDataReader ApplicationData { get; }

    public SqliteNotificationReader Notifications { get; }

    public SqliteApplicationServerReader ApplicationServers { get; }

    /// <summary>Everything read inside is of one moment. After an exception the connection is thrown away.</summary>
    public T AtOneMoment<T>(Func<T> read)
    {
        _begin.Run();
        var result = read();
        _end.Run();
        return result;
    }

    public string? FindOwner(IdentityKind kind, string identity)
    {
        using var rows = kind switch
        {
            IdentityKind.Private => _ownerByPrivateIdentity.Rows(identity),
            IdentityKind.Public => _ownerByPublicIdentity.Rows(identity),
            _ => _ownerByUserIdentity.Rows(identity, UserIdentities.Column(kind)),
        };
        return rows.Read() ? rows.Text(0) : null;
    }

    public IReadOnlyList<string> SubscriptionIds(int most)
    {
        var names = new List<string>();
        using var rows = _subscriptionIds.Rows(most);
        while (rows.Read()) names.Add(rows.Text(0));
        return names;
    }

    public IReadOnlyList<(string SubscriptionId, string Identity)> WildcardedIdentities()
    {
        var found = new List<(string, string)>();
        using var rows = _wildcardedIdentities.Rows();
        while (rows.Read()) found.Add((rows.Text(0), rows.Text(1)));
        return found;
    }

    /// Errors: <see cref="InvalidDataException"/> when the rows are not what this program wrote.
    /// Order: a few statements without a transaction around them. The caller keeps everybody else from changing this subscription.
    public StoredSubscriber? Read(string subscriptionId)
    {
        if (Version(subscriptionId) is not { } version) return null;
        var identities = version.PrivateIdentities;
        var subscription = Parse(version);
        var inDocument = subscription.PrivateIdentities.Select(identity => identity.Identity);
        if (!inDocument.SequenceEqual(identities.Select(row => row.Identity), StringComparer.Ordinal))
            throw new InvalidDataException($"the document of subscription {subscriptionId} and its private identities disagree");
        var states = Enumerable.Repeat(RegistrationState.Initial, subscription.ImplicitRegistrationSets.Length).ToArray();
        foreach (var (set, state) in States(version.Row, identities))
            if ((uint)set < (uint)states.Length) states[set] = state;
        return new(subscription, new(version.Row, [.. identities.Select(identity => identity.Row)]), ImmutableArray.Create(states),
            [.. identities.Select(identity => identity.SqnCeiling)])
        {
            ApplicationData = DataOf(version),
        };
    }

    /// <summary>What application servers left. Nearly no subscription has any, and of the others no statement is run.</summary>
    public ApplicationData DataOf(StoredVersion version) =>
        version.HasApplicationData ? ApplicationData.Read(version.Row) : Hss.Subscribers.ApplicationData.Empty;

    /// <summary>The rows of a subscription, not yet understood; null: there are none.</summary>
    public StoredVersion? Version(string subscriptionId)
    {
        using var rows = _subscription.Rows(subscriptionId);
        return rows.Read()
            ? new(rows.Number(0), subscriptionId, rows.Octets(1), rows.Number(2), rows.Number(3), rows.Number(4), PrivateIdentities(rows.Number(0)), rows.Number(5) != 0)
            : null;
    }

    /// Errors: <see cref="InvalidDataException"/> when the rows are not what this program wrote.
    public Subscription Parse(StoredVersion version) =>
        SubscriptionJson.ReadStored(version.Document, identity => OpenCredentials(identity, version.PrivateIdentities));

    public StoredSubscription Stored(StoredVersion version) => version.With(Parse(version));

    /// <summary>The set of each public identity of a subscription, and what kind it is.</summary>
    public Dictionary<string, (int Set, PublicIdentityType Type)> PublicIdentities(long subscription)
    {
        var identities = new Dictionary<string, (int, PublicIdentityType)>(StringComparer.Ordinal);
        using var rows = _publicIdentities.Rows(subscription);
        while (rows.Read()) identities[rows.Text(0)] = ((int)rows.Number(1), (PublicIdentityType)rows.Number(2));
        return identities;
    }

    public HashSet<(IdentityKind Kind, string Identity)> UserIdentitiesOf(long subscription)
    {
        var identities = new HashSet<(IdentityKind, string)>();
        using var rows = _userIdentities.Rows(subscription);
        while (rows.Read()) identities.Add((UserIdentities.Kind((int)rows.Number(0)), rows.Text(1)));
        return identities;
    }

    public Credentials? OpenCredentials(string identity, IReadOnlyList<PrivateIdentityInStore> identities) => Open(_seal, identity, identities);

    public static Credentials? Open(CredentialSeal seal, string identity, IReadOnlyList<PrivateIdentityInStore> identities)
    {
        foreach (var row in identities)
            if (string.Equals(row.Identity, identity, StringComparison.Ordinal))
                return seal.Open(identity, row.SealedCredentials) ?? throw new InvalidDataException(
                    $"the sealed credentials of {identity} do not open: changed, or moved from another row; mend: provision it again");
        return null;
    }

    public List<PrivateIdentityInStore> PrivateIdentities(long subscription)
    {
        var identities = new List<PrivateIdentityInStore>(1);
        using var rows = _privateIdentities.Rows(subscription);
        while (rows.Read())
        {
            var ceiling = (ulong)rows.Number(3);
            if (ceiling > SequenceNumber.Max)
                throw new InvalidDataException($"the SQN ceiling of {rows.Text(1)} has more than 48 bits");
            identities.Add(new(rows.Number(0), rows.Text(1), rows.Octets(2), ceiling));
        }
        return identities;
    }

    /// <summary>The sets that are not in their initial state.</summary>
    public Dictionary<int, RegistrationState> States(long subscription, IReadOnlyList<PrivateIdentityInStore> identities)
    {
        var states = new Dictionary<int, RegistrationState>();
        using var rows = _registrationSets.Rows(subscription);
        while (rows.Read())
        {
            states[(int)rows.Number(0)] = new RegistrationState
            {
                Status = (RegistrationStatus)rows.Number(1),
                Server = rows.IsNull(2) ? null : new(rows.Text(2), rows.Text(3), rows.Text(4)),
                ReassignmentPending = rows.Number(5) != 0,
                RegisteredPrivateIdentities = RowNumbers.Read(rows.TextOrNull(6), identities),
                AuthenticationPendingPrivateIdentities = RowNumbers.Read(rows.TextOrNull(7), identities),
                RestorationData = RestorationColumn.Read(rows.IsNull(8) ? null : rows.Octets(8), identities),
                UserDataOutdated = rows.Number(9) != 0,
            };
        }
        return states;
    }

    public void Dispose()
    {
        _ownerByPrivateIdentity.Dispose();
        _ownerByPublicIdentity.Dispose();
        _subscription.Dispose();
        _subscriptionIds.Dispose();
        _wildcardedIdentities.Dispose();
        Jobs.Dispose();
        Changes.Dispose();
        ApplicationData.Dispose();
        Notifications.Dispose();
        ApplicationServers.Dispose();
        _ownerByUserIdentity.Dispose();
        _userIdentities.Dispose();
        _begin.Dispose();
        _end.Dispose();
        _publicIdentities.Dispose();
        _privateIdentities.Dispose();
        _registrationSets.Dispose();
        _connection.Dispose();
    }
}
