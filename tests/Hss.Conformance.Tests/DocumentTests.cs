using System.Text.RegularExpressions;
using Hss.Conformance.Tests.Support;

namespace Hss.Conformance.Tests;

/// <summary>The tables of docs/conformance: every row is complete, and every test it names exists.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] Statuses = ["conforms", "partly", "not", "does not apply"];

    private static readonly string[] All = ["rfc6733.md", "rfc3539.md", "ts29229.md", "ts29228.md", "ts29329.md", "ts29328.md"];

    public static TheoryData<string> Documents => [.. All];

    [Theory, MemberData(nameof(Documents))]
    public void Every_row_is_complete_and_every_test_it_names_exists(string document)
    {
        Row[] rows = Read(document);
        Assert.InRange(rows.Length, 10, 500);
        List<string> faults = [];
        foreach (Row row in rows)
        {
            if (row.Clause.Length == 0 || row.Title.Length == 0) faults.Add($"{row}: clause or title is missing");
            if (!Statuses.Contains(row.Status)) faults.Add($"{row}: '{row.Status}' is no status");
            if (row.Status == "conforms" && row.Tests.Count == 0) faults.Add($"{row}: conforms, and no test says so");
            if (row.Status is "partly" or "not" && row.Remark.Length == 0) faults.Add($"{row}: what is missing?");
            faults.AddRange(row.Tests.Where(test => !TestSources.Has(test)).Select(test => $"{row}: there is no test {test}"));
        }

        faults.AddRange(rows.GroupBy(row => row.Clause).Where(same => same.Count() > 1).Select(same => $"{same.Key} stands {same.Count()} times"));
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Every_class_of_these_tests_is_named_in_a_document()
    {
        string[] named = [.. All.SelectMany(Read).SelectMany(row => row.Tests)];
        IEnumerable<string> classes = TestSources.ByClass.Where(pair => pair.Value.Count > 0).Select(pair => pair.Key)
            .Where(name => name.StartsWith("Hss.Conformance.Tests.", StringComparison.Ordinal) && !name.EndsWith($".{nameof(DocumentTests)}", StringComparison.Ordinal));
        string[] unnamed = [.. classes.Where(name => !named.Any(test => test == name || test.StartsWith(name + ".", StringComparison.Ordinal)))];
        Assert.Empty(unnamed);
    }

    /// <summary>The reader of sources finds what the runner finds: a pattern that matched nothing would let every document through.</summary>
    [Fact]
    public void The_tests_found_in_the_sources_are_those_of_the_assembly()
    {
        foreach (Type type in typeof(DocumentTests).Assembly.GetTypes().Where(type => type.Namespace?.StartsWith("Hss.Conformance.Tests", StringComparison.Ordinal) == true))
        {
            string[] tests = [.. type.GetMethods().Where(method => method.IsDefined(typeof(FactAttribute), inherit: true)).Select(method => method.Name).Order(StringComparer.Ordinal)];
            if (tests.Length > 0) Assert.Equal(tests, TestSources.ByClass[$"Hss.Conformance.Tests.{type.Name}"].Order(StringComparer.Ordinal));
        }

        Assert.False(TestSources.Has("Hss.Conformance.Tests.DocumentTests.No_such_test"));
        Assert.False(TestSources.Has("Hss.Conformance.Tests.NoSuchTests"));
    }

    private static Row[] Read(string document)
    {
        string[] lines = File.ReadAllLines(Path.Combine(TestSources.Root, "docs", "conformance", document));
        return [.. lines.Where(line => line.StartsWith('|') && !line.StartsWith("| clause", StringComparison.Ordinal) && !line.StartsWith("|---", StringComparison.Ordinal)).Select(Parse)];
    }

    private static Row Parse(string line)
    {
        string[] cells = [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];
        Assert.True(cells.Length == 5, $"five cells: {line}");
        string[] tests = [.. Quoted().Matches(cells[4]).Select(match => match.Groups[1].Value)];
        Assert.True(Quoted().Replace(cells[4], "").Trim(' ', ',').Length == 0, $"the last cell holds names of tests in backquotes and commas: {line}");
        return new Row(cells[0], cells[1], cells[2], cells[3], tests);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    private sealed record Row(string Clause, string Title, string Status, string Remark, IReadOnlyList<string> Tests)
    {
        public override string ToString() => Clause;
    }
}
