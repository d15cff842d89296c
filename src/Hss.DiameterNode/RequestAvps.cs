using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>Where the AVPs stand that the node itself needs of a request. Found before the grammar is judged, so that every answer has them.</summary>
/// Order: the first of each kind; behind a malformed AVP nothing is found.
internal readonly struct RequestAvps
{
    private readonly Place _sessionId;
    private readonly Place _originHost;
    private readonly Place _originRealm;
    private readonly Place _destinationHost;
    private readonly Place _destinationRealm;

    private RequestAvps(ReadOnlySpan<byte> frame)
    {
        Priority = RequestPriority.Default;
        AvpReader reader = AvpReader.OverMessage(frame);
        while (reader.Read())
        {
            if (reader.VendorId != 0) continue;
            switch (reader.Code)
            {
                case SessionIdCode: _sessionId.SetFirst(reader); break;
                case OriginHostCode: _originHost.SetFirst(reader); break;
                case OriginRealmCode: _originRealm.SetFirst(reader); break;
                case DestinationHostCode: _destinationHost.SetFirst(reader); break;
                case DestinationRealmCode: _destinationRealm.SetFirst(reader); break;
                case ProxyInfoCode: HasProxyInfo = true; break;
                case RouteRecordCode: HasRouteRecord = true; break;
                case DrmpCode: Priority = RequestPriority.Of(reader.Data); break;
                case OcSupportedFeaturesCode: TakesOverloadReports = OverloadReport.IsTaken(reader.Data); break;
            }
        }
    }

    // Constants, because a switch over them is the path of every AVP of every request; a test holds them against the dictionary.
    internal const uint SessionIdCode = 263;
    internal const uint OriginHostCode = 264;
    internal const uint RouteRecordCode = 282;
    internal const uint DestinationRealmCode = 283;
    internal const uint ProxyInfoCode = 284;
    internal const uint DestinationHostCode = 293;
    internal const uint OriginRealmCode = 296;
    internal const uint DrmpCode = 301;
    internal const uint OcSupportedFeaturesCode = 621;

    /// <summary>Whether proxies left state to be echoed.</summary>
    public bool HasProxyInfo { get; }

    /// <summary>Whether relays left their names.</summary>
    public bool HasRouteRecord { get; }

    /// <summary>DRMP, 0 (highest) to 15. Spec: RFC 7944 9.1.</summary>
    public byte Priority { get; }

    /// <summary>Whether the sender reacts to overload reports. Spec: RFC 7683 7.1.</summary>
    public bool TakesOverloadReports { get; }

    public static RequestAvps Find(ReadOnlySpan<byte> frame) => new(frame);

    /// <summary>The Session-Id AVP; empty when there is none or it names nothing.</summary>
    public ReadOnlySpan<byte> SessionIdAvp(ReadOnlySpan<byte> frame) => _sessionId.IsEmpty ? default : _sessionId.Raw(frame);

    /// <summary>The Origin-Host AVP; empty when there is none.</summary>
    public ReadOnlySpan<byte> OriginHostAvp(ReadOnlySpan<byte> frame) => _originHost.Raw(frame);

    /// <summary>The Origin-Realm AVP; empty when there is none.</summary>
    public ReadOnlySpan<byte> OriginRealmAvp(ReadOnlySpan<byte> frame) => _originRealm.Raw(frame);

    /// <summary>The Session-Id for the log.</summary>
    public string SessionIdText(ReadOnlySpan<byte> frame) => LoggedText.Of(_sessionId.Data(frame));

    /// <summary>The Origin-Host for the log.</summary>
    public string OriginHostText(ReadOnlySpan<byte> frame) => LoggedText.Of(_originHost.Data(frame));

    public ReadOnlySpan<byte> OriginHost(ReadOnlySpan<byte> frame) => _originHost.Data(frame);

    public ReadOnlySpan<byte> OriginRealm(ReadOnlySpan<byte> frame) => _originRealm.Data(frame);

    public ReadOnlySpan<byte> DestinationHost(ReadOnlySpan<byte> frame) => _destinationHost.Data(frame);

    public ReadOnlySpan<byte> DestinationRealm(ReadOnlySpan<byte> frame) => _destinationRealm.Data(frame);

    private struct Place
    {
        private int _offset;
        private int _headerLength;
        private int _length;

        public readonly bool IsEmpty => _length == _headerLength;

        public void SetFirst(in AvpReader reader)
        {
            if (_length != 0) return;
            _offset = reader.Offset;
            _headerLength = reader.HeaderLengthBytes;
            _length = reader.LengthBytes;
        }

        public readonly ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> frame) => frame.Slice(_offset, _length);

        public readonly ReadOnlySpan<byte> Data(ReadOnlySpan<byte> frame) => frame.Slice(_offset + _headerLength, _length - _headerLength);
    }
}
