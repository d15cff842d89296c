using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Hss.Grpc.Wire;

/// <summary>How messages are compressed: identity, gzip, deflate.</summary>
/// Spec: gRPC over HTTP2, "Message-Encoding"; gRPC compression (deflate is the zlib format of RFC 1950).
internal static class Compression
{
    public const string Accepted = "identity,gzip,deflate";
    public const string Identity = "identity";
    public const string Gzip = "gzip";
    public const string Deflate = "deflate";

    private const int ChunkBytes = 16 * 1024;
    private const uint AdlerModulus = 65521;

    public static bool IsKnown(string encoding) => encoding is Identity or Gzip or Deflate;

    /// <summary>Never makes more than <paramref name="maxBytes"/> out of a message, whatever it would come to.</summary>
    /// Errors: null when it is larger than that; <see cref="InvalidDataException"/> when it is not compressed like this.
    public static ReadOnlySequence<byte>? Decompress(string encoding, ReadOnlySequence<byte> compressed, int maxBytes)
    {
        using var source = new SequenceStream(compressed);
        using Stream stream = encoding == Gzip ? new GZipStream(source, CompressionMode.Decompress) : new ZLibStream(source, CompressionMode.Decompress);
        var message = new ArrayBufferWriter<byte>(Math.Min(ChunkBytes, maxBytes + 1));
        while (true)
        {
            var read = stream.Read(message.GetSpan(Math.Min(ChunkBytes, maxBytes + 1 - message.WrittenCount)));
            if (read == 0) break;
            if (message.WrittenCount + (long)read > maxBytes) return null;
            message.Advance(read);
        }
        // The decompressors of .NET take a message that was cut off for one that ends there.
        if (!HasItsEnd(encoding, compressed, message.WrittenSpan)) throw new InvalidDataException("the compressed message is cut off");
        return new(message.WrittenMemory);
    }

    public static void Compress(string encoding, ReadOnlySpan<byte> message, IBufferWriter<byte> target)
    {
        using var sink = new WriterStream(target);
        using Stream stream = encoding == Gzip ? new GZipStream(sink, CompressionLevel.Fastest) : new ZLibStream(sink, CompressionLevel.Fastest);
        stream.Write(message);
    }

    // The last four octets are the length (RFC 1952 2.3.1, little-endian) or the Adler-32 (RFC 1950 2.2, big-endian) of what was compressed.
    private static bool HasItsEnd(string encoding, ReadOnlySequence<byte> compressed, ReadOnlySpan<byte> message)
    {
        if (compressed.Length < sizeof(uint)) return false;
        Span<byte> end = stackalloc byte[sizeof(uint)];
        compressed.Slice(compressed.Length - sizeof(uint)).CopyTo(end);
        if (encoding == Gzip) return BinaryPrimitives.ReadUInt32LittleEndian(end) == (uint)message.Length;
        uint low = 1, high = 0;
        foreach (var octet in message)
        {
            low = (low + octet) % AdlerModulus;
            high = (high + low) % AdlerModulus;
        }
        return BinaryPrimitives.ReadUInt32BigEndian(end) == (high << 16 | low);
    }

    /// <summary>Octets in pieces, read as a stream.</summary>
    private sealed class SequenceStream(ReadOnlySequence<byte> rest) : OneWayStream
    {
        private ReadOnlySequence<byte> _rest = rest;

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            var length = (int)Math.Min(buffer.Length, _rest.Length);
            _rest.Slice(0, length).CopyTo(buffer);
            _rest = _rest.Slice(length);
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }

    private sealed class WriterStream(IBufferWriter<byte> target) : OneWayStream
    {
        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => target.Write(buffer.AsSpan(offset, count));
    }

    private abstract class OneWayStream : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
