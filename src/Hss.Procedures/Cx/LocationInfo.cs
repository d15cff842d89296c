using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>LIR: which S-CSCF serves this identity, or may an S-CSCF be chosen for services of the unregistered state.</summary>
/// Order: TS 29.228 6.1.4.1. Errors: 5001, 5003 (Experimental), 5012. Changes nothing.
/// Spec: TS 29.228 6.1.4, TS 29.229 6.1.5.
internal sealed class LocationInfo(ISubscriberStore store, CxOptions options)
{
    public async ValueTask AnswerAsync(LocationInfoRequest request, Answer answer, CancellationToken cancellationToken)
    {
        // 1. The identity is known.
        var publicIdentity = CxIdentities.PublicIdentity(request.PublicIdentity);
        var subscriber = publicIdentity is null ? null : await store.FindByPublicIdentityAsync(publicIdentity, cancellationToken).ConfigureAwait(false);
        if (subscriber is null || !CxIdentities.TryFind(subscriber, publicIdentity!, out var place))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            return;
        }

        // 2a. REGISTRATION_AND_CAPABILITIES asks for capabilities only where S-CSCF restoration is supported; without it step 3 answers.
        // 3. By state.
        var states = subscriber.States;
        var state = states[place.SetIndex];
        if (state.Status != RegistrationStatus.NotRegistered && state.Server is { } server)
        {
            answer.Result(ResultCode.Success);
            answer.WriteServerName(server.Name);
            return;
        }
        if (request.OriginatingRequest is null && !subscriber.Subscription.HasUnregisteredServices(place.SetIndex))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorIdentityNotRegistered);
            return;
        }
        if (CxAnswers.AssignedServerName(states) is { } name)
        {
            answer.Result(ResultCode.Success);
            answer.WriteServerName(name);
            return;
        }
        answer.ExperimentalResult(ExperimentalResultCode.UnregisteredService);
        answer.WriteServerCapabilities(subscriber.Subscription, options);
    }
}
