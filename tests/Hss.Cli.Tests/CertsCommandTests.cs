using System.Net;
using System.Security.Cryptography.X509Certificates;
using Hss.Cli.Tests.Support;
using Hss.Grpc;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Cli.Tests;

public sealed class CertsCommandTests
{
    [Fact]
    public async Task Certificates_of_the_command_carry_the_command_to_a_server_with_TLS()
    {
        using var shell = new Shell();
        var folder = Path.Combine(shell.Folder, "certs");
        var made = await shell.RunAsync("certs", "dev", "--out", folder, "--name", "127.0.27.3", "--name", "crm.example.org");
        Assert.Equal((0, ""), (made.ExitCode, made.Error));
        var (ca, certificate, key) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "crm.example.org.pem"), Path.Combine(folder, "crm.example.org.key"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));

        using var serverCertificate = X509Certificate2.CreateFromPemFile(Path.Combine(folder, "127.0.27.3.pem"), Path.Combine(folder, "127.0.27.3.key"));
        string? caller = null;
        var options = new GrpcServerOptions();
        options.Listen(new IPEndPoint(IPAddress.Parse("127.0.27.3"), 0), listener => listener.UseHttps(https =>
        {
            https.ServerCertificate = serverCertificate;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (client, _, _) => (caller = client.Subject) is not null;
        }));
        await using var server = new GrpcServer(options, NullLoggerFactory.Instance);
        server.Add(new FakeNodes());
        await server.StartAsync();
        var address = "https://" + server.EndPoints[0];

        Assert.Equal(0, (await shell.RunAsync("peer", "list", "--server", address, "--ca", ca, "--cert", certificate, "--key", key)).ExitCode);
        Assert.Equal("CN=crm.example.org", caller);
        // Neither the system's authorities nor a client without a certificate will do.
        foreach (var args in (string[][])[["--cert", certificate, "--key", key], ["--ca", ca]])
        {
            var refused = await shell.RunAsync(["peer", "list", "--server", address, .. args]);
            Assert.Equal((ExitCodes.Unavailable, 1), (refused.ExitCode, refused.ErrorLines.Length));
        }
        var wrong = await shell.RunAsync("peer", "list", "--server", address, "--ca", shell.File("empty.pem", ""), "--cert", certificate, "--key", ca);
        Assert.Equal((ExitCodes.Usage, 1), (wrong.ExitCode, wrong.ErrorLines.Length));
    }

    [Fact]
    public async Task What_exists_is_kept_and_what_is_no_name_is_refused()
    {
        using var shell = new Shell();
        var folder = Path.Combine(shell.Folder, "certs");
        Assert.Equal(0, (await shell.RunAsync("certs", "dev", "--out", folder, "--name", "hss.example.org")).ExitCode);
        var before = await File.ReadAllTextAsync(Path.Combine(folder, "hss.example.org.pem"));
        Assert.Contains("kept", (await shell.RunAsync("certs", "dev", "--out", folder, "--name", "hss.example.org")).Output, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(folder, "hss.example.org.pem")));
        var refused = await shell.RunAsync("certs", "dev", "--out", folder, "--name", "../hss");
        Assert.Equal((ExitCodes.Usage, 1), (refused.ExitCode, refused.ErrorLines.Length));
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("certs", "dev", "--out", folder)).ExitCode);
    }
}
