using System.CommandLine;
using Hss.Diameter.Commands.Sh;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.Sh;

/// <summary>hss sh get: UDR.</summary>
internal static class ShGetCommand
{
    public static Command Create(Surroundings around)
    {
        var (ends, user, selection) = (new ShEnds(), new ShUser(), new ShSelection());
        var to = Text("--to", "FILE", "write User-Data into this file as it came; it must not exist");
        var command = Command("get", "Reads data of a user (UDR).", [.. ends.All, .. user.All, .. selection.ForReading, to]);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (route, writeUser, writeData) = (ends.Read(invocation), user.Read(invocation), selection.Read(invocation));
            await using var client = await ShClient.OpenAsync(route, invocation, stop).ConfigureAwait(false);
            var answer = await client.AskAsync(UserDataRequest.CommandCode, "UDR", avps =>
            {
                writeUser(avps);
                writeData(avps);
            }, stop).ConfigureAwait(false);
            var exitCode = ShReport.Show(invocation, answer, invocation.Value(to));
            // Success and no User-Data is how the standard says that there is nothing (TS 29.328 6.1.1.1).
            if (answer.IsSuccess && answer.UserData.IsEmpty)
            {
                invocation.Output.Flush();
                invocation.Output.Note("there is no such data");
            }
            return exitCode;
        });
        return command;
    }
}
