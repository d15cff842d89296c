using System.CommandLine;
using Grpc.Core;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss subscription get|list|upsert|delete|explain|watch.</summary>
internal static class SubscriptionCommands
{
    /// <summary>More than the server takes of one document; the server names the exact limit.</summary>
    private const int MaxDocumentBytes = 4 * 1024 * 1024;

    private static readonly string[] s_headings = ["SUBSCRIPTION", "PRIVATE IDENTITIES", "PUBLIC IDENTITIES", "ETAG", "CHANGED"];

    public static Command Create(Surroundings around) => Command("subscription", "Subscriptions: what is provisioned for one customer.",
        Get(around), List(around), Upsert(around), Delete(around), Explain(around), SubscriptionWatch.Create(around));

    public static string NameOf(string subscriptionId) => subscriptionId.StartsWith("subscriptions/", StringComparison.Ordinal) ? subscriptionId : "subscriptions/" + subscriptionId;

    private static Command Get(Surroundings around)
    {
        var id = Argument("ID", "subscription id");
        var command = Command("get", "Shows one subscription; keys by their fingerprints.", id);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var client = new SubscriptionService.SubscriptionServiceClient(invocation.Server);
            var subscription = await client.GetSubscriptionAsync(new() { Name = NameOf(invocation.Value(id)) }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(subscription, _ => SubscriptionPage.Show(subscription, invocation.Output));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List(Surroundings around)
    {
        var filter = SubscriptionPages.Filter();
        var command = Command("list", "Lists subscriptions.", filter, Limit);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var limit = invocation.Value(Limit) ?? DefaultLimit;
            var (rows, hasMore) = (new List<string?[]>(), false);
            await foreach (var subscription in SubscriptionPages.ReadAsync(invocation, invocation.Value(filter), limit, () => hasMore = true, stop).ConfigureAwait(false))
                if (invocation.Output.IsJson) invocation.Output.Json(ProtoJson.Of(subscription));
                else rows.Add(Row(subscription));
            if (rows.Count > 0) invocation.Output.Table(s_headings, rows);
            else invocation.Output.Say("no subscription");
            if (hasMore) invocation.Output.Note($"there are more than {limit}; --limit N shows more, --limit 0 all");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Upsert(Surroundings around)
    {
        var file = Argument("FILE", "subscription document, JSON; - is the standard input");
        var command = Command("upsert", "Creates a subscription or replaces it by the document; one that is equal changes nothing.", file, Etag, ValidateOnly, RequestId);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new UpsertSubscriptionRequest
            {
                DocumentJson = await invocation.ReadTextAsync(invocation.Value(file), MaxDocumentBytes, stop).ConfigureAwait(false),
                Etag = invocation.Value(Etag) ?? "",
                RequestId = RequestIdOf(invocation),
                ValidateOnly = invocation.Value(ValidateOnly),
            };
            var response = await new SubscriptionService.SubscriptionServiceClient(invocation.Server).UpsertSubscriptionAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            foreach (var warning in response.Warnings) invocation.Output.Note($"warning: {Sentence(warning)}");
            invocation.Output.Object(response, _ => invocation.Output.Say(
                $"{(request.ValidateOnly ? "valid, nothing changed: would be " : "")}{Words.Of(response.Outcome)}: {response.Subscription?.SubscriptionId}"
                + (response.Subscription?.Etag is { Length: > 0 } etag ? $", etag {etag}" : "")
                + (response.Jobs > 0 ? $"; {response.Jobs} {(response.Jobs == 1 ? "job" : "jobs")} for S-CSCFs, see hss job list" : "")));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Delete(Surroundings around)
    {
        var id = Argument("ID", "subscription id");
        var allowMissing = Flag("--allow-missing", "one that does not exist counts as deleted");
        var command = Command("delete", "Removes a subscription; who is registered is de-registered first (RTR).", id, allowMissing, Etag, ValidateOnly, RequestId, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var subscriptionId = invocation.Value(id);
            var request = new DeleteSubscriptionRequest
            {
                Name = NameOf(subscriptionId),
                Etag = invocation.Value(Etag) ?? "",
                AllowMissing = invocation.Value(allowMissing),
                RequestId = RequestIdOf(invocation),
                ValidateOnly = invocation.Value(ValidateOnly),
            };
            if (!request.ValidateOnly) invocation.Confirm($"Delete subscription {subscriptionId} and de-register its users?");
            var response = await new SubscriptionService.SubscriptionServiceClient(invocation.Server).DeleteSubscriptionAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, _ => invocation.Output.Say(request.ValidateOnly ? $"could be deleted, nothing changed: {subscriptionId}" : $"deleted: {subscriptionId}"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Explain(Surroundings around)
    {
        var privateIdentity = Text("--private-identity", "IMPI", "private identity of the UE", "--private");
        var publicIdentity = Text("--public-identity", "IMPU", "public identity that it registers", "--public");
        var visited = Text("--visited-network", "NAME", "network that the UE is in, as in the UAR");
        var command = Command("explain", "Says whether a UE with these identities may register, and which link is missing. Exit code 1 when it may not.",
            privateIdentity, publicIdentity, visited);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new ExplainIdentityRequest
            {
                PrivateIdentity = invocation.Value(privateIdentity) ?? "",
                PublicIdentity = invocation.Value(publicIdentity) ?? "",
                VisitedNetwork = invocation.Value(visited) ?? "",
            };
            if (request.PrivateIdentity.Length == 0 && request.PublicIdentity.Length == 0)
                throw new CliException("explain needs --private-identity, --public-identity or both");
            var response = await new SubscriptionService.SubscriptionServiceClient(invocation.Server).ExplainIdentityAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            // By pattern: the name of a Diameter result, not of a task that is waited for.
            var name = response is { Result: var result } ? result : null;
            invocation.Output.Object(response, _ =>
            {
                invocation.Output.Say(response.Summary);
                invocation.Output.Pairs(("subscription", response.SubscriptionId), ("result", name), ("may register", response.MayRegister ? "yes" : "no"));
                invocation.Output.Table(["", "LINK", "EXPLANATION"], response.Steps.Select(step => new[] { step.Holds ? "ok" : "NO", step.What, step.Explanation }));
            });
            return response.MayRegister ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    public static string Sentence(Problem problem) =>
        $"{(problem.Field.Length > 0 ? problem.Field + ": " : "")}{(problem.Rule.Length > 0 && !problem.Description.StartsWith(problem.Rule, StringComparison.Ordinal) ? problem.Rule + " " : "")}{problem.Description}";

    private static string?[] Row(Subscription subscription) =>
    [
        subscription.SubscriptionId,
        string.Join(' ', subscription.PrivateIdentities.Select(one => one.Identity)),
        string.Join(' ', subscription.ImplicitRegistrationSets.SelectMany(set => set.PublicIdentities).Select(one => one.Identity)),
        subscription.Etag,
        Output.Time(subscription.UpdateTime),
    ];
}
