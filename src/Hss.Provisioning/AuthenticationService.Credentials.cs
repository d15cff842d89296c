using System.Collections.Immutable;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

// New credentials for one private identity.
public sealed partial class AuthenticationService
{
    /// Order: read and checked first, then replaced within the change, while nobody else can change the subscription.
    /// Why through a document of its own: there is one reader of credentials, with encrypted keys, all their problems and what may be left out. A
    /// document of the whole subscription would have its templates rendered anew, and those may have changed since: here only credentials change.
    public override Task<V1.SetCredentialsResponse> SetCredentials(V1.SetCredentialsRequest request, ServerCallContext context) =>
        Refusals.GuardAsync(context, cancellationToken => SetAsync(request, context, cancellationToken));

    private async Task<V1.SetCredentialsResponse> SetAsync(V1.SetCredentialsRequest request, ServerCallContext context, CancellationToken cancellationToken)
    {
        if (request.Aka is null && request.SipDigest is null)
            throw Refusals.Field("aka", "is missing, and so is sip_digest; one of them is needed (UpsertSubscription takes everything else)");
        var author = Caller.Of(context).AuthorFor(context, request.RequestId, request);
        var (privateIdentity, found) = await FindAsync(request.PrivateIdentity, cancellationToken).ConfigureAwait(false);
        var subscriptionId = found.Subscription.SubscriptionId;
        var reading = SubscriptionJson.Read(SubscriptionMessage.ToDocument(DocumentOf(request, privateIdentity)), documents());
        ThrowProblems(reading);

        Subscription? written = null;
        if (request.ValidateOnly)
        {
            var stored = await store.ReadAsync(subscriptionId, cancellationToken).ConfigureAwait(false);
            written = Edit(stored);
            return Answer(stored!.Revision);
        }
        var outcomes = await store.ChangeAsync([new(subscriptionId, Edit)], author, cancellationToken).ConfigureAwait(false);
        // A repeated request does not come by here: what it did is what stands.
        written ??= (await store.ReadAsync(subscriptionId, cancellationToken).ConfigureAwait(false))?.Subscription;
        return Answer(outcomes[0].Revision);

        Subscription Edit(StoredSubscription? stored)
        {
            var index = stored is null ? -1 : IndexOf(stored.Subscription, privateIdentity);
            if (index < 0) throw Unknown(privateIdentity);
            if (request.Etag.Length > 0 && request.Etag != SubscriptionMessage.EtagOf(stored!.Revision)) throw Refusals.Stale(subscriptionId, request.Etag, stored);
            var complete = reading.Complete(stored!.Subscription);
            ThrowProblems(complete);
            var old = stored.Subscription.PrivateIdentities[index];
            var read = complete.Subscription!.PrivateIdentities[0];
            var changed = read with
            {
                Credentials = read.Credentials with { LineIdentifiers = old.Credentials.LineIdentifiers, FramedAddress = old.Credentials.FramedAddress },
                PrivilegedSender = old.PrivilegedSender,
                Msisdns = old.Msisdns,
                ExternalIdentifiers = old.ExternalIdentifiers,
                Imsi = old.Imsi,
                StnSr = old.StnSr,
                SmsGateway = old.SmsGateway,
            };
            // Without a list of their own the schemes are what the credentials can do, and the reader has not seen these two.
            if (request.AllowedSchemes.Count == 0)
                changed = changed with { AllowedSchemes = changed.AllowedSchemes | (Hss.Authentication.AuthenticationScheme.PossibleFor(changed.Credentials) & old.AllowedSchemes) };
            return written = stored.Subscription with { PrivateIdentities = stored.Subscription.PrivateIdentities.SetItem(index, changed) };
        }

        V1.SetCredentialsResponse Answer(long revision)
        {
            var index = written is null ? -1 : IndexOf(written, privateIdentity);
            if (index < 0) throw Unknown(privateIdentity);
            return new() { PrivateIdentity = SubscriptionMessage.Of(written!).PrivateIdentities[index], Etag = SubscriptionMessage.EtagOf(revision) };
        }
    }

    /// <summary>The smallest document that has these credentials.</summary>
    private static V1.Subscription DocumentOf(V1.SetCredentialsRequest request, string privateIdentity) => new()
    {
        SubscriptionId = "credentials",
        PrivateIdentities =
        {
            new V1.PrivateIdentity
            {
                Identity = privateIdentity, Aka = request.Aka, SipDigest = request.SipDigest,
                AllowedSchemes = { request.AllowedSchemes }, DefaultScheme = request.DefaultScheme,
            },
        },
        ImplicitRegistrationSets = { new V1.ImplicitRegistrationSet { PublicIdentities = { new V1.PublicIdentity { Identity = "sip:credentials@invalid", ServiceProfile = "none" } } } },
        ServiceProfiles = { new V1.ServiceProfile { Name = "none" } },
    };

    private static int IndexOf(Subscription subscription, string privateIdentity)
    {
        for (var i = 0; i < subscription.PrivateIdentities.Length; i++)
            if (string.Equals(subscription.PrivateIdentities[i].Identity, privateIdentity, StringComparison.Ordinal)) return i;
        return -1;
    }

    /// <summary>Problems as fields of this request: privateIdentities[0].aka.k is aka.k.</summary>
    private static void ThrowProblems(SubscriptionReading reading)
    {
        if (reading.Problems.IsEmpty) return;
        throw Refusals.Document([.. reading.Problems.Select(ProblemOf)], asDocument: true);
    }

    private static DocumentProblem ProblemOf(DocumentProblem problem)
    {
        var field = SubscriptionMessage.FieldOf(problem.Path)["subscription".Length..].TrimStart('.');
        const string prefix = "private_identities[0]";
        if (field.StartsWith(prefix, StringComparison.Ordinal)) field = field[prefix.Length..].TrimStart('.');
        return problem with { Path = field };
    }
}
