using System.Net;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>How the node presents itself, whom it lets in, and where its limits are.</summary>
/// Shape: the property names are the keys under <c>Diameter:</c>. Immutable once the node has it.
public sealed record NodeOptions
{
    /// <summary>The longest identity or realm (RFC 1035 2.3.4).</summary>
    public const int MaxIdentityLength = 255;

    private const long MaxDuplicateMemoryBytes = 16L * 1024 * 1024 * 1024;

    /// <summary>Origin-Host.</summary>
    public string Identity { get; init; } = "hss.ims.mnc001.mcc001.3gppnetwork.org";

    /// <summary>Origin-Realm; served.</summary>
    public string Realm { get; init; } = "ims.mnc001.mcc001.3gppnetwork.org";

    /// <summary>Further realms served.</summary>
    public IReadOnlyList<string> Realms { get; init; } = [];

    /// <summary>The peers that are known.</summary>
    public IReadOnlyList<PeerOptions> Peers { get; init; } = [];

    /// <summary>Whether a peer that is not listed may connect. Whoever can connect can ask for authentication vectors.</summary>
    public bool AllowUnknownPeers { get; init; }

    /// <summary>Product-Name of the CEA.</summary>
    public string ProductName { get; init; } = "Hss";

    /// <summary>Vendor-Id of the CEA: the maker's enterprise number.</summary>
    /// RFC 6733 5.3.3 reserves 0 for "ignore this field", which is the truth of a maker without a number.
    public uint VendorId { get; init; }

    /// <summary>Firmware-Revision of the CEA; null leaves it out.</summary>
    public uint? FirmwareRevision { get; init; }

    /// <summary>Supported-Vendor-Id of the CEA. Spec: TS 29.229 5.6 wants 3GPP and ETSI.</summary>
    public IReadOnlyList<uint> SupportedVendorIds { get; init; } = [Vendors.ThreeGpp, Vendors.Etsi];

    /// <summary>The longest message read; a longer one closes its connection.</summary>
    public int MaxFrameLengthBytes { get; init; } = DiameterLimits.MaxFrameLengthBytes;

    /// <summary>Requests of one connection whose answers the transport has not taken yet. At the bound its reading stops.</summary>
    public int MaxRequestsInFlightPerPeer { get; init; } = 1024;

    /// <summary>Requests of all connections that are still being worked on. Beyond it requests are answered 3004.</summary>
    public int MaxRequestsInFlight { get; init; } = 16_384;

    /// <summary>Connections at one time; a further one is closed at once.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Connections at one time that have not shown a good CER; a further one pushes the oldest out.</summary>
    public int MaxUnidentifiedConnections { get; init; } = 64;

