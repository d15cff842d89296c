using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Hss.Subscribers;

namespace Hss.Storage.Sqlite;

/// <summary>What came of a request, as it stands in provisioning_request.outcomes.</summary>
/// Shape: a JSON array, of each subscription [name, kind, revision, jobs].
internal static class RequestOutcomes
{
    public static byte[] Write(ImmutableArray<ChangeOutcome> outcomes)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var outcome in outcomes)
            {
                json.WriteStartArray();
                json.WriteStringValue(outcome.SubscriptionId);
                json.WriteNumberValue((int)outcome.Kind);
                json.WriteNumberValue(outcome.Revision);
                json.WriteNumberValue(outcome.Jobs);
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        return buffer.WrittenSpan.ToArray();
    }

    public static ImmutableArray<ChangeOutcome> Read(byte[] octets)
    {
        using var document = JsonDocument.Parse(octets);
        return [.. document.RootElement.EnumerateArray().Select(outcome => new ChangeOutcome(
            outcome[0].GetString()!, (ChangeKind)outcome[1].GetInt32(), outcome[2].GetInt64(), outcome[3].GetInt32(), IsRepeated: false))];
    }
}
