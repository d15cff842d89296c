using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hss.Subscribers;

namespace Hss.Cli.Foreign;

/// <summary>Turns a document that was put together into octets, and checks it as the server will.</summary>
internal static class DocumentMaker
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Nothing of the server's is known here.
    private static readonly DocumentContext s_context = new();

    /// <summary>The octets, or null and the problems.</summary>
    public static ReadOnlyMemory<byte>? Make(JsonObject document, out IReadOnlyList<DocumentProblem> problems)
    {
        var utf8 = JsonSerializer.SerializeToUtf8Bytes(document, s_options);
        problems = [.. SubscriptionJson.Read(utf8, s_context).Problems.Where(problem => !IsTheServers(problem))];
        // Not a conditional with null in it: that would turn into empty octets that are there.
        if (problems.Count > 0) return default(ReadOnlyMemory<byte>?);
        return utf8;
    }

    // Which templates, shared sets and transport keys there are is known to the server alone; it tells when one is missing.
    private static bool IsTheServers(DocumentProblem problem) =>
        problem.Path.EndsWith(".template", StringComparison.Ordinal) || problem.Path.Contains(".sharedFilterSets[", StringComparison.Ordinal)
        || (problem.Path.EndsWith(".transportKey", StringComparison.Ordinal) && problem.Message.StartsWith("is no transport key", StringComparison.Ordinal));
}
