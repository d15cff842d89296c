using System.Collections.Immutable;
using Grpc.Core;
using Hss.Grpc;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>How the provisioning services say no: one status for each kind of trouble, each with its mend. Spec: AIP-193, google.rpc.BadRequest.</summary>
internal static class Refusals
{
    public static RpcException Field(string field, string description) => RpcErrors.InvalidArgument($"{field}: {description}", [(field, description)]);

    /// <summary>One field violation for each problem of a document.</summary>
    /// <param name="asDocument">True: fields as written in the document; false: as fields of the request.</param>
    public static RpcException Document(ImmutableArray<DocumentProblem> problems, bool asDocument)
    {
        var violations = problems.Select(problem => (Field: FieldOf(problem, asDocument), Description: DescriptionOf(problem))).ToList();
        var (field, description) = violations[0];
        var more = violations.Count > 1 ? $" (and {violations.Count - 1} more: see the field violations)" : "";
        return RpcErrors.InvalidArgument((field.Length == 0 ? description : $"{field}: {description}") + more, violations);
    }

    public static string FieldOf(DocumentProblem problem, bool asDocument) => asDocument ? problem.Path : SubscriptionMessage.FieldOf(problem.Path);

    public static string DescriptionOf(DocumentProblem problem) => problem.Rule is null ? problem.Message : $"{problem.Rule}: {problem.Message}";

    public static RpcException NotFound(string subscriptionId) =>
        new(new Status(StatusCode.NotFound, $"there is no subscription {subscriptionId}"));

    public static RpcException AlreadyExists(string subscriptionId) =>
        new(new Status(StatusCode.AlreadyExists, $"there is a subscription {subscriptionId} already; change it with UpdateSubscription or UpsertSubscription"));

    public static RpcException Stale(string subscriptionId, string etag, StoredSubscription? stored) => new(new Status(StatusCode.Aborted,
        stored is null
            ? $"subscription {subscriptionId} does not exist any more; leave the etag out to create it"
            : $"subscription {subscriptionId} was changed meanwhile: its etag is {SubscriptionMessage.EtagOf(stored.Revision)} and not {Short(etag)}; get it again and repeat the change"));

    /// <summary>Runs a call; what goes wrong in the store becomes the status that says what the client can do.</summary>
    public static async Task<T> GuardAsync<T>(ServerCallContext context, Func<CancellationToken, Task<T>> call)
    {
        try
        {
            return await call(context.CancellationToken).ConfigureAwait(false);
        }
        catch (Exception trouble) when (Of(trouble) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>The status of what the store threw; null: nothing that is expected of it.</summary>
    public static RpcException? Of(Exception trouble) => trouble switch
    {
        // Its text may name files of this machine; it is in the log. Of a commit that failed nobody knows whether it is durable, so nothing is promised here.
        StoreUnavailableException => new(new Status(StatusCode.Unavailable, "the store cannot answer now; try again, a change with the request_id it had")),
        IdentityConflictException conflict => new(new Status(StatusCode.AlreadyExists,
            $"{conflict.Message}; remove it there first, or leave it out here")),
        SubscriptionRefusedException refused => new(new Status(StatusCode.FailedPrecondition, refused.Message)),
        RequestIdReusedException => Field("request_id", "was used for another request; take a new UUID for every new request"),
        _ => null,
    };

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
