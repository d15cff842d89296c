using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>SAR: an S-CSCF takes, keeps or gives up a user, and downloads the profile.</summary>
/// Order: TS 29.228 6.1.2.1. Errors: 5001, 5002, 5005, 5007 (Experimental); 5005, 5009, 5012 (base). All sets change or none.
/// Spec: TS 29.228 6.1.2, 6.6; TS 29.229 6.1.3.
internal sealed class ServerAssignment(ISubscriberStore store, CxOptions options)
{
    public async ValueTask AnswerAsync(ServerAssignmentRequest request, Answer answer, CancellationToken cancellationToken)
    {
        var rules = AssignmentRules.Of(request.ServerAssignmentType);
        if (!rules.CheckPresence(request, answer) || answer.RefusesServerName(request.ServerName)) return;

        // 1. The identities exist. 2. They belong together: optional in the text, done whenever both are there.
        var identities = await ResolveAsync(request, answer, cancellationToken).ConfigureAwait(false);
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

        // 4. Only a distinct public user identity can be registered. The SWx values have no meaning on Cx (the text names no
        // code; IN_ASSIGNMENT_TYPE says what is wrong, INVALID_AVP_VALUE would deny that the value exists).
        if (!rules.BelongsToCx || (rules.DistinctIdentityOnly && places.Any(place => place.Identity.Type != PublicIdentityType.DistinctPublicIdentity)))
        {
            answer.ExperimentalResult(ExperimentalResultCode.ErrorInAssignmentType);
            return;
        }

        // 5. By type, and first the name rule: only the assigned S-CSCF may change anything.
        var serverName = request.ServerName.ToText();
        var states = subscriber.States;
        foreach (var set in sets)
        {
            if (states[set].Server is not { } stored)
            {
                // NO_ASSIGNMENT reads the profile of a user it already serves; without a stored name it serves nobody (8.1.2: 5012).
                if (rules.Effect == AssignmentEffect.None) { answer.Result(ResultCode.UnableToComply); return; }
                continue;
            }
            if (RegistrationTransitions.SameName(stored.Name, serverName)) continue;
            if (rules.Effect == AssignmentEffect.None) { answer.Result(ResultCode.UnableToComply); return; }
            // The text does not repeat the rule for de-registration. It holds there too, or any S-CSCF could end the
            // registration that another one has just taken over.
            answer.ExperimentalResult(ExperimentalResultCode.ErrorIdentityAlreadyRegistered);
            answer.WriteServerName(stored.Name);
            return;
        }
        if (rules.NeedsPrivateIdentityWhenShared && resolved.PrivateIdentity is null
            && sets.Any(set => states[set].RegisteredPrivateIdentities.Length > 1))
        {
            answer.Result(ResultCode.MissingAvp, FailedAvpContent.ExampleOf(Avp.UserName));
            return;
        }

        var server = new AssignedServer(serverName, request.OriginHost.ToText(), request.OriginRealm.ToText());
        var change = Decide(rules, states, sets, resolved.PrivateIdentity, server, out var nameKept);
        if (!change.IsEmpty) await store.CommitAsync(turn, change, cancellationToken).ConfigureAwait(false);

        if (nameKept) answer.Result(ResultCode.Success);
        else answer.ExperimentalResult(ExperimentalResultCode.SuccessServerNameNotStored);
        WriteDownload(request, answer, rules, subscriber, sets[0], resolved.PrivateIdentity);
    }

    /// <summary>The new state of every set the request stands for; sets that stay as they are need no commit.</summary>
    private SubscriberChange Decide(
        AssignmentRules rules, ImmutableArray<RegistrationState> states, ImmutableArray<int> sets, string? privateIdentity, AssignedServer server, out bool nameKept)
    {
        nameKept = true;
        var changes = ImmutableArray.CreateBuilder<(int, RegistrationState)>();
        foreach (var set in sets)
        {
            var before = states[set];
            RegistrationState after;
            switch (rules.Effect)
            {
                case AssignmentEffect.Register:
                    after = RegistrationTransitions.Register(before, privateIdentity!, server);
                    break;
                case AssignmentEffect.Unregistered:
                    after = RegistrationTransitions.RegisterUnregistered(before, server);
                    break;
                case AssignmentEffect.Clear:
                    after = RegistrationTransitions.Clear(before, privateIdentity);
                    break;
                case AssignmentEffect.ClearKeepingServer when options.KeepServerName:
                    after = RegistrationTransitions.ClearKeepingServer(before, privateIdentity);
                    // Nothing is kept for a set that was not registered any more: say so, or the S-CSCF keeps a profile for nobody.
                    nameKept &= after.Server is not null;
                    break;
                case AssignmentEffect.ClearKeepingServer:
                    after = RegistrationTransitions.Clear(before, privateIdentity);
                    nameKept = false;
                    break;
                case AssignmentEffect.AuthenticationFailed:
                    after = RegistrationTransitions.AuthenticationFailed(before, privateIdentity!);
                    break;
                default:
                    after = before;
                    break;
            }
            if (!after.Equals(before)) changes.Add((set, after));
        }
        return new(changes.ToImmutable(), []);
    }

