using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Hss.Storage.Sqlite;

/// <summary>Finds the master key of a store and makes sure that it is the right one before anything is sealed or opened with it.</summary>
/// Why a missing key is made only for a store without sealed rows: a new key for old rows would look like a good start and fail every
/// subscriber.
internal static class MasterKeyCheck
{
    private const string Name = "master_key_check";
    private const string Mend = "mend: restore the right file from its backup, or set Storage:MasterKeyFile";

    public static MasterKey OpenKey(SqliteConnection writer, string storePath, string keyPath, ILogger logger)
    {
        // Of a store whose subscriptions are all gone the records still hold what an undo opens.
        using var sealedRows = new Statement(writer, """
            SELECT EXISTS (SELECT 1 FROM private_identity) OR EXISTS (SELECT 1 FROM subscription_change WHERE before_credentials IS NOT NULL)
            """);
        using var read = new Statement(writer, "SELECT value FROM store_meta WHERE name = ?1");
        var hasSealedRows = sealedRows.Number() != 0;
        if (!File.Exists(keyPath) && hasSealedRows)
            throw new StoreOpenException($"master key file {keyPath} is missing, but store {storePath} holds credentials sealed with it; " + Mend);

        var key = File.Exists(keyPath) ? MasterKey.Read(keyPath, logger) : MasterKey.Create(keyPath, logger);
        using (var rows = read.Rows(Name))
            if (rows.Read() && CryptographicOperations.FixedTimeEquals(rows.Octets(0), key.CheckValue)) return key;
        if (hasSealedRows)
            throw new StoreOpenException($"master key file {keyPath} is not the key that sealed the credentials in store {storePath}; " + Mend);

        using var write = new Statement(writer, "INSERT OR REPLACE INTO store_meta (name, value) VALUES (?1, ?2)");
        write.Run(Name, key.CheckValue.ToArray());
        return key;
    }
}
