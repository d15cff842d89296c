using Hss.Server.Configuration;
using Serilog.Extensions.Logging;

namespace Hss.Server;

/// <summary>Hss.Server import: fills the store from a file of JSON lines while no server runs on it.</summary>
internal static class ImportCommand
{
    public static async Task<int> RunAsync(ServerSettings settings, CommandLine command)
    {
        // Before the store is opened: a misspelt name must not leave an empty store and a new master key behind.
        if (!File.Exists(command.File)) throw new CommandLineException($"import: there is no file {command.File}");
        using var loggers = new SerilogLoggerFactory(Serilog.Log.Logger);
        await using var store = StoreOpening.Open(settings, loggers);
        return await SubscriptionImport.RunAsync(settings, store, command.File!, command.ContinueOnError, Console.Error).ConfigureAwait(false);
    }
}
