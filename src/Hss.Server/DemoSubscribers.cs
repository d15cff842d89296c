using Hss.Server.Configuration;
using Hss.Storage;

namespace Hss.Server;

/// <summary>--demo: three subscribers for a first registration, put into a store that is empty and into no other.</summary>
internal static class DemoSubscribers
{
    public static async Task<int> ImportIntoEmptyAsync(ServerSettings settings, SubscriberStore store)
    {
        if (!await store.IsEmptyAsync(CancellationToken.None).ConfigureAwait(false)) return 0;
        return await SubscriptionImport.RunAsync(settings, store, ShippedFiles.Find("db/demo.jsonl"), continueOnError: false, Console.Error).ConfigureAwait(false);
    }
}
