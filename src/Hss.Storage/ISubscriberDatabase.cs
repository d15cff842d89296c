using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>What is durable: the tables under <see cref="SubscriberStore"/>. Real on SQLite, and in memory with planned faults for
/// simulations.</summary>
/// Order: reads from any thread, several at once; everything that writes, the step of <see cref="PrepareChange"/>, <see cref="Commit"/>
/// and <see cref="Rollback"/> from the commit thread alone. The first write after a commit opens a transaction.
/// Errors: anything that fails throws <see cref="StoreUnavailableException"/>. After a rollback the next write starts afresh, however
/// broken the database was: an implementation reopens whatever it has to.
public interface ISubscriberDatabase : IDisposable
{
    /// <summary>The subscription that owns a canonical identity, or null.</summary>
    string? FindOwner(IdentityKind kind, string identity);

    /// <summary>One subscription with its states and ceilings as last committed, or null.</summary>
    StoredSubscriber? Read(string subscriptionId);

    StoreCounts Count();

    /// <summary>Names of stored subscriptions, at most so many, in the order they were created.</summary>
    IReadOnlyList<string> SubscriptionIds(int most);

    /// <summary>Every wildcarded identity with the subscription that owns it, as last committed.</summary>
    IReadOnlyList<(string SubscriptionId, string Identity)> WildcardedIdentities();

    /// <summary>Jobs as last committed. What <see cref="CxJobQuery"/> promises about order and about due jobs holds.</summary>
    IReadOnlyList<CxJob> Jobs(CxJobQuery query);

    /// <summary>What is pending, by S-CSCF and kind.</summary>
    IReadOnlyList<OpenJobs> OpenJobs();

    /// <summary>Writes the change of one turn. True: notifications are among it, or changed with it.</summary>
    bool Write(SubscriberWrite write);

    /// <summary>New jobs, ends and retries that change no registration state.</summary>
    void WriteJobs(ImmutableArray<CxJob> jobs, ImmutableArray<CxJobUpdate> updates);

    /// <summary>Forgets some of the finished jobs that ended before a moment or are beyond the number; returns how many.</summary>
    int PruneJobs(DateTimeOffset finishedBefore, int keep);

    /// <summary>Notifications as last committed. What <see cref="NotificationQuery"/> promises holds. Due ones: of each user one list in the order of their
    /// numbers, up to the first that has to wait, and the user whose first one is the longest due comes first.</summary>
    IReadOnlyList<Notification> Notifications(NotificationQuery query);

    /// <summary>What is pending, by application server.</summary>
    IReadOnlyList<OpenNotifications> OpenNotifications();

    /// <summary>Writes those that still have their version and are in their From state; returns how many.</summary>
    int WriteNotifications(ImmutableArray<NotificationUpdate> updates);

    /// <summary>Forgets some of the finished notifications that ended before a moment or are beyond the number; returns how many.</summary>
    int PruneNotifications(DateTimeOffset finishedBefore, int keep);

    /// <summary>The AS permission list, in the order of the hosts.</summary>
    IReadOnlyList<ApplicationServerPermissions> ApplicationServers();

    /// <summary>Writes or (null) removes one entry of the list, with its record.</summary>
    /// <param name="expected">The revision that has to stand; 0: none may; null: whatever stands.</param>
    /// Errors: <see cref="RequestIdReusedException"/>, with nothing written.
    ApplicationServerOutcome ChangeApplicationServer(string diameterHost, ApplicationServerPermissions? now, long? expected, ChangeAuthor author);

    /// <summary>Which application servers subscribe to what, or have notifications pending about it.</summary>
    IReadOnlyList<(string ApplicationServer, ShDataReference Reference)> SubscribedPairs();

    /// <summary>Of one such pair: the details of all users, each once.</summary>
    IReadOnlyList<string> SubscribedDetails(string applicationServer, ShDataReference reference);

    /// <summary>Names of some of the subscriptions that an application server watches for this.</summary>
    IReadOnlyList<string> SubscribersOf(WatchedData what, int most);

    /// <summary>Ends what an application server subscribed to of these subscriptions. The caller holds everybody else off them.</summary>
    void DropSubscriptions(IReadOnlyList<string> subscriptionIds, WatchedData what);

    /// <summary>Numbers of some of the notifications that wait for an application server and tell of this.</summary>
    IReadOnlyList<long> PendingNotifications(WatchedData what, int most);

