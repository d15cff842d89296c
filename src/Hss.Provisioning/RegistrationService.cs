using System.Globalization;
using Grpc.Core;
using Hss.Procedures.Cx;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Who is registered where; de-registrations; and the RTRs and PPRs that are under way (the other part of this class).</summary>
/// Errors: the status codes of docs/provisioning-api.md. Spec: TS 29.228 6.1.3.
public sealed partial class RegistrationService(SubscriberStore store, RegistrationControl control) : V1.RegistrationService.RegistrationServiceBase, IDisposable
{
    private const int UsualPageSize = 100;
    private const int MostPageSize = 1000;
    private const int ReadAtOnce = 100;
    private const int MaxInfoLength = 256;

    // De-registrations with a request id, one at a time: a copy of a request that is under way must not be taken for a new one.
    private readonly SemaphoreSlim _repeatable = new(1);

    public override Task<V1.GetRegistrationResponse> GetRegistration(V1.GetRegistrationRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var identity = IdentityOf(request.PrivateIdentity, request.PublicIdentity);
            var answer = new V1.GetRegistrationResponse();
            if (identity.IsPrivate)
            {
                var subscriber = await store.FindByPrivateIdentityAsync(identity.Canonical, cancellationToken).ConfigureAwait(false) ?? throw Unknown(identity);
                answer.Registrations.AddRange(RegistrationMessage.Of(subscriber, set => set.BelongsTo(identity.Canonical)));
                return answer;
            }
            // As LIR finds it: an identity that falls into a wildcard has the registration of the wildcard's set.
            var found = await store.MatchPublicIdentityAsync(identity.Canonical, cancellationToken).ConfigureAwait(false) ?? throw Unknown(identity);
            answer.Registrations.AddRange(RegistrationMessage.Of(
                found.Subscriber, set => set.PublicIdentities.Any(one => string.Equals(one.Identity, found.Provisioned, StringComparison.Ordinal))));
            return answer;
        });
    }

    /// Order: by subscription_id, then by the number of the set. A page may end in the middle of a subscription.
    public override Task<V1.ListRegistrationsResponse> ListRegistrations(V1.ListRegistrationsRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var size = PageToken.Size(request.PageSize, UsualPageSize, MostPageSize);
            var filter = RegistrationFilter.Parse(request.Filter);
            var question = "registrations\n" + request.Filter;
            var position = RegistrationPosition.Read(PageToken.Read(request.PageToken, question, "page_token"));
            var page = new V1.ListRegistrationsResponse();
            for (var after = position?.After; ;)
            {
                // At least one set of each subscription matches, so one more than fits tells whether there is a next page.
                var most = Math.Min(ReadAtOnce, size - page.Registrations.Count + 1);
                var found = await store.ListRegistrationsAsync(filter.Query with { After = after, Most = most }, cancellationToken).ConfigureAwait(false);
                foreach (var stored in found)
                {
                    var name = stored.Subscription.SubscriptionId;
                    for (var set = 0; set < stored.States.Length; set++)
                    {
                        if (!filter.Matches(stored.States[set]) || (position is { } seen && seen.Current == name && set <= seen.LastSet)) continue;
                        if (page.Registrations.Count == size)
                        {
                            var last = page.Registrations[^1];
                            page.NextPageToken = PageToken.Of(question, new RegistrationPosition(after, last.SubscriptionId, last.SetIndex).ToString());
                            return page;
                        }
                        page.Registrations.Add(RegistrationMessage.Of(stored.Subscription, stored.States[set], set));
                    }
                    after = name;
                }
                if (found.Count == 0) return page; // fewer than asked for may also mean that one was removed meanwhile
            }
        });
    }

    /// Order: the RTRs are durable before the audit record is; a crash between the two leaves de-registrations that the same request, repeated, finds under
    /// way. The other order could leave a record of what never happened.
    public override Task<V1.DeregisterResponse> Deregister(V1.DeregisterRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var identity = IdentityOf(request.PrivateIdentity, request.PublicIdentity);
            var reason = ReasonOf(request.Reason);
            if (request.Info.Length > MaxInfoLength || request.Info.Any(char.IsControl))
                throw Refusals.Field("info", $"is not one line of at most {MaxInfoLength} characters; the user may be shown it");
            var author = Caller.Of(context).AuthorFor(context, request.RequestId, request);
            if (author.RequestId is null) return await DeregisterAsync(request, identity, reason, author, cancellationToken).ConfigureAwait(false);
            await _repeatable.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                // Only what was written has a record, so a repeated request had something to end.
                return await store.IsServedAsync(author, cancellationToken).ConfigureAwait(false)
                    ? new V1.DeregisterResponse { Written = true }
                    : await DeregisterAsync(request, identity, reason, author, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _repeatable.Release();
            }
        });
    }

    public void Dispose() => _repeatable.Dispose();

    private async Task<V1.DeregisterResponse> DeregisterAsync(
        V1.DeregisterRequest request, AskedIdentity identity, TerminationReason reason, ChangeAuthor author, CancellationToken cancellationToken)
    {
        var subscriber = (identity.IsPrivate
            ? await store.FindByPrivateIdentityAsync(identity.Canonical, cancellationToken).ConfigureAwait(false)
            : await store.FindByPublicIdentityAsync(identity.Canonical, cancellationToken).ConfigureAwait(false)) ?? throw Unknown(identity);
        var info = request.Info.Length == 0 ? null : request.Info;
        // From here to the record nobody's patience counts any more: what is written must be recorded.
        var outcome = identity.IsPrivate
            ? await control.DeregisterPrivateIdentityAsync(identity.Canonical, reason, info, CancellationToken.None).ConfigureAwait(false)
            : await control.DeregisterPublicIdentityAsync(identity.Canonical, reason, info, CancellationToken.None).ConfigureAwait(false);
        if (outcome == DeregistrationOutcome.UnknownIdentity) throw Unknown(identity);
        if (outcome == DeregistrationOutcome.NothingRegistered) return new V1.DeregisterResponse();
        await ActionRecord.WriteAsync(store, subscriber.Subscription.SubscriptionId, $"RTR ({RegistrationMessage.NameOf(reason)}) for {identity.Canonical}", author,
            "the de-registration is written").ConfigureAwait(false);
        return new V1.DeregisterResponse { Written = true };
    }

    private static TerminationReason ReasonOf(V1.DeregisterRequest.Types.Reason reason) => reason switch
    {
        V1.DeregisterRequest.Types.Reason.Unspecified or V1.DeregisterRequest.Types.Reason.PermanentTermination => TerminationReason.PermanentTermination,
        V1.DeregisterRequest.Types.Reason.ServerChange => TerminationReason.ServerChange,
        V1.DeregisterRequest.Types.Reason.RemoveSCscf => TerminationReason.RemoveServer,
        _ => throw Refusals.Field("reason", string.Create(CultureInfo.InvariantCulture, $"{(int)reason} is not PERMANENT_TERMINATION, SERVER_CHANGE or REMOVE_S_CSCF")),
    };

    private static AskedIdentity IdentityOf(string privateIdentity, string publicIdentity)
    {
        if (privateIdentity.Length == 0 == (publicIdentity.Length == 0))
            throw Refusals.Field("private_identity", "give either private_identity or public_identity");
        string? problem;
        string canonical;
        if (privateIdentity.Length > 0)
            return CanonicalIdentity.TryPrivate(privateIdentity, out canonical, out problem) ? new(canonical, IsPrivate: true) : throw Refusals.Field("private_identity", problem!);
        if (CanonicalIdentity.TryPublic(publicIdentity, out canonical, out problem)) return new(canonical, IsPrivate: false);
        return CanonicalIdentity.TryWildcarded(publicIdentity, out canonical, out _)
            ? new(canonical, IsPrivate: false) : throw Refusals.Field("public_identity", problem!);
    }

    private static RpcException Unknown(AskedIdentity identity) =>
        new(new Status(StatusCode.NotFound, $"no subscription has the {(identity.IsPrivate ? "private" : "public")} identity {identity.Canonical}"));

    private readonly record struct AskedIdentity(string Canonical, bool IsPrivate);
}
