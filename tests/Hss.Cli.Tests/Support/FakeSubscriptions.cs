using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Grpc;
using Hss.Provisioning.V1;

namespace Hss.Cli.Tests.Support;

/// <summary>Subscriptions in memory; as much of the real rules as the command can notice.</summary>
internal sealed class FakeSubscriptions : SubscriptionService.SubscriptionServiceBase
{
    public const int BatchDocuments = 3;

    public SortedDictionary<string, Subscription> Stored { get; } = new(StringComparer.Ordinal);

    public List<IMessage> Requests { get; } = [];

    public List<long> ImportedLines { get; } = [];

    /// <summary>The import breaks off after that many documents, as when the server is killed.</summary>
    public int BreakAfter { get; set; } = int.MaxValue;

    public ExplainIdentityResponse Explanation { get; set; } = new();

    public SubscriptionChange[] Changes { get; set; } = [];

    /// <summary>After the changes the stream stays open instead of ending.</summary>
    public bool WatchForEver { get; set; }

    public TaskCompletionSource Watching { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static Subscription Example(int number) => new()
    {
        Name = $"subscriptions/imsi-00101000000000{number}",
        SubscriptionId = $"imsi-00101000000000{number}",
        Etag = "7",
        CreateTime = Timestamp.FromDateTime(new DateTime(2026, 11, 21, 20, 43, 0, DateTimeKind.Utc)),
        UpdateTime = Timestamp.FromDateTime(new DateTime(2026, 11, 22, 1, 2, 3, DateTimeKind.Utc)),
        PrivateIdentities =
        {
            new PrivateIdentity
            {
                Identity = $"00101000000000{number}@ims.mnc001.mcc001.3gppnetwork.org",
                Aka = new() { Algorithm = Aka.Types.Algorithm.Milenage, Amf = "8000", KFingerprint = "0011223344556677", OpcFingerprint = "8899aabbccddeeff" },
            },
        },
        ImplicitRegistrationSets =
        {
            new ImplicitRegistrationSet
            {
                PublicIdentities =
                {
                    new PublicIdentity { Identity = $"sip:00101000000000{number}@ims.mnc001.mcc001.3gppnetwork.org", ServiceProfile = "volte", Barred = true },
                    new PublicIdentity { Identity = $"tel:+1212555000{number}", ServiceProfile = "volte", DisplayName = "Front\u001b[31m desk" },
                },
            },
        },
        ServiceProfiles = { new ServiceProfile { Name = "volte", InitialFilterCriteria = { new InitialFilterCriteria { Template = "mmtel-originating", Parameters = { { "as_uri", "sip:as.example.org" } } } } } },
    };

    public override Task<Subscription> GetSubscription(GetSubscriptionRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return Stored.TryGetValue(request.Name["subscriptions/".Length..], out var found)
            ? Task.FromResult(found)
            : throw new RpcException(new Status(StatusCode.NotFound, $"there is no {request.Name}"));
    }

    public override Task<ListSubscriptionsResponse> ListSubscriptions(ListSubscriptionsRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        const int most = 2;
        var first = request.PageToken.Length == 0 ? 0 : int.Parse(request.PageToken, System.Globalization.CultureInfo.InvariantCulture);
        var page = Stored.Values.Skip(first).Take(Math.Min(most, request.PageSize)).ToArray();
        var next = first + page.Length;
        return Task.FromResult(new ListSubscriptionsResponse { Subscriptions = { page }, NextPageToken = next < Stored.Count ? $"{next}" : "" });
    }

    public override Task<UpsertSubscriptionResponse> UpsertSubscription(UpsertSubscriptionRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        if (!request.DocumentJson.StartsWith('{'))
            throw RpcErrors.InvalidArgument("the document is refused: 2 problems", [("privateIdentities[0].aka.k", "32 hexadecimal digits are wanted, there are 31"), ("imsi", "6 to 15 digits")]);
        if (request.Etag is not ("" or "7")) throw new RpcException(new Status(StatusCode.Aborted, "the subscription has etag 7"));
        return Task.FromResult(new UpsertSubscriptionResponse
        {
            Subscription = Example(1),
            Outcome = UpsertSubscriptionResponse.Types.Outcome.Updated,
            Jobs = 1,
            Warnings = { new Problem { Field = "serviceProfiles[0]", Rule = "E9", Description = "no trigger" } },
        });
    }

    public override Task<Empty> DeleteSubscription(DeleteSubscriptionRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        var id = request.Name["subscriptions/".Length..];
        if (!Stored.ContainsKey(id) && !request.AllowMissing) throw new RpcException(new Status(StatusCode.NotFound, $"there is no {request.Name}"));
        if (!request.ValidateOnly) Stored.Remove(id);
        return Task.FromResult(new Empty());
    }

    public override Task<ExplainIdentityResponse> ExplainIdentity(ExplainIdentityRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return Task.FromResult(Explanation);
    }

    public override async Task WatchSubscriptions(WatchSubscriptionsRequest request, IServerStreamWriter<SubscriptionChange> responseStream, ServerCallContext context)
    {
        Requests.Add(request);
        foreach (var change in Changes) await responseStream.WriteAsync(change, context.CancellationToken);
        Watching.TrySetResult();
        if (WatchForEver) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
    }

    public override async Task ImportSubscriptions(IAsyncStreamReader<ImportSubscriptionsRequest> requestStream, IServerStreamWriter<ImportSubscriptionsResponse> responseStream, ServerCallContext context)
    {
        var (options, summary, batch) = (new ImportSubscriptionsRequest.Types.Options(), new ImportSubscriptionsResponse(), new List<ImportSubscriptionsRequest>());
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var request = requestStream.Current;
            if (request.Options is not null)
            {
                Requests.Add(options = request.Options);
                continue;
            }
            summary.Received++;
            if (summary.Received > BreakAfter) throw new RpcException(new Status(StatusCode.Unavailable, "the server is shutting down"));
            batch.Add(request);
            if (batch.Count < BatchDocuments) continue;
            if (!await Commit()) return;
        }
        if (!await Commit()) return;
        summary.Done = true;
        await responseStream.WriteAsync(summary, context.CancellationToken);

        async Task<bool> Commit()
        {
            var problems = batch.Where(one => !TryRead(one, out _)).ToArray();
            summary.Problems.Clear();
            summary.Problems.Add(problems.Select(one => new ImportProblem { Line = one.Line, SubscriptionId = "imsi-x", Field = "privateIdentities[0].aka.k", Description = "32 hexadecimal digits are wanted" }));
            summary.Refused += problems.Length;
            var isGood = problems.Length == 0 || options.ContinueOnError;
            if (isGood)
            {
                foreach (var one in batch.Except(problems))
                {
                    ImportedLines.Add(one.Line);
                    if (TryRead(one, out var id) && !options.ValidateOnly) Stored[id] = new Subscription { SubscriptionId = id };
                    summary.Created++;
                }
                if (batch.Count > 0) summary.CommittedLine = batch[^1].Line;
            }
            batch.Clear();
            summary.Done = !isGood;
            await responseStream.WriteAsync(summary.Clone(), context.CancellationToken);
            summary.Problems.Clear();
            return isGood;
        }
    }

    private static bool TryRead(ImportSubscriptionsRequest request, out string id)
    {
        id = "";
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetString(request.DocumentJson.Span));
            id = document.RootElement.GetProperty("subscriptionId").GetString()!;
            return true;
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException)
        {
            return false;
        }
    }
}
