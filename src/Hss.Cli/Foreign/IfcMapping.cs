using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hss.Cli.Foreign;

/// <summary>Which service profile takes the place of a foreign iFC file: JSON of {"FILE": {fields of a service profile but its name}}.</summary>
/// Shape: {imsi}, {msisdn} and {domain} inside its strings are the subscriber's; "" is for those that name no file.
/// Errors: <see cref="ForeignFormatException"/> naming the place. Spec: docs/subscription.md (service profiles), docs/migration.md.
public sealed class IfcMapping
{
    public const int MaxFileBytes = 1024 * 1024;

    public static readonly IfcMapping None = new([]);

    private static readonly string[] s_fields = ["initialFilterCriteria", "sharedFilterSets", "coreNetworkServicesAuthorization"];

    private readonly Dictionary<string, string> _profiles;

    private IfcMapping(Dictionary<string, string> profiles) => _profiles = profiles;

    public static IfcMapping Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes) throw new ForeignFormatException($"{file}: is longer than {MaxFileBytes} octets");
            return Parse(File.ReadAllBytes(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ForeignFormatException($"{file}: cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    public static IfcMapping Parse(ReadOnlySpan<byte> utf8, string name)
    {
        var profiles = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            if (JsonNode.Parse(utf8, documentOptions: new() { MaxDepth = 32 }) is not JsonObject files)
                throw new ForeignFormatException($"{name}: is no JSON object; write {{\"default_ifc.xml\":{{\"initialFilterCriteria\":[...]}}}}");
            foreach (var (file, profile) in files)
            {
                if (profile is not JsonObject fields || fields.FirstOrDefault(field => !s_fields.Contains(field.Key)).Key is not null)
                    throw new ForeignFormatException($"{name}: \"{file}\" is no service profile without its name; it may have {string.Join(", ", s_fields)}");
                profiles.Add(file, fields.ToJsonString());
            }
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new ForeignFormatException($"{name}: no valid JSON: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
        return new(profiles);
    }

    /// <summary>The profile for a file, its places filled; null when the mapping does not have it.</summary>
    /// Why text is put into JSON text: places may be anywhere in it; what is put in is escaped, since with a domain given an imsi may be any name.
    internal JsonObject? Find(string file, string imsi, string msisdn, string domain) => !_profiles.TryGetValue(file, out var json) ? null
        : JsonNode.Parse(json.Replace("{imsi}", Escaped(imsi), StringComparison.Ordinal).Replace("{msisdn}", Escaped(msisdn), StringComparison.Ordinal)
            .Replace("{domain}", Escaped(domain), StringComparison.Ordinal))!.AsObject();

    private static string Escaped(string text) => JsonEncodedText.Encode(text).Value;
}
