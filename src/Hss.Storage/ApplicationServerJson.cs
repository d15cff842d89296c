using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>An entry of the AS permission list as it stands in application_server.document.</summary>
/// Shape: JSON: serverNames, a list; operations, of each Data-Reference (its number) the sum of <see cref="ShOperations"/>.
internal static class ApplicationServerJson
{
    public static byte[] Write(ApplicationServerPermissions entry)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("serverNames");
            foreach (var name in entry.ServerNames) json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteStartObject("operations");
            foreach (var (reference, operations) in entry.Operations)
                json.WriteNumber(((int)reference).ToString(CultureInfo.InvariantCulture), (int)operations);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// Errors: <see cref="InvalidDataException"/> when it is not what <see cref="Write"/> wrote.
    public static ApplicationServerPermissions Read(string diameterHost, byte[] octets, long revision)
    {
        try
        {
            using var document = JsonDocument.Parse(octets);
            var root = document.RootElement;
            return new(
                diameterHost,
                [.. root.GetProperty("serverNames").EnumerateArray().Select(name => name.GetString()!)],
                root.GetProperty("operations").EnumerateObject().ToImmutableSortedDictionary(
                    one => (ShDataReference)int.Parse(one.Name, CultureInfo.InvariantCulture), one => (ShOperations)one.Value.GetInt32()))
            {
                Revision = revision,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"the permissions of application server {diameterHost} cannot be read ({e.Message}); mend: delete its row of table application_server and put its permissions again", e);
        }
    }
}
