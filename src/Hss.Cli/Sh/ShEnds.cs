using System.CommandLine;
using System.Globalization;
using System.Net;
using Hss.DiameterNode;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.Sh;

/// <summary>The options that say who asks and whom: this end of the connection, the other end, and the node behind it.</summary>
internal sealed class ShEnds
{
    private const int DefaultPort = 3868;

    private readonly Option<string?> _peer = Required("--peer", "ADDRESS:PORT", $"where to connect to: an HSS or a relay (port {DefaultPort} when none is given)");
    private readonly Option<string?> _originHost = Required("--origin-host", "HOST", "who asks; the HSS gives permissions by this name");
    private readonly Option<string?> _originRealm = Text("--origin-realm", "REALM", "its realm (absent: what follows the first dot of --origin-host)");
    private readonly Option<string?> _destinationHost = Text("--destination-host", "HOST", "the HSS, when --peer is a relay (absent: --peer itself; of a relay, any HSS of the realm)");
    private readonly Option<string?> _destinationRealm = Text("--destination-realm", "REALM", "its realm (absent: that of --peer)");

    public Symbol[] All => [_peer, _originHost, _originRealm, _destinationHost, _destinationRealm];

    public ShRoute Read(Invocation invocation)
    {
        var originHost = invocation.Value(_originHost)!;
        var dot = originHost.IndexOf('.', StringComparison.Ordinal);
        var originRealm = invocation.Value(_originRealm)
            ?? (dot > 0 && dot < originHost.Length - 1 ? originHost[(dot + 1)..] : throw new CliException("--origin-host has no dot to cut the realm at; give --origin-realm"));
        return new(EndPoint(invocation.Value(_peer)!), originHost, originRealm, invocation.Value(_destinationHost), invocation.Value(_destinationRealm));
    }

    private static Option<string?> Required(string name, string value, string description)
    {
        var option = Text(name, value, description);
        option.Required = true;
        return option;
    }

    private static IPEndPoint EndPoint(string text)
    {
        if (IPEndPoint.TryParse(text, out var endPoint)) return endPoint.Port == 0 ? new(endPoint.Address, DefaultPort) : endPoint;
        var colon = text.LastIndexOf(':');
        var port = DefaultPort;
        if (colon >= 0 && !(int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= IPEndPoint.MaxPort)) throw Wrong();
        try
        {
            return Dns.GetHostAddresses(colon < 0 ? text : text[..colon]) is [var address, ..] ? new(address, port) : throw Wrong();
        }
        catch (Exception problem) when (problem is System.Net.Sockets.SocketException or ArgumentException)
        {
            throw Wrong();
        }

        CliException Wrong() => new($"--peer '{OneLine.Of(text)}' is no address; write 127.0.0.10:{DefaultPort}, [::1]:{DefaultPort} or hss.example.org:{DefaultPort}");
    }
}

/// <summary>Who asks, over which peer, whom. A destination that was not given follows from the peer.</summary>
internal sealed record ShRoute(IPEndPoint Peer, string OriginHost, string OriginRealm, string? DestinationHost, string? DestinationRealm)
{
    /// <summary>What stands in Destination-Host, where the open peer is this one. Empty: left to the relay.</summary>
    public string HostAt(PeerSnapshot peer) => DestinationHost ?? (peer.IsRelay ? "" : peer.Identity);

    public string RealmAt(PeerSnapshot peer) => DestinationRealm ?? peer.Realm;
}
