using System.CommandLine;
using System.Globalization;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss aka sqn: where the counter of a stored subscriber stands.</summary>
/// Spec: TS 33.102 C.1.1.
internal static class SequenceCommand
{
    public static Command Create(Surroundings around)
    {
        var command = Command("sqn", "Shows where the sequence numbers of a stored subscriber stand.", AkaOptions.Subscriber);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var subscriber = invocation.Value(AkaOptions.Subscriber) ?? throw new CliException("--subscriber is missing; it is the private identity");
            var number = await new AuthenticationService.AuthenticationServiceClient(invocation.Server)
                .GetSequenceNumberAsync(new() { PrivateIdentity = subscriber }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(number, _ => invocation.Output.Pairs(
                ("last SQN", string.Create(CultureInfo.InvariantCulture, $"{number.Sqn} = SEQ {number.Seq} || IND {number.Ind}")),
                ("next SQN", number.NextSqn.Length > 0 ? number.NextSqn : "none left: replace the card"),
                ("ceiling", $"{number.Ceiling} (a restart goes on above it)")));
            return ExitCodes.Done;
        });
        return command;
    }
}
