using Grpc.Core;
using Hss.Grpc.Wire;

namespace Hss.Grpc;

/// <summary>What a handler sends in one call; a write is done when the client has room for it.</summary>
internal sealed class ResponseStream<T>(ServerCall call, Marshaller<T> marshaller) : IServerStreamWriter<T> where T : class
{
    private readonly MessageWriter<T> _writer = new(marshaller, call.MaxSendMessageBytes);

    public WriteOptions? WriteOptions { get; set; }

    private WriteFlags Flags => (WriteOptions ?? call.WriteOptions)?.Flags ?? WriteFlags.None;

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    /// Errors: <see cref="OperationCanceledException"/> when the call is over or the client did not read in time.
    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        return call.WriteAsync(_writer, message, Flags, isLast: false, cancellationToken);
    }

    /// <summary>Leaves the message to go out together with the status.</summary>
    public Task WriteLastAsync(T message) =>
        // A handler that set a status instead of throwing it wants no message sent.
        call.Status.StatusCode == StatusCode.OK ? call.WriteAsync(_writer, message, Flags, isLast: true, CancellationToken.None) : Task.CompletedTask;
}
