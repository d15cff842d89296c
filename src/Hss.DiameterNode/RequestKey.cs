using System.Text;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>What makes two requests copies of one.</summary>
/// Shape: a view of the request's frame. Spec: RFC 6733 3; 4.3.1 (host names have no case).
internal readonly ref struct RequestKey
{
    private RequestKey(scoped in DiameterHeader header, ReadOnlySpan<byte> originHost, ReadOnlySpan<byte> sessionIdAvp, uint hash)
    {
        EndToEndId = header.EndToEndId;
        ApplicationId = header.ApplicationId;
        CommandCode = header.CommandCode;
        IsRetransmitted = (header.Flags & CommandFlags.Retransmitted) != 0;
        OriginHost = originHost;
        SessionIdAvp = sessionIdAvp;
        Hash = hash;
    }

    public uint EndToEndId { get; }

    public uint ApplicationId { get; }

    public uint CommandCode { get; }

    public bool IsRetransmitted { get; }

    public ReadOnlySpan<byte> OriginHost { get; }

    /// <summary>Header and data of the Session-Id.</summary>
    public ReadOnlySpan<byte> SessionIdAvp { get; }

    /// <summary>The same for copies. Seeded anew with every start of the program, so that nobody can aim at one bucket.</summary>
    public uint Hash { get; }

    public static RequestKey Of(scoped in DiameterHeader header, ReadOnlySpan<byte> frame, scoped in RequestAvps avps, uint hash) =>
        new(header, avps.OriginHost(frame), avps.SessionIdAvp(frame), hash);

    /// <summary>Whether both are one request; the T bit is not looked at.</summary>
    public bool IsSameAs(in RequestKey other) =>
        Hash == other.Hash && EndToEndId == other.EndToEndId && CommandCode == other.CommandCode && ApplicationId == other.ApplicationId
        && SessionIdAvp.SequenceEqual(other.SessionIdAvp) && Ascii.EqualsIgnoreCase(OriginHost, other.OriginHost);

    /// <summary>The hash of a request whose answer begins with these octets; never 0.</summary>
    public static uint HashOf(in DiameterHeader header, ReadOnlySpan<byte> opening)
    {
        HashCode hash = default;
        hash.Add(header.EndToEndId);
        hash.Add(header.CommandCode);
        hash.AddBytes(opening);
        return (uint)hash.ToHashCode() | 1u << 31;
    }
}
