using System.CommandLine;
using System.Runtime.CompilerServices;
using Hss.Provisioning.V1;

namespace Hss.Cli;

/// <summary>Subscriptions page by page.</summary>
internal static class SubscriptionPages
{
    public static Option<string?> Filter() => CommandOptions.Text("--filter", "FILTER",
        "terms joined by AND: subscription_id, private_identity or public_identity = \"VALUE\" (subscription_id = \"imsi-00101*\" for a beginning), registered = true|false");

    /// <summary>At most <paramref name="limit"/> of them; 0 is all. Says so when there are more.</summary>
    public static async IAsyncEnumerable<Subscription> ReadAsync(Invocation invocation, string? filter, int limit, Action more, [EnumeratorCancellation] CancellationToken stop)
    {
        var client = new SubscriptionService.SubscriptionServiceClient(invocation.Server);
        var request = new ListSubscriptionsRequest { Filter = filter ?? "" };
        for (var left = limit == 0 ? long.MaxValue : limit; ;)
        {
            request.PageSize = (int)Math.Min(left, CommandOptions.PageSize);
            var page = await client.ListSubscriptionsAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            foreach (var subscription in page.Subscriptions)
            {
                if (left-- == 0) break;
                yield return subscription;
            }
            if (page.NextPageToken.Length == 0) yield break;
            if (left <= 0)
            {
                more();
                yield break;
            }
            request.PageToken = page.NextPageToken;
        }
    }
}
