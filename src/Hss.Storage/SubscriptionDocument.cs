using System.Text.Json;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>TEMPORARY seam.</summary>
internal static class SubscriptionDocument
{
    public static byte[] Write(Subscription subscription) => JsonSerializer.SerializeToUtf8Bytes(subscription with
    {
        PrivateIdentities = [.. subscription.PrivateIdentities.Select(p => p with { Credentials = null! })],
    });

    public static Subscription Read(ReadOnlySpan<byte> utf8, IReadOnlyDictionary<string, Credentials> credentials)
    {
        var subscription = JsonSerializer.Deserialize<Subscription>(utf8)!;
        return subscription with
        {
            PrivateIdentities = [.. subscription.PrivateIdentities.Select(p => p with { Credentials = credentials[p.Identity] })],
        };
    }
}
