using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Hss.Interop.Tests.Peers;

/// <summary>A real I-CSCF and S-CSCF (Kamailio) in front of a real HSS process, on loopback, started once for all tests of the collection.</summary>
public sealed class KamailioRig : IAsyncLifetime
{
    public const string Realm = "ims.mnc001.mcc001.3gppnetwork.org";

    /// <summary>Origin-Host of the real S-CSCF.</summary>
    public const string ScscfIdentity = "scscf." + Realm;

    private const int WatchdogSeconds = 10;
    private const int LogTailLines = 40;

    private static readonly TimeSpan ProgramLimit = TimeSpan.FromSeconds(120);

    // The Diameter module of Kamailio looks at its peers only every fifth of the watchdog time.
    private static readonly TimeSpan PeersLimit = TimeSpan.FromSeconds(3 * WatchdogSeconds);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private string _work = "";
    private ServerProcess? _server;
    private WireTap? _tap;
    private Exception? _failure;
    private bool _keepWork;

    internal ServerProcess Server => _server ?? throw new InvalidOperationException("the rig is not running");

    internal string WorkFolder => _work;

    /// <summary>Where the HSS takes provisioning calls.</summary>
    internal static IPEndPoint Provisioning { get; } = new(Loopback.Hss, 50051);

    /// <summary>All that passes between the CSCFs and the HSS.</summary>
    internal WireTap Tap => _tap ?? throw new InvalidOperationException("the rig is not running");

    private static (string Protocol, IPEndPoint Endpoint)[] Endpoints =>
    [
        ("tcp", new(Loopback.Hss, 3868)), ("tcp", Provisioning), ("tcp", new(Loopback.CscfTap, 3868)), ("tcp", new(Loopback.Icscf, 3869)), ("tcp", new(Loopback.Scscf, 3870)),
        ("udp", new(Loopback.Icscf, 5060)), ("udp", new(Loopback.Scscf, 6060)), ("udp", new(Loopback.ApplicationServer, 5090)),
        ("udp", new(Loopback.UserEquipment, 5070)), ("udp", new(Loopback.UserEquipment, 5071)), ("udp", new(Loopback.UserEquipment, 5072)),
    ];

