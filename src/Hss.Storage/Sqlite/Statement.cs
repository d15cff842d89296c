using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>One prepared statement with its parameters in order, kept as long as its connection.</summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand _command;

    public Statement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        // Statements are constants of this project; values only ever come as parameters.
#pragma warning disable CA2100
        _command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 1; sql.Contains("@" + i, StringComparison.Ordinal); i++)
            _command.Parameters.Add(new SqliteParameter { ParameterName = "@" + i });
        _command.Prepare();
    }

    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>The single value of the first row, or null.</summary>
    public object? Value(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteScalar() is var value and not DBNull ? value : null;
    }

    public SqliteDataReader Rows(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++) _command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
