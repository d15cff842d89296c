using System.Text.RegularExpressions;

namespace Hss.Architecture.Tests;

/// <summary>Rules over the source text: banned calls with what to use instead, unique event numbers, files that stay readable.</summary>
public sealed partial class SourceRulesTests
{
    private const int MaxLines = 500;

    private static readonly (string Pattern, string Instead)[] Banned =
    [
        (@"\bDateTime(Offset)?\.(Utc)?Now\b", "TimeProvider"),
        (@"\bRandom\.Shared\b|\bnew Random\(", "IRandomSource: RAND comes from the system's generator"),
        (@"\.Result\b(?!\s*\()(?=\s*[;,)\.])", "await"),
        (@"\.GetAwaiter\(\)\.GetResult\(\)", "await"),
        (@"\bThread\.Sleep\(", "a timer of the TimeProvider"),
        (@"\bTask\.Delay\([^,)]*\)", "Task.Delay with a TimeProvider"),
        (@"\bNotImplementedException\b", "the real thing, or nothing"),
        (@"\b(TODO|FIXME|HACK)\b", "mend it or write down why not in docs/decisions"),
        (@"/tmp/|/home/|/root/", "a path that exists on other machines"),
    ];

    [Fact]
    public void Banned_calls_are_not_used()
    {
        var found = from path in Repository.Sources
                    from line in File.ReadLines(path).Select((text, index) => (Text: text, Number: index + 1))
                    from rule in Banned
                    where !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(line.Text, rule.Pattern)
                    where !IsAllowed(path, line.Text)
                    select $"{Repository.Relative(path)}:{line.Number}: {line.Text.Trim()} -- use {rule.Instead}";
        Assert.Empty(found);
    }

    [Fact]
    public void Event_numbers_are_unique_and_in_their_area()
    {
        var areas = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["Hss.DiameterNode"] = 2000, ["Hss.Storage"] = 4000, ["Hss.Procedures"] = 6000, ["Hss.Server"] = 9000,
            ["Hss.Grpc"] = 7000, ["Hss.Provisioning"] = 7500,
        };
        var events = (from path in Repository.Sources
                      from Match match in EventNumber().Matches(File.ReadAllText(path))
                      select (Project: Repository.Relative(path).Split('/')[1], Number: int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))).ToArray();
        Assert.NotEmpty(events);
        Assert.Empty(events.GroupBy(one => one.Number).Where(group => group.Count() > 1).Select(group => $"{group.Key} is used {group.Count()} times"));
        Assert.Empty(events.Where(one => one.Number < areas[one.Project] || one.Number > areas[one.Project] + 999).Select(one => $"{one.Project}: {one.Number}"));
    }

    [Fact]
    public void Files_stay_readable() =>
        Assert.Empty(Repository.Sources.Select(path => (path, Lines: File.ReadLines(path).Count())).Where(file => file.Lines > MaxLines)
            .Select(file => $"{Repository.Relative(file.path)} has {file.Lines} lines: could it be two rooms?"));

    [Fact]
    public void Names_say_what_they_are()
    {
        var vague = VagueName();
        Assert.Empty(Repository.Sources.Where(path => vague.IsMatch(Path.GetFileNameWithoutExtension(path))).Select(Repository.Relative));
    }

    [Fact]
    public void Every_metric_is_explained_to_operators()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        var names = Repository.Sources.SelectMany(path => MetricName().Matches(File.ReadAllText(path))).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Contains("hss_registrations", names);
        Assert.DoesNotContain(names, name => !page.Contains($"`{name}`", StringComparison.Ordinal));
    }

    private static bool IsAllowed(string path, string line) =>
        // Answer.Result(...) is the Diameter result, and result.State the outcome of a resynchronisation: neither is a task.
        line.Contains("answer.Result(", StringComparison.Ordinal) || path.EndsWith("/Answer.cs", StringComparison.Ordinal)
        // These two collect what has ended already: nothing is waited for there.
        || (path.EndsWith("/Dispatcher.cs", StringComparison.Ordinal) && line.Contains("running.GetAwaiter().GetResult()", StringComparison.Ordinal))
        || (path.EndsWith("/ValueTasks.cs", StringComparison.Ordinal) && line.Contains("task.Result)", StringComparison.Ordinal));

    [GeneratedRegex(@"LoggerMessage\(\s*(?:EventId\s*=\s*)?(\d+)")]
    private static partial Regex EventNumber();

    [GeneratedRegex(@"""((?:hss|dotnet|process)_[a-z_]+)""")]
    private static partial Regex MetricName();

    [GeneratedRegex("(Manager|Helper|Helpers|Processor|Utils|Common|Abstractions|Misc)$")]
    private static partial Regex VagueName();
}
