namespace Hss.Cli.Foreign;

/// <summary>The first line of a CSV file: which column stands where.</summary>
/// Shape: a name of <see cref="CsvColumns"/>, or TEMPLATE.PARAMETER for a parameter of a template.
/// Errors: <see cref="ForeignFormatException"/> naming the column.
internal sealed class CsvHeader
{
    private readonly Dictionary<string, int> _indices = new(StringComparer.OrdinalIgnoreCase);

    public CsvHeader(CsvReader.Record record, string file)
    {
        if (record.Problem is not null) throw Wrong(record.Column, record.Problem);
        Names = [.. record.Fields.Select((name, index) => (index == 0 ? name.TrimStart('\uFEFF') : name).Trim())];
        for (var i = 0; i < Names.Count; i++)
        {
            var name = Names[i];
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0 && dot < name.Length - 1) Parameters.Add((i, name[..dot], name[(dot + 1)..]));
            else if (!CsvColumns.ByName.ContainsKey(name))
                throw Wrong(i + 1, "is no name of a column; the first line names the columns: " + string.Join(", ", CsvColumns.All.Select(column => column.Name)) + ", and TEMPLATE.PARAMETER");
            if (!_indices.TryAdd(name, i)) throw Wrong(i + 1, "names a column a second time; remove one");
        }
        foreach (var needed in (string[])["subscription_id", "private_identity", "public_identities"])
            if (!_indices.ContainsKey(needed)) throw new ForeignFormatException($"{file}: line 1: has no column {needed}");

        // What stands there is not repeated: without a header it would be a subscriber's data, a key among it.
        ForeignFormatException Wrong(int column, string what) => new($"{file}: line 1, column {column}: {what}");
    }

    public IReadOnlyList<string> Names { get; }

    public List<(int Index, string Template, string Parameter)> Parameters { get; } = [];

    public int IndexOf(string name) => _indices.GetValueOrDefault(name, -1);

    /// <summary>The cell without blanks around it; null when it is empty or there is no such column.</summary>
    public string? Cell(CsvReader.Record record, string name) => IndexOf(name) is var index and >= 0 ? Cell(record, index) : null;

    public static string? Cell(CsvReader.Record record, int index) => record.Fields[index].Trim() is { Length: > 0 } text ? text : null;
}
