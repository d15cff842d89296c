namespace Hss.Storage.Model;

// One class per table, as Entity Framework sees it. What a column means stands in HssDbContext and, for whoever opens the file
// with another tool, as a comment in the schema itself (Migrations).

internal sealed class SubscriptionRow
{
    public long Id { get; set; }
    public required string SubscriptionId { get; set; }
    public required byte[] Document { get; set; }
    public long Created { get; set; }
    public long Updated { get; set; }
    public long Revision { get; set; } = 1;
    public bool HasApplicationData { get; set; }
}

internal sealed class PrivateIdentityRow
{
    public long Id { get; set; }
    public required string Identity { get; set; }
    public long Subscription { get; set; }
    public int Ordinal { get; set; }
    public required byte[] Credentials { get; set; }
}

internal sealed class SequenceNumberRow
{
    public long PrivateIdentity { get; set; }
    public long SqnCeiling { get; set; }
}

internal sealed class RetiredSequenceNumberRow
{
    public required string Identity { get; set; }
    public long SqnCeiling { get; set; }
}

internal sealed class PublicIdentityRow
{
    public required string Identity { get; set; }
    public long Subscription { get; set; }
    public int SetOrdinal { get; set; }
    public int Type { get; set; }
}

internal sealed class RegistrationSetRow
{
    public long Subscription { get; set; }
    public int SetOrdinal { get; set; }
    public int Status { get; set; }
    public string? ServerName { get; set; }
    public string? DiameterHost { get; set; }
    public string? DiameterRealm { get; set; }
    public bool ReassignmentPending { get; set; }
    public string? Registered { get; set; }
    public string? AuthenticationPending { get; set; }
    public byte[]? Restoration { get; set; }
    public bool UserDataOutdated { get; set; }
}

internal sealed class CxJobRow
{
    public long Id { get; set; }
    public int Kind { get; set; }
    public int State { get; set; }
    public required string SubscriptionId { get; set; }
    public required string ServerName { get; set; }
    public required string DiameterHost { get; set; }
    public required string DiameterRealm { get; set; }
    public required string PrivateIdentity { get; set; }
    public required string PublicIdentities { get; set; }
    public required string AssociatedIdentities { get; set; }
    public int Reason { get; set; }
    public string? ReasonText { get; set; }
    public int Parts { get; set; }
    public bool ClearsOnAnswer { get; set; }
    public int Attempts { get; set; }
    public long Created { get; set; }
    public long NextAttempt { get; set; }
    public long? Finished { get; set; }
    public string? Result { get; set; }
}

internal sealed class SubscriptionChangeRow
{
    public long Id { get; set; }
    public long Time { get; set; }
    public int Kind { get; set; }
    public required string SubscriptionId { get; set; }
    public required string Actor { get; set; }
    public required string Method { get; set; }
    public string? RemoteAddress { get; set; }
    public string? RequestId { get; set; }
    public long? Undoes { get; set; }
    public string? Summary { get; set; }
    public byte[]? BeforeDocument { get; set; }
    public byte[]? BeforeCredentials { get; set; }
}

internal sealed class ProvisioningRequestRow
{
    public required string RequestId { get; set; }
    public required byte[] RequestHash { get; set; }
    public long Time { get; set; }
    public required byte[] Outcomes { get; set; }
}

internal sealed class AccessTokenRow
{
    public required string Name { get; set; }
    public required byte[] Hash { get; set; }
    public int Role { get; set; }
    public long Created { get; set; }
    public long? Expires { get; set; }
    public required string CreatedBy { get; set; }
}

internal sealed class StoreMetaRow
{
    public required string Name { get; set; }
    public required byte[] Value { get; set; }
}
