using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads one JSON file of the templates' folder.</summary>
/// Errors: on the list, each with file, place and mend; a warning counts as one, since whoever keeps the folder can mend it.
internal static class JsonFile
{
    /// <summary>Longer files are no templates: their filters would not fit User-Data.</summary>
    private const int MaxBytes = 64 * 1024;

    /// <param name="read">Given the document and the file's name without its ending; null when it could not make sense of it.</param>
    public static T? Read<T>(string file, List<DocumentProblem> problems, Func<JsonElement, string, ProblemList, T?> read) where T : class
    {
        var list = new ProblemList();
        T? result = null;
        try
        {
            if (new FileInfo(file).Length > MaxBytes) list.Add(DocumentPath.Root, $"is longer than {MaxBytes} octets");
            else
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file), new() { MaxDepth = 16 });
                result = read(document.RootElement, Path.GetFileNameWithoutExtension(file), list);
            }
        }
        catch (JsonException exception)
        {
            list.Add(DocumentPath.Root,
                $"no valid JSON at line {exception.LineNumber + 1}, octet {exception.BytePositionInLine + 1}: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            list.Add(DocumentPath.Root, "holds an escape that makes no text");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            list.Add(DocumentPath.Root, $"cannot be read: {exception.Message}");
        }
        var faults = list.Problems.Concat(list.Warnings.Where(IsFault)).ToList();
        problems.AddRange(faults.Select(p => p with { Path = p.Path.Length == 0 ? file : $"{file}: {p.Path}" }));
        return faults.Count == 0 ? result : null;
    }

    // What depends on the network that the file was written for is said to each subscription that uses it, and keeps no server from starting.
    private static bool IsFault(DocumentProblem warning) => warning.Rule is not ("E6" or "E8" or "E9");

    /// <summary>The field name, which the file's name repeats.</summary>
    public static string? Name(DocumentObject document, string fileName, ProblemList problems)
    {
        if (document.TryText("name", required: true, out var name) && name != fileName)
            problems.Add(document.At("name"),
                $"is {DocumentText.Quote(name)}; the file is named {DocumentText.Quote(fileName)}, and the two are equal");
        return name;
    }

    /// <summary>A template's or set's array as it stands; a single object counts as an array of one.</summary>
    public static JsonElement AsArray(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array) return element;
        using var array = JsonDocument.Parse($"[{element.GetRawText()}]");
        return array.RootElement.Clone();
    }
}
