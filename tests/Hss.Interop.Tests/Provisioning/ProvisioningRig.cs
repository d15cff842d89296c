using System.Net;
using System.Security.Cryptography.X509Certificates;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Provisioning;

[CollectionDefinition(Name)]
public sealed class ProvisioningTests : ICollectionFixture<ProvisioningRig>
{
    public const string Name = "provisioning";
}

/// <summary>Two servers, in clear and over TLS, and clients of other gRPC implementations that have called all of both when the tests begin.</summary>
/// Order: all clients run at once, each with subscriptions of its own. The server in clear is stopped under them by SIGTERM and started again.
/// Errors: a client that cannot run is left out, and the tests that need it say why.
public sealed class ProvisioningRig : IAsyncLifetime
{
    public const string Node = "node";
    public const string Python = "python";

    private const int GrpcPort = 50051;
    private const string ServerHost = "hss." + KamailioRig.Realm;
    private const string OperatorName = "operator.example.org";
    private const string ReaderName = "reader.example.org";

    private static readonly Dictionary<string, string> ImsiDigits = new() { [Node] = "001017001", [Python] = "001017002" };

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-provisioning-").FullName;
    private readonly Dictionary<(string Language, bool Secured), ForeignClient> _clients = [];
    private readonly List<ServerProcess> _servers = [];
    private readonly Dictionary<string, Requirement[]> _needs = new() { [Node] = Requirement.NodeClient, [Python] = Requirement.PythonClient };
    private TestCertificates? _certificates;
    private TestCertificates? _strangers;

    /// <summary>In clear, on a store that the clients have worked on; started anew behind them.</summary>
    internal IPEndPoint Clear { get; } = new(Loopback.ProvisionedHss, GrpcPort);

    internal IPEndPoint Secured { get; } = new(Loopback.SecuredHss, GrpcPort);

    /// <summary>What all servers have logged.</summary>
    internal string Log => string.Concat(_servers.Select(server => server.Log));

    internal bool IsRunning => _servers.Count(server => !server.HasExited) == 2;

    public async Task InitializeAsync()
    {
        if (!Requirement.Linux.IsMet()) return;
        var modules = _needs[Node].All(one => one.IsMet()) ? NodeModules.PrepareAsync() : Task.FromResult<string?>(null);
        LoopbackPorts.DemandFree([("tcp", Clear), ("tcp", Secured)]);
        _servers.AddRange(await Task.WhenAll(StartClearAsync(), StartSecuredAsync()));
        if (await modules is { } trouble) _needs[Node] = [new Requirement($"the packages of grpc-js, and npm said: {trouble}", "", () => false)];
        foreach (var language in _needs.Keys.Where(language => _needs[language].All(one => one.IsMet())))
            foreach (var secured in (bool[])[false, true])
                _clients[(language, secured)] = Start(language, secured);
        if (_clients.Count == 0) return;
        await ServeAsync();
        foreach (var client in _clients.Values) await client.WaitForEndAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var client in _clients.Values) await client.DisposeAsync();
        foreach (var server in _servers) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A client that has run; skips the calling test when it could not.</summary>
    internal ForeignClient Client(string language, bool secured)
    {
        Requirement.Demand(_needs[language]);
        return _clients[(language, secured)];
    }

    /// <summary>Calls that the tests write octet by octet.</summary>
    internal RawCalls CallAsOperator()
    {
        Requirement.Demand(Requirement.Linux);
        return new(Secured, ServerHost, _certificates!.AuthorityFile,
            X509Certificate2.CreateFromPemFile(_certificates.CertificateFile(OperatorName), _certificates.KeyFile(OperatorName)));
    }

    /// <summary>Does what the clients ask for: an S-CSCF that registers users and refuses every RTR, application servers that recognise no notification, peers to
    /// send away, and the restart.</summary>
    private async Task ServeAsync()
    {
        var diameter = _servers[0].Endpoint;
        await using var scscf = await TestScscf.ConnectAsync("scscf", diameter);
        scscf.Serve = _ => ResultCode.AuthorizationRejected;
        await using var node = await DiameterClient.ConnectAsync(diameter, PeerOf(Node));
        await using var python = await DiameterClient.ConnectAsync(diameter, PeerOf(Python));
        var clear = _clients.Where(client => !client.Key.Secured).Select(client => client.Value).ToArray();
        await Task.WhenAll(clear.Select(client => RegisterAsync(client, scscf)));
        await using var forNode = await TestApplicationServer.ConnectAsync(diameter, ApplicationServerOf(Node));
        await using var forPython = await TestApplicationServer.ConnectAsync(diameter, ApplicationServerOf(Python));
        await Task.WhenAll(_clients.Where(client => !client.Key.Secured).Select(client => KeepAsync(client.Value, client.Key.Language == Node ? forNode : forPython)));
        await Task.WhenAll(clear.Select(client => client.AskedAsync("restart")));
        await _servers[0].StopAsync();
        _servers.Add(await StartClearAsync());
    }

