using System.Net;
using Hss.Diameter;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Relay;

/// <summary>An HSS process, relays in front of it and taps between them, in one folder. One object serves one test.</summary>
/// Order: on failure everybody's log goes into the message, and the folder stays.
internal sealed class RelayRig : IAsyncDisposable
{
    public const string HssIdentity = "hss." + KamailioRig.Realm;

    private const int Seed = 20_261_121;
    private const int Port = 3868;
    private const int LogTailLines = 60;

    private static readonly (IPAddress Relay, IPAddress Tap)[] Places = [(Loopback.Relay, Loopback.Tap), (Loopback.SecondRelay, Loopback.SecondTap)];

    private readonly List<FreeDiameterRelay> _relays = [];
    private readonly List<WireTap> _taps = [];
    private readonly List<TestScscf> _scscfs = [];

    private RelayRig(string folder, IReadOnlyList<TestSubscriber> subscribers)
    {
        Folder = folder;
        Subscribers = subscribers;
    }

    public string Folder { get; }

    public IReadOnlyList<TestSubscriber> Subscribers { get; }

    public ServerProcess Server { get; private set; } = null!;

    public static IPEndPoint HssEndpoint { get; } = new(Loopback.RelayedHss, Port);

    /// <summary>Runs a test on a rig of its own; skips it where freeDiameter is not installed.</summary>
    public static async Task RunAsync(int subscribers, Func<RelayRig, Task> test, params IEnumerable<string> serverArguments)
    {
        Requirement.Demand(Requirement.FreeDiameterRelay);
        var folder = Directory.CreateTempSubdirectory("hss-relay-").FullName;
        var random = new Random(Seed);
        var rig = new RelayRig(folder, [.. Enumerable.Range(1, subscribers).Select(n => new TestSubscriber($"{1_010_000_006_000 + n:D15}", random))]);
        await using (rig)
        {
            try
            {
                await rig.ImportAsync(rig.Subscribers.Select(s => s.Document));
                await rig.StartServerAsync(serverArguments);
                await test(rig);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}: {e}\n{rig.Logs()}(all of it: {folder})");
            }
        }
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Subscriptions as an operator loads them while no server uses the store.</summary>
    public async Task ImportAsync(IEnumerable<string> documents)
    {
        var file = Path.Combine(Folder, "subscribers.jsonl");
        await File.WriteAllLinesAsync(file, documents);
        await ServerProcess.ImportAsync(Folder, file);
    }

    public async Task StartServerAsync(params IEnumerable<string> arguments) =>
        Server = await ServerProcess.StartAsync(Folder, HssEndpoint, arguments);

    /// <summary>A relay (0 or 1) that connects to the HSS through a tap, and both once they are open to each other.</summary>
    public async Task<(FreeDiameterRelay Relay, WireTap Tap)> StartRelayAsync(int number)
    {
        var tap = WireTap.Start(new IPEndPoint(Places[number].Tap, Port), HssEndpoint);
        _taps.Add(tap);
        var relay = await StartRelayProcessAsync(number, tap.Endpoint);
        await relay.WaitForOpenAsync(HssIdentity);
        return (relay, tap);
    }

    /// <summary>The process of a relay only.</summary>
    public async Task<FreeDiameterRelay> StartRelayProcessAsync(int number, IPEndPoint? connectTo)
    {
        var relay = await FreeDiameterRelay.StartAsync(
            Folder, new RelaySettings($"dra{number + 1}", new IPEndPoint(Places[number].Relay, Port)) { ConnectTo = connectTo });
        _relays.Add(relay);
        return relay;
    }

    /// <summary>An S-CSCF connected to these relays.</summary>
    public async Task<TestScscf> ConnectScscfAsync(string name, params IEnumerable<FreeDiameterRelay> relays)
    {
        var scscf = await TestScscf.ConnectAsync(name, relays.Select(r => r.Endpoint));
        _scscfs.Add(scscf);
        return scscf;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scscf in _scscfs) await scscf.DisposeAsync();
        foreach (var relay in _relays) await relay.DisposeAsync();
        foreach (var tap in _taps) await tap.DisposeAsync();
        if (Server is not null) await Server.DisposeAsync();
    }

    private string Logs() => string.Concat(_relays.Select(r => r.Log)) + $"---- HSS\n{Tail(Server?.Log ?? "it did not start")}\n";

    private static string Tail(string text) => string.Join('\n', text.TrimEnd().Split('\n').TakeLast(LogTailLines));
}
