using System.Text;
using Hss.Authentication;
using Hss.Server.Configuration;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Server;

/// <summary>Reads a file of subscription documents, one JSON object a line, into the store.</summary>
/// Order: the whole file or nothing, unless continue-on-error: then every good line, and each bad one is listed.
/// Errors: exit code 1, one line per problem: FILE:LINE: path: what is wrong and the mend. No secret is ever in a message.
internal static class SubscriptionImport
{
    /// <summary>With continue-on-error: as many subscriptions go into the store at a time.</summary>
    private const int BatchSize = SubscriberStore.MaxEditsPerChange;

    /// <summary>Lines that are read at once, on all processors: reading a document costs as much as writing it.</summary>
    private const int LinesAtOnce = 512;

    private const int ProblemsShown = 100;

    private static readonly ChangeAuthor s_author = ChangeAuthor.Offline("import");

    private sealed record Entry(int LineNumber, Subscription Subscription);

    public static async Task<int> RunAsync(ServerSettings settings, SubscriberStore store, string file, bool continueOnError, TextWriter messages)
    {
        var loaded = IfcTemplates.Load(settings.IfcTemplatesFolder);
        if (loaded.Templates is null)
        {
            foreach (var problem in loaded.Problems) await messages.WriteLineAsync($"hss: {problem}").ConfigureAwait(false);
            return 1;
        }
        DocumentContext context;
        try
        {
            var keys = settings.Provisioning.TransportKeysFile is { } keyFile ? TransportKeys.Read(keyFile) : TransportKeys.None;
            context = new() { Templates = loaded.Templates, TransportKeys = keys };
        }
        catch (TransportKeyFileException problem)
        {
            await messages.WriteLineAsync($"hss: {problem.Message}").ConfigureAwait(false);
            return 1;
        }
        var report = new Report(file, messages);
        var entries = new List<Entry>();
        var written = default(UpsertCounts);
        using var progress = new ProgressLine(messages);
        try
        {
            var total = new FileInfo(file).Length;
            long position = 0;
            var lineNumber = 0;
            await foreach (var lines in File.ReadLinesAsync(file, Encoding.UTF8).Chunk(LinesAtOnce).ConfigureAwait(false))
            {
                position += lines.Sum(line => (long)Encoding.UTF8.GetByteCount(line) + 1);
                progress.Show(position, total);
                var readings = new SubscriptionReading?[lines.Length];
                Parallel.For(0, lines.Length, i => readings[i] = string.IsNullOrWhiteSpace(lines[i]) ? null : SubscriptionJson.Read(Encoding.UTF8.GetBytes(lines[i]), context));
                foreach (var line in readings)
                {
                    lineNumber++;
                    if (line is null) continue;
                    var reading = line.NeedsStored ? line.Complete(await StoredAsync(store, line).ConfigureAwait(false)) : line;
                    foreach (var warning in reading.Warnings) report.Warn(lineNumber, warning);
                    foreach (var problem in reading.Problems) report.Fail(lineNumber, problem.ToString());
                    if (reading.Subscription is { } subscription) entries.Add(new(lineNumber, subscription));
                    if (!continueOnError || entries.Count < BatchSize) continue;
                    written = Sum(written, await WriteGoodOnesAsync(store, entries, report).ConfigureAwait(false));
                    entries.Clear();
                }
            }
            if (continueOnError) written = Sum(written, await WriteGoodOnesAsync(store, entries, report).ConfigureAwait(false));
            else if (report.Failures == 0) written = await WriteAllAsync(store, entries, report).ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or StoreUnavailableException)
        {
            report.Fail(0, trouble.Message);
        }
        progress.Clear();
        report.PrintTo(continueOnError ? int.MaxValue : ProblemsShown);
        await messages.WriteLineAsync(report.Failures == 0 || continueOnError
            ? $"import: {written.Created} created, {written.Updated} updated, {written.Unchanged} unchanged, {report.FailedLines} refused"
            : $"import: nothing was written, {report.FailedLines} lines are refused; mend them, or use --continue-on-error to take the others").ConfigureAwait(false);
        return report.Failures == 0 ? 0 : 1;
    }

    // Nobody else has the store open, so what is read now still stands when it is written.
    private static async Task<Subscription?> StoredAsync(SubscriberStore store, SubscriptionReading reading) =>
        (await store.ReadAsync(reading.SubscriptionId!, CancellationToken.None).ConfigureAwait(false))?.Subscription;

    private static async Task<UpsertCounts> WriteAllAsync(SubscriberStore store, List<Entry> entries, Report report)
    {
        if (!CheckDoubles(entries, report)) return default;
        try
        {
            return await store.UpsertAsync([.. entries.Select(entry => entry.Subscription)], s_author, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SubscriptionRefusedException conflict)
        {
            report.Fail(entries.Find(entry => entry.Subscription.SubscriptionId == conflict.SubscriptionId)?.LineNumber ?? 0, conflict.Message);
            return default;
        }
    }

    /// <summary>A batch at once; when one of it conflicts, one by one, so that only that one is refused.</summary>
    private static async Task<UpsertCounts> WriteGoodOnesAsync(SubscriberStore store, List<Entry> entries, Report report)
    {
        if (entries.Count == 0) return default;
        try
        {
            return await store.UpsertAsync([.. entries.Select(entry => entry.Subscription)], s_author, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SubscriptionRefusedException) when (entries.Count > 1)
        {
            var counts = default(UpsertCounts);
            foreach (var entry in entries)
                counts = Sum(counts, await WriteGoodOnesAsync(store, [entry], report).ConfigureAwait(false));
            return counts;
        }
        catch (SubscriptionRefusedException conflict)
        {
            report.Fail(entries[0].LineNumber, conflict.Message);
            return default;
        }
    }

    /// <summary>In one file a subscription stands once: two lines for it are more likely a mistake than a wish.</summary>
    private static bool CheckDoubles(List<Entry> entries, Report report)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in entries)
            if (!seen.TryAdd(entry.Subscription.SubscriptionId, entry.LineNumber))
                report.Fail(entry.LineNumber, $"subscriptionId: {entry.Subscription.SubscriptionId} stands in line {seen[entry.Subscription.SubscriptionId]} already; remove one");
        return report.Failures == 0;
    }

    private static UpsertCounts Sum(UpsertCounts one, UpsertCounts other) => 
        new(one.Created + other.Created, one.Updated + other.Updated) { Unchanged = one.Unchanged + other.Unchanged, Jobs = one.Jobs + other.Jobs };

    /// <summary>What was wrong, in the order of the file.</summary>
    private sealed class Report(string file, TextWriter messages)
    {
        private readonly List<string> _lines = [];
        private readonly HashSet<int> _failedLines = [];

        public int Failures { get; private set; }

        public int FailedLines => _failedLines.Count;

        public void Fail(int line, string problem)
        {
            Failures++;
            _failedLines.Add(line);
            _lines.Add(line == 0 ? $"{file}: {problem}" : $"{file}:{line}: {problem}");
        }

        public void Warn(int line, DocumentProblem warning) => _lines.Add($"{file}:{line}: warning: {warning}");

        public void PrintTo(int most)
        {
            foreach (var line in _lines.Take(most)) messages.WriteLine(line);
            if (_lines.Count > most) messages.WriteLine($"... and {_lines.Count - most} more");
        }
    }
}
