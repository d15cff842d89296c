using Hss.Server;
using Hss.Server.Certificates;
using Hss.Server.Configuration;
using Hss.Storage;
using Microsoft.Extensions.Configuration;
using Serilog;

// Exit codes: 0 all right; 1 the store, the import or a listener failed; 2 the command line or the configuration cannot be used.
try
{
    var command = CommandLine.Parse(args);
    var configuration = new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
        .AddEnvironmentVariables("HSS_")
        .AddCommandLine([.. command.Settings])
        .Build();
    var settings = ServerSettings.Read(configuration);
    Log.Logger = ServerLog.Create(configuration);
    return command.Verb switch
    {
        Verb.Certs => CertsCommand.Run(settings, command, Console.Out),
        Verb.Deregister or Verb.Remove or Verb.Jobs => await RegistrationCommands.RunAsync(settings, command, Console.Out).ConfigureAwait(false),
        Verb.Token => await TokenCommands.RunAsync(settings, command, Console.Out, Console.Error).ConfigureAwait(false),
        Verb.Import => await ImportCommand.RunAsync(settings, command).ConfigureAwait(false),
        _ => await Daemon.RunAsync(settings, command.Demo).ConfigureAwait(false),
    };
}
catch (Exception problem) when (problem is ConfigurationException or CommandLineException or InvalidDataException or FormatException)
{
    // Each problem of the configuration has a line of its own, and the message of any other is one line.
    foreach (var line in problem is ConfigurationException ? problem.Message.Split('\n') : [OneLine(problem)])
        await Console.Error.WriteLineAsync($"hss: {line}").ConfigureAwait(false);
    return 2;
}
catch (Exception problem) when (problem is StoreOpenException or ListenException)
{
    await Console.Error.WriteLineAsync($"hss: {OneLine(problem)}").ConfigureAwait(false);
    return 1;
}
finally
{
    await Log.CloseAndFlushAsync().ConfigureAwait(false);
}

static string OneLine(Exception problem)
{
    // A broken appsettings.json says where only in the inner exception.
    var text = problem.InnerException is System.Text.Json.JsonException or FormatException ? $"{problem.Message} {problem.InnerException.Message}" : problem.Message;
    return text.ReplaceLineEndings(" ");
}
