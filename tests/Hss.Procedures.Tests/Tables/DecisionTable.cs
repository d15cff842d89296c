namespace Hss.Procedures.Tests.Tables;

/// <summary>A table written in the test as the clause writes it. A row is its own name in the test report.</summary>
/// Shape: "| cell | cell |" lines; the first is the head. What stands behind the last bar is a remark.
internal static class DecisionTable
{
    public static TheoryData<string> Rows(string table) =>
        [.. table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Skip(1)];

    public static string[] Cells(string row) => [.. row.Split('|')[1..^1].Select(cell => cell.Trim())];

    /// <summary>"yes" or "no"; anything else is a misprint in the table.</summary>
    public static bool IsYes(string cell) => cell switch
    {
        "yes" => true,
        "no" => false,
        _ => throw new ArgumentException($"'{cell}' is neither yes nor no"),
    };
}
