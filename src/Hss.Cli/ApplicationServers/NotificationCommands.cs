using System.CommandLine;
using Grpc.Core;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.ApplicationServers;

/// <summary>hss as notifications list|retry|withdraw: PNRs that are to be sent, and what came of them.</summary>
internal static class NotificationCommands
{
    private static readonly string[] s_headings = ["ID", "STATE", "SUBSCRIPTION", "APPLICATION SERVER", "USER", "REFERENCE", "DETAIL", "ATTEMPTS", "NEXT OR END", "RESULT"];

    public static Command Create(Surroundings around) => Command("notifications", "PNRs to application servers.", List(around),
        Change(around, "retry", "Makes a failed notification pending again.", null, (client, request, options) => client.RetryNotificationAsync(request, options)),
        Change(around, "withdraw", "Gives up a notification: it is not sent.", "Not send notification {0} any more?", (client, request, options) => client.WithdrawNotificationAsync(request, options)));

    private static Command List(Surroundings around)
    {
        var state = Word("--state", "those in this state", Words.All<Notification.Types.State>());
        var (subscription, identity, host) = (AsOptions.Subscription(), AsOptions.Identity(), AsOptions.Host());
        var command = Command("list", "Lists notifications by number.", state, subscription, identity, host, Limit);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (notifications, hasMore) = await Pages.ReadAsync(invocation.Value(Limit) ?? DefaultLimit, async (size, token) =>
            {
                var page = await AsCommands.Client(invocation).ListNotificationsAsync(new()
                {
                    PageSize = size,
                    PageToken = token,
                    State = Words.Parse<Notification.Types.State>(invocation.Value(state)) ?? Notification.Types.State.Unspecified,
                    SubscriptionId = invocation.Value(subscription) ?? "",
                    Identity = invocation.Value(identity) ?? "",
                    DiameterHost = invocation.Value(host) ?? "",
                }, invocation.Call(stop)).ConfigureAwait(false);
                return (page.Notifications, page.NextPageToken);
            }).ConfigureAwait(false);
            invocation.Output.List(notifications, s_headings, Row, "no notification");
            Pages.SayMore(invocation, hasMore);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Change(Surroundings around, string name, string description, string? question,
        Func<ApplicationServerService.ApplicationServerServiceClient, ChangeNotificationRequest, CallOptions, AsyncUnaryCall<ChangeNotificationResponse>> call)
    {
        var id = Argument("ID", "number of the notification, from hss as notifications list");
        var command = Command(name, description, id, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var number = Id(invocation.Value(id));
            if (question is not null) invocation.Confirm(string.Format(System.Globalization.CultureInfo.InvariantCulture, question, number));
            var response = await call(AsCommands.Client(invocation), new() { Id = number }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.List([response.Notification ?? new() { Id = number }], s_headings, Row, "");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string?[] Row(Notification one)
    {
        var (user, reference, detail) = NotificationSubscriptionCommands.Parts(one.Key);
        return
        [
            Output.Number(one.Id), Words.Of(one.State), one.SubscriptionId, one.Key?.DiameterHost, user, reference, detail, Output.Number(one.Attempts),
            Output.Time(one.FinishTime ?? one.NextAttemptTime), one is { Result: var result } ? result : null,
        ];
    }
}
