using System.CommandLine;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.ApplicationServers;

/// <summary>hss as service list|activate|deactivate: dynamic service activation (DSAI).</summary>
internal static class ActivationCommands
{
    private static readonly string[] s_headings = ["SUBSCRIPTION", "PUBLIC IDENTITY", "SERVER NAME", "DSAI TAG", "STATE"];

    public static Command Create(Surroundings around) => Command("service", "Dynamic service activation: filters that application servers switch off and on by their tag.",
        List(around), Set(around, "activate", "Switches a service on for one identity.", true), Set(around, "deactivate", "Switches a service off for one identity: its filters are masked.", false));

    private static Command List(Surroundings around)
    {
        var (subscription, publicIdentity) = (AsOptions.Subscription(), AsOptions.PublicIdentity());
        var command = Command("list", "Lists the services of a subscription or of one identity.", subscription, publicIdentity, Limit);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (id, uri) = AsOptions.One(invocation, subscription, publicIdentity);
            var (services, hasMore) = await Pages.ReadAsync(invocation.Value(Limit) ?? DefaultLimit, async (size, token) =>
            {
                var page = await AsCommands.Client(invocation).ListServiceActivationsAsync(
                    new() { SubscriptionId = id, PublicIdentity = uri, PageSize = size, PageToken = token }, invocation.Call(stop)).ConfigureAwait(false);
                return (page.ServiceActivations, page.NextPageToken);
            }).ConfigureAwait(false);
            invocation.Output.List(services, s_headings, Row, "no filter has a DSAI tag");
            Pages.SayMore(invocation, hasMore);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Set(Surroundings around, string name, string description, bool isActive)
    {
        var identity = Argument("IMPU", "public identity");
        var server = Argument("SERVER-NAME", "SIP URI of the application server, as in the filters");
        var tag = Argument("DSAI-TAG", "tag of the filters");
        var command = Command(name, description, identity, server, tag);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new SetServiceActivationRequest { PublicIdentity = invocation.Value(identity), ServerName = invocation.Value(server), DsaiTag = invocation.Value(tag), Active = isActive };
            var response = await AsCommands.Client(invocation).SetServiceActivationAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.List([response], s_headings, Row, "");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string?[] Row(ServiceActivation one) => [one.SubscriptionId, one.PublicIdentity, one.ServerName, one.DsaiTag, one.Active ? "active" : "inactive"];
}
