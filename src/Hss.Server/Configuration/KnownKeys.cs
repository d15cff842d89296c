using Microsoft.Extensions.Configuration;

namespace Hss.Server.Configuration;

/// <summary>Every configuration key there is. A key outside this list stops the start: a misspelt key silently ignored is an outage later.</summary>
/// Shape: '#' stands for an array index; a list may also be given as one comma-separated value.
public static class KnownKeys
{
    // Environment variables that begin with HSS_ and are not configuration: they belong to the tests and to the hss command.
    private static readonly string[] ForeignVariables = ["REQUIRE_INTEROP", "TEST_SEED", "SERVER", "TOKEN", "CONFIG"];

    private static readonly string[] Keys =
    [
        "Diameter:Identity", "Diameter:Realm", "Diameter:Realms", "Diameter:Realms:#", "Diameter:Listen", "Diameter:Listen:#",
        "Diameter:AllowUnknownPeers", "Diameter:WatchdogSeconds", "Diameter:RequestDeadlineMilliseconds", "Diameter:MaxRequestsInFlightPerPeer",
        "Diameter:ReconnectSeconds", "Diameter:AnswerTimeoutMilliseconds",
        "Diameter:Peers:#:Identity", "Diameter:Peers:#:Address", "Diameter:Peers:#:Connect", "Diameter:Peers:#:Tls",
        "Diameter:Peers:#:CertificateNames", "Diameter:Peers:#:CertificateNames:#",
        "Diameter:Tls:CertificateFile", "Diameter:Tls:KeyFile", "Diameter:Tls:CaFile",
        "Diameter:Peers:#:Applications", "Diameter:Peers:#:Applications:#", "Diameter:Peers:#:Role",
        "Diameter:Peers:#:Commands", "Diameter:Peers:#:Commands:#", "Diameter:Peers:#:Realms", "Diameter:Peers:#:Realms:#",
        "Diameter:MaxRequestsInFlight", "Diameter:DuplicateMemoryMebibytes", "Diameter:DuplicateMemorySeconds",
        "Diameter:Peers:#:Quirks", "Diameter:Peers:#:Quirks:#", "Diameter:Peers",
        "Storage:Provider", "Storage:ConnectionString", "Storage:MasterKeyFile", "Storage:CacheEntries",
        "Provisioning:Listen", "Provisioning:Listen:#", "Provisioning:IfcTemplates", "Provisioning:TransportKeysFile",
        "Provisioning:Tls:CertificateFile", "Provisioning:Tls:KeyFile", "Provisioning:Tls:CaFile",
        "Provisioning:Certificates:#:Name", "Provisioning:Certificates:#:Role",
        "Provisioning:MaxRequestsPerSecond", "Provisioning:MaxRequestsInFlight", "Provisioning:MaxMessageBytes", "Provisioning:AuditDays",
        "Operations:Listen",
        "Authentication:IndBits", "Authentication:Ind", "Authentication:MaxVectorsPerRequest",
        "Cx:KeepServerName", "Cx:KamailioProfileChange", "Cx:Features", "Cx:Features:#",
        "Cx:DefaultServerCapabilities:Mandatory", "Cx:DefaultServerCapabilities:Mandatory:#",
        "Cx:DefaultServerCapabilities:Optional", "Cx:DefaultServerCapabilities:Optional:#",
        "Cx:DefaultServerCapabilities:ServerNames", "Cx:DefaultServerCapabilities:ServerNames:#",
        "Sh:Features", "Sh:Features:#", "Sh:MaxServiceDataBytes", "Sh:MaxRepositoryItems", "Sh:MaxSubscriptions", "Sh:LongestSubscriptionSeconds",
    ];

    private static readonly HashSet<string> Known = new(Keys, StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses each key that is not known, and names the nearest one that is.</summary>
    internal static void Check(IConfigurationRoot configuration, ConfigurationReader reader)
    {
        foreach (var (key, value) in configuration.AsEnumerable())
        {
            // Sections show up with a null value; only leaves carry a setting. The Serilog section is Serilog's own business.
            if (value is null || IsBelow(key, "Serilog") || ForeignVariables.Contains(key, StringComparer.OrdinalIgnoreCase)) continue;
            if (Known.Contains(Pattern(key))) continue;
            reader.Refuse(key, $"there is no such key; did you mean {Nearest(key)}?");
        }
    }

    private static bool IsBelow(string key, string section) =>
        key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase);

    private static string Pattern(string key) =>
        string.Join(':', key.Split(':').Select(part => part.Length > 0 && part.All(char.IsAsciiDigit) ? "#" : part));

    private static string Nearest(string key) =>
        Known.MinBy(candidate => Distance(Pattern(key).ToUpperInvariant(), candidate.ToUpperInvariant()))!.Replace("#", "0", StringComparison.Ordinal);

    /// <summary>Levenshtein distance.</summary>
    private static int Distance(string one, string other)
    {
        var previous = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var current = new int[other.Length + 1];
            current[0] = i;
            for (var j = 1; j <= other.Length; j++)
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
            previous = current;
        }
        return previous[^1];
    }
}
