using System.Buffers.Binary;

namespace Hss.Diameter;

/// <summary>A cursor over the AVPs of a message or a group. It never reads outside its span and never throws on any bytes.</summary>
/// Shape: code (4), flags (1), length (3), vendor (4, with V), data, padding to four octets.
/// Order: as on the wire. Errors: stops with <see cref="IsMalformed"/> at the first AVP it cannot delimit. Spec: RFC 6733 4.1.
public ref struct AvpReader
{
    private const int HeaderBytes = 8;
    private const int VendorHeaderBytes = 12;

    private readonly ReadOnlySpan<byte> _octets;
    private int _next;

    /// <summary>Reads the AVPs in <paramref name="octets"/> from <paramref name="first"/> on.</summary>
    public AvpReader(ReadOnlySpan<byte> octets, int first = 0)
    {
        _octets = octets;
        _next = first;
    }

    /// <summary>The AVPs of a whole message, behind its header.</summary>
    public static AvpReader OverMessage(ReadOnlySpan<byte> frame) => new(frame, Math.Min(DiameterHeader.SizeBytes, frame.Length));

    /// <summary>Where the current AVP begins in the span.</summary>
    public int Offset { get; private set; }

    /// <summary>The code of the current AVP.</summary>
    public uint Code { get; private set; }

    /// <summary>The vendor of the current AVP; 0 for the IETF.</summary>
    public uint VendorId { get; private set; }

    /// <summary>The flags of the current AVP.</summary>
    public AvpFlags Flags { get; private set; }

    /// <summary>Octets of the header: 8, or 12 with a Vendor-Id.</summary>
    public int HeaderLengthBytes { get; private set; }

    /// <summary>The length as stated: header and data, without padding.</summary>
    public int LengthBytes { get; private set; }

    /// <summary>True when the reader stopped at an AVP it could not delimit.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Vendor and code of the current AVP.</summary>
    public readonly AvpKey Key => new(VendorId, Code);

    /// <summary>The data of the current AVP.</summary>
    public readonly ReadOnlySpan<byte> Data => _octets.Slice(Offset + HeaderLengthBytes, LengthBytes - HeaderLengthBytes);

    /// <summary>Header and data of the current AVP, without padding.</summary>
    public readonly ReadOnlySpan<byte> RawAvp => _octets.Slice(Offset, LengthBytes);

    /// <summary>Where the next AVP begins.</summary>
    internal readonly int NextOffset => _next;

    /// <summary>All that stands from the current AVP on; what is left to look at when it is malformed.</summary>
    internal readonly ReadOnlySpan<byte> Rest => _octets[Offset..];

    /// <summary>Moves to the next AVP; false at the end and at a malformed AVP.</summary>
    public bool Read()
    {
        int offset = _next;
        Offset = offset;
        int remaining = _octets.Length - offset;
        if (remaining < HeaderBytes)
        {
            IsMalformed = remaining > 0;
            return false;
        }

        ulong header = BinaryPrimitives.ReadUInt64BigEndian(_octets[offset..]);
        int length = (int)(header & 0xFFFFFF);
        int headerLength = HeaderBytes;
        uint vendor = 0;
        if ((header & 0x8000_0000) != 0)
        {
            headerLength = VendorHeaderBytes;
            if (remaining < VendorHeaderBytes)
            {
                IsMalformed = true;
                return false;
            }

            vendor = BinaryPrimitives.ReadUInt32BigEndian(_octets[(offset + HeaderBytes)..]);
        }

        Code = (uint)(header >> 32);
        Flags = (AvpFlags)(byte)(header >> 24);
        VendorId = vendor;
        HeaderLengthBytes = headerLength;
        LengthBytes = length;
        if (length < headerLength || length > remaining)
        {
            IsMalformed = true;
            return false;
        }

        // The padding of the last member is missing in the groups of some senders; the group's own length still bounds us.
        _next = Math.Min(offset + ((length + 3) & ~3), _octets.Length);
        return true;
    }
}