    /// <summary>6.6: the profile goes with assignments only, and only to an S-CSCF that does not have it.</summary>
    private static void WriteDownload(
        ServerAssignmentRequest request, Answer answer, AssignmentRules rules, Subscriber subscriber, int setIndex, string? privateIdentity)
    {
        var subscription = subscriber.Subscription;
        if (!rules.Downloads) return;
        // UNREGISTERED_USER may come without User-Name: any private identity of the set will do (6.1.2.1), the first one always does.
        var userName = privateIdentity ?? subscription.PrivateIdentitiesOf(setIndex)[0].Identity;
        if (privateIdentity is null) answer.Writer.WriteText(Avp.UserName, userName);
        if (request.UserDataAlreadyAvailable == UserDataAlreadyAvailable.UserDataNotAvailable)
        {
            answer.Writer.WriteOctets(Avp.UserData, subscriber.UserData(setIndex, userName).Span);
            answer.WriteChargingInformation(subscription.Charging);
        }
        answer.WriteAssociatedIdentities(subscription.PrivateIdentities);
    }

    private async ValueTask<ResolvedIdentities?> ResolveAsync(ServerAssignmentRequest request, Answer answer, CancellationToken cancellationToken)
    {
        string? privateIdentity = null;
        Subscriber? subscriber = null;
        if (request.UserName.IsPresent)
        {
            privateIdentity = CxIdentities.PrivateIdentity(request.UserName);
            subscriber = privateIdentity is null ? null : await store.FindByPrivateIdentityAsync(privateIdentity, cancellationToken).ConfigureAwait(false);
            if (subscriber is null) { answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown); return null; }
        }
        var publicIdentities = ImmutableArray.CreateBuilder<string>(request.PublicIdentity.Count);
        foreach (var value in request.PublicIdentity)
        {
            if (CxIdentities.PublicIdentity(value) is not { } publicIdentity) { answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown); return null; }
            if (subscriber is not null && privateIdentity is not null)
            {
                var mismatch = await CxIdentities.CheckAssociationAsync(
                    store, subscriber, privateIdentity, publicIdentity, mustBeDistinct: false, cancellationToken).ConfigureAwait(false);
                if (mismatch is { } code) { answer.ExperimentalResult(code); return null; }
            }
            else
            {
                var owner = await store.FindByPublicIdentityAsync(publicIdentity, cancellationToken).ConfigureAwait(false);
                if (owner is null) { answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown); return null; }
                // Without User-Name all identities must still be of one subscription: a SAR acts on one user.
                if (subscriber is not null && !ReferenceEquals(owner.Subscription, subscriber.Subscription))
                {
                    answer.ExperimentalResult(ExperimentalResultCode.ErrorIdentitiesDontMatch);
                    return null;
                }
                subscriber = owner;
            }
            publicIdentities.Add(publicIdentity);
        }
        return new(subscriber!, privateIdentity, publicIdentities.ToImmutable());
    }

    /// <summary>The identities of the request, canonical, and the subscriber that owns them.</summary>
    private readonly record struct ResolvedIdentities(Subscriber Subscriber, string? PrivateIdentity, ImmutableArray<string> PublicIdentities)
    {
        /// <summary>The sets the request stands for: those of its identities, or all of the private identity when none is given.</summary>
        public bool TryPlace(Subscriber current, out ImmutableArray<int> sets, out ImmutableArray<CxIdentities.Place> places)
        {
            var indexes = new SortedSet<int>();
            var found = ImmutableArray.CreateBuilder<CxIdentities.Place>();
            foreach (var publicIdentity in PublicIdentities)
            {
                if (!CxIdentities.TryFind(current, publicIdentity, out var place)) { sets = []; places = []; return false; }
                indexes.Add(place.SetIndex);
                found.Add(place);
            }
            if (PublicIdentities.IsEmpty)
            {
                var all = current.Subscription.ImplicitRegistrationSets;
                for (var i = 0; i < all.Length; i++)
                    if (all[i].BelongsTo(PrivateIdentity!)) indexes.Add(i);
            }
            sets = [.. indexes];
            places = found.ToImmutable();
            return sets.Length > 0;
        }
    }
}
