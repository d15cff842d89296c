namespace Hss.DiameterNode;

/// <summary>What a configured peer is in the network.</summary>
public enum PeerRole
{
    /// <summary>It sends requests of its own.</summary>
    Endpoint,

    /// <summary>It forwards requests of others: a relay or proxy, also one that advertises the applications instead of Relay.</summary>
    Relay,
}

/// <summary>One entry of <c>Diameter:Peers</c>.</summary>
public sealed record PeerOptions
{
    /// <summary>As <see cref="Identity"/> of a peer that is dialled: whoever answers there is meant.</summary>
    /// For a client that knows where its peer is and not what it is called. The peer is then one that is not listed: the node takes it only with
    /// <see cref="NodeOptions.AllowUnknownPeers"/>, and never over TLS, where somebody has to be named.
    public const string AnyIdentity = "*";

    /// <summary>The Origin-Host the peer gives in its CER. Compared without regard to case (RFC 6733 4.3.1).</summary>
    public string Identity { get; init; } = "";

    /// <summary>Where the peer is: an IP address, with or without a port.</summary>
    /// What is dialled (port 3868 when none is given, 5868 with TLS), and where the peer must come from: a CER from elsewhere is refused
    /// with 3010. There the port is not compared, the peer's own end has a random one. Empty: it may come from anywhere.
    public string Address { get; init; } = "";

    /// <summary>Whether this node dials the peer. The peer may come by itself all the same; one connection remains.</summary>
    public bool Connect { get; init; }

    /// <summary>Whether the peer must come over TLS. A CER without it is refused with 5017.</summary>
    public bool Tls { get; init; }

    /// <summary>The names of which its certificate must carry one, in place of <see cref="Identity"/>. Empty: the identity.</summary>
    /// For a relay whose certificate is made out to another name than its Origin-Host, or for several relays that share one.
    public IReadOnlyList<string> CertificateNames { get; init; } = [];

    /// <summary>The applications the peer may use, by name (<c>Cx</c>) or number. Empty: all this node has.</summary>
    public IReadOnlyList<string> Applications { get; init; } = [];

    /// <summary>The commands the peer may send, by short name (<c>MAR</c>). Empty: all of its applications. Others are refused with 5003.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>The Origin-Realms the peer may send requests of. Empty: any for a relay, the realm of its CER for an endpoint.</summary>
    public IReadOnlyList<string> Realms { get; init; } = [];

    /// <summary>What the peer is in the network. Only a relay may send requests of other hosts.</summary>
    public PeerRole Role { get; init; }

    /// <summary>The peer's known habits.</summary>
    public PeerQuirks Quirks { get; init; }
}
