using System.Net;
using System.Security.Cryptography.X509Certificates;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

/// <summary>What Process-CER found: a peer, or why there is none.</summary>
/// Shape: <see cref="Peer"/> is null unless the code is Success; the reason goes into the log.
internal sealed record CapabilitiesVerdict(ResultCode Code, ReadOnlyMemory<byte> FailedAvp, string Reason, string Identity, Peer? Peer)
{
    /// <summary>What the other end is told. A stranger learns nothing of the configuration, such as where the true peer is.</summary>
    public string ErrorMessage => Code == ResultCode.UnknownPeer ? "unknown peer" : Reason;
}

/// <summary>Where a CER came from, as far as the transport knows.</summary>
/// Shape: the certificate is the one TLS has verified; who it stands for is still to be judged.
internal readonly record struct CapabilitiesSource(
    IPAddress? Address, string RemoteEndPoint, bool IsTls, InFlight InFlight, X509Certificate2? Certificate = null);

/// <summary>Process-CER: decides whether a peer is let in and what it has in common with this node.</summary>
/// Order: grammar, own identity, known or not, transport, security, applications: first who it is, then what it may.
/// Spec: RFC 6733 5.3, 5.6.1, 6.10, 6.11.
internal sealed class CapabilitiesExchange(
    NodeOptions options, NodeIdentity identity, KnownPeers knownPeers, IReadOnlyList<DiameterApplication> applications)
{
    private const uint NoInbandSecurity = 0;

    public CapabilitiesVerdict Judge(ReadOnlyMemory<byte> frame, in CapabilitiesSource source)
    {
        if (!TryParse(frame, source.Address, out CapabilitiesExchangeRequest cer, out GrammarFault fault))
        {
            return new CapabilitiesVerdict(fault.Code, fault.FailedAvp, $"the CER breaks its grammar: {fault}", "", null);
        }

        string name = LoggedText.Of(cer.OriginHost.Span);
        if (!NodeOptions.IsIdentity(name))
        {
            return Refuse(ResultCode.InvalidAvpValue, "Origin-Host is no host name", cer.OriginHost.RawAvp);
        }

        if (identity.IsOwnHost(cer.OriginHost.Span))
        {
            return Refuse(ResultCode.InvalidAvpValue, "Origin-Host is this node's own", cer.OriginHost.RawAvp);
        }

        PeerOptions? known = knownPeers.Find(name);
        if (known is null && !options.AllowUnknownPeers)
        {
            return Refuse(ResultCode.UnknownPeer, $"'{name}' is not among Diameter:Peers and AllowUnknownPeers is false");
        }

        if (known is not null && !ComesFrom(known, source.Address))
        {
            return Refuse(ResultCode.UnknownPeer, $"'{name}' is configured to come from {known.Address}");
        }

        if (known is { Tls: true } && !source.IsTls) return Refuse(ResultCode.NoCommonSecurity, $"'{name}' is configured to come over TLS");

        if (source.IsTls && PeerCertificate.WhyNot(source.Certificate, name, known) is { } whyNot) return Refuse(ResultCode.UnknownPeer, whyNot);

        // Inband-Security-Id is deprecated (RFC 6733 6.10); a peer that lists values but not this one wants TLS after the CER. Over TLS it
        // has what it wants. The CEA carries none either way, which stands for NO_INBAND_SECURITY: nothing is negotiated any more.
        AvpOccurrences security = cer.InbandSecurityId;
        if (!source.IsTls && security.First.IsPresent && !security.Any(value => value.ToUnsigned32() == NoInbandSecurity))
        {
            return Refuse(ResultCode.NoCommonSecurity, "only NO_INBAND_SECURITY is supported; TLS belongs before the CER");
        }

        Advertised advertised = Read(cer);
        HashSet<uint>? allowed = Allowed(known);
        List<DiameterApplication> common =
        [
            .. applications.Where(application =>
                (advertised.IsRelay || advertised.Applications.Contains(application.Id)) && allowed?.Contains(application.Id) != false),
        ];
        if (common.Count == 0) return Refuse(ResultCode.NoCommonApplication, "no application in common");

        Peer peer = new(name, LoggedText.Of(cer.OriginRealm.Span), source.RemoteEndPoint, known, source.InFlight)
        {
            ProductName = LoggedText.Of(cer.ProductName.Span),
            Applications = common,
            AllowedApplications = allowed,
            OriginStateId = cer.OriginStateId ?? 0,
            IsRelay = advertised.IsRelay || known?.Role == PeerRole.Relay,
        };
        return new CapabilitiesVerdict(ResultCode.Success, default, "", name, peer);

        CapabilitiesVerdict Refuse(ResultCode code, string reason, ReadOnlyMemory<byte> failedAvp = default) =>
            new(code, failedAvp, reason, name, null);
    }

    // Kamailio 5.6 sometimes leaves Host-IP-Address out although the grammar requires it. Where the peer is, the transport knows
    // better; so the CER is judged as if its address stood there, and every other fault is still found.
    private static bool TryParse(ReadOnlyMemory<byte> frame, IPAddress? address, out CapabilitiesExchangeRequest cer, out GrammarFault fault)
    {
        if (CapabilitiesExchangeRequest.TryParse(frame, out cer, out fault)) return true;
        if (fault.Code != ResultCode.MissingAvp || !Is(fault.FailedAvp.Span, Avp.HostIpAddress)) return false;

        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(DiameterHeader.Read(frame.Span));
        AvpReader reader = AvpReader.OverMessage(frame.Span);
        while (reader.Read()) writer.WriteRawAvp(reader.RawAvp);
        writer.WriteAddress(Avp.HostIpAddress, address ?? IPAddress.Loopback);
        writer.End();
        byte[] completed = writer.Written.ToArray();
        writer.Return();
        return CapabilitiesExchangeRequest.TryParse(completed, out cer, out fault);
    }

    private static bool Is(ReadOnlySpan<byte> avp, AvpDefinition definition)
    {
        AvpReader reader = new(avp);
        return reader.Read() && reader.Key == definition.Key;
    }

    // The vendor beside an application says whose it is, and numbers do not repeat between vendors: only the number is compared.
    private Advertised Read(in CapabilitiesExchangeRequest cer)
    {
        Advertised advertised = new(applications);
        foreach (AvpValue value in cer.AuthApplicationId) advertised.Add(value.ToUnsigned32());
        foreach (AvpValue value in cer.AcctApplicationId) advertised.Add(value.ToUnsigned32());
        foreach (AvpValue value in cer.VendorSpecificApplicationId)
        {
            VendorSpecificApplicationId group = VendorSpecificApplicationId.Read(value);
            advertised.Add(group.AuthApplicationId);
            advertised.Add(group.AcctApplicationId);
        }

        return advertised;
    }

    private HashSet<uint>? Allowed(PeerOptions? known)
    {
        if (known is null || known.Applications.Count == 0) return null;
        return [.. applications.Where(application => known.Applications.Any(entry => Names(entry, application))).Select(application => application.Id)];
    }

    internal static bool Names(string entry, DiameterApplication application) =>
        string.Equals(entry, application.Name, StringComparison.OrdinalIgnoreCase)
        || (uint.TryParse(entry, System.Globalization.CultureInfo.InvariantCulture, out uint id) && id == application.Id);

    private static bool ComesFrom(PeerOptions known, IPAddress? address)
    {
        if (known.Address.Length == 0 || !IPEndPoint.TryParse(known.Address, out IPEndPoint? expected)) return true;
        if (address is null) return false;
        return Plain(expected.Address).Equals(Plain(address));

        static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>Of what the peer advertised, what this node can have in common with it.</summary>
    private sealed class Advertised(IReadOnlyList<DiameterApplication> own)
    {
        public HashSet<uint> Applications { get; } = [];

        public bool IsRelay { get; private set; }

        public void Add(uint? application)
        {
            if (application == ApplicationIds.Relay) IsRelay = true;
            else if (application is { } id && own.Any(one => one.Id == id)) Applications.Add(id);
        }
    }
}
