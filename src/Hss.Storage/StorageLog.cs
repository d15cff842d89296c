using Microsoft.Extensions.Logging;

namespace Hss.Storage;

/// <summary>Log lines of the store: numbers 4000 to 4099. No line ever holds credentials.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(4001, LogLevel.Error,
        "Commit of {Count} changes failed; requests that change anything are refused until it works again")]
    public static partial void CommitFailed(ILogger logger, int count, Exception exception);

    [LoggerMessage(4002, LogLevel.Information, "Commits work again")]
    public static partial void CommitsRecovered(ILogger logger);

    [LoggerMessage(4003, LogLevel.Error, "Rollback failed; the connection is opened anew for the next commit")]
    public static partial void RollbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(4004, LogLevel.Critical, "A completion threw; the other changes of its commit go on")]
    public static partial void CompletionFailed(ILogger logger, Exception exception);

    [LoggerMessage(4005, LogLevel.Information,
        "Store {Path} opened: {Subscriptions} subscriptions, {PrivateIdentities} private and {PublicIdentities} public identities")]
    public static partial void Opened(ILogger logger, string path, int subscriptions, int privateIdentities, int publicIdentities);

    [LoggerMessage(4006, LogLevel.Information, "Store {Path} upgraded by {Count} migrations to {Latest}")]
    public static partial void Upgraded(ILogger logger, string path, int count, string latest);

    [LoggerMessage(4007, LogLevel.Warning,
        "Master key file {Path} created. Back it up apart from the store: without it no subscriber can be authenticated")]
    public static partial void MasterKeyCreated(ILogger logger, string path);

    [LoggerMessage(4008, LogLevel.Warning,
        "Master key file {Path} can be read by its group; mend: chmod 600 {SamePath}, unless that group is this server's own")]
    public static partial void MasterKeyGroupReadable(ILogger logger, string path, string samePath);

    [LoggerMessage(4009, LogLevel.Warning, "Checkpoint of the write-ahead log failed; it is tried again later")]
    public static partial void CheckpointFailed(ILogger logger, Exception exception);

    [LoggerMessage(4010, LogLevel.Debug,
        "Checkpoint: {Checkpointed} of {Logged} pages of the write-ahead log are in the database file")]
    public static partial void Checkpointed(ILogger logger, int checkpointed, int logged);

    [LoggerMessage(4040, LogLevel.Warning,
        "Wildcarded identity {Identity} of subscription {SubscriptionId} is too costly to match and is found by its own text alone; mend: provision it " +
        "again with a simpler expression")]
    public static partial void WildcardNotMatched(ILogger logger, string identity, string subscriptionId);

    [LoggerMessage(4011, LogLevel.Error, "Reading the store failed")]
    public static partial void ReadFailed(ILogger logger, Exception exception);

    [LoggerMessage(4012, LogLevel.Information, "{Count} records of changes and served request ids were old and are forgotten")]
    public static partial void RecordsPruned(ILogger logger, long count);

    [LoggerMessage(4014, LogLevel.Information,
        "{Count} subscriptions and notifications of application server {DiameterHost} about data reference {Reference} are gone with its permission")]
    public static partial void SubscriptionsWithdrawn(ILogger logger, int count, string diameterHost, int reference);

    [LoggerMessage(4015, LogLevel.Warning, "Subscriptions of application servers without permission stay until they are looked for again: {Reason}")]
    public static partial void SubscriptionsNotWithdrawn(ILogger logger, string reason);

    [LoggerMessage(4013, LogLevel.Warning, "Old records of changes stay for another hour: {Reason}")]
    public static partial void RecordsNotPruned(ILogger logger, string reason);
}
