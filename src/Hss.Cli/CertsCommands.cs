using System.CommandLine;
using Hss.Server.Certificates;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss certs dev: certificates to try TLS with, of the server, of its peers and of the clients of its API.</summary>
internal static class CertsCommands
{
    public static Command Create(Surroundings around)
    {
        var to = Text("--out", "DIR", "folder of the authority and the certificates (default certs)");
        var names = new Option<string[]>("--name") { HelpName = "FQDN", Description = "host name, Diameter identity or IP address; may be repeated", Required = true };
        var dev = Command("dev", "Makes a development authority, unless the folder has one, and a certificate signed by it for each name.", to, names);
        dev.SetAction(parse =>
        {
            try
            {
                var folder = parse.GetValue(to) ?? "certs";
                new DevelopmentCertificates(folder, around.Time, around.Output).Make(parse.GetRequiredValue(names));
                around.Output.Write($"whoever has {Path.Combine(folder, "ca.key")} can make a certificate for any name: keep it off the machines of the network\n");
                return ExitCodes.Done;
            }
            catch (InvalidDataException problem)
            {
                throw new CliException(problem.Message);
            }
        });
        return Command("certs", "Certificates for laboratories.", dev);
    }
}
