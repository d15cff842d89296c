using System.Net;

namespace Hss.Interop.Tests.Peers;

/// <summary>freeDiameter as a DRA: a process of its own that advertises only Relay and sends what is for the realm to the HSS.</summary>
internal sealed class FreeDiameterRelay : IAsyncDisposable
{
    private const int LogTailLines = 60;

    // freeDiameter's list has no "all but": beside a name that must use TLS the others are named too.
    private static readonly string[] Scscfs = ["scscf1", "scscf2"];

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(90);

    private readonly ChildProcess _process;

    private FreeDiameterRelay(ChildProcess process, RelaySettings settings)
    {
        _process = process;
        Settings = settings;
    }

    public RelaySettings Settings { get; }

    public string Identity => Settings.Identity;

    public IPEndPoint Endpoint => Settings.Endpoint;

    public string Log => $"---- {Settings.Name}\n{string.Join('\n', _process.Output.TrimEnd().Split('\n').TakeLast(LogTailLines))}\n";

    /// <summary>Starts a relay with its files in a folder; it listens when this returns.</summary>
    public static async Task<FreeDiameterRelay> StartAsync(string folder, RelaySettings settings)
    {
        LoopbackPorts.DemandFree([("tcp", settings.Endpoint)]);
        var library = await BuildBindAsync(folder);
        var configuration = Write(folder, settings);
        var process = ChildProcess.Start("/usr/bin/env",
            [$"LD_PRELOAD={library}", $"BIND_ADDRESS={settings.Endpoint.Address}", Requirement.Locate("freeDiameterd")!, "-d", "-c", configuration], folder);
        try
        {
            await process.WaitForLineAsync(line => line.EndsWith("daemon initialized.", StringComparison.Ordinal), StartLimit);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
        return new FreeDiameterRelay(process, settings);
    }

    /// <summary>Waits until this relay has called a peer open, for the first time in its life.</summary>
    public Task WaitForOpenAsync(string identity) => _process.WaitForLineAsync(
        line => line.Contains("-> 'STATE_OPEN'", StringComparison.Ordinal) && line.EndsWith($"'{identity}'", StringComparison.Ordinal), OpenLimit);

    public Task<string> WaitForLineAsync(Predicate<string> wanted, TimeSpan limit) => _process.WaitForLineAsync(wanted, limit);

    /// <summary>kill -9: no good-bye to anybody.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>SIGTERM: it sends DPR to its peers.</summary>
    public Task StopAsync() => _process.TerminateAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Write(string folder, RelaySettings settings)
    {
        // Even a relay that uses no TLS wants a certificate.
        if (!File.Exists(Path.Combine(folder, $"{settings.Name}.crt"))) TestCertificates.In(folder).Issue(settings.Name, settings.Identity);
        string Named(string extension) => Path.Combine(folder, $"{settings.Name}.{extension}");
        var security = settings.Tls ? "" : "No_TLS; ";
        var peer = settings.ConnectTo is not { } hss ? ""
            : $"ConnectPeer = \"{settings.HssIdentity}\" {{ {security}ConnectTo = \"{hss.Address}\"; Port = {hss.Port}; }};";
        var text = File.ReadAllText(Path.Combine(Repository.FreeDiameterFolder, "relay.conf.in"))
            .Replace("@IDENTITY@", settings.Identity, StringComparison.Ordinal)
            .Replace("@REALM@", KamailioRig.Realm, StringComparison.Ordinal)
            .Replace("@PORT@", $"{settings.Endpoint.Port}", StringComparison.Ordinal)
            .Replace("@SECURE_PORT@", $"{settings.SecurePort}", StringComparison.Ordinal)
            .Replace("@WORK@", folder, StringComparison.Ordinal)
            .Replace("@NAME@", settings.Name, StringComparison.Ordinal)
            .Replace("@PEER@", peer, StringComparison.Ordinal);
        File.WriteAllText(Named("conf"), text);
        // Without a word of its own a name may come with TLS only. Everybody else of the realm may come without.
        var others = settings.Tls ? string.Join(' ', Scscfs.Select(name => $"{name}.{KamailioRig.Realm}")) : $"*.{KamailioRig.Realm}";
        File.WriteAllText(Named("acl"), $"{(settings.Tls ? settings.HssIdentity : "")}\nALLOW_IPSEC {others}\n");
        File.WriteAllText(Named("routes"), $"*:\"{settings.HssIdentity}\" += 100 ;\n");
        return Named("conf");
    }

    private static async Task<string> BuildBindAsync(string folder)
    {
        var library = Path.Combine(folder, "bind.so");
        if (File.Exists(library)) return library;
        var built = await ChildProcess.RunAsync("gcc",
            ["-shared", "-fPIC", "-o", library, Path.Combine(Repository.FreeDiameterFolder, "bind.c"), "-ldl"], folder, StartLimit);
        return built.ExitCode == 0 ? library : throw new InvalidOperationException($"bind.c:\n{built.Output}");
    }
}

/// <summary>What a relay is called, where it listens, and how it meets the HSS.</summary>
internal sealed record RelaySettings(string Name, IPEndPoint Endpoint)
{
    public string Identity => $"{Name}.{KamailioRig.Realm}";

    /// <summary>Where it connects to the HSS; null: it waits for the HSS to connect.</summary>
    public IPEndPoint? ConnectTo { get; init; }

    public string HssIdentity { get; init; } = "hss." + KamailioRig.Realm;

    /// <summary>Whether it speaks TLS with the HSS. S-CSCFs always come without.</summary>
    public bool Tls { get; init; }

    /// <summary>Where it accepts TLS from the first octet on; 0: nowhere.</summary>
    public int SecurePort { get; init; }
}
