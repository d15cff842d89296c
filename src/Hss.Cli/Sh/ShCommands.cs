using System.CommandLine;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.Sh;

/// <summary>hss sh get|put|delete|subscribe|unsubscribe: what an application server says to an HSS, typed by an engineer.</summary>
/// Not through the provisioning API: it goes the way of an application server, over Diameter, with the permissions that its Origin-Host has.
internal static class ShCommands
{
    public static Command Create(Surroundings around) => Command("sh", "Speaks Sh to an HSS as an application server does (TS 29.328).",
        ShGetCommand.Create(around), ShPutCommand.Create(around), ShDeleteCommand.Create(around), ShSubscribeCommand.Create(around), ShSubscribeCommand.CreateEnd(around));
}
