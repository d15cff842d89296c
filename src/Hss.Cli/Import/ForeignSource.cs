using System.Globalization;
using Hss.Cli.Foreign;

namespace Hss.Cli;

/// <summary>Documents made of a CSV file or of what another HSS left behind, as the import sends them.</summary>
/// Shape: Line is the line of a CSV file; of a database, which has none, the number of the document. Either rises, so an import can be resumed.
/// Errors: <see cref="CliException"/>. A record of which no document can be made ends the reading there, or is left out and listed.
internal sealed class ForeignSource(Func<ForeignReport, IEnumerable<ForeignDocument>> read, bool continueOnError)
{
    private const string LinePlace = "line ";

    private int _told;

    public ForeignReport Report { get; } = new();

    public async IAsyncEnumerable<ImportDocument> ReadAsync(Action<string> tell)
    {
        // Reading is synchronous below; the sender must not hold up the first call.
        await Task.Yield();
        using var documents = Guarded(() => read(Report).GetEnumerator());
        for (var number = 1L; ; number++)
        {
            var hasMore = Guarded(documents.MoveNext);
            Tell(tell);
            if (Report.Refused > 0 && !continueOnError) throw new CliException("a record of which no document can be made; mend it, or leave such records out with --continue-on-error", ExitCodes.Failed);
            if (!hasMore) yield break;
            yield return new(LineOf(documents.Current.Place) ?? number, documents.Current.Utf8, 0);
        }
    }

    private void Tell(Action<string> tell)
    {
        for (; _told < Report.Problems.Count; _told++) tell(OneLine.Of(Report.Problems[_told]));
    }

    private static long? LineOf(string place) =>
        place.StartsWith(LinePlace, StringComparison.Ordinal) && long.TryParse(place.AsSpan(LinePlace.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? line : null;

    private static T Guarded<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (ForeignFormatException problem)
        {
            throw new CliException(problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException(OneLine.Of(problem));
        }
    }
}
