using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Grpc.Core;

namespace Hss.Grpc.Wire;

/// <summary>Puts messages, each behind its prefix, into the body of a request or response.</summary>
/// Shape: see <see cref="MessageReader{T}"/>. The buffer is kept from one message of a call to the next, unless a message was unusually large.
internal sealed class MessageWriter<T>(Marshaller<T> marshaller, int maxMessageBytes) : SerializationContext where T : class
{
    /// <summary>Messages that need not leave at once are kept together up to that size: a handler that never flushes must not fill the memory.</summary>
    public const int MaxUnflushedBytes = 32 * 1024;

    private const int PrefixBytes = 5;
    private const int KeptBytes = 64 * 1024;

    // What is smaller gets larger by gzip's own header.
    private const int WorthCompressingBytes = 256;

    private ArrayBufferWriter<byte>? _buffer;
    private bool _isComplete;

    /// <returns>Octets that went into the target.</returns>
    /// Errors: <see cref="RpcException"/> RESOURCE_EXHAUSTED when the message is too large; nothing has been written then.
    public int Write(T message, string? encoding, IBufferWriter<byte> target)
    {
        var buffer = _buffer ??= new();
        buffer.ResetWrittenCount();
        _isComplete = false;
        marshaller.ContextualSerializer(message, this);
        if (!_isComplete) throw new InvalidOperationException("the serialiser did not complete its message");
        // The serialiser may have set another buffer aside for its own size.
        buffer = _buffer;
        if (buffer.WrittenCount > maxMessageBytes)
        {
            var length = buffer.WrittenCount;
            _buffer = null;
            throw new RpcException(new Status(StatusCode.ResourceExhausted, string.Create(
                CultureInfo.InvariantCulture, $"a message of {typeof(T).Name} has {length} octets; at most {maxMessageBytes} are sent")));
        }
        int written;
        if (encoding is not null and not Compression.Identity && buffer.WrittenCount >= WorthCompressingBytes)
        {
            var compressed = new ArrayBufferWriter<byte>(buffer.WrittenCount);
            Compression.Compress(encoding, buffer.WrittenSpan, compressed);
            written = Put(compressed.WrittenSpan, isCompressed: true, target);
        }
        else
        {
            written = Put(buffer.WrittenSpan, isCompressed: false, target);
        }
        if (buffer.Capacity > KeptBytes) _buffer = null;
        return written;
    }

    public override void SetPayloadLength(int payloadLength)
    {
        if (payloadLength > _buffer!.Capacity) _buffer = new(payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => _buffer!;

    public override void Complete() => _isComplete = true;

    public override void Complete(byte[] payload)
    {
        _buffer!.Write(payload);
        _isComplete = true;
    }

    private static int Put(ReadOnlySpan<byte> octets, bool isCompressed, IBufferWriter<byte> target)
    {
        var prefix = target.GetSpan(PrefixBytes);
        prefix[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], octets.Length);
        target.Advance(PrefixBytes);
        target.Write(octets);
        return PrefixBytes + octets.Length;
    }
}
