using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Strict reader of one JSON object: every field is known, stands once and has its type. Whatever is wrong goes on the problem list.</summary>
/// Errors: none thrown; a getter that finds nothing usable gives null, and the list says why unless the field was optional and absent.
internal sealed class DocumentObject
{
    private readonly string[] _known;
    private readonly JsonElement[] _values;
    private readonly bool[] _refused;
    private readonly ProblemList _problems;

    private DocumentObject(string[] known, DocumentPath path, ProblemList problems)
    {
        (_known, Path, _problems) = (known, path, problems);
        _values = new JsonElement[known.Length];
        _refused = new bool[known.Length];
    }

    public DocumentPath Path { get; }

    /// <param name="secretive">An object that holds keys or passwords: what stands in it is never repeated in a message, not even a field name.</param>
    public static DocumentObject? Read(JsonElement element, DocumentPath path, ProblemList problems, string[] known, bool secretive = false)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add(path, $"is {KindOf(element)}, an object {{...}} is needed");
            return null;
        }
        var document = new DocumentObject(known, path, problems);
        foreach (var property in element.EnumerateObject()) document.Take(property, secretive);
        return document;
    }

    public bool Has(string name) => _values[IndexOf(name)].ValueKind != JsonValueKind.Undefined;

    public DocumentPath At(string name) => Path.Field(name);

    /// <summary>The field as it stands; false and a problem when a required one is missing.</summary>
    public bool TryValue(string name, bool required, out JsonElement value)
    {
        var index = IndexOf(name);
        value = _values[index];
        if (value.ValueKind != JsonValueKind.Undefined) return true;
        if (required && !_refused[index]) _problems.Add(At(name), "is missing");
        return false;
    }

    public bool TryText(string name, bool required, [NotNullWhen(true)] out string? text, int maxLength = DocumentText.MaxLength,
        bool allowLineEnds = false)
    {
        text = null;
        return TryValue(name, required, out var value) && TryText(value, At(name), _problems, out text, maxLength, allowLineEnds);
    }

    public static bool TryText(JsonElement value, DocumentPath path, ProblemList problems, [NotNullWhen(true)] out string? text,
        int maxLength = DocumentText.MaxLength, bool allowLineEnds = false)
    {
        text = null;
        if (value.ValueKind != JsonValueKind.String)
        {
            problems.Add(path, $"is {KindOf(value)}, a string is needed");
            return false;
        }
        text = DocumentText.Of(value);
        if (text is not null && DocumentText.Problem(text, maxLength, allowLineEnds) is var problem)
        {
            if (problem is null) return true;
            problems.Add(path, problem);
        }
        else problems.Add(path, "is no valid text");
        text = null;
        return false;
    }

    public bool Flag(string name, bool otherwise)
    {
        if (!TryValue(name, required: false, out var value)) return otherwise;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        _problems.Add(At(name), $"is {KindOf(value)}, true or false is needed");
        return otherwise;
    }

    public int? Integer(string name, bool required, int minimum, int maximum) =>
        TryValue(name, required, out var value) ? Integer(value, At(name), _problems, minimum, maximum) : null;

    public static int? Integer(JsonElement value, DocumentPath path, ProblemList problems, int minimum, int maximum)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum) return number;
        problems.Add(path, value.ValueKind == JsonValueKind.Number
            ? $"is no whole number from {minimum} to {maximum}" : $"is {KindOf(value)}, a number is needed");
        return null;
    }

    /// <summary>One of the names of an enumeration.</summary>
    public T? Choice<T>(string name, bool required, ReadOnlySpan<(string Name, T Value)> choices) where T : struct =>
        TryText(name, required, out var text) ? Choice(text, At(name), _problems, choices) : null;

    public static T? Choice<T>(string text, DocumentPath path, ProblemList problems, ReadOnlySpan<(string Name, T Value)> choices) where T : struct
    {
        foreach (var (name, value) in choices)
            if (name == text) return value;
        var names = new List<string>();
        foreach (var (name, _) in choices) names.Add(name);
        problems.Add(path, $"{DocumentText.Quote(text)} is unknown; it is one of {string.Join(", ", names)}");
        return null;
    }

    public DocumentObject? Object(string name, bool required, string[] known, bool secretive = false) =>
        TryValue(name, required, out var value) ? Read(value, At(name), _problems, known, secretive) : null;

    /// <summary>The items of an array with the place of each. A required array is not empty.</summary>
    public List<(JsonElement Value, DocumentPath Path)> Items(string name, bool required)
    {
        var items = new List<(JsonElement, DocumentPath)>();
        if (!TryValue(name, required, out var value)) return items;
        if (value.ValueKind != JsonValueKind.Array)
        {
            _problems.Add(At(name), $"is {KindOf(value)}, an array [...] is needed");
            return items;
        }
        if (value.GetArrayLength() > SubscriptionJson.MaxItems)
        {
            _problems.Add(At(name), $"has {value.GetArrayLength()} items, at most {SubscriptionJson.MaxItems} are allowed");
            return items;
        }
        foreach (var item in value.EnumerateArray()) items.Add((item, Path.Item(name, items.Count)));
        if (required && items.Count == 0) _problems.Add(At(name), "is empty, at least one is needed");
        return items;
    }

    /// <summary>An array of distinct texts.</summary>
    public List<(string Text, DocumentPath Path)> Texts(string name, bool required)
    {
        var texts = new List<(string, DocumentPath)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (value, path) in Items(name, required))
        {
            if (!TryText(value, path, _problems, out var text)) continue;
            if (seen.Add(text)) texts.Add((text, path));
            else _problems.Add(path, $"{DocumentText.Quote(text)} stands here twice; remove one");
        }
        return texts;
    }

    private void Take(JsonProperty property, bool secretive)
    {
        var name = NameOf(property);
        var index = Array.IndexOf(_known, name);
        if (index < 0)
        {
            var what = secretive || name is null ? "a field" : $"the field {DocumentText.Quote(name)}";
            _problems.Add(Path, $"has {what} that is not known; known here: {string.Join(", ", _known)}");
        }
        else if (_values[index].ValueKind != JsonValueKind.Undefined) _problems.Add(At(_known[index]), "stands here twice; remove one");
        else if (property.Value.ValueKind == JsonValueKind.Null)
        {
            _refused[index] = true;
            _problems.Add(At(_known[index]), "is null; leave the field out instead");
        }
        else _values[index] = property.Value;
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private int IndexOf(string name) => Array.IndexOf(_known, name) is var index and >= 0
        ? index : throw new ArgumentException($"{name} is not among the known fields", nameof(name));

    public static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };
}
