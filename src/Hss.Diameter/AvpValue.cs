using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Hss.Diameter;

/// <summary>One AVP inside a frame, or its absence. Copies nothing and lives as long as the frame's buffer.</summary>
/// Errors: the typed readers throw InvalidOperationException when the AVP is absent or has another size (our bug: a parsed
/// command has only AVPs of the right size). Spec: RFC 6733 4.
public readonly struct AvpValue
{
    private readonly ReadOnlyMemory<byte> _avp;

    /// <summary>Wraps header and data of one AVP, without padding.</summary>
    internal AvpValue(ReadOnlyMemory<byte> avp) => _avp = avp;

    /// <summary>Whether the AVP is there.</summary>
    public bool IsPresent => !_avp.IsEmpty;

    /// <summary>Header and data without padding: what goes into a Failed-AVP or is echoed. Empty when absent.</summary>
    public ReadOnlyMemory<byte> RawAvp => _avp;

    /// <summary>The data; empty when absent.</summary>
    public ReadOnlyMemory<byte> Memory => _avp.IsEmpty ? _avp : _avp[HeaderLengthBytes..];

    /// <summary>The data; empty when absent.</summary>
    public ReadOnlySpan<byte> Span => _avp.IsEmpty ? default : _avp.Span[HeaderLengthBytes..];

    /// <summary>The flags as sent; none when absent.</summary>
    public AvpFlags Flags => _avp.IsEmpty ? AvpFlags.None : (AvpFlags)_avp.Span[4];

    internal int HeaderLengthBytes => (Flags & AvpFlags.Vendor) != 0 ? 12 : 8;

    /// <summary>The data as text; empty when absent.</summary>
    public string ToText() => Encoding.UTF8.GetString(Span);

    /// <summary>The data as a number of four octets.</summary>
    public uint ToUnsigned32() => BinaryPrimitives.ReadUInt32BigEndian(Demand(4));

    /// <summary>The data as a signed number of four octets, as Enumerated has it.</summary>
    public int ToInteger32() => BinaryPrimitives.ReadInt32BigEndian(Demand(4));

    /// <summary>The data as a number of eight octets.</summary>
    public ulong ToUnsigned64() => BinaryPrimitives.ReadUInt64BigEndian(Demand(8));

    /// <summary>The data as an IP address, or null when it is of another family.</summary>
    public IPAddress? ToAddress() => Span switch
    {
        [0, 1, .. { Length: 4 } address] => new IPAddress(address),
        [0, 2, .. { Length: 16 } address] => new IPAddress(address),
        _ => null,
    };

    /// <summary>The data as a point in time.</summary>
    /// Shape: seconds since 1900; values with the top bit clear belong to the era that begins in 2036. Spec: RFC 6733 4.3.1.
    public DateTimeOffset ToTime() => NtpTime.Read(ToUnsigned32());

    /// <inheritdoc/>
    public override string ToString() => MessageText.OfAvp(_avp.Span);

    private ReadOnlySpan<byte> Demand(int sizeBytes)
    {
        ReadOnlySpan<byte> data = Span;
        return data.Length == sizeBytes
            ? data
            : throw new InvalidOperationException($"The AVP holds {data.Length} octets where {sizeBytes} are read.");
    }
}
