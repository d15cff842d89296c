using System.CommandLine;
using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.Sh;

/// <summary>hss sh subscribe: SNR, then every PNR as it comes; and hss sh unsubscribe.</summary>
internal static class ShSubscribeCommand
{
    /// <summary>Who pressed Ctrl-C shall not wait longer than this for the good-bye.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(5);

    public static Command Create(Surroundings around)
    {
        var (ends, user, selection) = (new ShEnds(), new ShUser(), new ShSelection());
        var expires = Text("--expires", "TIME", "how long: 90m, 24h, or a time (absent: without end)");
        var oneTime = Flag("--one-time", "one notification ends the subscription (TS 29.328 6.1.3)");
        var sendData = Flag("--send-data", "the answer shall carry the data as it is now");
        var count = Number("--count", "end after so many notifications; 0 does not wait at all");
        var keep = Flag("--keep", "leave the subscription when the command ends");
        var command = Command("subscribe", "Subscribes to changes (SNR) and shows them as they come (PNR), until Ctrl-C.",
            [.. ends.All, .. user.All, .. selection.ForSubscribing, expires, oneTime, sendData, count, keep]);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (route, writeUser, writeData) = (ends.Read(invocation), user.Read(invocation), selection.Read(invocation));
            var end = invocation.Value(expires) is { } time ? Expiry.End(time, around.Time.GetUtcNow()) : (DateTimeOffset?)null;
            await using var client = await ShClient.OpenAsync(route, invocation, stop).ConfigureAwait(false);
            var answer = await client.AskAsync(SubscribeNotificationsRequest.CommandCode, "SNR", avps =>
            {
                Write(avps, SubsReqType.Subscribe);
                if (end is { } until) avps.WriteTime(Avp.ExpiryTime, until);
                if (invocation.Value(oneTime)) avps.WriteEnumerated(Avp.OneTimeNotification, OneTimeNotification.OneTimeNotificationRequested);
                if (invocation.Value(sendData)) avps.WriteEnumerated(Avp.SendDataIndication, SendDataIndication.UserDataRequested);
            }, stop).ConfigureAwait(false);
            var exitCode = ShReport.Show(invocation, answer);
            if (!answer.IsSuccess) return exitCode;
            invocation.Output.Flush();
            try
            {
                for (var left = invocation.Value(count) ?? int.MaxValue; left > 0; left--)
                    ShReport.Show(invocation, await client.Notifications.ReadAsync(stop).ConfigureAwait(false));
            }
            finally
            {
                if (!invocation.Value(keep)) await LeaveAsync(client, invocation, avps => Write(avps, SubsReqType.Unsubscribe)).ConfigureAwait(false);
            }
            return exitCode;

            void Write(MessageWriter avps, SubsReqType type)
            {
                writeUser(avps);
                writeData(avps);
                avps.WriteEnumerated(Avp.SubsReqType, type);
            }
        });
        return command;
    }

    public static Command CreateEnd(Surroundings around)
    {
        var (ends, user, selection) = (new ShEnds(), new ShUser(), new ShSelection());
        var command = Command("unsubscribe", "Ends a subscription (SNR).", [.. ends.All, .. user.All, .. selection.ForSubscribing]);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (route, writeUser, writeData) = (ends.Read(invocation), user.Read(invocation), selection.Read(invocation));
            await using var client = await ShClient.OpenAsync(route, invocation, stop).ConfigureAwait(false);
            return ShReport.Show(invocation, await client.AskAsync(SubscribeNotificationsRequest.CommandCode, "SNR", avps =>
            {
                writeUser(avps);
                writeData(avps);
                avps.WriteEnumerated(Avp.SubsReqType, SubsReqType.Unsubscribe);
            }, stop).ConfigureAwait(false));
        });
        return command;
    }

    // The subscription would outlive the command and the HSS would go on telling nobody. A subscription that ended meanwhile is none the worse for it.
    private static async Task LeaveAsync(ShClient client, Invocation invocation, Action<MessageWriter> avps)
    {
        using var patience = new CancellationTokenSource(s_farewell, invocation.Around.Time);
        try
        {
            var answer = await client.AskAsync(SubscribeNotificationsRequest.CommandCode, "SNR", avps, patience.Token).ConfigureAwait(false);
            if (!answer.IsSuccess) invocation.Output.Note($"the subscription remains: {answer.Refusal}");
        }
        catch (Exception problem) when (problem is CliException or OperationCanceledException)
        {
            invocation.Output.Note($"the subscription remains; end it with hss sh unsubscribe ({OneLine.Of(problem)})");
        }
    }
}
