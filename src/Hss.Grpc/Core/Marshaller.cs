using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a serialiser puts a message.</summary>
public abstract class SerializationContext
{
    /// <summary>The whole message at once; instead of the writer.</summary>
    public virtual void Complete(byte[] payload) => throw new NotSupportedException();

    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException();

    public virtual void SetPayloadLength(int payloadLength) { }

    /// <summary>What was put into the writer is the message.</summary>
    public virtual void Complete() => throw new NotSupportedException();
}

/// <summary>Where a deserialiser finds a message.</summary>
public abstract class DeserializationContext
{
    public virtual int PayloadLength => throw new NotSupportedException();

    public virtual byte[] PayloadAsNewBuffer() => PayloadAsReadOnlySequence().ToArray();

    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotSupportedException();
}

/// <summary>Turns messages of one type into octets and back.</summary>
public sealed class Marshaller<T>(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
{
    public Action<T, SerializationContext> ContextualSerializer { get; } = serializer;

    public Func<DeserializationContext, T> ContextualDeserializer { get; } = deserializer;
}

public static class Marshallers
{
    public static Marshaller<T> Create<T>(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer) =>
        new(serializer, deserializer);
}
