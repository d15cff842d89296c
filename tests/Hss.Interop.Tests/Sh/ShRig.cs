using System.Net;
using Hss.Grpc;
using Hss.Interop.Tests.Peers;
using Hss.Provisioning.V1;
using static Hss.Provisioning.V1.ShPermission.Types;

namespace Hss.Interop.Tests.Sh;

/// <summary>An HSS with one subscriber and the permissions of two application servers, and those two, before it or behind a relay. One object serves one test.</summary>
/// Order: on failure everybody's log goes into the message, and the folder stays.
internal sealed class ShRig : IAsyncDisposable
{
    public const string HssIdentity = "hss." + KamailioRig.Realm;

    private const int Seed = 20_261_122;
    private const int Port = 3868;
    private const int GrpcPort = 50051;
    private const int LogTailLines = 60;

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-sh-").FullName;
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress($"http://{Provisioning}");
    private readonly List<ErlangApplicationServer> _servers = [];
    private FreeDiameterRelay? _relay;

    private ShRig() => Subscriber = new TestSubscriber($"{1_010_000_008_001:D15}", new Random(Seed));

    public static IPEndPoint HssEndpoint { get; } = new(Loopback.ShHss, Port);

    public TestSubscriber Subscriber { get; }

    public ServerProcess Server { get; private set; } = null!;

    /// <summary>It may do everything that the tests do but read charging information.</summary>
    public ErlangApplicationServer First => _servers[0];

    /// <summary>It may change repository data, and nothing else.</summary>
    public ErlangApplicationServer Second => _servers[1];

    public ApplicationServerService.ApplicationServerServiceClient Permissions => new(_channel);

    public string Folder => _folder;

    private static IPEndPoint Provisioning { get; } = new(Loopback.ShHss, GrpcPort);

    private static IPEndPoint RelayEndpoint { get; } = new(Loopback.Relay, Port);

    /// <summary>Runs a test on a rig of its own; skips it where the other stack is not installed.</summary>
    public static async Task RunAsync(bool relayed, Func<ShRig, Task> test)
    {
        Requirement.Demand([.. Requirement.ErlangApplicationServer, .. relayed ? Requirement.FreeDiameterRelay : []]);
        var rig = new ShRig();
        await using (rig)
        {
            try
            {
                await rig.StartAsync(relayed);
                await test(rig);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}: {e}\n{rig.Logs()}(all of it: {rig._folder})");
            }
        }
        Directory.Delete(rig._folder, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        if (_relay is not null) await _relay.DisposeAsync();
        _channel.Dispose();
        if (Server is not null) await Server.DisposeAsync();
    }

    private async Task StartAsync(bool relayed)
    {
        var file = Path.Combine(_folder, "subscribers.jsonl");
        await File.WriteAllTextAsync(file, Subscriber.Document + "\n");
        await ServerProcess.ImportAsync(_folder, file);
        LoopbackPorts.DemandFree([("tcp", Provisioning)]);
        Server = await ServerProcess.StartAsync(_folder, HssEndpoint, $"--Provisioning:Listen={Provisioning}");
        await PermitAsync("as1", (DataReference.RepositoryData, [Operation.Pull, Operation.Update, Operation.Subscribe]),
            (DataReference.ImsUserState, [Operation.Pull, Operation.Subscribe]), (DataReference.ImsPublicIdentity, [Operation.Pull]), (DataReference.SCscfName, [Operation.Pull, Operation.Subscribe]));
        await PermitAsync("as2", (DataReference.RepositoryData, [Operation.Update]));
        if (relayed)
        {
            _relay = await FreeDiameterRelay.StartAsync(_folder, new("dra1", RelayEndpoint) { ConnectTo = HssEndpoint });
            await _relay.WaitForOpenAsync(HssIdentity);
        }
        var (peer, name) = relayed ? (RelayEndpoint, _relay!.Identity) : (HssEndpoint, HssIdentity);
        _servers.Add(await ErlangApplicationServer.StartAsync(_folder, "as1", Loopback.ErlangServer, peer));
        _servers.Add(await ErlangApplicationServer.StartAsync(_folder, "as2", Loopback.SecondErlangServer, peer));
        foreach (var server in _servers) await server.WaitForOpenAsync(name);
    }

    private async Task PermitAsync(string name, params (DataReference Data, Operation[] Operations)[] permissions)
    {
        var server = new ApplicationServerPermissions { DiameterHost = $"{name}.{KamailioRig.Realm}" };
        foreach (var (data, operations) in permissions) server.Permissions.Add(new ShPermission { DataReference = data, Operations = { operations } });
        await Permissions.PutApplicationServerAsync(new() { ApplicationServer = server });
    }

    private string Logs() => string.Concat(_servers.Select(server => server.Log)) + _relay?.Log
        + $"---- HSS\n{string.Join('\n', (Server?.Log ?? "it did not start").TrimEnd().Split('\n').TakeLast(LogTailLines))}\n";
}
