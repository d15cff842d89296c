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
    }, Options);

    private static readonly JsonSerializerOptions Options = new() { Converters = { new Nothing() } };

    private sealed class Nothing : System.Text.Json.Serialization.JsonConverter<Credentials>
    {
        public override Credentials? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => null;
        public override void Write(Utf8JsonWriter writer, Credentials value, JsonSerializerOptions options) => writer.WriteNullValue();
    }

    public static Subscription Read(ReadOnlySpan<byte> utf8, IReadOnlyDictionary<string, Credentials> credentials)
    {
        var subscription = JsonSerializer.Deserialize<Subscription>(utf8, Options)!;
        return subscription with
        {
            PrivateIdentities = [.. subscription.PrivateIdentities.Select(p => p with { Credentials = credentials[p.Identity] })],
        };
    }
}