    /// <summary>Withdraws those that are still pending.</summary>
    void WithdrawNotifications(IReadOnlyList<long> ids, string why);

    /// <summary>One subscription with its history as last committed, or null.</summary>
    StoredSubscription? ReadVersion(string subscriptionId);

    /// <summary>Subscriptions as they stood at one moment.</summary>
    IReadOnlyList<StoredSubscription> List(SubscriptionQuery query);

    /// <summary>Runs edits on what stands, and does on the caller's thread all that needs no transaction: comparing, serialising, sealing. The caller
    /// keeps everybody else from changing these subscriptions until the step is written or dropped.</summary>
    /// Shape: no name twice. Errors: what an edit throws. Of the step: <see cref="IdentityConflictException"/> or
    /// <see cref="RequestIdReusedException"/>, and then it has written nothing while earlier writes of the transaction stand.
    PreparedChange PrepareChange(IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author);

    /// <summary>What was served under the author's request id as last committed, or null; also null without an id.</summary>
    ServedRequest? FindRequest(ChangeAuthor author);

    /// <summary>Writes a record of something that changes no subscription.</summary>
    /// Errors: <see cref="RequestIdReusedException"/>, with nothing written.
    ChangeOutcome RecordAction(string subscriptionId, string summary, ChangeAuthor author);

    /// <summary>Records as last committed. What <see cref="ChangeQuery"/> promises about order holds.</summary>
    IReadOnlyList<ChangeRecord> Changes(ChangeQuery query);

    ChangeSpan Span();

    /// <summary>Forgets some of the oldest records, and requests, that are from before a moment; and records beyond the number. Returns how many.</summary>
    /// Order: by number and without a gap. A record is what its predecessor needs to say what it made, so the oldest can always go and no other can.
    int PruneChanges(DateTimeOffset before, long keep);

    IReadOnlyList<AccessToken> AccessTokens();

    /// <summary>With its record. False, and nothing is written: there is one of that name.</summary>
    bool AddAccessToken(AccessToken token, ChangeAuthor author);

    /// <summary>With its record. False, and nothing is written: there is none.</summary>
    bool RemoveAccessToken(string name, ChangeAuthor author);

    /// <summary>When it returns, everything written since the last commit survives power loss.</summary>
    void Commit();

    void Rollback();
}

public enum IdentityKind
{
    Private = 0,
    Public = 1,
    Msisdn = 2,
    ExternalIdentifier = 3,
}

/// <summary>A subscription as it lies in the store.</summary>
/// Shape: one state per implicit registration set; one ceiling and one row per private identity, in the subscription's order.
public sealed record StoredSubscriber(
    Subscription Subscription, SubscriberRows Rows, ImmutableArray<RegistrationState> States, ImmutableArray<ulong> SqnCeilings)
{
    public ApplicationData ApplicationData { get; init; } = ApplicationData.Empty;
}

/// <summary>Row numbers, so that the writes of a procedure search nothing.</summary>
public sealed record SubscriberRows(long Subscription, ImmutableArray<long> PrivateIdentities);

/// <summary>Absolute values to write for one subscriber: writing them twice changes nothing.</summary>
public sealed record SubscriberWrite(
    Subscription Subscription,
    SubscriberRows Rows,
    ImmutableArray<(int SetIndex, RegistrationState State)> Registrations,
    ImmutableArray<SequenceWrite> Sequences)
{
    public ImmutableArray<CxJob> Jobs { get; init; } = [];

    public ImmutableArray<CxJobUpdate> JobUpdates { get; init; } = [];

    /// <summary>Null: it stays.</summary>
    public ApplicationDataWrite? ApplicationData { get; init; }

    public NotificationWrites Notifications { get; init; } = NotificationWrites.None;

    /// <summary>Null: no record.</summary>
    public AuditNote? Audit { get; init; }

    public bool WritesJobs => !Jobs.IsEmpty || !JobUpdates.IsEmpty;
}

/// <summary>The highest SQN that may be issued for one key before its next commit.</summary>
/// Why a flag: a reservation may only raise the ceiling, whatever went wrong before it; only a verified resynchronisation sets it back
/// (TS 33.102 6.3.5: the USIM is the authority then).
public readonly record struct SequenceWrite(int PrivateIdentityIndex, ulong SqnCeiling, bool MayLower);

/// <summary>Row counts.</summary>
public readonly record struct StoreCounts(int Subscriptions, int PrivateIdentities, int PublicIdentities, int RegisteredSets);
