using System.CommandLine;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss audit list|undo: who changed what, and how to take it back.</summary>
internal static class AuditCommands
{
    private static readonly string[] s_headings = ["ID", "TIME", "ACTOR", "FROM", "KIND", "SUBSCRIPTION", "SUMMARY"];

    public static Command Create(Surroundings around) => Command("audit", "Who changed what and when.", List(around), Undo(around));

    private static Command List(Surroundings around)
    {
        var subscription = Text("--subscription", "ID", "changes of this subscription");
        var actor = Text("--actor", "NAME", "changes by this token or certificate");
        var since = Text("--since", "TIME", "2026-11-21, 2026-11-21T20:43:00Z, or how long ago: 90m, 24h");
        var command = Command("list", "Lists changes, the newest first. With --output json each has the subscription before and after.", subscription, actor, since, Limit);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var client = new AuditService.AuditServiceClient(invocation.Server);
            var from = invocation.Value(since) is { } text ? Since(text, invocation.Around.Time) : null;
            var (records, hasMore) = await Pages.ReadAsync(invocation.Value(Limit) ?? DefaultLimit, async (size, token) =>
            {
                var page = await client.ListAuditRecordsAsync(new()
                {
                    PageSize = size,
                    PageToken = token,
                    SubscriptionId = invocation.Value(subscription) ?? "",
                    Actor = invocation.Value(actor) ?? "",
                    Since = from,
                }, invocation.Call(stop)).ConfigureAwait(false);
                return (page.Records, page.NextPageToken);
            }).ConfigureAwait(false);
            invocation.Output.List(records, s_headings, Row, "no change");
            Pages.SayMore(invocation, hasMore);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Undo(Surroundings around)
    {
        var id = Argument("ID", "number of the record, from hss audit list");
        var command = Command("undo", "Puts a subscription back to what it was before one change; refused when it was changed again since.", id, ValidateOnly, RequestId, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new UndoAuditRecordRequest { Id = Id(invocation.Value(id)), RequestId = RequestIdOf(invocation), ValidateOnly = invocation.Value(ValidateOnly) };
            if (!request.ValidateOnly) invocation.Confirm($"Undo change {request.Id}?");
            var record = await new AuditService.AuditServiceClient(invocation.Server).UndoAuditRecordAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(record, _ => invocation.Output.Say(request.ValidateOnly
                ? $"can be undone, nothing changed: {request.Id}"
                : $"undone: {request.Id}, {record.SubscriptionId}; this is change {record.Id}"));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A point in time, UTC unless it says otherwise, or how long ago.</summary>
    private static Timestamp Since(string text, TimeProvider time)
    {
        if (text.Length > 0 && char.IsAsciiLetterLower(text[^1]) && !text.EndsWith("ms", StringComparison.Ordinal))
            return Timestamp.FromDateTimeOffset(time.GetUtcNow() - Expiry.Span(text));
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var point)
            ? Timestamp.FromDateTimeOffset(point)
            : throw new CliException($"--since {OneLine.Of(text)} is no time; write 2026-11-21, 2026-11-21T20:43:00Z, 90m or 24h");
    }

    private static string?[] Row(AuditRecord record) =>
    [
        Output.Number(record.Id), Output.Time(record.Time), record.Actor, record.RemoteAddress, Words.Of(record.Kind), record.SubscriptionId,
        record.Summary.Length > 0 ? record.Summary : record.Method,
    ];
}
