using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Tls;

/// <summary>Another TLS stack (OpenSSL's s_client) at a TLS listener: with a good certificate it speaks Diameter, with any other it hears nothing.</summary>
public sealed class OpenSslTests : IAsyncLifetime
{
    private const string Scscf = "scscf." + KamailioRig.Realm;
    private const string Icscf = "icscf." + KamailioRig.Realm;
    private const string Hss = "hss." + KamailioRig.Realm;

    private static readonly IPEndPoint Plain = new(Loopback.SecondHss, 3868);
    private static readonly IPEndPoint Tls = new(Loopback.SecondHss, 5868);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-tls-").FullName;
    private ServerProcess? _server;

    private ServerProcess Server => _server ?? throw new InvalidOperationException("the server is not running");

    public async Task InitializeAsync()
    {
        if (Missing()) return;
        await CertsAsync("certs", "--name", Scscf, "--name", Icscf);
        await CertsAsync("foreign", "--name", Scscf);
        MakeExpired();
        LoopbackPorts.DemandFree([("tcp", Tls)]);
        _server = await ServerProcess.StartAsync(Path.Combine(_folder, "hss"), Plain, $"--Diameter:Listen:1={Tls};tls",
            $"--Diameter:Tls:CertificateFile={In("certs", Hss + ".pem")}", $"--Diameter:Tls:KeyFile={In("certs", Hss + ".key")}", $"--Diameter:Tls:CaFile={In("certs", "ca.pem")}");
    }

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableTheory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task With_a_good_certificate_it_is_served(string version)
    {
        Demand();
        Assert.Contains($"diameter {Tls};tls", Server.Log, StringComparison.Ordinal);
        var (answers, output) = await ClientAsync(Scscf, version, "-cert", In("certs", Scscf + ".pem"), "-key", In("certs", Scscf + ".key"));
        Assert.True(answers is ["257 2001", "282 2001"], $"{string.Join(", ", answers)}\n{output}");
    }

    [SkippableTheory]
    [InlineData("none", "-tls1_2", "no certificate")]
    [InlineData("none", "-tls1_3", "no certificate")]
    [InlineData("foreign", "-tls1_2", "PartialChain")]
    [InlineData("foreign", "-tls1_3", "PartialChain")]
    [InlineData("expired", "-tls1_2", "NotTimeValid")]
    [InlineData("expired", "-tls1_3", "NotTimeValid")]
    public async Task Without_a_good_certificate_it_is_refused_and_hears_no_Diameter(string kind, string version, string says)
    {
        Demand();
        string[] certificate = kind switch
        {
            "none" => [],
            "foreign" => ["-cert", In("foreign", Scscf + ".pem"), "-key", In("foreign", Scscf + ".key")],
            _ => ["-cert", In("expired.pem"), "-key", In("expired.key")],
        };
        var (answers, output) = await ClientAsync(Scscf, [version, .. certificate]);
        Assert.Empty(answers);
        Assert.True(Server.Log.Contains("No TLS with", StringComparison.Ordinal) && Server.Log.Contains(says, StringComparison.Ordinal), output);
        Assert.Equal(200, (await Server.PageAsync("/readyz")).Status);
    }

    [SkippableFact]
    public async Task With_the_certificate_of_another_node_it_is_3010()
    {
        Demand();
        var (answers, output) = await ClientAsync(Scscf, "-cert", In("certs", Icscf + ".pem"), "-key", In("certs", Icscf + ".key"));
        Assert.True(answers is ["257 3010"], $"{string.Join(", ", answers)}\n{output}");
        Assert.Contains($"the certificate names {Icscf}, not {Scscf}", Server.Log, StringComparison.Ordinal);
    }

    /// <summary>The HSS dials a peer over TLS: s_server takes its certificate, and the first octets are a CER. Under a name that the certificate of
    /// s_server does not carry, it hears nothing.</summary>
    [SkippableTheory]
    [InlineData(Scscf, true)]
    [InlineData(Icscf, false)]
    public async Task A_peer_is_dialled_over_TLS(string identity, bool isHeard)
    {
        Demand();
        await Server.StopAsync();
        var peer = new IPEndPoint(Loopback.Scscf, 5868);
        LoopbackPorts.DemandFree([("tcp", peer)]);
        string[] words = ["exec", "openssl", "s_server", "-quiet", "-naccept", "1", "-accept", peer.ToString(), "-cert", In("certs", Scscf + ".pem"), "-key", In("certs", Scscf + ".key"),
            "-CAfile", In("certs", "ca.pem"), "-Verify", "1", "-verify_return_error", "<", "<(tail -f /dev/null --pid=$$)", ">", In("heard")];
        await using var listening = ChildProcess.Start("/bin/bash", ["-c", string.Join(' ', words)], _folder);
        await EventuallyAsync(() => LoopbackPorts.IsHeld("tcp", peer), () => listening.Output);
        await using var hss = await ServerProcess.StartAsync(Path.Combine(_folder, "dialling"), Plain, $"--Diameter:Peers:0:Identity={identity}",
            $"--Diameter:Peers:0:Address={peer.Address}", "--Diameter:Peers:0:Connect=true", "--Diameter:Peers:0:Tls=true",
            $"--Diameter:Tls:CertificateFile={In("certs", Hss + ".pem")}", $"--Diameter:Tls:KeyFile={In("certs", Hss + ".key")}", $"--Diameter:Tls:CaFile={In("certs", "ca.pem")}");
        var heard = new FileInfo(In("heard"));
        if (!isHeard)
        {
            await EventuallyAsync(() => hss.Log.Contains($"the certificate names {Scscf}, not {Icscf}", StringComparison.Ordinal), () => hss.Log);
            heard.Refresh();
            Assert.Equal(0, heard.Length);
            return;
        }
        await EventuallyAsync(() => new FileInfo(heard.FullName).Length > DiameterHeader.SizeBytes, () => $"{listening.Output}\n{hss.Log}");
        var cer = await File.ReadAllBytesAsync(heard.FullName);
        Assert.Equal((257u, true), (DiameterHeader.Read(cer).CommandCode, DiameterHeader.Read(cer).IsRequest));
        Assert.Equal(Hss, AvpOccurrences.Find(cer.AsMemory(0, DiameterHeader.Read(cer).LengthBytes), Avp.OriginHost).First.ToText());
    }

