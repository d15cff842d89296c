namespace Hss.Storage.Model;

// The tables of what application servers keep here, may do, and are owed.

internal sealed class RepositoryDataRow
{
    public long Id { get; set; }
    public long Subscription { get; set; }
    public required string PublicIdentity { get; set; }
    public required string ServiceIndication { get; set; }
    public int SequenceNumber { get; set; }
    public required byte[] ServiceData { get; set; }
}

internal sealed class NotificationSubscriptionRow
{
    public long Subscription { get; set; }
    public required string ApplicationServer { get; set; }
    public required string UserIdentity { get; set; }
    public int UserKind { get; set; }
    public int DataReference { get; set; }
    public required string Detail { get; set; }
    public required string PrivateIdentity { get; set; }
    public required string ApplicationServerRealm { get; set; }
    public string? AskedIdentity { get; set; }
    public long? Expiry { get; set; }
    public bool OneTime { get; set; }
    public bool CombinesChanges { get; set; }
}

internal sealed class InactiveServiceRow
{
    public long Subscription { get; set; }
    public required string PublicIdentity { get; set; }
    public required string ServerName { get; set; }
    public required string Tag { get; set; }
}

internal sealed class SmsRegistrationRow
{
    public long Subscription { get; set; }
    public required string PrivateIdentity { get; set; }
    public required string Number { get; set; }
    public required string DiameterHost { get; set; }
    public required string DiameterRealm { get; set; }
}

internal sealed class AccessReportRow
{
    public long Id { get; set; }
    public long Subscription { get; set; }
    public required string PrivateIdentity { get; set; }
    public long Reported { get; set; }
    public required byte[] Document { get; set; }
}

internal sealed class NotificationRow
{
    public long Id { get; set; }
    public int State { get; set; }
    public required string SubscriptionId { get; set; }
    public required string ApplicationServer { get; set; }
    public required string UserIdentity { get; set; }
    public int UserKind { get; set; }
    public int DataReference { get; set; }
    public required string Detail { get; set; }
    public required string PrivateIdentity { get; set; }
    public required string ApplicationServerRealm { get; set; }
    public string? AskedIdentity { get; set; }
    public bool CombinesChanges { get; set; }
    public int Version { get; set; }
    public int Attempts { get; set; }
    public long Created { get; set; }
    public long NextAttempt { get; set; }
    public long? Finished { get; set; }
    public string? Result { get; set; }
    public required byte[] Content { get; set; }
}

internal sealed class ApplicationServerRow
{
    public required string DiameterHost { get; set; }
    public required byte[] Document { get; set; }
    public long Revision { get; set; }
}

internal sealed class UserIdentityRow
{
    public required string Identity { get; set; }
    public int Kind { get; set; }
    public long Subscription { get; set; }
}
