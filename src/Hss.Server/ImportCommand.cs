using Hss.Server.Configuration;
using Serilog.Extensions.Logging;

namespace Hss.Server;

/// <summary>hss import: fills the store from a file of JSON lines while no server runs on it.</summary>
internal static class ImportCommand
{
    public static async Task<int> RunAsync(ServerSettings settings, CommandLine command)
    {
        using var loggers = new SerilogLoggerFactory(Serilog.Log.Logger);
        await using var store = StoreOpening.Open(settings, loggers);
        return await SubscriptionImport.RunAsync(settings, store, command.File!, command.ContinueOnError, Console.Error).ConfigureAwait(false);
    }
}
