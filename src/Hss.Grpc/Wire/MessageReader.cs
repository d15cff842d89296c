using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Grpc.Core;

namespace Hss.Grpc.Wire;

/// <summary>Cuts the body of a request or response into its messages.</summary>
/// Shape: one octet compressed flag, four octets length, big-endian, then the message. Spec: gRPC over HTTP2, "Length-Prefixed-Message".
/// Nothing is allocated for a length that is only claimed: octets stay in the pipe until the message is whole or too large.
/// Errors: <see cref="RpcException"/> INTERNAL for octets that are no messages, RESOURCE_EXHAUSTED for too large ones.
internal sealed class MessageReader<T>(PipeReader pipe, Marshaller<T> marshaller, int maxMessageBytes, string? encoding) where T : class
{
    private const int PrefixBytes = 5;

    private readonly Payload _payload = new();

    /// <summary>The next message; null: there are no more.</summary>
    /// <param name="cancellationToken">Gives up waiting; nothing is lost, and reading may go on.</param>
    public async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            // Trouble is raised with nothing consumed and all seen: the call ends with it, and no one reads on.
            var consumed = buffer.Start;
            var examined = buffer.End;
            try
            {
                if (result.IsCanceled) throw new OperationCanceledException(cancellationToken);
                if (TryCut(buffer, out var isCompressed, out var message))
                {
                    var read = Read(isCompressed, message);
                    consumed = examined = message.End;
                    return read;
                }
                if (!result.IsCompleted) continue;
                if (buffer.IsEmpty) return null;
                throw Error(StatusCode.Internal, "the stream ends inside a message");
            }
            finally
            {
                pipe.AdvanceTo(consumed, examined);
            }
        }
    }

    private bool TryCut(ReadOnlySequence<byte> buffer, out bool isCompressed, out ReadOnlySequence<byte> message)
    {
        (isCompressed, message) = (false, default);
        if (buffer.Length < PrefixBytes) return false;
        var prefix = new SequenceReader<byte>(buffer);
        prefix.TryRead(out var flag);
        prefix.TryReadBigEndian(out int signedLength);
        var length = (uint)signedLength;
        if (flag > 1) throw Error(StatusCode.Internal, string.Create(CultureInfo.InvariantCulture, $"a message begins with the compressed flag, 0 or 1, not {flag}"));
        if (length > (uint)maxMessageBytes) throw TooLarge(string.Create(CultureInfo.InvariantCulture, $"{length} octets"));
        if (buffer.Length < PrefixBytes + length) return false;
        isCompressed = flag == 1;
        message = buffer.Slice(PrefixBytes, length);
        return true;
    }

    private T Read(bool isCompressed, ReadOnlySequence<byte> octets)
    {
        if (isCompressed)
        {
            if (encoding is null or Compression.Identity)
                throw Error(StatusCode.Internal, $"a message is marked compressed, but {HeaderNames.Encoding} names no compression");
            try
            {
                octets = Compression.Decompress(encoding, octets, maxMessageBytes) ?? throw TooLarge("more once it is decompressed");
            }
            catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException)
            {
                throw Error(StatusCode.Internal, $"a message is not compressed with {encoding} as it says");
            }
        }
        _payload.Octets = octets;
        try
        {
            return marshaller.ContextualDeserializer(_payload);
        }
        // Not the text of the problem: it may quote the message.
        catch (Exception problem) when (problem is not RpcException)
        {
            throw Error(StatusCode.Internal, $"a message cannot be read as {typeof(T).Name}");
        }
        finally
        {
            _payload.Octets = default;
        }
    }

    private RpcException TooLarge(string size) =>
        Error(StatusCode.ResourceExhausted, string.Create(CultureInfo.InvariantCulture, $"a message of {typeof(T).Name} has {size}; at most {maxMessageBytes} are taken"));

    private static RpcException Error(StatusCode code, string text) => new(new Status(code, text));

    private sealed class Payload : DeserializationContext
    {
        public ReadOnlySequence<byte> Octets { get; set; }

        public override int PayloadLength => (int)Octets.Length;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => Octets;
    }
}
