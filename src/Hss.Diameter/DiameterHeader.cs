using System.Buffers.Binary;

namespace Hss.Diameter;

/// <summary>The 20 octets in front of every message.</summary>
/// Shape: version (1), length (3), flags (1), command code (3), application (4), hop-by-hop (4), end-to-end (4).
/// Units: <see cref="LengthBytes"/> counts the header too. Order: network octet order. Spec: RFC 6733 3.
public readonly record struct DiameterHeader
{
    /// <summary>Octets of the header.</summary>
    public const int SizeBytes = 20;

    /// <summary>The only version there is.</summary>
    public const byte CurrentVersion = 1;

    /// <summary>The version octet.</summary>
    public byte Version { get; init; }

    /// <summary>The length of the whole message as its sender states it.</summary>
    public int LengthBytes { get; init; }

    /// <summary>The flags, with the reserved bits as they came.</summary>
    public CommandFlags Flags { get; init; }

    /// <summary>The command code, 24 bits.</summary>
    public uint CommandCode { get; init; }

    /// <summary>The application the message belongs to.</summary>
    public uint ApplicationId { get; init; }

    /// <summary>Pairs an answer with its request on one connection.</summary>
    public uint HopByHopId { get; init; }

    /// <summary>Recognises the same request on its way through several nodes.</summary>
    public uint EndToEndId { get; init; }

    /// <summary>True for a request.</summary>
    public bool IsRequest => (Flags & CommandFlags.Request) != 0;

    /// <summary>True when agents may proxy it.</summary>
    public bool IsProxiable => (Flags & CommandFlags.Proxiable) != 0;

    /// <summary>True when the answer reports a protocol error.</summary>
    public bool IsError => (Flags & CommandFlags.Error) != 0;

    /// <summary>Reads the first 20 octets; it judges nothing.</summary>
    /// Errors: ArgumentOutOfRangeException when there are fewer than 20 octets (our bug: look before you read).
    public static DiameterHeader Read(ReadOnlySpan<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, SizeBytes);
        uint versionAndLength = BinaryPrimitives.ReadUInt32BigEndian(octets);
        uint flagsAndCode = BinaryPrimitives.ReadUInt32BigEndian(octets[4..]);
        return new DiameterHeader
        {
            Version = (byte)(versionAndLength >> 24),
            LengthBytes = (int)(versionAndLength & 0xFFFFFF),
            Flags = (CommandFlags)(flagsAndCode >> 24),
            CommandCode = flagsAndCode & 0xFFFFFF,
            ApplicationId = BinaryPrimitives.ReadUInt32BigEndian(octets[8..]),
            HopByHopId = BinaryPrimitives.ReadUInt32BigEndian(octets[12..]),
            EndToEndId = BinaryPrimitives.ReadUInt32BigEndian(octets[16..]),
        };
    }

    /// <summary>Writes the 20 octets.</summary>
    public void Write(Span<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, SizeBytes);
        BinaryPrimitives.WriteUInt32BigEndian(octets, ((uint)Version << 24) | ((uint)LengthBytes & 0xFFFFFF));
        BinaryPrimitives.WriteUInt32BigEndian(octets[4..], ((uint)Flags << 24) | (CommandCode & 0xFFFFFF));
        BinaryPrimitives.WriteUInt32BigEndian(octets[8..], ApplicationId);
        BinaryPrimitives.WriteUInt32BigEndian(octets[12..], HopByHopId);
        BinaryPrimitives.WriteUInt32BigEndian(octets[16..], EndToEndId);
    }

    /// <summary>The header of the answer to this request: R and T cleared, P and both identifiers copied.</summary>
    /// Spec: RFC 6733 6.2 and 3 (an answer never carries T).
    public DiameterHeader ToAnswer() => this with
    {
        Version = CurrentVersion,
        LengthBytes = 0,
        Flags = Flags & CommandFlags.Proxiable,
    };
}
