namespace Hss.Interop.Tests;

/// <summary>A program (or a right) of this machine that a test needs and that is not part of the product.</summary>
internal sealed record Requirement(string Name, string Package, Func<bool> IsMet)
{
    private const string RequireVariable = "HSS_REQUIRE_INTEROP";

    public static readonly Requirement Kamailio = Program("kamailio", "kamailio");
    public static readonly Requirement KamailioCommand = Program("kamcmd", "kamailio");
    public static readonly Requirement KamailioIms = Module("ims_registrar_scscf.so", "kamailio-ims-modules");
    public static readonly Requirement KamailioPresence = Module("presence.so", "kamailio-presence-modules");
    public static readonly Requirement Sipp = Program("sipp", "sip-tester");
    public static readonly Requirement Dumpcap = Program("dumpcap", "wireshark-common");
    public static readonly Requirement Tshark = Program("tshark", "tshark");
    public static readonly Requirement Compiler = Program("gcc", "gcc");
    public static readonly Requirement CompilerHeaders = new("the C library's headers", "libc6-dev", () => File.Exists("/usr/include/stdlib.h"));
    public static readonly Requirement Compose = Program("docker-compose", "docker-compose");
    public static readonly Requirement OpenSsl = Program("openssl", "openssl");
    public static readonly Requirement Promtool = Program("promtool", "prometheus");
    public static readonly Requirement AucGenerator = Program("osmo-auc-gen", "libosmocore-utils");
    public static readonly Requirement Python = new("/usr/bin/python3", "python3", () => File.Exists("/usr/bin/python3"));
    public static readonly Requirement PythonCryptography = new(
        "the Python module cryptography", "python3-cryptography", () => Directory.Exists("/usr/lib/python3/dist-packages/cryptography"));
    public static readonly Requirement PythonGrpc = new(
        "the Python module grpc", "python3-grpcio", () => Directory.Exists("/usr/lib/python3/dist-packages/grpc"));
    public static readonly Requirement PythonProtobuf = new(
        "the Python module google.protobuf", "python3-protobuf", () => Directory.Exists("/usr/lib/python3/dist-packages/google/protobuf"));
    public static readonly Requirement Node = Program("node", "nodejs");
    public static readonly Requirement Npm = Program("npm", "npm");
    public static readonly Requirement FreeDiameter = Program("freeDiameterd", "freediameterd");
    public static readonly Requirement FreeDiameterExtensions = new(
        "freeDiameter's acl_wl and rt_default", "freediameter-extensions", () => File.Exists("/usr/lib/freeDiameter/rt_default.fdx"));
    public static readonly Requirement Erlang = Program("erl", "erlang-base");
    public static readonly Requirement ErlangDiameter = Program("diameterc", "erlang-diameter");
    public static readonly Requirement ErlangHeaders = new("the headers of Erlang's diameter", "erlang-dev", () =>
        Directory.Exists("/usr/lib/erlang/lib") && Directory.EnumerateDirectories("/usr/lib/erlang/lib", "diameter-*").Any(f => File.Exists(Path.Combine(f, "include", "diameter.hrl"))));
    public static readonly Requirement Root = new(
        "root, to capture on the loopback interface", "", () => Environment.IsPrivilegedProcess);
    public static readonly Requirement Linux = new("Linux", "", OperatingSystem.IsLinux);

    /// <summary>What the real CSCFs and the UEs need.</summary>
    public static readonly Requirement[] KamailioRig =
        [Linux, Kamailio, KamailioCommand, KamailioIms, KamailioPresence, Sipp, Python, PythonCryptography];

    /// <summary>What a relay needs.</summary>
    public static readonly Requirement[] FreeDiameterRelay = [Linux, FreeDiameter, FreeDiameterExtensions, Compiler, CompilerHeaders];

    /// <summary>What the application server of another stack needs.</summary>
    public static readonly Requirement[] ErlangApplicationServer = [Linux, Erlang, ErlangDiameter, ErlangHeaders];

    /// <summary>What a gRPC client in Python needs: Debian's own packages, no generated code.</summary>
    public static readonly Requirement[] PythonClient = [Linux, Python, PythonGrpc, PythonProtobuf, PythonCryptography];

    /// <summary>What a gRPC client on Node.js needs; its packages come by npm.</summary>
    public static readonly Requirement[] NodeClient = [Linux, Node, Npm];

    /// <summary>Skips the calling test with the reasons when something is missing; fails it when HSS_REQUIRE_INTEROP is 1.</summary>
    public static void Demand(params IEnumerable<Requirement> requirements)
    {
        var missing = requirements.Where(r => !r.IsMet()).Select(r => r.ToString()).ToList();
        if (missing.Count == 0) return;
        var reason = "needs " + string.Join(", ", missing);
        if (Environment.GetEnvironmentVariable(RequireVariable) == "1") Assert.Fail($"{reason} ({RequireVariable}=1 forbids to skip)");
        Skip.If(true, reason);
    }

    public override string ToString() => Package.Length == 0 ? Name : $"{Name} (Debian package {Package})";

    /// <summary>Where a program lies: on PATH, or in /usr/sbin, which is not on everybody's PATH. Null: nowhere.</summary>
    public static string? Locate(string program)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin"];
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    private static Requirement Program(string name, string package) => new(name, package, () => Locate(name) is not null);

    private static Requirement Module(string file, string package) => new($"Kamailio's {file}", package, () =>
        Directory.Exists("/usr/lib") && Directory.EnumerateDirectories("/usr/lib").Any(f => File.Exists(Path.Combine(f, "kamailio", "modules", file))));
}
