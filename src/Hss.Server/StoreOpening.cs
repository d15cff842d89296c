using Hss.Server.Configuration;
using Hss.Storage;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Server;

/// <summary>Opens the configured store.</summary>
internal static class StoreOpening
{
    /// Errors: <see cref="StoreOpenException"/>, one line with file and mend.
    public static SubscriberStore Open(ServerSettings settings, ILoggerFactory loggers)
    {
        var database = SqliteDatabase.Open(settings.Storage, TimeProvider.System, loggers.CreateLogger<SqliteDatabase>());
        try
        {
            return new SubscriberStore(database, settings.Storage, TimeProvider.System, loggers.CreateLogger<SubscriberStore>());
        }
        catch (StoreUnavailableException unreadable)
        {
            database.Dispose();
            throw new StoreOpenException($"{unreadable.Message}; mend: check the file and its directory", unreadable);
        }
    }
}
