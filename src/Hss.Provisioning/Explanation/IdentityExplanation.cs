using System.Text;
using Hss.Authentication;
using Hss.Diameter;
using Hss.Procedures.Cx;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Says in words whether a UE with two identities would be let through, and which link is missing when not.</summary>
/// Order: the links stand as a registration meets them: UAR (TS 29.228 6.1.1.1), MAR (6.3.1), SAR.
/// Why the result is not worked out here: <see cref="RegistrationRight"/> decides, which is what UAR asks too; the steps only explain.
internal sealed partial class IdentityExplanation(ISubscriberStore store, CxOptions options)
{
    private const int IdentitiesShown = 5;

    private readonly V1.ExplainIdentityResponse _response = new();

    public async Task<V1.ExplainIdentityResponse> ExplainAsync(V1.ExplainIdentityRequest request, CancellationToken cancellationToken)
    {
        var (privateText, publicText) = await FillInAsync(request, cancellationToken).ConfigureAwait(false);
        var isPrivate = CanonicalIdentity.TryPrivate(privateText, out var privateIdentity, out var privateProblem);
        var isPublic = CanonicalIdentity.TryPublic(publicText, out var publicIdentity, out var publicProblem);
        var network = request.VisitedNetwork.Length == 0 ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(request.VisitedNetwork);
        var decision = await RegistrationRight.DecideAsync(
            store, isPrivate ? privateIdentity : null, isPublic ? publicIdentity : null, network, isEmergency: false, isDeRegistration: false, cancellationToken).ConfigureAwait(false);

        var owner = isPrivate ? await store.FindByPrivateIdentityAsync(privateIdentity, cancellationToken).ConfigureAwait(false) : null;
        var match = isPublic ? await store.MatchPublicIdentityAsync(publicIdentity, cancellationToken).ConfigureAwait(false) : null;
        var exact = match is { IsWildcard: false } found ? found.Subscriber : null;
        _response.SubscriptionId = (owner ?? exact)?.Subscription.SubscriptionId ?? "";

        WellFormed("private identity", privateText, privateIdentity, privateProblem);
        if (isPrivate) await PrivateIsKnownAsync(privateIdentity, owner, exact, cancellationToken).ConfigureAwait(false);
        WellFormed("public identity", publicText, publicIdentity, publicProblem);
        if (isPublic) await PublicIsKnownAsync(publicIdentity, owner, match, cancellationToken).ConfigureAwait(false);
        var place = exact is not null && exact.IndexOfSet(publicIdentity, out var identity) is var index and >= 0
            ? new Place(exact, index, identity!) : (Place?)null;
        if (place is { } at)
        {
            IsDistinct(at);
            if (owner is not null) BelongTogether(owner, privateIdentity, at);
            IsNotBarred(at);
        }
        var user = owner?.Subscription.PrivateIdentities[owner.IndexOfPrivateIdentity(privateIdentity)];
        if (owner is not null) MayRegister(owner.Subscription, request.VisitedNetwork);
        var scheme = user is not null && CanAuthenticate(user);
        if (place is { } theirs && owner == exact) await StandsNowAsync(theirs, cancellationToken).ConfigureAwait(false);

        Conclude(decision, scheme);
        return _response;
    }

    private readonly record struct Place(Subscriber Subscriber, int SetIndex, PublicIdentity Identity)
    {
        public Subscription Subscription => Subscriber.Subscription;

        public ImplicitRegistrationSet Set => Subscription.ImplicitRegistrationSets[SetIndex];

        public RegistrationState State => Subscriber.States[SetIndex];
    }

