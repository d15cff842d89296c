using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>LIR: which S-CSCF or application server serves this identity, or may an S-CSCF be chosen for services of the unregistered state.</summary>
/// Order: TS 29.228 6.1.4.1. Errors: 5001, 5003 (Experimental), 5012. Changes no registration.
/// Spec: TS 29.228 6.1.4, TS 29.229 6.1.5.
internal sealed class LocationInfo(ISubscriberStore store, CxOptions options)
{
    private const uint PsiDirectRouting = 1; // LIA-Flags bit 0, TS 29.229 6.3.59

    public async ValueTask AnswerAsync(LocationInfoRequest request, CxFeatures negotiated, Answer answer, CancellationToken cancellationToken)
    {
        // 1. The identity is known, or falls into a wildcarded one.
        var publicIdentity = CxIdentities.PublicIdentity(request.PublicIdentity);
        var match = publicIdentity is null ? null : await store.MatchPublicIdentityAsync(publicIdentity, cancellationToken).ConfigureAwait(false);
        if (match is not { } found || !CxIdentities.TryFind(found.Subscriber, found.Provisioned, out var place))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            return;
        }

        // 2. A public service identity may be switched off, or be hosted by an application server that takes calls without an S-CSCF.
        // LIR has the type only since restoration exists, so that asking says it all; Supported-Features adds nothing.
        var chooseAnew = options.Restoration && request.UserAuthorizationType == UserAuthorizationType.RegistrationAndCapabilities;
        if (place.Identity.IsPublicServiceIdentity)
        {
            if (!place.Identity.PsiActive)
            {
                answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
                return;
            }
            if (place.Identity.PsiApplicationServer is { } applicationServer && request.OriginatingRequest is null)
            {
                AnswerDirectRouting(answer, found, applicationServer, chooseAnew);
                return;
            }
        }

        // 2a. The assigned S-CSCF cannot be reached: capabilities, never a name.
        if (chooseAnew)
        {
            await Reassignment.AllowAsync(store, found.Subscriber, found.Provisioned, cancellationToken).ConfigureAwait(false);
            answer.Result(ResultCode.Success);
            answer.WriteServerCapabilities(found.Subscriber.Subscription, options);
            answer.WriteWildcard(found);
            return;
        }

        // 3. By state.
        var states = found.Subscriber.States;
        var state = states[place.SetIndex];
        var isServed = state is { Status: not RegistrationStatus.NotRegistered, Server: not null };
        if (!isServed && request.OriginatingRequest is null && !found.Subscriber.HasUnregisteredServices(place.Identity))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorIdentityNotRegistered);
            return;
        }
        if (CxAnswers.AssignedServerName(states, place.SetIndex) is { } name)
        {
            answer.Result(ResultCode.Success);
            answer.WriteServerName(name);
        }
        else
        {
            answer.ExperimentalResult(ExperimentalResultCode.UnregisteredService);
            answer.WriteServerCapabilities(found.Subscriber.Subscription, options);
        }
        answer.WriteWildcard(found);
    }

    /// <summary>No S-CSCF can be chosen for a service that has none: asked for capabilities the answer is 5012 (6.1.4.1).</summary>
    private static void AnswerDirectRouting(Answer answer, in PublicIdentityMatch found, string applicationServer, bool chooseAnew)
    {
        if (chooseAnew)
        {
            answer.Result(ResultCode.UnableToComply);
            return;
        }
        answer.Result(ResultCode.Success);
        answer.WriteServerName(applicationServer);
        answer.Writer.WriteUnsigned32(Avp.LiaFlags, PsiDirectRouting);
        answer.WriteWildcard(found);
    }
}
