using System.Net;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Relay;

/// <summary>An HSS process, relays in front of it and taps between them, in one folder. One object serves one test.</summary>
/// Order: on failure everybody's log goes into the message, and the folder stays.
internal sealed class RelayRig : IAsyncDisposable
{
    public const string HssIdentity = "hss." + KamailioRig.Realm;

    private const int Seed = 20_261_121;
    private const int Port = 3868;
    private const int TlsPort = 5868;
    private const int LogTailLines = 60;

    private static readonly (IPAddress Relay, IPAddress Tap)[] Places = [(Loopback.Relay, Loopback.Tap), (Loopback.SecondRelay, Loopback.SecondTap)];

    private readonly List<FreeDiameterRelay> _relays = [];
    private readonly List<WireTap> _taps = [];
    private readonly List<TestScscf> _scscfs = [];
    private readonly Opener _opener;
    private readonly bool _tls;

    private RelayRig(string folder, Opener opener, bool tls, IReadOnlyList<TestSubscriber> subscribers)
    {
        Folder = folder;
        _opener = opener;
        _tls = tls;
        Subscribers = subscribers;
    }

    public string Folder { get; }

    public IReadOnlyList<TestSubscriber> Subscribers { get; }

    public ServerProcess Server { get; private set; } = null!;

    public IReadOnlyList<FreeDiameterRelay> Relays => _relays;

    /// <summary>The tap between the relay of the same number and the HSS; none when they speak TLS. When both open, the first one is for what the
    /// HSS opens and the second one for what the (only) relay opens.</summary>
    public IReadOnlyList<WireTap> Taps => _taps;

    public static IPEndPoint HssEndpoint { get; } = new(Loopback.RelayedHss, Port);

    private static IPEndPoint HssTlsEndpoint { get; } = new(Loopback.RelayedHss, TlsPort);

    /// <summary>Runs a test on a rig of its own; skips it where freeDiameter is not installed.</summary>
    /// <param name="prepare">What to do with the taps before anybody connects.</param>
    public static async Task RunAsync(int subscribers, int relays, Opener opener, Func<RelayRig, Task> test, bool tls = false, Action<RelayRig>? prepare = null)
    {
        Requirement.Demand(Requirement.FreeDiameterRelay);
        var folder = Directory.CreateTempSubdirectory("hss-relay-").FullName;
        var random = new Random(Seed);
        var rig = new RelayRig(
            folder, opener, tls, [.. Enumerable.Range(1, subscribers).Select(n => new TestSubscriber($"{1_010_000_006_000 + n:D15}", random))]);
        await using (rig)
        {
            try
            {
                await rig.ImportAsync(rig.Subscribers.Select(s => s.Document));
                await rig.StartAllAsync(relays, prepare);
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

    /// <summary>Starts the HSS again on the same store; relays that connect to it come by themselves.</summary>
    public async Task StartServerAsync() => Server = await ServerProcess.StartAsync(Folder, HssEndpoint, ServerArguments());

    /// <summary>Starts a relay again after it ended, and waits until it and the HSS have met.</summary>
    public async Task RestartRelayAsync(int number)
    {
        await _relays[number].DisposeAsync();
        _relays[number] = await StartRelayAsync(number);
        await _relays[number].WaitForOpenAsync(HssIdentity);
    }

    /// <summary>An S-CSCF connected to all relays.</summary>
    public async Task<TestScscf> ConnectScscfAsync(string name)
    {
        var scscf = await TestScscf.ConnectAsync(name, _relays.Select(r => r.Endpoint));
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

    // Whoever is connected to is there first, so that nobody waits for a second attempt.
    private async Task StartAllAsync(int relays, Action<RelayRig>? prepare)
    {
        if (_tls) TestCertificates.In(Folder).Issue("hss", HssIdentity);
        else OpenTaps(relays);
        prepare?.Invoke(this);
        if (_opener == Opener.Relay) await StartServerAsync();
        for (var number = 0; number < relays; number++) _relays.Add(await StartRelayAsync(number));
        if (_opener != Opener.Relay) await StartServerAsync();
        if (_opener != Opener.Both)
            foreach (var relay in _relays) await relay.WaitForOpenAsync(HssIdentity);
    }

    private void OpenTaps(int relays)
    {
        if (_opener != Opener.Relay)
            for (var number = 0; number < relays; number++) _taps.Add(WireTap.Start(TapEndpoint(number), RelayEndpoint(number)));
        // The HSS knows a peer that it dials by that address; what the peer opens itself has to come from there too.
        if (_opener == Opener.Both) _taps.Add(WireTap.Start(TapEndpoint(1), HssEndpoint, Places[0].Tap));
        if (_opener == Opener.Relay)
            for (var number = 0; number < relays; number++) _taps.Add(WireTap.Start(TapEndpoint(number), HssEndpoint));
    }

    private Task<FreeDiameterRelay> StartRelayAsync(int number) => FreeDiameterRelay.StartAsync(Folder, new RelaySettings(NameOf(number), RelayEndpoint(number))
    {
        ConnectTo = _opener switch
        {
            Opener.Hss => null,
            Opener.Both => TapEndpoint(1),
            _ => _tls ? HssTlsEndpoint : TapEndpoint(number),
        },
        Tls = _tls,
        SecurePort = _tls ? TlsPort : 0,
    });

    private IEnumerable<string> ServerArguments()
    {
        if (_tls)
        {
            var certificates = TestCertificates.In(Folder);
            yield return $"--Diameter:Listen:1={HssTlsEndpoint};tls";
            yield return $"--Diameter:Tls:CertificateFile={certificates.CertificateFile("hss")}";
            yield return $"--Diameter:Tls:KeyFile={certificates.KeyFile("hss")}";
            yield return $"--Diameter:Tls:CaFile={certificates.AuthorityFile}";
        }
        if (_opener == Opener.Relay) yield break;
        yield return "--Diameter:ReconnectSeconds=1";
        for (var number = 0; number < _relays.Count; number++)
        {
            var peer = $"--Diameter:Peers:{number}";
            yield return $"{peer}:Identity={NameOf(number)}.{KamailioRig.Realm}";
            yield return $"{peer}:Address={(_tls ? Places[number].Relay : Places[number].Tap)}";
            yield return $"{peer}:Role=relay";
            yield return $"{peer}:Connect=true";
            yield return $"{peer}:Tls={_tls}";
        }
    }

    private static string NameOf(int number) => $"dra{number + 1}";

    private static IPEndPoint TapEndpoint(int number) => new(Places[number].Tap, Port);

    private static IPEndPoint RelayEndpoint(int number) => new(Places[number].Relay, Port);

    private string Logs() => string.Concat(_relays.Select(r => r.Log)) + $"---- HSS\n{Tail(Server?.Log ?? "it did not start")}\n";

    private static string Tail(string text) => string.Join('\n', text.TrimEnd().Split('\n').TakeLast(LogTailLines));
}

/// <summary>Who opens the connections between the relays and the HSS.</summary>
public enum Opener
{
    Relay,
    Hss,

    /// <summary>Each connects to the other: RFC 6733 5.6.4.</summary>
    Both,
}
