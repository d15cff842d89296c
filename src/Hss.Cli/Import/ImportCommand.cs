using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss import: a file of subscriptions into a running server, in one call that can be resumed.</summary>
internal static class ImportCommand
{
    private static readonly Option<bool> s_continue = Flag("--continue-on-error", "leave out bad documents and list them, instead of ending at the first batch that has one");
    private static readonly Option<int?> s_resumeFrom = Number("--resume-from", "begin with this line of the file");
    private static readonly Option<string?> s_to = Text("--to", "FILE", "write the documents into this new file, readable by you alone, instead of sending them: to look at or to keep");
    private static readonly Option<bool> s_restart = Flag("--restart", "begin with the first line, whatever FILE.hss-resume says");

    public static Command Create(Surroundings around)
    {
        var file = Argument("FILE", "JSON lines, or CSV with a header; - is the standard input");
        var command = Command("import", "Creates and replaces subscriptions from a file. Interrupted, the same command goes on where it stood.",
            [file, .. ImportSource.Options, s_continue, ValidateOnly, s_resumeFrom, s_restart, s_to]);
        Invocation.Handle(command, around, (invocation, stop) => RunAsync(invocation, invocation.Value(file), stop));
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, string file, CancellationToken stop)
    {
        var options = new ImportSubscriptionsRequest.Types.Options { ContinueOnError = invocation.Value(s_continue), ValidateOnly = invocation.Value(ValidateOnly) };
        // A trial leaves no trace, and what came by a pipe cannot be read again.
        var resume = options.ValidateOnly || file == "-" ? null : new ResumeFile(file);
        var start = Start(invocation, resume);
        using var source = ImportSource.Open(invocation, file, options.ContinueOnError);
        if (invocation.Value(s_to) is { } target) return await ImportConversion.RunAsync(invocation, source, Invocation.Name(file), target, stop).ConfigureAwait(false);
        var name = Invocation.Name(file);
        if (start.Line > 1) invocation.Output.Note($"{name}: going on with line {Output.Number(start.Line)}{(start.Fingerprint is null ? "" : "; --restart begins anew")}");

        return await ImportProgress.RunAsync(invocation.Around, source.TotalBytes, async progress =>
        {
            using var run = new ImportRun(invocation, name, progress, resume);
            try
            {
                var summary = await run.RunAsync(Rest(source.Documents(line => progress.Line($"{name}: {line}")), start, stop), options, stop).ConfigureAwait(false);
                return End(invocation, name, source, run, summary, resume, options, progress);
            }
            catch (Exception problem) when (problem is RpcException or OperationCanceledException or CliException)
            {
                if (run.CommittedLine > 0 && !options.ValidateOnly)
                    progress.Line(OneLine.Of(resume is not null
                        ? $"{name}: everything up to line {Output.Number(run.CommittedLine)} is stored; the same command goes on there"
                        : $"{name}: everything up to line {Output.Number(run.CommittedLine)} is stored; go on with --resume-from {Output.Number(run.CommittedLine + 1)}"));
                throw;
            }
        }).ConfigureAwait(false);
    }

    private static int End(Invocation invocation, string name, ImportSource source, ImportRun run, ImportSubscriptionsResponse summary, ResumeFile? resume,
        ImportSubscriptionsRequest.Types.Options options, ImportProgress progress)
    {
        var isWhole = run.LocalProblem is null && (summary.Refused == 0 || options.ContinueOnError);
        if (isWhole) resume?.Remove();
        if (!invocation.Output.IsJson)
            progress.Line(string.Create(CultureInfo.InvariantCulture,
                $"{name}: {summary.Received} documents: {summary.Created} created, {summary.Updated} updated, {summary.Unchanged} unchanged, {summary.Refused} refused{(options.ValidateOnly ? "; nothing was changed" : "")}"));
        if (!isWhole && !options.ValidateOnly)
            progress.Line($"{name}: everything up to line {Output.Number(run.CommittedLine)} is stored; mend the lines after it and give the same command again{(resume is null ? $" with --resume-from {Output.Number(run.CommittedLine + 1)}" : "")}");
        ImportConversion.Tell(invocation, name, source.Report, progress.Line);
        if (run.LocalProblem is { } problem) throw new CliException($"{name}: {problem.Message}", ExitCodes.Failed);
        return summary.Refused == 0 && (source.Report?.Refused ?? 0) == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>The first line to send, and the fingerprint that the one before it must have.</summary>
    private static (long Line, string? Fingerprint) Start(Invocation invocation, ResumeFile? resume)
    {
        if (invocation.Value(s_resumeFrom) is { } given)
            return invocation.Value(s_restart) ? throw new CliException("--resume-from and --restart exclude each other") : (Math.Max(1, given), null);
        if (invocation.Value(s_restart) || resume?.Read() is not { } stood) return (1, null);
        return (stood.Line + 1, stood.Fingerprint);
    }

    private static async IAsyncEnumerable<ImportDocument> Rest(IAsyncEnumerable<ImportDocument> documents, (long Line, string? Fingerprint) start,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var isSame = start.Fingerprint is null;
        await foreach (var document in documents.WithCancellation(stop).ConfigureAwait(false))
        {
            if (document.Line == start.Line - 1) isSame = isSame || document.Fingerprint() == start.Fingerprint;
            if (document.Line < start.Line) continue;
            if (!isSame) throw Changed();
            yield return document;
        }
        if (!isSame) throw Changed();

        CliException Changed() => new($"line {Output.Number(start.Line - 1)} is not the one that was imported last: the file has changed above it; --restart begins anew, equal documents change nothing");
    }
}
