using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>UAR: may this user register here, and which S-CSCF serves it. Changes no registration, because nobody has proved who is asking.</summary>
/// Order: the steps stand as TS 29.228 6.1.1.1 lists them; the first that fails ends it.
/// Errors: 5001, 5002, 5003 (Experimental and base), 5004 (Experimental), 5012.
/// Spec: TS 29.228 6.1.1, TS 29.229 6.1.1.
internal sealed class UserAuthorization(ISubscriberStore store, CxOptions options)
{
    private const uint EmergencyRegistration = 1; // UAR-Flags bit 0, TS 29.229 6.3.44

    public async ValueTask AnswerAsync(UserAuthorizationRequest request, CxFeatures negotiated, Answer answer, CancellationToken cancellationToken)
    {
        // 1. Both identities exist. 2. The public one is distinct. 3. They belong together.
        var privateIdentity = CxIdentities.PrivateIdentity(request.UserName);
        var publicIdentity = CxIdentities.PublicIdentity(request.PublicIdentity);
        var subscriber = privateIdentity is null ? null : await store.FindByPrivateIdentityAsync(privateIdentity, cancellationToken).ConfigureAwait(false);
        if (subscriber is null || publicIdentity is null)
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            return;
        }
        var mismatch = await CxIdentities.CheckAssociationAsync(
            store, subscriber, privateIdentity!, publicIdentity, mustBeDistinct: true, cancellationToken).ConfigureAwait(false);
        if (mismatch is { } code)
        {
            answer.ExperimentalResult(code);
            return;
        }
        CxIdentities.TryFind(subscriber, publicIdentity, out var place);

        // 4. A barred identity may register only to bring up a set that holds a usable one.
        var emergency = (request.UarFlags.GetValueOrDefault() & EmergencyRegistration) != 0;
        if (!emergency && place.Identity.Barred && place.Set.PublicIdentities.All(identity => identity.Barred))
        {
            answer.Result(ResultCode.AuthorizationRejected);
            return;
        }

        // 5. Roaming and the right to register. A de-registration is let through unchecked: refusing it would keep a user registered.
        var type = request.UserAuthorizationType ?? UserAuthorizationType.Registration;
        if (type != UserAuthorizationType.DeRegistration && !emergency)
        {
            if (!VisitedNetworks.Allowed(subscriber.Subscription, request.VisitedNetworkIdentifier))
            {
                answer.ExperimentalResult(ExperimentalResultCode.ErrorRoamingNotAllowed);
                return;
            }
            if (!subscriber.Subscription.RegistrationAllowed)
            {
                answer.Result(ResultCode.AuthorizationRejected);
                return;
            }
        }

        switch (type)
        {
            case UserAuthorizationType.RegistrationAndCapabilities:
                // The I-CSCF could not reach the assigned S-CSCF and chooses anew: capabilities, never a name. This value is of Release 5, so
                // that asking says it all and Supported-Features of an I-CSCF adds nothing. An emergency registration is not restored.
                if (options.Restoration && !emergency) await Reassignment.AllowAsync(store, subscriber, publicIdentity, cancellationToken).ConfigureAwait(false);
                answer.Result(ResultCode.Success);
                answer.WriteServerCapabilities(subscriber.Subscription, options);
                break;
            case UserAuthorizationType.DeRegistration:
                AnswerDeRegistration(subscriber, place.SetIndex, privateIdentity!, answer);
                break;
            default:
                AnswerRegistration(subscriber, answer);
                break;
        }
    }

    /// <summary>Step 6, REGISTRATION: the name of any identity of the subscription, also one whose authentication is only pending (the text says so).</summary>
    private void AnswerRegistration(Subscriber subscriber, Answer answer)
    {
        if (CxAnswers.AssignedServerName(subscriber.States) is { } name)
        {
            answer.ExperimentalResult(ExperimentalResultCode.SubsequentRegistration);
            answer.WriteServerName(name);
            return;
        }
        answer.ExperimentalResult(ExperimentalResultCode.FirstRegistration);
        answer.WriteServerCapabilities(subscriber.Subscription, options);
    }

    /// <summary>Step 6, DE_REGISTRATION: the S-CSCF of this identity, registered or with authentication pending.</summary>
    private static void AnswerDeRegistration(Subscriber subscriber, int setIndex, string privateIdentity, Answer answer)
    {
        var state = subscriber.States[setIndex];
        var reachable = state.Status != RegistrationStatus.NotRegistered
            || state.AuthenticationPendingPrivateIdentities.Contains(privateIdentity, StringComparer.Ordinal);
        if (reachable && state.Server is { } server)
        {
            answer.Result(ResultCode.Success);
            answer.WriteServerName(server.Name);
            return;
        }
        answer.ExperimentalResult(ExperimentalResultCode.ErrorIdentityNotRegistered);
    }
}
