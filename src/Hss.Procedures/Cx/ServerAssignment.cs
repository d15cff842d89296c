using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>SAR: an S-CSCF takes, keeps or gives up a user, and downloads the profile.</summary>
/// Order: TS 29.228 6.1.2.1. Errors: 5001, 5002, 5005, 5007 (Experimental); 5004, 5005, 5009, 5012 (base). All sets change or none.
/// SAR-Flags bit 0 (P-CSCF restoration) is passed over, as by every HSS without that feature: Supported-Features says so (TS 29.229 7.1.1).
/// Spec: TS 29.228 6.1.2, 6.6; TS 29.229 6.1.3.
internal sealed class ServerAssignment(ISubscriberStore store, CxOptions options)
{
    public async ValueTask AnswerAsync(ServerAssignmentRequest request, CxFeatures negotiated, Answer answer, CancellationToken cancellationToken)
    {
        var type = request.ServerAssignmentType;
        var rules = AssignmentRules.Of(type);
        if (!rules.CheckPresence(request, answer) || answer.RefusesServerName(request.ServerName)) return;

        // 1. The identities exist. 2. They belong together: optional in the text, done whenever both are there.
        var identities = await AssignmentIdentities.ResolveAsync(store, request, answer, cancellationToken).ConfigureAwait(false);
        if (identities is not { } resolved) return;

        // 3. More identities than the type allows.
        if (!rules.AllowsSeveralIdentities && request.PublicIdentity.Count > 1)
        {
            answer.Result(ResultCode.AvpOccursTooManyTimes, request.PublicIdentity.ElementAt(1).RawAvp.Span);
            return;
        }

        // The turn keeps every other change of this subscriber out until the answer is decided.
        using var turn = await store.EnterAsync(resolved.Subscriber, cancellationToken).ConfigureAwait(false);
        if (turn.Subscriber is not { } subscriber || !resolved.TryPlace(subscriber, out var sets, out var places))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            return;
        }
        // Provisioning may have had the turn before this one: what was checked above is checked again on what is true now.
        if (resolved.PrivateIdentity is { } user && CxIdentities.LeftMeanwhile(subscriber, user, sets.AsSpan()) is { } left)
        {
            answer.ExperimentalResult(left);
            return;
        }

        // 4. Which identities this type may act on.
        if (RefusesIdentities(request, answer, rules, places)) return;

        // 5. By type, and first the name rule: only the assigned S-CSCF may change anything.
        var restoration = RestorationAvps.Uses(request, negotiated, options);
        var serverName = request.ServerName.ToText();
        if (RefusesServer(answer, rules, subscriber.States, sets, serverName, restoration)) return;
        if (rules.NeedsPrivateIdentityWhenShared && resolved.PrivateIdentity is null
            && sets.Any(set => subscriber.States[set].RegisteredPrivateIdentities.Length > 1))
        {
            answer.Result(ResultCode.MissingAvp, FailedAvpContent.ExampleOf(Avp.UserName));
            return;
        }
        RestorationData? data = null;
        if (restoration && rules.Effect == AssignmentEffect.Register && !RestorationAvps.TryRead(request, resolved.PrivateIdentity!, answer, out data)) return;

        var isOutdated = rules.Downloads && subscriber.States[sets[0]].UserDataOutdated;
        var userName = rules.Downloads ? AssignmentDownload.UserName(resolved.PrivateIdentity, subscriber, sets[0]) : null;
        var decision = AssignmentDecision.Of(
            new(rules, type, resolved.PrivateIdentity, new(serverName, request.OriginHost.ToText(), request.OriginRealm.ToText()), restoration,
                request.MultipleRegistrationIndication == MultipleRegistrationIndication.MultipleRegistration, data,
                resolved.UnnamedWildcard is not null, options.KeepServerName),
            subscriber.States, sets);
        // Not given up at the deadline: what was handed to the disk is carried out all the same, and a copy of this request is to be told so (RFC 6733 3).
        if (!decision.Change.IsEmpty) await store.CommitAsync(turn, decision.Change, CancellationToken.None).ConfigureAwait(false);

        if (decision.Refused) answer.ExperimentalResult(ExperimentalResultCode.ErrorInAssignmentType);
        else if (decision.NameKept) answer.Result(ResultCode.Success);
        else answer.ExperimentalResult(ExperimentalResultCode.SuccessServerNameNotStored);

        if (!rules.Downloads) return;
        if (resolved.PrivateIdentity is null) answer.Writer.WriteText(Avp.UserName, userName);
        if (resolved.UnnamedWildcard is { } wildcard) answer.Writer.WriteText(Avp.WildcardedPublicIdentity, wildcard);
        if (!decision.Downloads) return;
        var download = new AssignmentDownload(request, answer, subscriber, places[0]);
        download.WriteProfile(userName!, negotiated, resolved.Fallen, isOutdated);
        if (restoration) download.WriteRestoration(resolved.PrivateIdentity, type, decision.Refused, subscriber.States[sets[0]]);
        download.WriteAssociatedIdentities();
    }

    /// <summary>Step 4. Only a distinct public user identity can be registered, and a service must be switched on.</summary>
    private static bool RefusesIdentities(in ServerAssignmentRequest request, Answer answer, AssignmentRules rules, ImmutableArray<CxIdentities.Place> places)
    {
        // One command holds users or services, never both (6.1.2.1). The text names no code; this one can show which identity is the odd one.
        for (var i = 1; i < places.Length; i++)
        {
            if (places[i].Identity.IsPublicServiceIdentity == places[0].Identity.IsPublicServiceIdentity) continue;
            answer.Result(ResultCode.InvalidAvpValue, request.PublicIdentity.ElementAt(i).RawAvp.Span);
            return true;
        }
        // The SWx values have no meaning on Cx (the text names no code; IN_ASSIGNMENT_TYPE says what is wrong, INVALID_AVP_VALUE would
        // deny that the value exists).
        if (!rules.BelongsToCx || (rules.DistinctIdentityOnly && places.Any(place => place.Identity.Type != PublicIdentityType.DistinctPublicIdentity)))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorInAssignmentType);
            return true;
        }
        if (places.Any(place => place.Identity is { IsPublicServiceIdentity: true, PsiActive: false }))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            return true;
        }
        return false;
    }

    /// <summary>The name rule, for every type and every set of the request (8.1.2).</summary>
    /// The text does not repeat it for de-registration. It holds there too, or any S-CSCF could end the registration that another one has just taken over.
    private static bool RefusesServer(
        Answer answer, AssignmentRules rules, ImmutableArray<RegistrationState> states, ImmutableArray<int> sets, string serverName, bool restoration)
    {
        foreach (var set in sets)
        {
            var state = states[set];
            // NO_ASSIGNMENT reads the profile of a user it already serves; without a stored name it serves nobody (8.1.2: 5012).
            var isRight = state.Server is { } stored
                ? RegistrationTransitions.SameName(stored.Name, serverName) || (restoration && state.ReassignmentPending)
                : rules.Effect != AssignmentEffect.None;
            if (isRight) continue;
            if (rules.Effect == AssignmentEffect.None)
            {
                answer.Result(ResultCode.UnableToComply);
                return true;
            }
            answer.ExperimentalResult(ExperimentalResultCode.ErrorIdentityAlreadyRegistered);
            answer.WriteServerName(state.Server!.Name);
            return true;
        }
        return false;
    }
}
