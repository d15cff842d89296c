using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>A parameter with the value it has in one rendering.</summary>
internal readonly record struct TemplateValue(TemplateParameter Parameter, string Text);

/// <summary>Puts values into the string values of a template's filter.</summary>
/// Shape: a placeholder is {name} with a lower-case name; "[0-9]{3}" is none. In a pattern every value but a regular expression is escaped.
internal static class TemplateText
{
    /// <summary>The field that makes an item of an array depend on a parameter: a boolean that is true, or an optional one that was given.</summary>
    public const string When = "when";

    private static readonly string[] s_patternFields = ["requestUri", "header", "content", "line"];

    public static JsonDocument Render(JsonElement filter, Dictionary<string, TemplateValue> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, "", filter, values);
        return JsonDocument.Parse(buffer.WrittenMemory);
    }

    /// <summary>Names of the placeholders in a text with whether each stands in a pattern.</summary>
    public static IEnumerable<(string Name, string Field, bool IsWhole)> Placeholders(JsonElement element, string field = "")
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.EnumerateObject().SelectMany(property => Placeholders(property.Value, property.Name)).ToList();
            case JsonValueKind.Array:
                return element.EnumerateArray().SelectMany(item => Placeholders(item, field)).ToList();
            case JsonValueKind.String:
                var found = new List<(string, string, bool)>();
                var text = element.GetString()!;
                for (var i = 0; i < text.Length; i++)
                    if (TryPlaceholder(text, i, out var name)) found.Add((name, field, name.Length + 2 == text.Length));
                return found;
            default:
                return [];
        }
    }

    public static bool IsPattern(string field) => s_patternFields.Contains(field);

    public static bool IsName(string name) =>
        name.Length is > 0 and <= 40 && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private static void Write(Utf8JsonWriter json, string field, JsonElement element, Dictionary<string, TemplateValue> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    if (property.Name == When || IsLeftOut(property.Value, values)) continue;
                    json.WritePropertyName(property.Name);
                    Write(json, property.Name, property.Value, values);
                }
                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    if (IsWanted(item, values)) Write(json, field, item, values);
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                WriteText(json, field, element.GetString()!, values);
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }

    private static bool IsWanted(JsonElement item, Dictionary<string, TemplateValue> values)
    {
        // An optional parameter in a list of texts, as in "dsaiTags": ["{tag}"].
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(When, out var condition) || !TryPlaceholder(condition.GetString()!, 0, out var name))
            return !IsLeftOut(item, values);
        return values.TryGetValue(name, out var value) && (value.Parameter.Type != TemplateParameterType.Boolean || value.Text == "true");
    }

    private static bool IsLeftOut(JsonElement element, Dictionary<string, TemplateValue> values) =>
        element.ValueKind == JsonValueKind.String && element.GetString()! is var text
        && TryPlaceholder(text, 0, out var name) && name.Length + 2 == text.Length && !values.ContainsKey(name);

    private static void WriteText(Utf8JsonWriter json, string field, string text, Dictionary<string, TemplateValue> values)
    {
        if (TryPlaceholder(text, 0, out var whole) && whole.Length + 2 == text.Length)
        {
            var value = values[whole];
            if (value.Parameter.Type == TemplateParameterType.Integer && !IsPattern(field))
                json.WriteNumberValue(int.Parse(value.Text, CultureInfo.InvariantCulture));
            else if (value.Parameter.Type == TemplateParameterType.Boolean) json.WriteBooleanValue(value.Text == "true");
            else json.WriteStringValue(IsPattern(field) && value.Parameter.Type != TemplateParameterType.RegularExpression
                ? ExtendedRegularExpression.Escape(value.Text) : value.Text);
            return;
        }
        var output = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (!TryPlaceholder(text, i, out var name))
            {
                output.Append(text[i]);
                continue;
            }
            output.Append(InText(values[name], IsPattern(field)));
            i += name.Length + 1;
        }
        json.WriteStringValue(output.ToString());
    }

    // An expression put between others goes into a group of its own, or its '|' would split the whole pattern.
    private static string InText(TemplateValue value, bool isPattern) =>
        !isPattern ? value.Text
        : value.Parameter.Type == TemplateParameterType.RegularExpression ? $"({value.Text})"
        : ExtendedRegularExpression.Escape(value.Text);

    private static bool TryPlaceholder(string text, int start, out string name)
    {
        name = "";
        if (start >= text.Length || text[start] != '{') return false;
        var end = text.IndexOf('}', start);
        if (end < 0 || !IsName(text[(start + 1)..end])) return false;
        name = text[(start + 1)..end];
        return true;
    }
}
