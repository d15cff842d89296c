using System.Globalization;
using System.Text;

namespace Hss.Cli.Foreign;

/// <summary>Rows of the INSERT statements of a MySQL dump.</summary>
/// Shape: columns come from the statement, or from the CREATE TABLE before it. Values are octets as characters; null is NULL.
/// Errors: <see cref="ForeignFormatException"/> with the line; no value is ever quoted, it may be a key.
internal sealed class SqlDumpReader(Stream stream)
{
    public const int MaxColumns = 256;
    public const int MaxTables = 1024;

    private readonly SqlDumpLexer _lexer = new(stream);
    private readonly Dictionary<string, List<string>> _columns = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="wanted">Rows of other tables are counted with no values.</param>
    public IEnumerable<(string Table, IReadOnlyList<string> Columns, string?[]? Values, int Line)> Read(Func<string, bool> wanted)
    {
        _lexer.Next();
        while (_lexer.Current != SqlDumpLexer.Kind.End)
        {
            if (_lexer.Is("CREATE")) ReadCreate();
            else if (_lexer.Is("INSERT") || _lexer.Is("REPLACE"))
                foreach (var row in ReadInsert(wanted)) yield return row;
            SkipStatement();
        }
    }

    private void ReadCreate()
    {
        _lexer.Next();
        if (!_lexer.Is("TABLE")) return;
        _lexer.Next();
        while (_lexer.Is("IF") || _lexer.Is("NOT") || _lexer.Is("EXISTS")) _lexer.Next();
        var table = ReadTableName();
        if (!_lexer.Is('(')) return;
        var columns = new List<string>();
        _lexer.Next();
        while (_lexer.Current != SqlDumpLexer.Kind.End && !_lexer.Is(')'))
        {
            // mysqldump writes columns in backticks and keys as words; a hand-written one may have neither.
            var isKey = _lexer.Current == SqlDumpLexer.Kind.Word && s_keys.Contains(_lexer.Text.ToUpperInvariant());
            if (!isKey) columns.Add(_lexer.Text);
            if (columns.Count > MaxColumns) throw Wrong($"table {Shown(table)} has more than {MaxColumns} columns");
            SkipElement();
        }
        if (_columns.Count >= MaxTables && !_columns.ContainsKey(table)) throw Wrong($"creates more than {MaxTables} tables");
        _columns[table] = columns;
    }

