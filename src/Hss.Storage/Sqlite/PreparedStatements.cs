using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>The statements of one connection that are prepared on first use: most connections never need them.</summary>
internal sealed class PreparedStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    public Statement this[string sql]
    {
        get
        {
            if (!_statements.TryGetValue(sql, out var statement)) _statements[sql] = statement = new(connection, sql);
            return statement;
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
    }
}
