using Hss.Authentication;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Cx;

/// <summary>MAR: what the S-CSCF needs to challenge a user, and the mark that an authentication is under way.</summary>
/// Order: TS 29.228 6.3.1; no vector is made before its SQN and the S-CSCF name are durable. User-Name and Public-Identity are echoed by the node.
/// Errors: 5001, 5002, 5006 (Experimental); 5004, 5012 (base); nothing has changed then.
/// Spec: TS 29.228 6.3, TS 29.229 6.1.7, TS 33.203 6.1.
internal sealed class MultimediaAuth(ISubscriberStore store, CxOptions options, CxInstruments instruments, IRandomSource random, ILogger logger)
{
    public async ValueTask AnswerAsync(MultimediaAuthRequest request, CxFeatures negotiated, Answer answer, CancellationToken cancellationToken)
    {
        if (answer.RefusesServerName(request.ServerName)) return;

        // 1. Both identities exist. 2. The public one is distinct. 3. They belong together.
        var privateIdentity = CxIdentities.PrivateIdentity(request.UserName);
        var publicIdentity = CxIdentities.PublicIdentity(request.PublicIdentity);
        var found = privateIdentity is null ? null : await store.FindByPrivateIdentityAsync(privateIdentity, cancellationToken).ConfigureAwait(false);
        if (found is null || publicIdentity is null)
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            return;
        }
        var mismatch = await CxIdentities.CheckAssociationAsync(
            store, found, privateIdentity!, publicIdentity, mustBeDistinct: true, cancellationToken).ConfigureAwait(false);
        if (mismatch is { } code)
        {
            answer.ExperimentalResult(code);
            return;
        }