    private static async Task RegisterAsync(ForeignClient client, TestScscf scscf)
    {
        if (await client.AskedAsync("register") is not { } imsi) return;
        var (privateIdentity, publicIdentity) = (CxRequests.PrivateIdentity(imsi), CxRequests.PublicIdentity(imsi));
        Assert.Equal("2001", (await scscf.MarAsync(privateIdentity, publicIdentity, scscf.ServerName)).Result);
        Assert.Equal("2001", (await scscf.SarAsync(privateIdentity, publicIdentity, scscf.ServerName, ServerAssignmentType.Registration)).Result);
    }

    private static async Task KeepAsync(ForeignClient client, TestApplicationServer server)
    {
        if (await client.AskedAsync("application-server") is not { } imsi) return;
        var publicIdentity = CxRequests.PublicIdentity(imsi);
        Assert.Equal("2001", (await server.CreateAsync(publicIdentity, "settings", "<settings xmlns=\"urn:test\">1</settings>")).Result);
        Assert.Equal("2001", (await server.SubscribeAsync(publicIdentity, 0, "settings")).Result);
        Assert.Equal("2001", (await server.SubscribeAsync(publicIdentity, 11)).Result);
    }

    private Task<ServerProcess> StartClearAsync() =>
        ServerProcess.StartAsync(Path.Combine(_folder, "clear"), new(Clear.Address, 3868), $"--Provisioning:Listen={Clear}");

    private Task<ServerProcess> StartSecuredAsync()
    {
        _certificates = TestCertificates.In(Directory.CreateDirectory(Path.Combine(_folder, "certificates")).FullName);
        _strangers = TestCertificates.In(Directory.CreateDirectory(Path.Combine(_folder, "strangers")).FullName);
        foreach (var name in (string[])[ServerHost, OperatorName, ReaderName]) _certificates.Issue(name, name);
        _strangers.Issue(OperatorName, OperatorName);
        return ServerProcess.StartAsync(Path.Combine(_folder, "secured"), new(Secured.Address, 3868), $"--Provisioning:Listen={Secured};tls",
            $"--Provisioning:Tls:CertificateFile={_certificates.CertificateFile(ServerHost)}", $"--Provisioning:Tls:KeyFile={_certificates.KeyFile(ServerHost)}",
            $"--Provisioning:Tls:CaFile={_certificates.AuthorityFile}",
            $"--Provisioning:Certificates:0:Name={OperatorName}", "--Provisioning:Certificates:0:Role=operator",
            $"--Provisioning:Certificates:1:Name={ReaderName}", "--Provisioning:Certificates:1:Role=reader");
    }

    private ForeignClient Start(string language, bool secured)
    {
        string[] program = language == Node ? ["node", "client.js"] : ["/usr/bin/python3", "-B", "client.py"];
        var folder = language == Node ? NodeModules.Folder : Path.Combine(Repository.Root, "tests", "Hss.Interop.Tests", "python-grpc");
        return ForeignClient.Start(program, folder, new
        {
            client = language,
            secured,
            address = (secured ? Secured : Clear).ToString(),
            realm = KamailioRig.Realm,
            imsi = ImsiDigits[language],
            protos = new[] { Path.Combine(Repository.Root, "src", "Hss.Provisioning", "Protos"), Path.Combine(Repository.Root, "src", "Hss.Grpc", "Protos") },
            milenage = Path.Combine(Repository.RigFolder, "ue"),
            peer = PeerOf(language),
            applicationServer = ApplicationServerOf(language),
            scscf = $"scscf.{KamailioRig.Realm}",
            serverName = $"sip:scscf.{KamailioRig.Realm}:6060",
            serverHost = ServerHost,
            authority = _certificates!.AuthorityFile,
            @operator = CertificateOf(_certificates, OperatorName),
            reader = CertificateOf(_certificates, ReaderName),
            stranger = CertificateOf(_strangers!, OperatorName),
        });
    }

    private static object CertificateOf(TestCertificates authority, string name) =>
        new { name, certificate = authority.CertificateFile(name), key = authority.KeyFile(name) };

    private static string ApplicationServerOf(string language) => $"as-{language}.{KamailioRig.Realm}";

    private static string PeerOf(string language) => $"{language}.{KamailioRig.Realm}";
}
