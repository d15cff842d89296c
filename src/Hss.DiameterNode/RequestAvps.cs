using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>Where the AVPs stand that the node itself needs of a request. Found before the grammar is judged, so that every answer has them.</summary>
/// Order: the first of each kind; behind a malformed AVP nothing is found.
internal readonly struct RequestAvps
{
    private readonly Place _sessionId;
    private readonly Place _originHost;
    private readonly Place _destinationHost;
    private readonly Place _destinationRealm;

    private RequestAvps(Place sessionId, Place originHost, Place destinationHost, Place destinationRealm, bool hasProxyInfo)
    {
        _sessionId = sessionId;
        _originHost = originHost;
        _destinationHost = destinationHost;
        _destinationRealm = destinationRealm;
        HasProxyInfo = hasProxyInfo;
    }

    /// <summary>Whether proxies left state to be echoed.</summary>
    public bool HasProxyInfo { get; }

    public static RequestAvps Find(ReadOnlySpan<byte> frame)
    {
        Place sessionId = default, originHost = default, destinationHost = default, destinationRealm = default;
        bool hasProxyInfo = false;
        AvpReader reader = AvpReader.OverMessage(frame);
        while (reader.Read())
        {
            if (reader.VendorId != 0) continue;
            uint code = reader.Code;
            if (code == Avp.SessionId.Key.Code) sessionId.SetFirst(reader);
            else if (code == Avp.OriginHost.Key.Code) originHost.SetFirst(reader);
            else if (code == Avp.DestinationHost.Key.Code) destinationHost.SetFirst(reader);
            else if (code == Avp.DestinationRealm.Key.Code) destinationRealm.SetFirst(reader);
            else if (code == Avp.ProxyInfo.Key.Code) hasProxyInfo = true;
        }

        return new RequestAvps(sessionId, originHost, destinationHost, destinationRealm, hasProxyInfo);
    }

    /// <summary>The Session-Id AVP; empty when there is none or it names nothing.</summary>
    public ReadOnlySpan<byte> SessionIdAvp(ReadOnlySpan<byte> frame) => _sessionId.IsEmpty ? default : _sessionId.Raw(frame);

    /// <summary>The Session-Id for the log.</summary>
    public string SessionIdText(ReadOnlySpan<byte> frame) => LoggedText.Of(_sessionId.Data(frame));

    /// <summary>The Origin-Host for the log.</summary>
    public string OriginHostText(ReadOnlySpan<byte> frame) => LoggedText.Of(_originHost.Data(frame));

    public ReadOnlySpan<byte> OriginHost(ReadOnlySpan<byte> frame) => _originHost.Data(frame);

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
