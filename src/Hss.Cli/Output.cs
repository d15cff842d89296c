using Google.Protobuf;
using Spectre.Console;

namespace Hss.Cli;

/// <summary>Results, for people in tables or for machines as one JSON object per line. What is said beside them goes to the error stream.</summary>
/// Shape: nothing is ever cut or wrapped, an identity least of all; a terminal that is too narrow breaks the line itself and keeps every letter.
internal sealed class Output(Surroundings around, bool isJson)
{
    private const int ColumnGap = 2;

    public bool IsJson => isJson;

    /// <summary>One object: JSON, or what <paramref name="show"/> writes for people.</summary>
    public void Object(IMessage message, Action<TextWriter> show)
    {
        if (isJson) Json(ProtoJson.Of(message));
        else show(around.Output);
    }

    public void Json(string line) => around.Output.Write(line + "\n");

    /// <summary>A list: one JSON object per line, or a table. An empty list is no line at all, or a word to people.</summary>
    public void List<T>(IReadOnlyCollection<T> items, string[] headings, Func<T, string?[]> row, string nothing) where T : IMessage
    {
        if (isJson) foreach (var item in items) Json(ProtoJson.Of(item));
        else if (items.Count == 0) Say(nothing);
        else Table(headings, items.Select(row));
    }

    public void Table(string[] headings, IEnumerable<string?[]> rows)
    {
        var cells = rows.Select(row => Array.ConvertAll(row, cell => OneLine.Of(cell ?? ""))).ToList();
        if (around.IsOutputTerminal) Framed(headings, cells);
        else Plain(headings, cells);
    }

    /// <summary>Name and value, one pair per line; pairs without value are left out.</summary>
    public void Pairs(params (string Name, string? Value)[] pairs)
    {
        var filled = Array.FindAll(pairs, pair => !string.IsNullOrEmpty(pair.Value));
        var width = filled.Max(pair => pair.Name.Length) + ColumnGap;
        foreach (var (name, value) in filled) around.Output.Write($"{name.PadRight(width)}{OneLine.Of(value!)}\n");
    }

    /// <summary>A sentence for people; machines get none.</summary>
    public void Say(string sentence)
    {
        if (!isJson) around.Output.Write(OneLine.Of(sentence) + "\n");
    }

    /// <summary>Beside the result, whatever the format.</summary>
    public void Note(string sentence) => around.Error.Write(OneLine.Of(sentence) + "\n");

    public void Flush() => around.Output.Flush();

    public static string Time(Google.Protobuf.WellKnownTypes.Timestamp? time) =>
        time?.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) ?? "";

    public static string Number(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>For awk and grep: no frame, columns padded, no blanks at the end of a line.</summary>
    private void Plain(string[] headings, List<string[]> rows)
    {
        var widths = headings.Select((heading, column) => rows.Select(row => row[column].Length).Append(heading.Length).Max() + ColumnGap).ToArray();
        foreach (var row in rows.Prepend(headings))
            around.Output.Write(string.Concat(row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n");
    }

    private void Framed(string[] headings, List<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var heading in headings) table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))).NoWrap());
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        Console(around, around.Output).Write(table);
    }

    /// <summary>As wide as its content: Spectre would cut at the edge of the terminal.</summary>
    public static IAnsiConsole Console(Surroundings around, TextWriter writer)
    {
        var console = AnsiConsole.Create(new()
        {
            Ansi = around.HasColours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = around.HasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = short.MaxValue;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
