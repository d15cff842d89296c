using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Grpc.Core;

namespace Hss.Cli;

/// <summary>The hss command: its verbs, and what becomes of everything that goes wrong below them.</summary>
internal static class HssCommand
{
    /// <summary>A word that begins with @ is a file name of ours, not a file of further words; -abc is a mistake, not -a -b -c.</summary>
    private static readonly ParserConfiguration s_parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// Errors: none leaves; each becomes one line on the error stream and an exit code.
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Surroundings around, CancellationToken stop)
    {
        try
        {
            var parse = Root(around).Parse(args, s_parsing);
            if (parse.Action is null or ParseErrorAction) return Misspelt(parse, around);
            InvocationConfiguration invocation = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = around.Output, Error = around.Error };
            return await parse.InvokeAsync(invocation, stop).ConfigureAwait(false);
        }
        catch (CliException problem)
        {
            return Say(problem.Message, problem.ExitCode);
        }
        // A call that was ended by Ctrl-C comes back in either form.
        catch (Exception problem) when (stop.IsCancellationRequested && problem is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            return Say("interrupted", ExitCodes.Interrupted);
        }
        catch (RpcException problem)
        {
            around.Output.Flush();
            foreach (var line in RpcProblems.Lines(problem)) around.Error.Write(line + "\n");
            return ExitCodes.Of(problem.StatusCode);
        }
        // Nothing else is expected. The type says more than the text, and the stack says it to developers only.
#pragma warning disable CA1031
        catch (Exception problem)
#pragma warning restore CA1031
        {
            return Say($"unexpected {problem.GetType().Name}: {OneLine.Of(problem)}; this is a fault of the command itself, please report it", ExitCodes.Failed);
        }
        finally
        {
            around.Output.Flush();
        }

        int Say(string text, int exitCode)
        {
            around.Output.Flush();
            around.Error.Write($"hss: {OneLine.Of(text)}\n");
            return exitCode;
        }
    }

    public static Command Root(Surroundings around)
    {
        // A RootCommand would call itself after the program file, which is Hss.Cli.dll or dotnet.
        var root = new Command("hss", "Provisions and operates an Hss server.");
        root.Options.Add(new HelpOption());
        root.Options.Add(new VersionOption());
        foreach (var option in GlobalOptions.All) root.Options.Add(option);
        root.Subcommands.Add(SubscriptionCommands.Create(around));
        root.Subcommands.Add(ImportCommand.Create(around));
        root.Subcommands.Add(ExportCommand.Create(around));
        root.Subcommands.Add(RegistrationCommands.Create(around));
        root.Subcommands.Add(JobCommands.Create(around));
        root.Subcommands.Add(ApplicationServers.AsCommands.Create(around));
        root.Subcommands.Add(PeerCommands.Create(around));
        root.Subcommands.Add(Sh.ShCommands.Create(around));
        root.Subcommands.Add(CredentialsCommands.Create(around));
        root.Subcommands.Add(AkaCommands.Create(around));
        root.Subcommands.Add(Ifc.IfcCommands.Create(around));
        root.Subcommands.Add(TokenCommands.Create(around));
        root.Subcommands.Add(AuditCommands.Create(around));
        root.Subcommands.Add(CertsCommands.Create(around));
        root.Subcommands.Add(CompletionCommands.Create(around));
        root.Subcommands.Add(CompletionCommands.CreateWords(() => root, around));
        return root;
    }

    private static int Misspelt(ParseResult parse, Surroundings around)
    {
        var command = parse.CommandResult.Command;
        var path = string.Join(' ', Path(parse.CommandResult).Reverse());
        if (parse.Tokens.Count == 0)
        {
            // Who says nothing wants to know what there is; but nothing was done.
            new HelpAction().Invoke(parse);
            return ExitCodes.Usage;
        }
        var verbs = string.Join(", ", command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name));
        var text = verbs.Length == 0 || parse.Errors.Count == 0 && parse.UnmatchedTokens.Count == 0 ? parse.Errors.Select(one => one.Message.TrimEnd('.')).FirstOrDefault("the command line is not understood")
            : parse.UnmatchedTokens is [var word, ..] ? $"'{word}' means nothing after '{path}'; there are {verbs}"
            : $"'{path}' wants one more word: {verbs}";
        around.Error.Write($"hss: {OneLine.Of(text)}; see {path} --help\n");
        return ExitCodes.Usage;
    }

    private static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult result)
    {
        for (System.CommandLine.Parsing.SymbolResult? at = result; at is not null; at = at.Parent)
            if (at is System.CommandLine.Parsing.CommandResult command) yield return command.Command.Name;
    }
}
