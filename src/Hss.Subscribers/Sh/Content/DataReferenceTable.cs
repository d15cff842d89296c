using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>One row of the table of data references: by which identity, with which further keys, and to do what, data can be asked for.</summary>
/// <param name="Keys">One of these, and nothing else, is in User-Identity.</param>
/// <param name="Needed">Keys that must come with a UDR (a subscription to identities needs Identity-Set, see <see cref="NeededFor"/>).</param>
/// <param name="Optional">Keys that may come.</param>
/// <param name="Operations">The most that an operator may allow.</param>
public sealed record DataReferenceRow(
    ShDataReference Reference, ShAccessKeys Keys, ShFurtherKeys Needed, ShFurtherKeys Optional, ShOperations Operations)
{
    /// <summary>Identities by which data may be changed: PSIActivation is that of one service, and a wildcard stands for many.</summary>
    /// Spec: TS 29.328 6.1.2.1 step 4.
    public bool UpdatesDistinctOnly => Reference == ShDataReference.PsiActivation;

    /// <summary>Whether the identity is a key for the operation.</summary>
    /// <param name="isWildcard">The identity is a wildcard, or fell into one.</param>
    public bool IsKey(ShAccessKeys key, ShOperations operation, bool isWildcard) =>
        (Keys & key) != 0 && (operation != ShOperations.Update || !UpdatesDistinctOnly || !isWildcard);

    /// <summary>The keys without which the operation cannot be done. A PUR needs none: what it is about stands in its User-Data.</summary>
    /// Why Server-Name is not needed for DSAI in a PUR although the table lists it: the grammar of PUR has neither it nor DSAI-Tag. The
    /// tag is in the XML, and the server is the one that asks (TS 29.329 6.1.3).
    public ShFurtherKeys NeededFor(ShOperations operation) => operation switch
    {
        ShOperations.Pull => Needed,
        ShOperations.Notify => Reference == ShDataReference.ImsPublicIdentity ? Needed | ShFurtherKeys.IdentitySet : Needed,
        _ => ShFurtherKeys.None,
    };
}

/// <summary>Table 7.6.1: every data reference with its access keys and the operations it knows. The permissions of an application server only narrow it.</summary>
/// Spec: TS 29.328 7.6 (Table 7.6.1), 6.2.
public static class DataReferenceTable
{
    private const ShAccessKeys Impu = ShAccessKeys.PublicUserIdentity;
    private const ShAccessKeys Psi = ShAccessKeys.PublicServiceIdentity;
    private const ShAccessKeys Msisdn = ShAccessKeys.Msisdn;
    private const ShAccessKeys ExtId = ShAccessKeys.ExternalIdentifier;

    private const ShFurtherKeys None = ShFurtherKeys.None;
    private const ShFurtherKeys User = ShFurtherKeys.UserName;
    private const ShFurtherKeys Domain = ShFurtherKeys.RequestedDomain;
    private const ShFurtherKeys Nodes = ShFurtherKeys.RequestedNodes;

    private const ShOperations Pull = ShOperations.Pull;
    private const ShOperations Update = ShOperations.Update;
    private const ShOperations Notify = ShOperations.Notify;

