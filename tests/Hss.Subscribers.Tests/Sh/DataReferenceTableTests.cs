using System.Globalization;

namespace Hss.Subscribers.Tests;

/// <summary>Table 7.6.1 of TS 29.328, as it is printed: reference, access keys, further keys (in brackets: may come), operations.</summary>
public sealed class DataReferenceTableTests
{
    private const string Table = """
         0 | IMPU PSI              | Service-Indication                                                                          | Pull Update Notify
        10 | IMPU PSI MSISDN ExtId | [Identity-Set]                                                                              | Pull Notify
        11 | IMPU                  |                                                                                             | Pull Notify
        12 | IMPU PSI              |                                                                                             | Pull Notify
        13 | IMPU PSI              | Server-Name                                                                                 | Pull Notify
        14 | IMPU MSISDN ExtId     | Requested-Domain Current-Location [User-Name Serving-Node-Indication Requested-Nodes Local-Time-Zone-Indication UDR-Flags] | Pull
        15 | IMPU MSISDN ExtId     | Requested-Domain [User-Name Requested-Nodes]                                                | Pull
        16 | IMPU PSI MSISDN ExtId |                                                                                             | Pull Notify
        17 | IMPU MSISDN ExtId     | [User-Name]                                                                                 | Pull
        18 | PSI                   |                                                                                             | Pull Update Notify
        19 | IMPU PSI              | Server-Name DSAI-Tag                                                                        | Pull Update Notify
        21 | IMPU MSISDN ExtId     |                                                                                             | Pull Notify
        22 | IMPU                  |                                                                                             | Pull Notify
        23 | IMPU                  |                                                                                             | Pull Notify
        24 | IMPU MSISDN ExtId     | [User-Name]                                                                                 | Pull Update
        25 | IMPU MSISDN ExtId     | [User-Name]                                                                                 | Notify
        26 | IMPU MSISDN           | [User-Name]                                                                                 | Pull
        27 | IMPU MSISDN           | [User-Name]                                                                                 | Pull Update
        28 | IMPU MSISDN           | [User-Name]                                                                                 | Pull Notify
        29 | IMPU                  |                                                                                             | Pull Notify
        30 | IMPU MSISDN           | [User-Name]                                                                                 | Pull
        31 | IMPU                  | [User-Name]                                                                                 | Pull
        32 | IMPU MSISDN ExtId     | [User-Name]                                                                                 | Pull
        33 | IMPU                  |                                                                                             | Pull Notify
        34 | IMPU MSISDN ExtId     | [User-Name]                                                                                 | Pull
        35 | IMPU MSISDN           | [User-Name]                                                                                 | Pull Notify
        """;

    private static readonly (ShFurtherKeys Key, string Name)[] s_names =
    [
        (ShFurtherKeys.ServiceIndication, "Service-Indication"), (ShFurtherKeys.IdentitySet, "Identity-Set"), (ShFurtherKeys.ServerName, "Server-Name"),
        (ShFurtherKeys.DsaiTag, "DSAI-Tag"), (ShFurtherKeys.RequestedDomain, "Requested-Domain"), (ShFurtherKeys.CurrentLocation, "Current-Location"),
        (ShFurtherKeys.UserName, "User-Name"), (ShFurtherKeys.ServingNodeIndication, "Serving-Node-Indication"), (ShFurtherKeys.RequestedNodes, "Requested-Nodes"),
        (ShFurtherKeys.LocalTimeZoneIndication, "Local-Time-Zone-Indication"), (ShFurtherKeys.UdrFlags, "UDR-Flags"),
    ];

    [Fact]
    public void The_table_is_the_one_of_the_text()
    {
        Assert.Equal(Table.Split('\n').Select(Squeeze), DataReferenceTable.Rows.Select(Print).Select(Squeeze));
    }

    [Fact]
    public void The_reserved_reference_and_unknown_ones_may_do_nothing()
    {
        foreach (var reference in (int[])[1, 9, 20, 36, -1])
        {
            Assert.Null(DataReferenceTable.Find((ShDataReference)reference));
            Assert.Equal(ShOperations.None, DataReferenceTable.Operations((ShDataReference)reference));
        }
        Assert.Equal(Enum.GetValues<ShDataReference>().Where(reference => reference != ShDataReference.AliasesRepositoryData), DataReferenceTable.Rows.Select(row => row.Reference));
    }

    [Theory]
    [InlineData(ShDataReference.PsiActivation, ShOperations.Pull, true, true)]
    [InlineData(ShDataReference.PsiActivation, ShOperations.Update, false, true)]
    [InlineData(ShDataReference.PsiActivation, ShOperations.Update, true, false)] // 6.1.2.1 step 4: a distinct PSI
    [InlineData(ShDataReference.RepositoryData, ShOperations.Update, true, true)]
    [InlineData(ShDataReference.ImsUserState, ShOperations.Pull, false, false)]
    public void A_service_is_a_key(ShDataReference reference, ShOperations operation, bool isWildcard, bool expected) =>
        Assert.Equal(expected, DataReferenceTable.Find(reference)!.IsKey(ShAccessKeys.PublicServiceIdentity, operation, isWildcard));

    // Rows: identity set; columns: public user identity, service, MSISDN, External-Identifier (7.6.2).
    [Theory]
    [InlineData(ShIdentitySet.All, "yyyy")]
    [InlineData(ShIdentitySet.Registered, "yyyy")]
    [InlineData(ShIdentitySet.Implicit, "yy--")]
    [InlineData(ShIdentitySet.Alias, "y---")]
    public void Identity_sets_can_be_asked_for_by(ShIdentitySet set, string expected) => Assert.Equal(expected, string.Concat(
        ((ShAccessKeys[])[ShAccessKeys.PublicUserIdentity, ShAccessKeys.PublicServiceIdentity, ShAccessKeys.Msisdn, ShAccessKeys.ExternalIdentifier])
            .Select(key => DataReferenceTable.IsKey(set, key) ? 'y' : '-')));

    [Fact]
    public void A_subscription_to_identities_needs_the_set_and_an_update_names_its_data_itself()
    {
        var identities = DataReferenceTable.Find(ShDataReference.ImsPublicIdentity)!;
        Assert.Equal(ShFurtherKeys.None, identities.NeededFor(ShOperations.Pull));
        Assert.Equal(ShFurtherKeys.IdentitySet, identities.NeededFor(ShOperations.Notify));
        Assert.All(DataReferenceTable.Rows, row => Assert.Equal(ShFurtherKeys.None, row.NeededFor(ShOperations.Update)));
    }

    private static string Print(DataReferenceRow row)
    {
        var keys = new[] { (ShAccessKeys.PublicUserIdentity, "IMPU"), (ShAccessKeys.PublicServiceIdentity, "PSI"), (ShAccessKeys.Msisdn, "MSISDN"), (ShAccessKeys.ExternalIdentifier, "ExtId") };
        var optional = Names(row.Optional);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)row.Reference} | {string.Join(' ', keys.Where(key => row.Keys.HasFlag(key.Item1)).Select(key => key.Item2))} | ")
            + $"{Names(row.Needed)}{(optional.Length > 0 ? $" [{optional}]" : "")} | {row.Operations.ToString().Replace(",", "", StringComparison.Ordinal)}";
    }

    private static string Names(ShFurtherKeys keys) => string.Join(' ', s_names.Where(name => keys.HasFlag(name.Key)).Select(name => name.Name));

    private static string Squeeze(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
