using System.CommandLine;
using System.Text;
using Hss.Cli.Foreign;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>What an import reads: the documents of a file, whatever form it has.</summary>
/// Errors: <see cref="CliException"/>, also while the documents are read.
internal sealed class ImportSource : IDisposable
{
    private static readonly Option<string?> s_format = Word("--format", "what the file is (default: csv by its ending, else jsonl)", "jsonl", "csv");
    private static readonly Option<string?> s_from = Word("--from", "the file is of another HSS: a PyHSS SQLite database or an FHoSS MySQL dump", "pyhss", "fhoss");
    private static readonly Option<string?> s_domain = Text("--domain", "DOMAIN", "pyhss: home domain of all identities (default: from each IMSI)");
    private static readonly Option<int?> s_mncDigits = Number("--mnc-digits", "pyhss: 2 or 3 (default: what is usual in the country of the IMSI)");
    private static readonly Option<string?> s_ifcMap = Text("--ifc-map", "FILE", "pyhss: JSON of the service profiles that take the place of its iFC files");
    private static readonly Option<bool> s_localNumbers = Flag("--local-numbers", "pyhss: numbers are dialled as they stand, not international");
    private static readonly Option<bool> s_writeOut = Flag("--write-out-shared-sets", "fhoss: filters of shared sets are written into each profile");

    public static readonly Option[] Options = [s_format, s_from, s_domain, s_mncDigits, s_ifcMap, s_localNumbers, s_writeOut];

    private readonly Stream? _stream;
    private readonly ForeignSource? _foreign;

    private ImportSource(Stream stream) => (_stream, TotalBytes) = (stream, stream.CanSeek ? stream.Length : 0);

    private ImportSource(ForeignSource foreign) => _foreign = foreign;

    /// <summary>0: unknown.</summary>
    public long TotalBytes { get; }

    /// <summary>What could not be turned into documents; null for JSON lines, which the server judges.</summary>
    public ForeignReport? Report => _foreign?.Report;

    public static ImportSource Open(Invocation invocation, string file, bool continueOnError)
    {
        try
        {
            if (file != "-" && Directory.Exists(file)) throw new CliException($"{file} is a folder; name a file");
            var reader = Reader(invocation, file);
            if (reader is null) return new(invocation.Open(file));
            if (file != "-" && !File.Exists(file)) throw new CliException($"there is no file {file}");
            return new(new ForeignSource(reader, continueOnError));
        }
        catch (ForeignFormatException problem)
        {
            throw new CliException(problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{Invocation.Name(file)} cannot be read: {OneLine.Of(problem)}");
        }
    }

    /// <param name="tell">Takes one line for each record of which no document can be made.</param>
    public IAsyncEnumerable<ImportDocument> Documents(Action<string> tell) => _foreign?.ReadAsync(tell) ?? JsonLines.ReadAsync(_stream!, CancellationToken.None);

    public void Dispose() => _stream?.Dispose();

    private static Func<ForeignReport, IEnumerable<ForeignDocument>>? Reader(Invocation invocation, string file)
    {
        var from = invocation.Value(s_from)?.ToLowerInvariant();
        CheckOptions(invocation, from);
        if (from is not null && file == "-") throw new CliException($"--from {from} needs a file; the standard input cannot be read twice");
        switch (from)
        {
            case "pyhss":
                var options = new PyHssOptions
                {
                    Domain = invocation.Value(s_domain),
                    MncDigits = invocation.Value(s_mncDigits),
                    LocalNumbers = invocation.Value(s_localNumbers),
                    Mapping = invocation.Value(s_ifcMap) is { } map ? IfcMapping.Read(map) : IfcMapping.None,
                };
                return report => PyHssDatabase.Read(file, options, report);
            case "fhoss":
                return report => FhossDump.Read(file, new() { WritesOutSharedSets = invocation.Value(s_writeOut) }, report);
        }
        var format = invocation.Value(s_format)?.ToLowerInvariant() ?? (file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? "csv" : "jsonl");
        if (format != "csv") return null;
        if (file != "-") return report => CsvDocuments.Read(file, report);
        var input = invocation.Open(file);
        return report => CsvDocuments.Read(new StreamReader(input, Encoding.UTF8), Invocation.Name(file), report);
    }

    /// <summary>An option that would silently do nothing is a mistake.</summary>
    private static void CheckOptions(Invocation invocation, string? from)
    {
        if (from is not null && invocation.Value(s_format) is not null) throw new CliException("--from and --format exclude each other");
        foreach (var option in Options)
            if (option.Description!.IndexOf(": ", StringComparison.Ordinal) is 5 && option != s_from && invocation.Parse.GetResult(option) is { Implicit: false } && option.Description[..5] != from)
                throw new CliException($"{option.Name} goes with --from {option.Description[..5]} alone");
    }
}
