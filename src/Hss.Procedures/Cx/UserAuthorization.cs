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
        // Steps 1 to 5.
        var privateIdentity = CxIdentities.PrivateIdentity(request.UserName);
        var publicIdentity = CxIdentities.PublicIdentity(request.PublicIdentity);
        var emergency = (request.UarFlags.GetValueOrDefault() & EmergencyRegistration) != 0;
        var type = request.UserAuthorizationType ?? UserAuthorizationType.Registration;
        var decision = await RegistrationRight.DecideAsync(
            store, privateIdentity, publicIdentity, request.VisitedNetworkIdentifier.Memory, emergency,
            type == UserAuthorizationType.DeRegistration, cancellationToken).ConfigureAwait(false);
        if (decision.Subscriber is not { } subscriber)
        {
            if (decision.Result is { } refused) answer.Result(refused);
            else answer.ExperimentalResult(decision.ExperimentalResult!.Value);
            return;
        }

        switch (type)
        {
            case UserAuthorizationType.RegistrationAndCapabilities:
                // The I-CSCF could not reach the assigned S-CSCF and chooses anew: capabilities, never a name. This value is of Release 5, so
                // that asking says it all and Supported-Features of an I-CSCF adds nothing. An emergency registration is not restored.
                if (options.Restoration && !emergency) await Reassignment.AllowAsync(store, subscriber, publicIdentity!, cancellationToken).ConfigureAwait(false);
                answer.Result(ResultCode.Success);
                answer.WriteServerCapabilities(subscriber.Subscription, options);
                break;
            case UserAuthorizationType.DeRegistration:
                AnswerDeRegistration(subscriber, decision.SetIndex, privateIdentity!, answer);
                break;
            default:
                AnswerRegistration(subscriber, decision.SetIndex, answer);
                break;
        }
    }

    /// <summary>Step 6, REGISTRATION: the own S-CSCF, else that of any identity of the subscription, also one whose authentication is only pending (the text says so).</summary>
    private void AnswerRegistration(Subscriber subscriber, int setIndex, Answer answer)
    {
        if (CxAnswers.AssignedServerName(subscriber.States, setIndex) is { } name)
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
