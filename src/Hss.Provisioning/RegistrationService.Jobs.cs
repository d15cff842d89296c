using System.Globalization;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

// RTRs and PPRs that the HSS owes.
public sealed partial class RegistrationService
{
    /// Order: by number, which is the order in which they were written.
    public override Task<V1.ListJobsResponse> ListJobs(V1.ListJobsRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var size = PageToken.Size(request.PageSize, UsualPageSize, MostPageSize);
            var question = string.Create(CultureInfo.InvariantCulture, $"jobs\n{(int)request.State}\n{request.Identity}");
            var after = PageToken.Read(request.PageToken, question, "page_token");
            var query = new CxJobQuery
            {
                After = after is null ? null
                    : long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
                    : throw Refusals.Field("page_token", "is not a token that this server gave"),
                State = StateOf(request.State),
                Identity = IdentityOf(request.Identity),
                Most = size + 1,
            };
            var found = await control.ListJobsAsync(query, cancellationToken).ConfigureAwait(false);
            var page = new V1.ListJobsResponse();
            page.Jobs.AddRange(found.Take(size).Select(RegistrationMessage.Of));
            if (found.Count > size) page.NextPageToken = PageToken.Of(question, page.Jobs[^1].Id.ToString(CultureInfo.InvariantCulture));
            return page;
        });
    }

    public override Task<V1.ChangeJobResponse> RetryJob(V1.ChangeJobRequest request, ServerCallContext context) =>
        ChangeJobAsync(request, context, control.RetryAsync, "put back", "only a failed job can be tried again");

    public override Task<V1.ChangeJobResponse> ForceJob(V1.ChangeJobRequest request, ServerCallContext context) =>
        ChangeJobAsync(request, context, control.ForceAsync, "declared done", "only a pending or failed job can be declared done");

    private Task<V1.ChangeJobResponse> ChangeJobAsync(V1.ChangeJobRequest request, ServerCallContext context, Func<long, Task<bool>> change, string what, string rule) =>
        Refusals.GuardAsync(context, async cancellationToken =>
        {
            var before = await FindJobAsync(request.Id, cancellationToken).ConfigureAwait(false);
            var author = Caller.Of(context).AuthorFor(context, null, request);
            if (!await change(request.Id).ConfigureAwait(false))
            {
                var now = await FindJobAsync(request.Id, cancellationToken).ConfigureAwait(false);
                throw new RpcException(new Status(StatusCode.FailedPrecondition, $"job {now.Id} is {now.State.ToString().ToLowerInvariant()}; {rule}"));
            }
            await ActionRecord.WriteAsync(store, before.SubscriptionId, $"job {before.Id} {what}", author, $"the job is {what}").ConfigureAwait(false);
            return new V1.ChangeJobResponse { Job = RegistrationMessage.Of(await FindJobAsync(request.Id, CancellationToken.None).ConfigureAwait(false)) };
        });

    private async Task<CxJob> FindJobAsync(long id, CancellationToken cancellationToken) =>
        await control.ListJobsAsync(new() { Id = id }, cancellationToken).ConfigureAwait(false) is [var job] ? job
            : throw new RpcException(new Status(StatusCode.NotFound, $"there is no job {id}; finished ones are forgotten after some time"));

    private static CxJobState? StateOf(V1.Job.Types.State state)
    {
        if (state == V1.Job.Types.State.Unspecified) return null;
        foreach (var candidate in Enum.GetValues<CxJobState>())
            if (RegistrationMessage.StateOf(candidate) == state) return candidate;
        throw Refusals.Field("state", "is not PENDING, ACKNOWLEDGED, FAILED, FORCED or WITHDRAWN");
    }

    /// <summary>Canonical, as jobs have it. What is neither kind of identity is looked for as it is, and found nowhere.</summary>
    private static string? IdentityOf(string identity) =>
        identity.Length == 0 ? null
        : CanonicalIdentity.TryPublic(identity, out var asPublic, out _) ? asPublic
        : CanonicalIdentity.TryPrivate(identity, out var asPrivate, out _) ? asPrivate
        : identity;
}
