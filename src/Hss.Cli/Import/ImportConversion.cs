using System.Text.Json.Nodes;
using Hss.Cli.Foreign;

namespace Hss.Cli;

/// <summary>hss import --to: documents into a file instead of a server; and the report of what had no equal here.</summary>
internal static class ImportConversion
{
    public static async Task<int> RunAsync(Invocation invocation, ImportSource source, string name, string target, CancellationToken stop)
    {
        var count = 0L;
        Exception? problem = null;
        await using (var file = NewFile.Create(target))
        {
            try
            {
                await foreach (var document in source.Documents(line => invocation.Output.Note($"{name}: {line}")).ConfigureAwait(false))
                {
                    stop.ThrowIfCancellationRequested();
                    await file.WriteAsync(document.Utf8, stop).ConfigureAwait(false);
                    file.WriteByte((byte)'\n');
                    count++;
                }
            }
            catch (Exception caught) when (caught is CliException or OperationCanceledException or IOException)
            {
                problem = caught;
            }
        }
        // Half a file would look like a whole one, and it holds keys.
        if (problem is not null) File.Delete(target);
        Tell(invocation, name, source.Report, invocation.Output.Note);
        switch (problem)
        {
            case CliException known: throw new CliException($"{name}: {known.Message}; nothing was written", known.ExitCode);
            case IOException: throw new CliException($"{target} cannot be written: {OneLine.Of(problem)}", ExitCodes.Failed);
            case not null: System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(problem); break;
        }
        invocation.Output.Note($"{name}: {Output.Number(count)} documents are in {target}; it holds keys in clear");
        return (source.Report?.Refused ?? 0) == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>Problems were told while the file was read; here is what was left out or changed on the way.</summary>
    public static void Tell(Invocation invocation, string name, ForeignReport? report, Action<string> line)
    {
        if (report is null) return;
        if (invocation.Output.IsJson)
        {
            invocation.Output.Json(new JsonObject
            {
                ["documents"] = report.Documents,
                ["refused"] = report.Refused,
                ["problems"] = new JsonArray([.. report.Problems.Select(one => (JsonNode)one)]),
                ["remarks"] = new JsonArray([.. report.Remarks.Select(one => (JsonNode)new JsonObject { ["subject"] = one.Subject, ["explanation"] = one.Explanation, ["count"] = one.Count })]),
            }.ToJsonString());
            return;
        }
        foreach (var remark in report.Remarks) line(OneLine.Of($"{name}: {remark}"));
        if (report.Refused > 0) line($"{name}: {Output.Number(report.Refused)} records became no document");
    }
}