    private static readonly HashSet<string> s_keys = ["PRIMARY", "KEY", "UNIQUE", "INDEX", "CONSTRAINT", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK"];

    private IEnumerable<(string, IReadOnlyList<string>, string?[]?, int)> ReadInsert(Func<string, bool> wanted)
    {
        _lexer.Next();
        while (_lexer.Is("INTO") || _lexer.Is("IGNORE") || _lexer.Is("DELAYED") || _lexer.Is("LOW_PRIORITY") || _lexer.Is("HIGH_PRIORITY")) _lexer.Next();
        var table = ReadTableName();
        var columns = _lexer.Is('(') ? ReadColumns() : _columns.GetValueOrDefault(table);
        if (!_lexer.Is("VALUES") && !_lexer.Is("VALUE")) throw Wrong($"INSERT INTO {Shown(table)} has no VALUES; dump the rows with mysqldump");
        _lexer.Next();
        var isWanted = wanted(table);
        if (isWanted && columns is null)
            throw Wrong($"rows of {Shown(table)} stand without the names of their columns; dump with mysqldump --complete-insert, or with the CREATE TABLE statements");
        while (true)
        {
            if (!_lexer.Is('(')) throw Wrong("a row (...) is expected here");
            var line = _lexer.Line;
            yield return (table, columns ?? [], ReadRow(isWanted ? columns : null, table), line);
            if (!_lexer.Is(',')) yield break;
            _lexer.Next();
        }
    }

    private List<string> ReadColumns()
    {
        var columns = new List<string>();
        do
        {
            _lexer.Next();
            if (_lexer.Current is not (SqlDumpLexer.Kind.Name or SqlDumpLexer.Kind.Word) || columns.Count == MaxColumns) throw Wrong("a list of columns is expected here");
            columns.Add(_lexer.Text);
            _lexer.Next();
        }
        while (_lexer.Is(','));
        if (!_lexer.Is(')')) throw Wrong("a list of columns has no end");
        _lexer.Next();
        return columns;
    }

    private string?[]? ReadRow(List<string>? columns, string table)
    {
        if (columns is null)
        {
            _lexer.Next();
            while (!_lexer.Is(')'))
            {
                if (_lexer.Current == SqlDumpLexer.Kind.End) throw Wrong("the file ends inside a row; dump it again");
                SkipElement();
            }
            _lexer.Next();
            return null;
        }
        var values = new string?[columns.Count];
        var count = 0;
        do
        {
            _lexer.Next();
            var value = ReadValue();
            if (count == values.Length) throw Wrong($"a row of {Shown(table)} has more values than the table has columns ({values.Length})");
            values[count++] = value;
        }
        while (_lexer.Is(','));
        if (!_lexer.Is(')')) throw Wrong("a row has no end; functions and sums are not read, dump with mysqldump");
        if (count < values.Length) throw Wrong($"a row of {Shown(table)} has {count} values, the table has {values.Length} columns");
        _lexer.Next();
        return values;
    }

    private string? ReadValue()
    {
        if (_lexer.Current is not (SqlDumpLexer.Kind.String or SqlDumpLexer.Kind.Word)) throw Wrong("a value is expected here");
        var (isWord, text) = (_lexer.Current == SqlDumpLexer.Kind.Word, _lexer.Text);
        if (_lexer.IsCut) throw Wrong($"a value is longer than {SqlDumpLexer.MaxTokenOctets} octets");
        _lexer.Next();
        if (!isWord) return text;
        // _binary 'octets', x'hex', b'bits'
        if (_lexer.Current == SqlDumpLexer.Kind.String)
        {
            var inner = _lexer.Text;
            _lexer.Next();
            if (text.StartsWith('_')) return inner;
            if (text is "x" or "X") return Hex(inner);
            if (text is "b" or "B" && inner.Length is > 0 and <= 32 && inner.All(c => c is '0' or '1')) return Convert.ToUInt32(inner, 2).ToString(CultureInfo.InvariantCulture);
            throw Wrong("a value of a kind that is not known stands here; dump with mysqldump");
        }
        if (text.Equals("NULL", StringComparison.OrdinalIgnoreCase)) return null;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) return Hex(text[2..]);
        if (text.StartsWith('_') && _lexer.Current == SqlDumpLexer.Kind.Word && _lexer.Text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            var hex = _lexer.Text[2..];
            _lexer.Next();
            return Hex(hex);
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? text : throw Wrong("a value stands here that is neither text nor number; dump with mysqldump");
    }

    private string Hex(string digits)
    {
        if (digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit)) throw Wrong("a hexadecimal value has something else in it, or an odd number of digits");
        return Encoding.Latin1.GetString(Convert.FromHexString(digits));
    }

    private string ReadTableName()
    {
        var name = _lexer.Text;
        _lexer.Next();
        // `database`.`table`: the lexer counts a lone '.' among the words.
        if (_lexer.Is("."))
        {
            _lexer.Next();
            name = _lexer.Text;
            _lexer.Next();
        }
        return name[(name.LastIndexOf('.') + 1)..];
    }

    // To the comma behind an element, or to the ')' that ends the list.
    private void SkipElement()
    {
        var depth = 0;
        while (_lexer.Current != SqlDumpLexer.Kind.End)
        {
            if (_lexer.Is('(')) depth++;
            else if (_lexer.Is(')') && depth-- == 0) return;
            else if (_lexer.Is(',') && depth == 0)
            {
                _lexer.Next();
                return;
            }
            _lexer.Next();
        }
    }

    private void SkipStatement()
    {
        while (_lexer.Current != SqlDumpLexer.Kind.End && !_lexer.Is(';')) _lexer.Next();
        if (_lexer.Is(';')) _lexer.Next();
    }

    private static string Shown(string table) => new([.. table.Take(64).Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$')]);

    private ForeignFormatException Wrong(string what) => new($"line {_lexer.Line}: {what}");
}
