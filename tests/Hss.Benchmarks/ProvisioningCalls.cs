using System.Text;
using Google.Protobuf;
using Grpc.Health.V1;
using Hss.Grpc;
using Hss.Provisioning.V1;

namespace Hss.Benchmarks;

/// <summary>The calls that are measured, over one channel.</summary>
internal sealed class ProvisioningCalls(GrpcChannel channel, DemoDocuments documents, int subscribers)
{
    private readonly SubscriptionService.SubscriptionServiceClient _subscriptions = new(channel);
    private readonly Health.HealthClient _health = new(channel);
    private int _next;
    private int _upserted;

    /// <summary>The least that a call can be: what gRPC itself costs.</summary>
    public async Task CheckAsync() => await _health.CheckAsync(new());

    public async Task GetAsync() => await _subscriptions.GetSubscriptionAsync(new() { Name = $"subscriptions/{DemoDocuments.Id(Next())}" });

    /// <summary>Each call changes one subscription: a commit, a record, no two calls for the same.</summary>
    public async Task UpsertAsync()
    {
        // Another port with every turn through the subscribers, so that no upsert finds what it brings.
        var call = Interlocked.Increment(ref _upserted);
        var answer = await _subscriptions.UpsertSubscriptionAsync(new() { DocumentJson = documents.At(call % subscribers + 1, 5091 + call / subscribers % 1000) });
        if (answer.Outcome == UpsertSubscriptionResponse.Types.Outcome.Unchanged) throw new InvalidOperationException("an upsert changed nothing and measured nothing");
    }

    /// <summary>All in one call, as documents. Fails when one is refused.</summary>
    public async Task ImportAsync(IReadOnlyList<ByteString> lines)
    {
        using var call = _subscriptions.ImportSubscriptions();
        var reading = Task.Run(async () =>
        {
            var last = new ImportSubscriptionsResponse();
            while (await call.ResponseStream.MoveNext(CancellationToken.None)) last = call.ResponseStream.Current;
            return last;
        });
        foreach (var line in lines) await call.RequestStream.WriteAsync(new() { DocumentJson = line });
        await call.RequestStream.CompleteAsync();
        var summary = await reading;
        if (!summary.Done || summary.Refused > 0 || summary.Created + summary.Updated + summary.Unchanged != lines.Count)
            throw new InvalidOperationException($"the import went wrong: {summary}");
    }

    public IReadOnlyList<ByteString> Lines() => Lines(1, subscribers);

    public IReadOnlyList<ByteString> Lines(int first, int count) => [.. Enumerable.Range(first, count).Select(number => ByteString.CopyFrom(documents.At(number), Encoding.UTF8))];

    /// <summary>So many calls, so many of them at one time.</summary>
    public static async Task RepeatAsync(Func<Task> call, int calls, int inFlight)
    {
        var left = calls;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0) await call();
        })));
    }

    private int Next() => (int)((uint)Interlocked.Increment(ref _next) % (uint)subscribers) + 1;
}