    public async Task InitializeAsync()
    {
        if (Requirement.KamailioRig.Any(r => !r.IsMet())) return; // Demand tells each test
        try
        {
            // Short on purpose: a control socket's path may not be longer than 107 characters.
            _work = Directory.CreateTempSubdirectory("hss-rig-").FullName;
            LoopbackPorts.DemandFree(Endpoints);
            await ImportAsync(Path.Combine(_work, "hss"));
            _server = await ServerProcess.StartAsync(Path.Combine(_work, "hss"), new IPEndPoint(Loopback.Hss, 3868),
                $"--Diameter:Peers:0:Identity={ScscfIdentity}", "--Diameter:Peers:0:Quirks=kamailio",
                $"--Provisioning:Listen={Provisioning}");
            _tap = WireTap.Start(new IPEndPoint(Loopback.CscfTap, 3868), Server.Endpoint);
            var start = await RunAsync("/bin/bash", Rig("start"), "--work", _work, "--hss", Tap.Endpoint.ToString(), "--net", Loopback.Net,
                "--watchdog", WatchdogSeconds.ToString(CultureInfo.InvariantCulture));
            if (start.ExitCode != 0) throw new InvalidOperationException($"the CSCFs did not start:\n{start.Output}");
            await WaitForPeersAsync();
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    public async Task DisposeAsync()
    {
        if (_work.Length == 0) return;
        await RunAsync("/bin/bash", Rig("stop"), "--work", _work);
        if (_tap is not null) await _tap.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        if (!_keepWork) Directory.Delete(_work, recursive: true);
    }

    /// <summary>Call first in every test: skips it where Kamailio is not installed, fails it when the rig could not be started.</summary>
    internal void Demand()
    {
        Requirement.Demand(Requirement.KamailioRig);
        if (_failure is not null) Assert.Fail($"the rig did not start: {_failure.Message}\n{Logs()}");
    }

    /// <summary>State of the Diameter peer "HSS" as a CSCF sees it, for instance "I_Open".</summary>
    internal async Task<string> PeerStateAsync(string cscf)
    {
        var answer = await RpcAsync(cscf, "cdp.list_peers");
        return Regex.Match(answer.Output, @"State: (\S+)").Groups[1].Value;
    }

    /// <summary>The processes of a CSCF: when one of them dies of a signal, all end.</summary>
    internal async Task<string> ProcessesAsync(string cscf)
    {
        var processes = await RpcAsync(cscf, "core.psx");
        if (!processes.Output.Contains("PID:", StringComparison.Ordinal)) Assert.Fail($"the {cscf} does not answer: {processes.Output}\n{Logs()}");
        return processes.Output;
    }

    internal Task<Outcome> UeAsync(string command, params string[] options) =>
        RunAsync("/usr/bin/python3", [Rig("ue/ue.py"), .. UeArguments(command, options)]);

    internal ChildProcess StartUe(string command, params string[] options) =>
        ChildProcess.Start("/usr/bin/python3", [Rig("ue/ue.py"), .. UeArguments(command, options)], _work);

    /// <summary>What the S-CSCF holds of a public identity: its state, its contacts, its filters.</summary>
    internal async Task<string> ShowAtScscfAsync(string publicIdentity) =>
        (await RunAsync("kamcmd", "-s", $"unix:{_work}/scscf_ctl", "ulscscf.showimpu", publicIdentity)).Output;

    /// <summary>One sipp call of a scenario from the UE's address; the file of its data line is written first.</summary>
    internal Task<Outcome> SippAsync(string scenario, IPEndPoint target, string dataLine, params string[] options)
    {
        var data = Path.Combine(_work, "sipp.csv");
        File.WriteAllText(data, $"SEQUENTIAL\n{dataLine}\n");
        return RunAsync("sipp", [target.ToString(), "-sf", Rig($"sipp/{scenario}"), "-inf", data,
            "-i", Loopback.UserEquipment.ToString(), "-p", "5070", "-m", "1", "-l", "1", "-nostdin", "-default_behaviors", "all,-bye",
            "-timeout", "15s", "-timeout_error", "-trace_err", "-error_file", "sipp.errors", .. options]);
    }

    /// <summary>sipp as application server; it writes every message it sees into <paramref name="trace"/>.</summary>
    internal async Task<ChildProcess> StartApplicationServerAsync(string trace)
    {
        var server = ChildProcess.Start("sipp", ["-sf", Rig("sipp/as.xml"), "-i", Loopback.ApplicationServer.ToString(), "-p", "5090", "-nostdin",
            "-default_behaviors", "all,-bye", "-trace_msg", "-message_file", trace, "-message_overwrite", "true"], _work);
        while (!LoopbackPorts.IsHeld("udp", new(Loopback.ApplicationServer, 5090)))
        {
            if (server.HasExited) Assert.Fail($"sipp as application server ended:\n{server.Output}");
            await Task.Delay(Poll);
        }
        return server;
    }

    /// <summary>What a reader needs after a failure: the ends of the logs of the CSCFs and of the HSS, and where the whole of them lies.</summary>
    internal string Logs()
    {
        _keepWork = true;
        return $"---- icscf\n{Tail(ReadLog("icscf"))}\n---- scscf\n{Tail(ReadLog("scscf"))}\n---- HSS\n{Tail(_server?.Log ?? "")}\n(all of it: {_work})";
    }

    // The demo's subscribers, and a fourth one that is the second over again.
    private static async Task ImportAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "db", "demo.jsonl"));
        var second = lines.Single(line => line.Contains("\"imsi-001010000000002\"", StringComparison.Ordinal));
        var fourth = second.Replace("001010000000002", "001010000000004", StringComparison.Ordinal).Replace("2125550002", "2125550004", StringComparison.Ordinal);
        var file = Path.Combine(folder, "subscribers.jsonl");
        await File.WriteAllLinesAsync(file, [.. lines, fourth]);
        await ServerProcess.ImportAsync(folder, file);
    }

    private async Task WaitForPeersAsync()
    {
        var end = Environment.TickCount64 + (long)PeersLimit.TotalMilliseconds;
        foreach (var cscf in (string[])["icscf", "scscf"])
            while (!(await PeerStateAsync(cscf)).EndsWith("_Open", StringComparison.Ordinal))
            {
                if (Environment.TickCount64 > end) throw new TimeoutException($"the {cscf} has no open Diameter peer after {PeersLimit.TotalSeconds} s");
                await Task.Delay(Poll);
            }
    }

    private IEnumerable<string> UeArguments(string command, string[] options) => [command, "--state", _work, "--net", Loopback.Net, .. options];

    private Task<Outcome> RpcAsync(string cscf, string command) => RunAsync("kamcmd", "-s", $"unix:{_work}/{cscf}_ctl", command);

    private Task<Outcome> RunAsync(string program, params IEnumerable<string> arguments) =>
        ChildProcess.RunAsync(program, arguments, _work, ProgramLimit);

    private string ReadLog(string cscf)
    {
        var file = Path.Combine(_work, $"{cscf}.log");
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }

    private static string Tail(string text) => string.Join('\n', text.TrimEnd().Split('\n').TakeLast(LogTailLines));

    private static string Rig(string name) => Path.Combine(Repository.RigFolder, name);
}
