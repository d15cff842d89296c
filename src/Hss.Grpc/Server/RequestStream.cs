using Grpc.Core;
using Hss.Grpc.Wire;

namespace Hss.Grpc;

/// <summary>What a client sends in one call.</summary>
internal sealed class RequestStream<T>(ServerCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T> where T : class
{
    private readonly MessageReader<T> _reader = new(call.RequestBody, marshaller, call.MaxReceiveMessageBytes, call.RequestEncoding);
    private T? _current;
    private bool _isAtEnd;
    private int _isReading;

    public T Current => _current ?? throw new InvalidOperationException("there is no message: MoveNext comes first, and returned true");

    /// Errors: <see cref="OperationCanceledException"/> when the call is over; <see cref="RpcException"/> for octets that are no messages.
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isReading, 1) == 1) throw new InvalidOperationException("a message is being waited for already");
        try
        {
            if (_isAtEnd) return false;
            _current = await ReadAsync(cancellationToken).ConfigureAwait(false);
            _isAtEnd = _current is null;
            return !_isAtEnd;
        }
        finally
        {
            Volatile.Write(ref _isReading, 0);
        }
    }

    /// <summary>The one message of a call whose client sends one, and the end behind it.</summary>
    /// Errors: UNIMPLEMENTED for none or several. Spec: gRPC status codes, "Request cardinality violation".
    public async Task<T> ReadOnlyMessageAsync()
    {
        var message = await ReadAsync(CancellationToken.None).ConfigureAwait(false)
            ?? throw new RpcException(new Status(StatusCode.Unimplemented, "this method takes one message, and none came"));
        if (await ReadAsync(CancellationToken.None).ConfigureAwait(false) is not null)
            throw new RpcException(new Status(StatusCode.Unimplemented, "this method takes one message, and more came"));
        return message;
    }

    private async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        using var both = cancellationToken.CanBeCanceled && cancellationToken != call.CancellationToken
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.CancellationToken) : null;
        var token = both?.Token ?? call.CancellationToken;
        try
        {
            return await _reader.ReadAsync(token).ConfigureAwait(false);
        }
        // The connection or the stream is gone: to the handler that is the client giving up. Kestrel ends the body first, with one or the other of these,
        // and fires its token for the abort a moment later.
        catch (Exception problem) when (problem is IOException || (problem is OperationCanceledException && !token.IsCancellationRequested))
        {
            call.LoseClient();
            throw new OperationCanceledException("the client is gone", problem, call.CancellationToken);
        }
    }
}
