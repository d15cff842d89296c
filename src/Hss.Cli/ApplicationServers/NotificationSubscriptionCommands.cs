using System.CommandLine;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.ApplicationServers;

/// <summary>hss as subscriptions list|delete: who wants to hear of what.</summary>
internal static class NotificationSubscriptionCommands
{
    public static Command Create(Surroundings around) => Command("subscriptions", "What application servers subscribed to.", List(around), Delete(around));

    /// <summary>A key as people read it: user, reference, and what tells it from others of the reference.</summary>
    public static (string User, string Reference, string Detail) Parts(NotificationKey? key) => key is null ? ("", "", "") :
    (
        key.UserCase switch
        {
            NotificationKey.UserOneofCase.Msisdn => key.Msisdn,
            NotificationKey.UserOneofCase.ExternalIdentifier => key.ExternalIdentifier,
            _ => key.PublicIdentity,
        },
        DataReferences.WordOf(key.DataReference),
        string.Join(' ', new[] { key.ServiceIndication, Words.Of(key.IdentitySet), key.ServerName, key.DsaiTag, key.PrivateIdentity }.Where(text => text.Length > 0))
    );

    private static Command List(Surroundings around)
    {
        var (subscription, identity, host) = (AsOptions.Subscription(), AsOptions.Identity(), AsOptions.Host());
        var command = Command("list", "Lists subscriptions of application servers.", subscription, identity, host, Limit);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new ListNotificationSubscriptionsRequest
            {
                SubscriptionId = invocation.Value(subscription) ?? "", Identity = invocation.Value(identity) ?? "", DiameterHost = invocation.Value(host) ?? "",
            };
            if (request.SubscriptionId.Length == 0 && request.Identity.Length == 0 && request.DiameterHost.Length == 0)
                throw new CliException("give at least one of --subscription, --identity and --host");
            var (found, hasMore) = await Pages.ReadAsync(invocation.Value(Limit) ?? DefaultLimit, async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await AsCommands.Client(invocation).ListNotificationSubscriptionsAsync(request, invocation.Call(stop)).ConfigureAwait(false);
                return (page.NotificationSubscriptions, page.NextPageToken);
            }).ConfigureAwait(false);
            invocation.Output.List(found, ["SUBSCRIPTION", "ID", "APPLICATION SERVER", "USER", "REFERENCE", "DETAIL", "EXPIRES", "REMARKS"], Row, "nobody subscribed");
            Pages.SayMore(invocation, hasMore);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Delete(Surroundings around)
    {
        var (subscription, id) = (Argument("SUBSCRIPTION", "subscription id"), Argument("ID", "from hss as subscriptions list"));
        var command = Command("delete", "Ends one; its application server is not told and hears no more.", subscription, id, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new DeleteNotificationSubscriptionRequest { SubscriptionId = invocation.Value(subscription), Id = invocation.Value(id) };
            invocation.Confirm($"End subscription {request.Id} of {request.SubscriptionId}?");
            var response = await AsCommands.Client(invocation).DeleteNotificationSubscriptionAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, _ => invocation.Output.Say($"ended: {request.Id} of {request.SubscriptionId}"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static string?[] Row(NotificationSubscription one)
    {
        var (user, reference, detail) = Parts(one.Key);
        return [one.SubscriptionId, one.Id, one.Key?.DiameterHost, user, reference, detail, one.ExpireTime is null ? "never" : Output.Time(one.ExpireTime), one.OneTime ? "one time" : ""];
    }
}
