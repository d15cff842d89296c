using Hss.Server.Configuration;

namespace Hss.Server.Certificates;

/// <summary>hss certs dev: a certification authority and certificates for this server and the peers named.</summary>
internal static class CertsCommand
{
    public static int Run(ServerSettings settings, CommandLine command, TextWriter output)
    {
        var folder = command.Out ?? "certs";
        var identity = settings.Diameter.Node.Identity;
        new DevelopmentCertificates(folder, TimeProvider.System, output).Make([identity, .. command.Names]);
        output.WriteLine("for this server:");
        output.WriteLine($"  --Diameter:Tls:CertificateFile={Path.Combine(folder, identity + ".pem")}");
        output.WriteLine($"  --Diameter:Tls:KeyFile={Path.Combine(folder, identity + ".key")}");
        output.WriteLine($"  --Diameter:Tls:CaFile={Path.Combine(folder, "ca.pem")}");
        output.WriteLine($"whoever has {Path.Combine(folder, "ca.key")} can make a certificate for any peer: keep it off the machines of the network");
        return 0;
    }
}
