using System.Globalization;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>One WatchSubscriptions call: reads the feed of changes at the client's own pace.</summary>
/// Why it keeps nothing: the feed is in the store, so that a client that reads slowly costs no memory and delays nobody; it only falls behind.
/// Order: as the changes were committed. A change that was seen may come again after a resume, none is left out.
/// Errors: UNAVAILABLE when the server stops; it goes on with the token at the next one.
internal sealed class SubscriptionWatch(SubscriberStore store, TimeProvider time, CancellationToken serverStops)
{
    /// <summary>Without a change a message comes so often, so that both ends know that the other one is there.</summary>
    public static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(30);

    private const int ReadAtOnce = 100;
    private const string Question = "watch";

    /// <summary>The first record of a store has this number or a higher one.</summary>
    private const long FirstChange = 2;

    public async Task RunAsync(string resumeToken, IServerStreamWriter<V1.SubscriptionChange> changes, ServerCallContext context)
    {
        // One wake-up is as good as many: what it wakes reads all there is.
        var wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void Wake() => wakes.Writer.TryWrite(true);
        // A stream without an end would hold the server up for as long as it waits for calls.
        await using var stop = serverStops.UnsafeRegister(_ => wakes.Writer.TryComplete(new RpcException(new Status(StatusCode.Unavailable, "the server is shutting down"))), null).ConfigureAwait(false);
        // Before the first look: what is written between the look and the wait wakes at once.
        store.SubscriptionsChanged += Wake;
        try
        {
            await Refusals.GuardAsync(context, async cancellationToken =>
            {
                var position = await BeginAsync(resumeToken, cancellationToken).ConfigureAwait(false);
                // At once, so that the client has a token before anything happens.
                await changes.WriteAsync(Heartbeat(position), cancellationToken).ConfigureAwait(false);
                var woken = wakes.Reader.WaitToReadAsync(cancellationToken).AsTask();
                while (true)
                {
                    position = await SendAsync(position, changes, cancellationToken).ConfigureAwait(false);
                    try
                    {
                        await woken.WaitAsync(HeartbeatPeriod, time, cancellationToken).ConfigureAwait(false);
                        wakes.Reader.TryRead(out _);
                        woken = wakes.Reader.WaitToReadAsync(cancellationToken).AsTask();
                    }
                    catch (TimeoutException)
                    {
                        await changes.WriteAsync(Heartbeat(position), cancellationToken).ConfigureAwait(false);
                    }
                }
#pragma warning disable CS0162 // A watch ends by its client or by an error; the guard wants a value.
                return true;
#pragma warning restore CS0162
            }).ConfigureAwait(false);
        }
        finally
        {
            store.SubscriptionsChanged -= Wake;
        }
    }

    private async Task<long> BeginAsync(string resumeToken, CancellationToken cancellationToken)
    {
        var span = await store.ChangeSpanAsync(cancellationToken).ConfigureAwait(false);
        if (PageToken.Read(resumeToken, Question, "resume_token") is not { } text) return span.Newest;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            throw Refusals.Field("resume_token", "is not a token that this server gave");
        // A store that was restored from a backup may not have got that far: its next changes would look as if they had been seen.
        return position <= span.Newest && HasAllAfter(span, position) ? position : throw Lost();
    }

    /// <summary>Sends what came after a change; returns the last one seen.</summary>
    private async Task<long> SendAsync(long position, IServerStreamWriter<V1.SubscriptionChange> changes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var records = await store.ReadChangesAsync(
                new() { After = position, WithSubscriptions = false, Most = ReadAtOnce }, cancellationToken).ConfigureAwait(false);
            if (records.Count == 0) return position;
            // Numbers follow each other: after a gap it is a slow client, and old records were removed before it came to read them. A watch of
            // an empty store begins at 0 and has missed nothing.
            if (position > 0 && records[0].Id != position + 1
                && !HasAllAfter(await store.ChangeSpanAsync(cancellationToken).ConfigureAwait(false), position)) throw Lost();
            foreach (var record in records)
            {
                if (record.Kind != ChangeKind.Action) await changes.WriteAsync(await ChangeAsync(record, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                position = record.Id;
            }
        }
    }

    private static bool HasAllAfter(ChangeSpan span, long position) => position >= Math.Max(span.Oldest, FirstChange) - 1 || (position == 0 && span.Oldest <= FirstChange);

    private async Task<V1.SubscriptionChange> ChangeAsync(ChangeRecord record, CancellationToken cancellationToken)
    {
        var change = new V1.SubscriptionChange
        {
            Kind = record.Kind switch
            {
                ChangeKind.Created => V1.SubscriptionChange.Types.Kind.Created,
                ChangeKind.Deleted => V1.SubscriptionChange.Types.Kind.Deleted,
                _ => V1.SubscriptionChange.Types.Kind.Updated,
            },
            SubscriptionId = record.SubscriptionId,
            ResumeToken = TokenOf(record.Id),
            ChangeTime = Timestamp.FromDateTimeOffset(record.Time),
            Actor = record.Author.Actor,
        };
        if (record.Kind == ChangeKind.Deleted) return change;
        if (await store.ReadAsync(record.SubscriptionId, cancellationToken).ConfigureAwait(false) is { } standing)
            change.Subscription = SubscriptionMessage.Of(standing);
        return change;
    }

    private V1.SubscriptionChange Heartbeat(long position) => new()
    {
        Kind = V1.SubscriptionChange.Types.Kind.Heartbeat,
        ResumeToken = TokenOf(position),
        ChangeTime = Timestamp.FromDateTimeOffset(time.GetUtcNow()),
    };

    private static string TokenOf(long position) => PageToken.Of(Question, position.ToString(CultureInfo.InvariantCulture));

    private static RpcException Lost() => new(new Status(StatusCode.OutOfRange,
        "resume_token: changes after it are no longer kept; list the subscriptions, and watch without a token"));
}
