using System.CommandLine;
using Hss.Diameter.Commands.Sh;
using Hss.Subscribers;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.Sh;

/// <summary>hss sh delete: PUR that takes data away.</summary>
internal static class ShDeleteCommand
{
    public static Command Create(Surroundings around)
    {
        var update = new ShUpdate();
        var command = Command("delete", "Removes RepositoryData, or an SMS registration (PUR).", [.. update.All, Yes]);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var reference = (DataReference)ShSelection.Reference(invocation.Value(update.Data)!);
            switch (reference)
            {
                case DataReference.RepositoryData:
                    var indication = invocation.Value(update.Indication) ?? throw new CliException("RepositoryData needs --service-indication");
                    invocation.Confirm($"Remove the RepositoryData of {indication}?");
                    return await update.SendAsync(invocation, reference, true,
                        number => ShDataWriter.Write(new() { RepositoryData = [new(indication, number, null)] }), stop).ConfigureAwait(false);
                case DataReference.SmsRegistrationInfo:
                    invocation.Confirm("Remove the registered SMS gateway?");
                    return await update.SendAsync(invocation, reference, null, _ => ShDataWriter.Write(new() { SmsRegistration = new("") }), stop).ConfigureAwait(false);
                default:
                    throw new CliException("only RepositoryData and SMSRegistrationInfo can be removed (TS 29.328 6.1.2.1)");
            }
        });
        return command;
    }
}
