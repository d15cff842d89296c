using System.Threading.Channels;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Receives the documents of an import and reads them beside the receiving: what comes out is in the order of the client.</summary>
/// Why bounded in every place: a client that sends faster than the disk writes is slowed down by the window of its own stream.
internal sealed class ImportReception(IAsyncStreamReader<V1.ImportSubscriptionsRequest> requests, DocumentContext documents) : IDisposable
{
    /// <summary>Documents read by one task: large enough that handing it over costs nothing beside it.</summary>
    private const int ChunkItems = 32;

    private const int ChunkBytes = 512 * 1024;

    /// <summary>Chunks that are read or wait to be written: about one batch ahead of the disk.</summary>
    private const int ChunksAhead = 16;

    /// <summary>Reading takes no more than this many cores, so that an import leaves some to those who answer Diameter.</summary>
    private const int Readers = 2;

    private readonly Channel<Task<List<ImportItem>>> _chunks = Channel.CreateBounded<Task<List<ImportItem>>>(ChunksAhead);
    private readonly SemaphoreSlim _readers = new(Readers);
    private readonly TaskCompletionSource<V1.ImportSubscriptionsRequest.Types.Options> _options = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first message, or the defaults when it is none.</summary>
    public Task<V1.ImportSubscriptionsRequest.Types.Options> Options => _options.Task;

    public ChannelReader<Task<List<ImportItem>>> Chunks => _chunks.Reader;

    public void Dispose() => _readers.Dispose();

    /// <summary>Runs until the client has sent all. What goes wrong comes out of <see cref="Chunks"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            _chunks.Writer.Complete();
        }
        catch (Exception trouble)
        {
            _options.TrySetException(trouble);
            _chunks.Writer.TryComplete(trouble);
        }
        // Whoever waits for this may be sure that nothing is read any more.
        for (var reader = 0; reader < Readers; reader++) await _readers.WaitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var chunk = new List<(long, V1.ImportSubscriptionsRequest)>(ChunkItems);
        var (line, octets) = (0L, 0);
        while (await requests.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            var request = requests.Current;
            if (request.ItemCase == V1.ImportSubscriptionsRequest.ItemOneofCase.Options)
            {
                if (!_options.TrySetResult(request.Options)) throw Refusals.Field("options", "come first and once; send them before the first document");
                continue;
            }
            _options.TrySetResult(new());
            line = request.Line > 0 ? request.Line : line + 1;
            chunk.Add((line, request));
            octets += request.CalculateSize();
            if (chunk.Count < ChunkItems && octets < ChunkBytes) continue;
            await HandOverAsync(chunk, cancellationToken).ConfigureAwait(false);
            (chunk, octets) = (new(ChunkItems), 0);
        }
        _options.TrySetResult(new());
        if (chunk.Count > 0) await HandOverAsync(chunk, cancellationToken).ConfigureAwait(false);
    }

    private async Task HandOverAsync(List<(long Line, V1.ImportSubscriptionsRequest Request)> chunk, CancellationToken cancellationToken)
    {
        await _readers.WaitAsync(cancellationToken).ConfigureAwait(false);
        var reading = Task.Run(() =>
        {
            try
            {
                return chunk.ConvertAll(item => Read(item.Line, item.Request));
            }
            finally
            {
                _readers.Release();
            }
        }, CancellationToken.None);
        await _chunks.Writer.WriteAsync(reading, cancellationToken).ConfigureAwait(false);
    }

    private ImportItem Read(long line, V1.ImportSubscriptionsRequest request)
    {
        var asDocument = request.ItemCase != V1.ImportSubscriptionsRequest.ItemOneofCase.Subscription;
        try
        {
            var document = request.ItemCase switch
            {
                V1.ImportSubscriptionsRequest.ItemOneofCase.Subscription => SubscriptionMessage.ToDocument(request.Subscription),
                V1.ImportSubscriptionsRequest.ItemOneofCase.DocumentJson => request.DocumentJson.Memory,
                _ => default,
            };
            return new(line, SubscriptionJson.Read(document, documents), document.Length, asDocument);
        }
        catch (RpcException unreadable)
        {
            return new(line, new(null, [new("", unreadable.Status.Detail)], []) { SubscriptionId = request.Subscription?.SubscriptionId }, 0, asDocument);
        }
    }
}