    /// <summary>People often know one of the two only; the other one is taken when there is no choice.</summary>
    private async Task<(string Private, string Public)> FillInAsync(V1.ExplainIdentityRequest request, CancellationToken cancellationToken)
    {
        var (privateText, publicText) = (request.PrivateIdentity, request.PublicIdentity);
        if (privateText.Length == 0 && publicText.Length == 0) throw Refusals.Field("private_identity", "is missing, and so is public_identity");
        if (privateText.Length == 0)
        {
            var owner = CanonicalIdentity.TryPublic(publicText, out var canonical, out _)
                ? await store.FindByPublicIdentityAsync(canonical, cancellationToken).ConfigureAwait(false) : null;
            if (owner is null) return (privateText, publicText);
            var users = owner.Subscription.PrivateIdentitiesOf(owner.IndexOfSet(canonical, out _));
            if (users.Length > 1) throw Refusals.Field("private_identity", $"is missing, and {canonical} may be registered by several: {List(users.Select(user => user.Identity))}");
            privateText = users[0].Identity;
        }
        else if (publicText.Length == 0)
        {
            var owner = CanonicalIdentity.TryPrivate(privateText, out var canonical, out _)
                ? await store.FindByPrivateIdentityAsync(canonical, cancellationToken).ConfigureAwait(false) : null;
            publicText = owner?.Subscription.ImplicitRegistrationSets.FirstOrDefault(set => set.BelongsTo(canonical) && set.DefaultIdentity is not null)?.DefaultIdentity!.Identity ?? "";
        }
        return (privateText, publicText);
    }

    private void Conclude(in RegistrationDecision decision, bool scheme)
    {
        if (decision.Subscriber is not { } subscriber)
        {
            _response.Result = decision.Result is { } code ? NameOf(code) : NameOf(decision.ExperimentalResult!.Value);
            var missing = _response.Steps.FirstOrDefault(step => !step.Holds && step.IsNeededToRegister);
            _response.Summary = missing is null
                ? $"A registration would be refused with {_response.Result}."
                : $"A registration would be refused with {_response.Result}: {missing.Explanation}";
            return;
        }
        if (!scheme)
        {
            _response.Result = NameOf(ExperimentalResultCode.ErrorAuthSchemeNotSupported);
            _response.Summary = $"The I-CSCF would be let through, but the S-CSCF would get {_response.Result}: nothing is provisioned to authenticate with.";
            return;
        }
        var server = RegistrationRight.AssignedServerName(subscriber, decision.SetIndex);
        _response.MayRegister = true;
        _response.Result = NameOf(server is null ? ExperimentalResultCode.FirstRegistration : ExperimentalResultCode.SubsequentRegistration);
        _response.Summary = server is null
            ? "A registration would be let through, and the I-CSCF would choose an S-CSCF."
            : $"A registration would be let through to {server}.";
    }

    private void Add(bool holds, string what, string explanation, bool isNeeded = true) =>
        _response.Steps.Add(new V1.ExplainIdentityResponse.Types.Step { Holds = holds, What = what, Explanation = explanation, IsNeededToRegister = isNeeded });

    private static string List(IEnumerable<string> identities)
    {
        var all = identities.ToList();
        return string.Join(", ", all.Take(IdentitiesShown)) + (all.Count > IdentitiesShown ? $" and {all.Count - IdentitiesShown} more" : "");
    }

    /// <summary>The names of TS 29.229 6.2 and RFC 6733 7.1.</summary>
    private static string NameOf(ExperimentalResultCode code) => code switch
    {
        ExperimentalResultCode.FirstRegistration => "DIAMETER_FIRST_REGISTRATION",
        ExperimentalResultCode.SubsequentRegistration => "DIAMETER_SUBSEQUENT_REGISTRATION",
        ExperimentalResultCode.ErrorUserUnknown => "DIAMETER_ERROR_USER_UNKNOWN",
        ExperimentalResultCode.ErrorIdentitiesDontMatch => "DIAMETER_ERROR_IDENTITIES_DONT_MATCH",
        ExperimentalResultCode.ErrorRoamingNotAllowed => "DIAMETER_ERROR_ROAMING_NOT_ALLOWED",
        ExperimentalResultCode.ErrorAuthSchemeNotSupported => "DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED",
        _ => code.ToString(),
    };

    private static string NameOf(ResultCode code) => code == ResultCode.AuthorizationRejected ? "DIAMETER_AUTHORIZATION_REJECTED" : code.ToString();
}
