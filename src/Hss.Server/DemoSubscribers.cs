using System.Collections.Immutable;
using Hss.Server.Configuration;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Server;

/// <summary>--demo: three subscribers for a first registration and one application server for Sh, put into a store that is empty and into no other.</summary>
internal static class DemoSubscribers
{
    /// <summary>Origin-Host of the application server that the filters of the demo subscribers lead to; a filter that names a SIP URI with this host is its own.</summary>
    public const string ApplicationServer = "as.ims.mnc001.mcc001.3gppnetwork.org";

    public static async Task<int> ImportIntoEmptyAsync(ServerSettings settings, SubscriberStore store)
    {
        if (!await store.IsEmptyAsync(CancellationToken.None).ConfigureAwait(false)) return 0;
        var exitCode = await SubscriptionImport.RunAsync(settings, store, ShippedFiles.Find("db/demo.jsonl"), continueOnError: false, Console.Error).ConfigureAwait(false);
        if (exitCode != 0) return exitCode;
        var entry = new ApplicationServerPermissions(ApplicationServer, [], Permissions);
        await store.PutApplicationServerAsync(entry, expected: null, ChangeAuthor.Offline("demo"), CancellationToken.None).ConfigureAwait(false);
        return 0;
    }

    /// <summary>All that Table 7.6.1 knows, but for what says who the user is to the radio network: an application server needs a reason to get that
    /// (TS 29.328 Table 7.6.1, note 8).</summary>
    private static ImmutableSortedDictionary<ShDataReference, ShOperations> Permissions => DataReferenceTable.Rows
        .Where(row => row.Reference is not (ShDataReference.Imsi or ShDataReference.ImsPrivateUserIdentity or ShDataReference.Imeisv))
        .ToImmutableSortedDictionary(row => row.Reference, row => row.Operations);
}
