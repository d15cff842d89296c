using System.Buffers;
using System.Buffers.Binary;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>What lies at the front of the bytes received.</summary>
internal enum FrameOutcome
{
    /// <summary>The message is not complete yet.</summary>
    Incomplete,

    /// <summary>A complete message.</summary>
    Complete,

    /// <summary>A message of this protocol that is longer than is read. Where the next one begins is known.</summary>
    TooLong,

    /// <summary>A length no message may have: where the next message begins cannot be known.</summary>
    Unreadable,
}

/// <summary>Cuts messages off a byte stream by the length in their header.</summary>
/// Shape: octet 0 is the version, octets 1 to 3 the length of the whole message. Errors: a length under 20 or over the limit is
/// judged as soon as its four octets are there, so that a stranger (HTTP, TLS, SSH: their lengths read as hundreds of thousands and
/// more) is not waited for. Up to the limit, version and a length that is no multiple of four do not spoil the cutting; they are answered later.
/// Spec: RFC 6733 3.
internal static class FrameReader
{
    private const int LengthPrefixBytes = 4;

    /// <summary>Moves <paramref name="buffer"/> past one message and hands it out, if it is complete.</summary>
    public static FrameOutcome TryCut(ref ReadOnlySequence<byte> buffer, int maxFrameLengthBytes, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (buffer.Length < LengthPrefixBytes) return FrameOutcome.Incomplete;

        int length = ReadLength(buffer);
        if (length < DiameterHeader.SizeBytes) return FrameOutcome.Unreadable;
        if (length > maxFrameLengthBytes) return buffer.FirstSpan[0] == DiameterHeader.CurrentVersion ? FrameOutcome.TooLong : FrameOutcome.Unreadable;
        if (buffer.Length < length) return FrameOutcome.Incomplete;

        frame = buffer.Slice(0, length);
        buffer = buffer.Slice(length);
        return FrameOutcome.Complete;
    }

    private static int ReadLength(in ReadOnlySequence<byte> buffer)
    {
        ReadOnlySpan<byte> first = buffer.FirstSpan;
        if (first.Length >= LengthPrefixBytes) return (int)(BinaryPrimitives.ReadUInt32BigEndian(first) & 0xFFFFFF);

        Span<byte> prefix = stackalloc byte[LengthPrefixBytes];
        buffer.Slice(0, LengthPrefixBytes).CopyTo(prefix);
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(prefix) & 0xFFFFFF);
    }
}
