using System.Net;
using Hss.DiameterNode;

namespace Hss.Server.Configuration;

/// <summary>The node's options, the addresses it listens on, and the files of TLS where it is used.</summary>
public sealed record DiameterSettings(NodeOptions Node, IReadOnlyList<ListenAddress> Listen, TlsSettings? Tls)
{
    internal static DiameterSettings Read(ConfigurationReader reader)
    {
        const string ListenKey = "Diameter:Listen";
        var problemsBefore = reader.ProblemCount;
        var listeners = ListenAddress.ReadAll(reader, ListenKey, reader.List(ListenKey) is { Count: > 0 } given ? given : ["127.0.0.1:3868"]);

        var options = new NodeOptions
        {
            Identity = reader.Text("Diameter:Identity", new NodeOptions().Identity),
            Realm = reader.Text("Diameter:Realm", new NodeOptions().Realm),
            Realms = reader.List("Diameter:Realms"),
            Peers = [.. reader.Children("Diameter:Peers").Select(path => Peer(reader, path))],
            // Whoever can connect can ask for vectors: only a node that nobody outside this machine can reach takes unknown peers unasked.
            AllowUnknownPeers = reader.Flag("Diameter:AllowUnknownPeers", listeners.All(listener => IPAddress.IsLoopback(listener.EndPoint.Address))),
            WatchdogInterval = TimeSpan.FromSeconds(reader.Number("Diameter:WatchdogSeconds", 30, 6, 3600)),
            RequestDeadline = TimeSpan.FromMilliseconds(reader.Number("Diameter:RequestDeadlineMilliseconds", 2000, 50, 60_000)),
            ReconnectInterval = TimeSpan.FromSeconds(reader.Number("Diameter:ReconnectSeconds", 30, 1, 3600)),
            AnswerTimeout = TimeSpan.FromMilliseconds(reader.Number("Diameter:AnswerTimeoutMilliseconds", 4000, 100, 60_000)),
            MaxRequestsInFlight = reader.Number("Diameter:MaxRequestsInFlight", 16_384, 1, 10_000_000),
            DuplicateMemoryBytes = reader.Number("Diameter:DuplicateMemoryMebibytes", 64, 4, 16_384) * 1024L * 1024,
            DuplicateMemoryAge = TimeSpan.FromSeconds(reader.Number("Diameter:DuplicateMemorySeconds", 70, 1, 3600)),
            MaxRequestsInFlightPerPeer = reader.Number("Diameter:MaxRequestsInFlightPerPeer", 1024, 1, 1_000_000),
        };
        if (reader.ProblemCount == problemsBefore)
            foreach (var problem in options.Validate())
            {
                var split = problem.IndexOf(": ", StringComparison.Ordinal);
                reader.Refuse(problem[..split], problem[(split + 2)..]);
            }
        return new(options, listeners, TlsSettings.Read(reader, "Diameter", NeedsTls(listeners, options.Peers)));
    }

    private static string? NeedsTls(IReadOnlyList<ListenAddress> listeners, IReadOnlyList<PeerOptions> peers)
    {
        for (var i = 0; i < listeners.Count; i++)
            if (listeners[i].IsTls) return $"Diameter:Listen:{i}";
        for (var i = 0; i < peers.Count; i++)
            if (peers[i] is { Connect: true, Tls: true }) return $"Diameter:Peers:{i}:Tls";
        return null;
    }

    private static PeerOptions Peer(ConfigurationReader reader, string path)
    {
        var identity = reader.Present(path + ":Identity")
            ?? reader.Refuse(path + ":Identity", "is missing; give the peer's Origin-Host", "");
        var role = reader.Text(path + ":Role", "endpoint");
        var quirks = PeerQuirks.None;
        foreach (var name in reader.List(path + ":Quirks"))
            quirks |= string.Equals(name, "kamailio", StringComparison.OrdinalIgnoreCase)
                ? PeerQuirks.Kamailio
                : reader.Refuse(path + ":Quirks", $"'{name}' is not known; the only one is kamailio", PeerQuirks.None);
        return new()
        {
            Identity = identity,
            Address = reader.Text(path + ":Address", ""),
            Connect = reader.Flag(path + ":Connect", false),
            Tls = reader.Flag(path + ":Tls", false),
            CertificateNames = reader.Limits(path + ":CertificateNames"),
            Applications = reader.Limits(path + ":Applications"),
            Commands = reader.Limits(path + ":Commands"),
            Realms = reader.Limits(path + ":Realms"),
            Role = string.Equals(role, "relay", StringComparison.OrdinalIgnoreCase) ? PeerRole.Relay
                : string.Equals(role, "endpoint", StringComparison.OrdinalIgnoreCase) ? PeerRole.Endpoint
                : reader.Refuse(path + ":Role", $"'{role}' is neither relay nor endpoint", PeerRole.Endpoint),
            Quirks = quirks,
        };
    }
}