    /// <summary>How long a connection may take to send its CER; and one that this node dials, to be connected and to send its CEA, each.</summary>
    public TimeSpan CapabilitiesTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Tw of RFC 3539 3.4.1, before jitter.</summary>
    public TimeSpan WatchdogInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Tc of RFC 6733 2.1 and 12: the least time from the end of a dialled connection, or of a vain attempt, to the next attempt.</summary>
    public TimeSpan ReconnectInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>When a request without an answer gets 5012. Kamailio gives up after 5 seconds.</summary>
    public TimeSpan RequestDeadline { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one attempt of a request of this node waits for its answer before the next path is tried.</summary>
    /// 4 seconds: several times what a lost segment costs TCP to send again, so that an alternate path is for a peer that is gone and not
    /// for a slow network (RFC 3539 3.3); and three of them, the longest a request may take in all, are over well within a minute, after
    /// which nobody who caused the request still waits for it.
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Requests of this node that may wait for their answers on one connection. At the bound the connection is no path.</summary>
    public int MaxRequestsAwaitingAnswersPerPeer { get; init; } = 1024;

    /// <summary>Octets kept of answers whose requests must not be carried out twice; when they are used up, the oldest answers go.</summary>
    /// Room for about 90,000 answers with a vector each: at 1,200 a second that is all of <see cref="DuplicateMemoryAge"/>.
    public long DuplicateMemoryBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long an answer is kept for a copy of its request: 2 Tw with jitter and some patience, see <see cref="Duplicates"/>.</summary>
    public TimeSpan DuplicateMemoryAge { get; init; } = TimeSpan.FromSeconds(70);

    /// <summary>How long a peer may leave its answers untaken before its connection is closed.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait for a DPA, and for a peer that sent a DPR to close.</summary>
    public TimeSpan DisconnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the end of a connection waits for the answers it still owes. Longer than the deadline, so all are there.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From when on a request is reported as slow.</summary>
    public TimeSpan SlowRequestThreshold { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>One line for each thing that is wrong, naming the key and the mend; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        CheckIdentity(faults, nameof(Identity), Identity);
        CheckIdentity(faults, nameof(Realm), Realm);
        for (int i = 0; i < Realms.Count; i++) CheckIdentity(faults, $"{nameof(Realms)}:{i}", Realms[i]);
        if (ProductName.Length == 0) faults.Add("Diameter:ProductName: is empty; give the name to show in the CEA.");
        for (int i = 0; i < Peers.Count; i++) CheckPeer(faults, i);

        CheckRange(faults, nameof(MaxFrameLengthBytes), MaxFrameLengthBytes, 1024, DiameterLimits.MaxFrameLengthBytes);
        CheckRange(faults, nameof(MaxRequestsInFlightPerPeer), MaxRequestsInFlightPerPeer, 1, 1_000_000);
        CheckRange(faults, nameof(MaxRequestsInFlight), MaxRequestsInFlight, 1, 10_000_000);
        CheckRange(faults, nameof(MaxConnections), MaxConnections, 1, 1_000_000);
        CheckRange(faults, nameof(MaxUnidentifiedConnections), MaxUnidentifiedConnections, 1, 1_000_000);
        CheckRange(faults, nameof(MaxRequestsAwaitingAnswersPerPeer), MaxRequestsAwaitingAnswersPerPeer, 1, 1_000_000);

        CheckTime(faults, nameof(ReconnectInterval), ReconnectInterval);
        CheckTime(faults, nameof(AnswerTimeout), AnswerTimeout);
        if (DuplicateMemoryBytes is < Duplicates.MinMemoryBytes or > MaxDuplicateMemoryBytes)
        {
            faults.Add($"Diameter:DuplicateMemoryBytes: {DuplicateMemoryBytes} is out of range; give {Duplicates.MinMemoryBytes} to {MaxDuplicateMemoryBytes}.");
        }

        CheckTime(faults, nameof(DuplicateMemoryAge), DuplicateMemoryAge);
        CheckTime(faults, nameof(CapabilitiesTimeout), CapabilitiesTimeout);
        CheckTime(faults, nameof(WatchdogInterval), WatchdogInterval);
        CheckTime(faults, nameof(RequestDeadline), RequestDeadline);
        CheckTime(faults, nameof(SendTimeout), SendTimeout);
        CheckTime(faults, nameof(DisconnectTimeout), DisconnectTimeout);
        CheckTime(faults, nameof(DrainTimeout), DrainTimeout);
        CheckTime(faults, nameof(SlowRequestThreshold), SlowRequestThreshold);
        return faults;
    }

    /// <summary>Whether this can be a DiameterIdentity: visible ASCII, as long as a host name may be.</summary>
    internal static bool IsIdentity(string value) => value.Length is > 0 and <= MaxIdentityLength && value.All(c => c is > ' ' and <= '~');

    private void CheckPeer(List<string> faults, int index)
    {
        PeerOptions peer = Peers[index];
        string key = $"{nameof(Peers)}:{index}";
        CheckIdentity(faults, $"{key}:{nameof(PeerOptions.Identity)}", peer.Identity);
        for (int earlier = 0; earlier < index; earlier++)
        {
            if (string.Equals(Peers[earlier].Identity, peer.Identity, StringComparison.OrdinalIgnoreCase))
            {
                faults.Add($"Diameter:{key}:Identity: '{peer.Identity}' is listed twice; remove one.");
            }
        }

        if (string.Equals(peer.Identity, Identity, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add($"Diameter:{key}:Identity: '{peer.Identity}' is this node's own identity; list only other nodes.");
        }

        if (peer.Address.Length > 0 && !IPEndPoint.TryParse(peer.Address, out _))
        {
            faults.Add($"Diameter:{key}:Address: '{peer.Address}' is no IP address; give one, or leave it out.");
        }

        if (peer.Identity == PeerOptions.AnyIdentity && (!peer.Connect || peer.Tls))
        {
            faults.Add($"Diameter:{key}:Identity: '{PeerOptions.AnyIdentity}' is for a peer that is dialled without TLS; give the identity.");
        }

        if (peer.Connect && peer.Address.Length == 0)
        {
            faults.Add($"Diameter:{key}:Address: is missing although Connect is true; give the address to dial, such as 192.0.2.7:3868.");
        }

        for (int i = 0; i < peer.Realms.Count; i++) CheckIdentity(faults, $"{key}:{nameof(PeerOptions.Realms)}:{i}", peer.Realms[i]);
    }

    private static void CheckIdentity(List<string> faults, string key, string value)
    {
        if (!IsIdentity(value))
        {
            faults.Add($"Diameter:{key}: '{value}' is no host or realm name; give 1 to {MaxIdentityLength} visible ASCII characters.");
        }
    }

    private static void CheckRange(List<string> faults, string key, int value, int least, int most)
    {
        if (value < least || value > most) faults.Add($"Diameter:{key}: {value} is out of range; give {least} to {most}.");
    }

    private static void CheckTime(List<string> faults, string key, TimeSpan value)
    {
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
        {
            faults.Add($"Diameter:{key}: {value} is out of range; give more than 0 and at most 1 day.");
        }
    }
}
