using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Hss.Diameter;

/// <summary>Writes one message, AVP after AVP, into a buffer that grows and is used again.</summary>
/// Shape: <see cref="Begin"/>, AVPs and groups, <see cref="End"/>; then <see cref="Written"/> is the frame. Not for two threads.
/// Errors: what this node must never send is an exception: an empty text or octet string, a message of 2^24 octets, an open group.
/// An empty group is dropped, because Kamailio throws away the whole message that holds an empty AVP. Spec: RFC 6733 3, 4.
public sealed partial class MessageWriter
{
    private const int MaxMessageBytes = 0xFFFFFF;
    private const int InitialBytes = 1024;

    private byte[] _buffer = new byte[InitialBytes];
    private int _length;
    private OpenGroups _groups;
    private int _depth;
    private uint _keptEmpty;

    /// <summary>What has been written so far.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>How much has been written so far.</summary>
    public int LengthBytes => _length;

    /// <summary>Starts over with this header; its length is set by <see cref="End"/>.</summary>
    public void Begin(DiameterHeader header)
    {
        Clear();
        (header with { Version = DiameterHeader.CurrentVersion }).Write(Extend(DiameterHeader.SizeBytes));
    }

    /// <summary>Forgets everything written.</summary>
    public void Clear()
    {
        _length = 0;
        _depth = 0;
        _keptEmpty = 0;
    }

    /// <summary>Sets the length of the message: it is complete.</summary>
    public void End()
    {
        if (_depth != 0) throw new InvalidOperationException("A group is still open.");
        uint versionAndLength = BinaryPrimitives.ReadUInt32BigEndian(_buffer);
        BinaryPrimitives.WriteUInt32BigEndian(_buffer, (versionAndLength & 0xFF00_0000) | (uint)_length);
    }

    /// <summary>Writes a number of four octets.</summary>
    public void WriteUnsigned32(AvpDefinition definition, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(BeginAvp(definition, sizeof(uint)), value);

    /// <summary>Writes a number of eight octets.</summary>
    public void WriteUnsigned64(AvpDefinition definition, ulong value) =>
        BinaryPrimitives.WriteUInt64BigEndian(BeginAvp(definition, sizeof(ulong)), value);

    /// <summary>Writes a named value.</summary>
    public void WriteEnumerated(AvpDefinition definition, int value) => WriteUnsigned32(definition, unchecked((uint)value));

    /// <summary>Writes a named value of a generated enumeration.</summary>
    public void WriteEnumerated<TEnum>(AvpDefinition definition, TEnum value)
        where TEnum : unmanaged, Enum
    {
        if (Unsafe.SizeOf<TEnum>() != sizeof(int)) throw new ArgumentException("An Enumerated AVP has four octets.", nameof(value));
        WriteEnumerated(definition, Unsafe.BitCast<TEnum, int>(value));
    }

    /// <summary>Writes text as UTF-8.</summary>
    public void WriteText(AvpDefinition definition, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) throw EmptyAvp(definition);

        // Encoded in one pass, into room for the worst case; the room that was not needed is given back.
        int start = _length, headerBytes = HeaderBytesFor(definition.Flags);
        Span<byte> avp = Extend(headerBytes + Encoding.UTF8.GetMaxByteCount(text.Length) + 3);
        int length = headerBytes + Encoding.UTF8.GetBytes(text, avp[headerBytes..]);
        WriteHeader(avp, definition.Key, definition.Flags, length);
        avp.Slice(length, 3).Clear();
        _length = start + ((length + 3) & ~3);
    }

    /// <summary>Writes octets.</summary>
    public void WriteOctets(AvpDefinition definition, ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty) throw EmptyAvp(definition);
        octets.CopyTo(BeginAvp(definition, octets.Length));
    }

    /// <summary>Writes an address with its family.</summary>
    public void WriteAddress(AvpDefinition definition, IPAddress address)
    {
        bool v4 = address.AddressFamily == AddressFamily.InterNetwork;
        Span<byte> data = BeginAvp(definition, v4 ? 6 : 18);
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)(v4 ? 1 : 2));
        address.TryWriteBytes(data[2..], out _);
    }

    /// <summary>Writes a point in time; parts of a second are lost.</summary>
    public void WriteTime(AvpDefinition definition, DateTimeOffset time) => WriteUnsigned32(definition, NtpTime.Write(time));

    /// <summary>Copies header and data of an AVP and adds the padding.</summary>
    public void WriteRawAvp(ReadOnlySpan<byte> avpWithoutPadding)
    {
        AvpReader reader = new(avpWithoutPadding);
        if (!reader.Read() || reader.LengthBytes != avpWithoutPadding.Length)
        {
            throw new ArgumentException("These octets are not one AVP.", nameof(avpWithoutPadding));
        }

        int length = avpWithoutPadding.Length;
        Span<byte> avp = Extend((length + 3) & ~3);
        BinaryPrimitives.WriteUInt32BigEndian(avp[^4..], 0);
        avpWithoutPadding.CopyTo(avp);
    }

    /// <summary>Writes an AVP with the flags given, for repeating what another node sent; it may be empty.</summary>
    public void WriteAvp(AvpKey key, AvpFlags flags, ReadOnlySpan<byte> data)
    {
        data.CopyTo(BeginAvp(key, flags, data.Length));
    }

    private static ArgumentException EmptyAvp(AvpDefinition definition) => new($"{definition.Name} would be empty.");

    private Span<byte> BeginAvp(AvpDefinition definition, int dataBytes) => BeginAvp(definition.Key, definition.Flags, dataBytes);

    /// <summary>Writes header and padding of an AVP; returns where its data goes.</summary>
    private Span<byte> BeginAvp(AvpKey key, AvpFlags flags, int dataBytes)
    {
        int headerBytes = HeaderBytesFor(flags);
        int length = headerBytes + dataBytes;
        Span<byte> avp = Extend((length + 3) & ~3);

        // The padding is at most the last three octets; what is no padding among them is written over by the data.
        BinaryPrimitives.WriteUInt32BigEndian(avp[^4..], 0);
        WriteHeader(avp, key, flags, length);
        return avp.Slice(headerBytes, dataBytes);
    }

    private static int HeaderBytesFor(AvpFlags flags) => (flags & AvpFlags.Vendor) != 0 ? 12 : 8;

    private static void WriteHeader(Span<byte> avp, AvpKey key, AvpFlags flags, int length)
    {
        if ((flags & AvpFlags.Vendor) != 0) BinaryPrimitives.WriteUInt32BigEndian(avp[8..], key.VendorId);
        BinaryPrimitives.WriteUInt64BigEndian(avp, ((ulong)key.Code << 32) | ((ulong)flags << 24) | (uint)length);
    }

    private Span<byte> Extend(int bytes)
    {
        int start = _length;
        if (start + bytes > _buffer.Length) Grow(start + bytes);
        _length = start + bytes;
        return _buffer.AsSpan(start, bytes);
    }

    private void Grow(int needed)
    {
        if (needed > MaxMessageBytes) throw new InvalidOperationException("The message would not fit in its 24 bit length.");
        Array.Resize(ref _buffer, Math.Max(needed, _buffer.Length * 2));
    }
}
