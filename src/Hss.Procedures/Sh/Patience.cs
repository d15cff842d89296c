using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>Waiting for the turn of a subscriber, though not for ever.</summary>
/// Why not as long as the request has: then the node would answer 5012, and the application server would not know that nothing is wrong with its
/// request and another update was merely before it (4101, 4100).
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _request;

    public Patience(TimeSpan patience, TimeProvider time, CancellationToken request)
    {
        _request = request;
        _late = new(patience, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, request);
    }

    /// <summary>The turn of a subscriber; null when it took too long to come.</summary>
    /// Errors: OperationCanceledException at the end of the request.
    public static async ValueTask<SubscriberTurn?> EnterAsync(
        ISubscriberStore store, Subscriber subscriber, TimeSpan patience, TimeProvider time, CancellationToken request)
    {
        // A request that was answered 5012 meanwhile changes nothing any more.
        request.ThrowIfCancellationRequested();

        // The usual case, and two timers less.
        if (store.TryEnter(subscriber, out var turn)) return turn;
        using var waiting = new Patience(patience, time, request);
        try
        {
            return await store.EnterAsync(subscriber, waiting.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (waiting.IsOver)
        {
            return null;
        }
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether it was this that ended the waiting, and not the end of the request.</summary>
    public bool IsOver => _late.IsCancellationRequested && !_request.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _late.Dispose();
    }
}