    /// <summary>In the order of their numbers. AliasesRepositoryData (20) is reserved and stands in no row: nobody may do anything with it.</summary>
    public static readonly ImmutableArray<DataReferenceRow> Rows =
    [
        new(ShDataReference.RepositoryData, Impu | Psi, ShFurtherKeys.ServiceIndication, None, Pull | Update | Notify),
        new(ShDataReference.ImsPublicIdentity, Impu | Psi | Msisdn | ExtId, None, ShFurtherKeys.IdentitySet, Pull | Notify),
        new(ShDataReference.ImsUserState, Impu, None, None, Pull | Notify),
        new(ShDataReference.ServerName, Impu | Psi, None, None, Pull | Notify),
        new(ShDataReference.InitialFilterCriteria, Impu | Psi, ShFurtherKeys.ServerName, None, Pull | Notify),
        new(ShDataReference.LocationInformation, Impu | Msisdn | ExtId, Domain | ShFurtherKeys.CurrentLocation,
            User | ShFurtherKeys.ServingNodeIndication | Nodes | ShFurtherKeys.LocalTimeZoneIndication | ShFurtherKeys.UdrFlags, Pull),
        new(ShDataReference.UserState, Impu | Msisdn | ExtId, Domain, User | Nodes, Pull),
        new(ShDataReference.ChargingInformation, Impu | Psi | Msisdn | ExtId, None, None, Pull | Notify),
        new(ShDataReference.Msisdn, Impu | Msisdn | ExtId, None, User, Pull),
        new(ShDataReference.PsiActivation, Psi, None, None, Pull | Update | Notify),
        new(ShDataReference.Dsai, Impu | Psi, ShFurtherKeys.DsaiTag | ShFurtherKeys.ServerName, None, Pull | Update | Notify),
        new(ShDataReference.ServiceLevelTraceInfo, Impu | Msisdn | ExtId, None, None, Pull | Notify),
        new(ShDataReference.IPAddressSecureBinding, Impu, None, None, Pull | Notify),
        new(ShDataReference.ServicePriorityLevel, Impu, None, None, Pull | Notify),
        new(ShDataReference.SmsRegistrationInfo, Impu | Msisdn | ExtId, None, User, Pull | Update),
        new(ShDataReference.UeReachabilityForIP, Impu | Msisdn | ExtId, None, User, Notify),
        new(ShDataReference.TadsInformation, Impu | Msisdn, None, User, Pull),
        new(ShDataReference.StnSr, Impu | Msisdn, None, User, Pull | Update),
        new(ShDataReference.UeSrvccCapability, Impu | Msisdn, None, User, Pull | Notify),
        new(ShDataReference.ExtendedPriority, Impu, None, None, Pull | Notify),
        new(ShDataReference.Csrn, Impu | Msisdn, None, User, Pull),
        new(ShDataReference.ReferenceLocationInformation, Impu, None, User, Pull),
        new(ShDataReference.Imsi, Impu | Msisdn | ExtId, None, User, Pull),
        new(ShDataReference.ImsPrivateUserIdentity, Impu, None, None, Pull | Notify),
        new(ShDataReference.Imeisv, Impu | Msisdn | ExtId, None, User, Pull),
        new(ShDataReference.Ue5GSrvccCapability, Impu | Msisdn, None, User, Pull | Notify),
    ];

    // Asked several times by every request, so without a hash: the numbers are small and close together.
    private static readonly DataReferenceRow?[] s_byNumber = ByNumber();

    /// <summary>Null: no such reference, or a reserved one.</summary>
    public static DataReferenceRow? Find(ShDataReference reference) => (uint)reference < (uint)s_byNumber.Length ? s_byNumber[(int)reference] : null;

    /// <summary>The most that an operator may allow.</summary>
    public static ShOperations Operations(ShDataReference reference) => Find(reference)?.Operations ?? ShOperations.None;

    /// <summary>What a user identity is as a key.</summary>
    /// <param name="identity">The public identity as provisioned; null when the user is named by MSISDN or External-Identifier.</param>
    public static ShAccessKeys KeyOf(ShUserIdentityKind kind, PublicIdentity? identity) => kind switch
    {
        ShUserIdentityKind.Msisdn => Msisdn,
        ShUserIdentityKind.ExternalIdentifier => ExtId,
        _ => identity?.IsPublicServiceIdentity == true ? Psi : Impu,
    };

    /// <summary>Whether an identity set can be asked for by that key: implicit sets and aliases are those of one public identity, and a service has no aliases.</summary>
    /// Spec: TS 29.328 7.6.2.
    public static bool IsKey(ShIdentitySet set, ShAccessKeys key) => set switch
    {
        ShIdentitySet.Implicit => (key & (Impu | Psi)) != 0,
        ShIdentitySet.Alias => key == Impu,
        _ => true,
    };

    private static DataReferenceRow?[] ByNumber()
    {
        var rows = new DataReferenceRow?[Rows.Max(row => (int)row.Reference) + 1];
        foreach (var row in Rows) rows[(int)row.Reference] = row;
        return rows;
    }
}
