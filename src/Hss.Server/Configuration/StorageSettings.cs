using Hss.Authentication;
using Hss.Storage;

namespace Hss.Server.Configuration;

/// <summary>The section "Storage", checked.</summary>
internal static class StorageSettings
{
    public static StoreOptions Read(ConfigurationReader reader, in IndRange ind)
    {
        var provider = reader.Text("Storage:Provider", "sqlite");
        if (!string.Equals(provider, "sqlite", StringComparison.OrdinalIgnoreCase))
            reader.Refuse("Storage:Provider", $"'{provider}' is not available in this version; use sqlite");
        return new()
        {
            ConnectionString = "Data Source=" + DataSource(reader, reader.Text("Storage:ConnectionString", "Data Source=db/hss.db")),
            MasterKeyFile = reader.Text("Storage:MasterKeyFile", "db/master.key"),
            CacheEntries = reader.Number("Storage:CacheEntries", 200_000, 16, 100_000_000),
            IndRange = ind,
        };
    }

    private static string DataSource(ConfigurationReader reader, string connectionString)
    {
        const string Key = "Storage:ConnectionString";
        string? file = null;
        foreach (var part in connectionString.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals].Trim();
            // How the file is opened (WAL, FULL, locking) is this server's promise and no setting.
            if (!string.Equals(name, "Data Source", StringComparison.OrdinalIgnoreCase))
                return reader.Refuse(Key, $"'{name}' cannot be set; give only Data Source=FILE", "");
            file = part[(equals + 1)..].Trim();
        }
        if (string.IsNullOrEmpty(file)) return reader.Refuse(Key, "names no file; give Data Source=FILE", "");
        if (file.Contains(":memory:", StringComparison.OrdinalIgnoreCase))
            reader.Refuse(Key, "a store in memory would issue sequence numbers again after a restart; name a file");
        return file;
    }
}
