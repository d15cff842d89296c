using Grpc.Core;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>The audit record of something that has happened already and changed no subscription.</summary>
internal static class ActionRecord
{
    /// <param name="done">What has happened, for a client that hears of no record: the usual sentence would send it to do it again.</param>
    /// Order: whoever lost patience meanwhile, what happened is recorded. Errors: UNAVAILABLE that begins with <paramref name="done"/>.
    public static async Task WriteAsync(SubscriberStore store, string subscriptionId, string summary, ChangeAuthor author, string done)
    {
        try
        {
            await store.RecordActionAsync(subscriptionId, summary, author, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"{done}, but the store could not write the audit record"));
        }
    }
}