    [SkippableFact]
    public async Task Certificates_are_reloaded_on_SIGHUP()
    {
        Demand();
        await CertsAsync("newer", "--name", Scscf);
        foreach (var file in (string[])["ca.pem", Hss + ".pem", Hss + ".key"]) File.Copy(In("newer", file), In("certs", file), overwrite: true);
        var kill = await ChildProcess.RunAsync("kill", ["-HUP", $"{Server.Id}"], _folder, Limit);
        Assert.Equal(0, kill.ExitCode);
        await EventuallyAsync(() => Server.Log.Contains("New connections use the changed", StringComparison.Ordinal), () => Server.Log);
        var (answers, output) = await ClientAsync(Scscf, "-cert", In("newer", Scscf + ".pem"), "-key", In("newer", Scscf + ".key"));
        Assert.True(answers is ["257 2001", "282 2001"], $"{string.Join(", ", answers)}\n{output}");
    }

    private static async Task EventuallyAsync(Func<bool> condition, Func<string> log)
    {
        var end = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < end, log());
            await Task.Delay(100);
        }
    }

    private static void Demand() => Requirement.Demand(Requirement.Linux, Requirement.OpenSsl);

    private static bool Missing() => !Requirement.Linux.IsMet() || !Requirement.OpenSsl.IsMet();

    /// <summary>Sends CER and DPR through s_client; the commands and results of what came back, and what s_client said.</summary>
    private async Task<(string[] Answers, string Output)> ClientAsync(string originHost, params string[] options)
    {
        await File.WriteAllBytesAsync(In("requests"), [.. Cer(originHost), .. Dpr(originHost)]);
        string[] words = ["exec", "openssl", "s_client", "-quiet", "-connect", Tls.ToString(), "-CAfile", In("certs", "ca.pem"), "-verify_return_error", .. options, "<", In("requests"), ">", In("answers")];
        var outcome = await ChildProcess.RunAsync("/bin/bash", ["-c", string.Join(' ', words)], _folder, Limit);
        return (Results(await File.ReadAllBytesAsync(In("answers"))), $"{outcome.Output}\n---- HSS\n{Server.Log}");
    }

    private static string[] Results(byte[] octets)
    {
        var results = new List<string>();
        for (var at = 0; at < octets.Length;)
        {
            var header = DiameterHeader.Read(octets.AsSpan(at));
            var answer = new DiameterAnswer(octets.AsMemory(at, header.LengthBytes));
            results.Add($"{header.CommandCode} {answer.Result}");
            at += header.LengthBytes;
        }
        return [.. results];
    }

    private static byte[] Cer(string originHost) => Write(257, originHost, avps =>
    {
        avps.WriteAddress(Avp.HostIpAddress, IPAddress.Loopback);
        avps.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        avps.WriteText(Avp.ProductName, "s_client");
        avps.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Relay);
    });

    private static byte[] Dpr(string originHost) => Write(282, originHost, avps => avps.WriteEnumerated(Avp.DisconnectCause, DisconnectCause.Rebooting));

    private static byte[] Write(uint command, string originHost, Action<MessageWriter> avps)
    {
        var writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader { Flags = CommandFlags.Request, CommandCode = command, HopByHopId = command, EndToEndId = command });
        writer.WriteText(Avp.OriginHost, originHost);
        writer.WriteText(Avp.OriginRealm, KamailioRig.Realm);
        avps(writer);
        writer.End();
        var frame = writer.Written.ToArray();
        writer.Return();
        return frame;
    }

    private async Task CertsAsync(string folder, params string[] options)
    {
        var outcome = await ChildProcess.RunAsync("dotnet", [Repository.ServerAssembly, "certs", "dev", "--out", In(folder), .. options], _folder, Limit);
        Assert.True(outcome.ExitCode == 0, outcome.Output);
    }

    /// <summary>A certificate of the right authority for the right name that ran out an hour ago.</summary>
    private void MakeExpired()
    {
        using var authority = X509Certificate2.CreateFromPemFile(In("certs", "ca.pem"), In("certs", "ca.key"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Scscf}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Scscf);
        request.CertificateExtensions.Add(names.Build());
        var end = new DateTimeOffset(authority.NotBefore).AddMinutes(1);
        using var certificate = request.Create(authority, authority.NotBefore, end, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(In("expired.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(In("expired.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private string In(params string[] path) => Path.Combine([_folder, .. path]);
}
