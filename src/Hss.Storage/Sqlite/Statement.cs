using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hss.Storage.Sqlite;

/// <summary>One prepared statement, kept as long as its connection. Parameters are ?1, ?2 ... in the order of the values.</summary>
/// Why not SqliteCommand: it looks every parameter up by name, boxes every value and makes a reader even for an UPDATE, which together cost
/// more than the statement itself. The connection and its errors are still those of Microsoft.Data.Sqlite.
/// Errors: <see cref="SqliteException"/>; the statement is ready for its next use all the same.
internal sealed class Statement : IDisposable
{
    private const int StackTextBytes = 256;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("the connection is not open");
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>Runs it to its end and gives the number of rows it changed.</summary>
    public int Run(params ReadOnlySpan<SqlValue> values)
    {
        using var rows = Rows(values);
        while (rows.Read()) { }
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Runs an INSERT of one row and gives its number.</summary>
    /// Why not RETURNING: it makes SQLite build a table for the result, which takes twice as long as the INSERT itself.
    public long Insert(params ReadOnlySpan<SqlValue> values)
    {
        Run(values);
        return raw.sqlite3_last_insert_rowid(_database);
    }

    /// <summary>The number in the first column of the first row, or null when there is none.</summary>
    public long? Number(params ReadOnlySpan<SqlValue> values)
    {
        using var rows = Rows(values);
        if (!rows.Read() || rows.IsNull(0)) return null;
        var number = rows.Number(0);
        // A DELETE ... RETURNING is over only after its last row.
        while (rows.Read()) { }
        return number;
    }

    /// <summary>Starts it. The rows are to be disposed before the next use.</summary>
    public ResultRows Rows(params ReadOnlySpan<SqlValue> values)
    {
        for (var i = 0; i < values.Length; i++) Bind(i + 1, values[i]);
        return new(this);
    }

    public void Dispose() => _statement.Dispose();

    private void Bind(int position, in SqlValue value) => Check(value.Content switch
    {
        null when value.IsNumber => raw.sqlite3_bind_int64(_statement, position, value.Number),
        string text => BindText(position, text),
        byte[] octets => raw.sqlite3_bind_blob(_statement, position, octets),
        _ => raw.sqlite3_bind_null(_statement, position),
    });

    private int BindText(int position, string text)
    {
        // An empty span would be NULL.
        if (text.Length == 0 || Encoding.UTF8.GetMaxByteCount(text.Length) > StackTextBytes) return raw.sqlite3_bind_text(_statement, position, text);
        Span<byte> utf8 = stackalloc byte[StackTextBytes];
        return raw.sqlite3_bind_text(_statement, position, utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    private void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)) SqliteException.ThrowExceptionForRC(result, _database);
    }

    /// <summary>The rows of one run; columns are counted from 0.</summary>
    public readonly ref struct ResultRows(Statement statement)
    {
        public bool Read()
        {
            var result = raw.sqlite3_step(statement._statement);
            statement.Check(result);
            return result == raw.SQLITE_ROW;
        }

        public bool IsNull(int column) => raw.sqlite3_column_type(statement._statement, column) == raw.SQLITE_NULL;

        public long Number(int column) => raw.sqlite3_column_int64(statement._statement, column);

        public string Text(int column) => raw.sqlite3_column_text(statement._statement, column).utf8_to_string();

        public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

        public byte[] Octets(int column) => raw.sqlite3_column_blob(statement._statement, column).ToArray();

        // Reports the error of the last step once more, which was thrown already.
        public void Dispose() => _ = raw.sqlite3_reset(statement._statement);
    }
}

/// <summary>A value on its way into a statement: a number, a text, octets, or NULL. Not boxed.</summary>
internal readonly struct SqlValue
{
    private SqlValue(object? content) => Content = content;

    private SqlValue(long number) => (Number, IsNumber) = (number, true);

    public object? Content { get; }

    public long Number { get; }

    public bool IsNumber { get; }

    public static implicit operator SqlValue(long number) => new(number);

    public static implicit operator SqlValue(int number) => new((long)number);

    public static implicit operator SqlValue(string? text) => new((object?)text);

    public static implicit operator SqlValue(byte[]? octets) => new((object?)octets);
}