        // The turn keeps every other change of this subscriber out: two MARs never see the same counter.
        using var turn = await store.EnterAsync(found, cancellationToken).ConfigureAwait(false);
        if (turn.Subscriber is not { } subscriber
            || subscriber.IndexOfPrivateIdentity(privateIdentity!) is var index && index < 0
            || !CxIdentities.TryFind(subscriber, publicIdentity, out var place))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            return;
        }
        if (CxIdentities.LeftMeanwhile(subscriber, privateIdentity!, place.SetIndex) is { } left)
        {
            answer.ExperimentalResult(left);
            return;
        }

        // 4. The scheme is the subscriber's, not the peer's wish.
        var user = subscriber.Subscription.PrivateIdentities[index];
        if (!SchemeChoice.TryChoose(request.SipAuthDataItem.SipAuthenticationScheme.Span, user, out var scheme, out var schemeName))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorAuthSchemeNotSupported);
            return;
        }

        var state = subscriber.States[place.SetIndex];
        var serverName = request.ServerName.ToText();
        var sequence = subscriber.SequenceOf(index);
        var authorization = SipAuthorization(request);
        if (scheme == AuthenticationSchemes.DigestAkaV1Md5 && authorization.IsPresent)
        {
            if (!TryResynchronise(request, answer, subscriber, index, state, serverName, authorization, ref sequence)) return;
        }
        else
        {
            // 5. By state: the name is stored and authentication becomes pending. A resynchronisation leaves both alone (6.3.1). Where the
            // S-CSCF only compares a line or an address there is nothing to wait for, so nothing is pending.
            var waits = scheme is not (AuthenticationSchemes.NassBundled or AuthenticationSchemes.EarlyImsSecurity);
            state = RegistrationTransitions.BeginAuthentication(
                state, waits ? privateIdentity : null, new(serverName, request.OriginHost.ToText(), request.OriginRealm.ToText()));
        }

        // 8.1.1: the S-CSCF that served him until now is told.
        var (jobs, dropped) = RegistrationTakeOver.Of(subscriber.Subscription, subscriber.States, place.SetIndex, state);
        var registrationChanges = !state.Equals(subscriber.States[place.SetIndex]);
        if (scheme == AuthenticationSchemes.DigestAkaV1Md5)
        {
            var count = VectorCount(request.SipNumberAuthItems, answer.Quirks);
            var beside = registrationChanges
                ? new SubscriberChange([(place.SetIndex, state), .. dropped], []) { Jobs = jobs }
                : SubscriberChange.None;
            // Not given up at the deadline: a copy of this request gets the vectors whose numbers were taken, and takes no others (RFC 6733 3).
            var taken = await FreshSequenceNumbers.TakeAsync(
                store, turn, index, sequence, count, options.Ind, options.SequenceReserve, beside, CancellationToken.None).ConfigureAwait(false);
            if (taken is not { } reservation)
            {
                logger.SequenceNumbersUsedUp(privateIdentity!);
                answer.Result(ResultCode.UnableToComply);
                return;
            }
            AuthDataItems.WriteVectors(answer, schemeName, subscriber.KeyOf(index), user.Credentials.Aka!.Amf, reservation, options.Ind, random);
            return;
        }

        if (registrationChanges)
            await store.CommitAsync(turn, new([(place.SetIndex, state), .. dropped], []) { Jobs = jobs }, CancellationToken.None).ConfigureAwait(false);
        AuthDataItems.WriteOne(answer, scheme, schemeName, user.Credentials, random);
    }

    /// <summary>RAND || AUTS stands inside SIP-Auth-Data-Item; OpenSIPS puts it at the top level of the MAR.</summary>
    private static AvpValue SipAuthorization(in MultimediaAuthRequest request)
    {
        var inside = request.SipAuthDataItem.SipAuthorization;
        return inside.IsPresent ? inside : AvpOccurrences.Find(request.Frame, Avp.SipAuthorization.Key).First;
    }

    /// <summary>Judges an AUTS. Nothing has changed when it answers false; <paramref name="sequence"/> is where to go on from when true.</summary>
    /// Spec: TS 29.228 6.3.1 step 4, TS 33.102 6.3.5.
    private bool TryResynchronise(
        in MultimediaAuthRequest request, Answer answer, Subscriber subscriber, int index, RegistrationState state, string serverName, AvpValue authorization, ref SequenceState sequence)
    {
        var user = subscriber.Subscription.PrivateIdentities[index];
        if (!Resynchronisation.TrySplitAuthorization(authorization.Span, out var rand, out var auts))
            return Refuse(request, answer, user, "malformed", $"SIP-Authorization has {authorization.Span.Length} octets, RAND and AUTS are 30",
                ResultCode.InvalidAvpValue, authorization.RawAvp);

        // Only the S-CSCF that sent the challenge can report it (the text leaves it open: any other one falls to "exceptions", and 8.1 keeps the stored name).
        if (state.Server is not { } stored || !RegistrationTransitions.SameName(stored.Name, serverName))
            return Refuse(request, answer, user, "wrong_server", $"{serverName} is not the S-CSCF of this user", ResultCode.UnableToComply, default);

        var result = Resynchronisation.Evaluate(subscriber.KeyOf(index), user.Credentials.Aka!.Amf, rand, auts, sequence, options.Ind);
        switch (result.Outcome)
        {
            case ResynchronisationOutcome.AlreadyAcceptable or ResynchronisationOutcome.Moved:
                var outcome = result.Outcome == ResynchronisationOutcome.Moved ? "moved" : "already_acceptable";
                instruments.CountResynchronisation(outcome);
                logger.Resynchronised(user.Identity, result.SqnMs, outcome, request.SessionId.ToText());
                sequence = result.State;
                return true;
            case ResynchronisationOutcome.BadMac:
                return Refuse(request, answer, user, "bad_mac", MacFailureDiagnosis.Explain(result.Cause), ResultCode.UnableToComply, default);
            default:
                return Refuse(request, answer, user, "out_of_range", "the USIM's SQN is the last there is: it must be replaced", ResultCode.UnableToComply, default);
        }
    }

    private bool Refuse(in MultimediaAuthRequest request, Answer answer, PrivateIdentity user, string outcome, string reason, ResultCode code, ReadOnlyMemory<byte> failedAvp)
    {
        instruments.CountResynchronisation(outcome);
        logger.AutsRefused(user.Identity, reason, request.SessionId.ToText());
        answer.Result(code, failedAvp.Span);
        return false;
    }

    /// <summary>As many as asked for, within the operator's limit. Kamailio reads only the last item of several and leaks the others.</summary>
    private int VectorCount(uint asked, PeerQuirks quirks) =>
        quirks.HasFlag(PeerQuirks.Kamailio) ? 1 : (int)Math.Clamp(asked, 1, (uint)options.MaxVectorsPerRequest);
}
