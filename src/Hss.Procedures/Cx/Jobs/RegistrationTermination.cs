using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>RTR: the HSS ends what an S-CSCF serves.</summary>
/// Order: sent from the job alone; the answer changes state only as <see cref="JobOutcome"/> has it.
/// Errors: no answer is retried, then the job has failed: an RTR is never taken for delivered without an RTA.
/// Spec: TS 29.228 6.1.3, TS 29.229 6.1.9, 6.1.10.
internal sealed class RegistrationTermination(
    JobSettlement settlement, Func<OutgoingRequest, CancellationToken, Task<OutgoingAnswer>> send, Func<string, PeerQuirks> quirksOf)
{
    public async Task<DeliveryContact> RunAsync(CxJob listed, CancellationToken cancellationToken)
    {
        // Kamailio looks at the public identities alone: it drops them for every private identity, and answers nothing when there are none or
        // when it does not know one of them.
        var isKamailio = quirksOf(listed.Server.DiameterHost).HasFlag(PeerQuirks.Kamailio);
        // A SAR that comes between this look and the RTR is the S-CSCF's to sort out: it has both.
        var subscriber = listed.ClearsOnAnswer ? null : await settlement.FindAsync(listed, cancellationToken).ConfigureAwait(false);
        var job = subscriber is null ? listed : TerminationScope.Of(listed, subscriber.Subscription, subscriber.States, isKamailio, out _);
        if (job is null)
        {
            await settlement.EndAsync(
                [listed], CxJobState.Withdrawn, "the user is back at this S-CSCF: the RTR would end the new registration", Returned(listed, isKamailio), wasSent: false)
                .ConfigureAwait(false);
            return DeliveryContact.None;
        }
        if (isKamailio && job.PublicIdentities.IsEmpty)
        {
            await settlement.EndAsync([job], CxJobState.Failed, "nothing to name: this S-CSCF answers no RTR without Public-Identity", null, wasSent: false).ConfigureAwait(false);
            return DeliveryContact.None;
        }

        var answer = await send(Request(job), cancellationToken).ConfigureAwait(false);
        var contact = DeliveryResult.ContactOf(answer);
        var result = DeliveryResult.Describe(answer);
        if (answer.Outcome == OutgoingOutcome.Stopped) return contact;
        if (answer.Outcome == OutgoingOutcome.Undeliverable) await settlement.NoteAsync(job, result).ConfigureAwait(false);
        else if (IsDone(job, answer, out var emergency, out var associated))
            await settlement.EndAsync([job], CxJobState.Acknowledged, result, owner => new(
                JobOutcome.AfterTermination(job, owner.Subscription, owner.States, emergency, endsWholeSets: isKamailio), []),
                follow: isKamailio ? [] : Repeats(job, associated)).ConfigureAwait(false);
        else if (isKamailio && answer.Outcome == OutgoingOutcome.TimedOut && job.PublicIdentities.Length > 1) await SplitAsync(job, result).ConfigureAwait(false);
        else if (DeliveryResult.MayPass(answer)) await settlement.RetryAsync([listed], result, null).ConfigureAwait(false);
        else await settlement.EndAsync([job], CxJobState.Failed, result, null, wasSent: answer.Outcome != OutgoingOutcome.TooLong).ConfigureAwait(false);
        return contact;
    }

    public static OutgoingRequest Request(CxJob job) => new()
    {
        ApplicationId = ApplicationIds.Cx,
        CommandCode = RegistrationTerminationRequest.CommandCode,
        CommandName = RegistrationTerminationRequest.Grammar.Abbreviation,
        DestinationHost = job.Server.DiameterHost,
        DestinationRealm = job.Server.DiameterRealm,
        Write = writer =>
        {
            writer.WriteText(Avp.UserName, job.PrivateIdentity);
            writer.BeginGroup(Avp.AssociatedIdentities);
            foreach (var identity in job.AssociatedIdentities) writer.WriteText(Avp.UserName, identity);
            writer.EndGroup();
            foreach (var identity in job.PublicIdentities) writer.WriteText(Avp.PublicIdentity, identity);
            writer.BeginGroup(Avp.DeregistrationReason);
            writer.WriteEnumerated(Avp.ReasonCode, (int)job.Reason);
            if (!string.IsNullOrEmpty(job.ReasonText)) writer.WriteText(Avp.ReasonInfo, job.ReasonText);
            writer.EndGroup();
        },
    };

    /// <summary>Whether the S-CSCF has done it. <paramref name="emergency"/>: what it keeps, null for everything.</summary>
    /// E:5001 counts: an S-CSCF that does not know the user has nothing to end. 5012 to the reasons that spare emergency registrations means that
    /// all of it is one (6.1.3.1); should it have meant trouble, the name that is kept still leads every call to where the user is.
    private static bool IsDone(CxJob job, OutgoingAnswer answer, out ImmutableArray<string>? emergency, out ImmutableArray<string> associated)
    {
        (emergency, associated) = (ImmutableArray<string>.Empty, []);
        if (answer.Outcome != OutgoingOutcome.Answered) return false;
        if (answer.ExperimentalCode == ExperimentalResultCode.ErrorUserUnknown) return true;
        if (answer.Code == ResultCode.UnableToComply && job.Reason is TerminationReason.PermanentTermination or TerminationReason.RemoveServer)
        {
            emergency = null;
            return true;
        }
        if (!answer.IsSuccess) return false;
        if (!RegistrationTerminationAnswer.TryParse(answer.Frame, out var rta, out _)) return true;
        var kept = ImmutableArray.CreateBuilder<string>();
        foreach (var group in rta.IdentityWithEmergencyRegistration)
            if (CxIdentities.PublicIdentity(IdentityWithEmergencyRegistration.Read(group).PublicIdentity) is { } identity) kept.Add(identity);
        emergency = kept.ToImmutable();
        var also = ImmutableArray.CreateBuilder<string>();
        if (rta.AssociatedIdentities is { } identities)
            foreach (var userName in identities.UserName)
                if (CxIdentities.PrivateIdentity(userName) is { } identity) also.Add(identity);
        associated = also.ToImmutable();
        return true;
    }

    /// <summary>What the S-CSCF has kept of the user may be older than what SERVER_CHANGE was about: its next SAA has the profile in any case (6.6).</summary>
    private static Func<Subscriber, SubscriberChange>? Returned(CxJob job, bool isKamailio) => job.Reason != TerminationReason.ServerChange ? null : subscriber =>
    {
        TerminationScope.Of(job, subscriber.Subscription, subscriber.States, isKamailio, out var returned);
        return new([.. returned.Select(set => (set, subscriber.States[set] with { UserDataOutdated = true }))], []);
    };

    /// <summary>SERVER_CHANGE is for all of the user; private identities that the RTA does not list get a request of their own (6.1.3.1).</summary>
    private static ImmutableArray<CxJob> Repeats(CxJob job, ImmutableArray<string> associated) =>
        job.Reason != TerminationReason.ServerChange
            ? []
            : [.. job.AssociatedIdentities.Where(identity => !associated.Contains(identity, StringComparer.Ordinal)).Select(identity => Again(job) with
            {
                PrivateIdentity = identity, AssociatedIdentities = [],
            })];

    /// <summary>One of several identities may be unknown there, and then Kamailio says nothing about the others: each gets its own request.</summary>
    private Task SplitAsync(CxJob job, string result) =>
        settlement.EndAsync([job], CxJobState.Withdrawn, $"{result}; sent again as one request for each public identity", null,
            follow: [.. job.PublicIdentities.Select(identity => Again(job) with { PublicIdentities = [identity] })]);

    private static CxJob Again(CxJob job) => job with { Id = 0, State = CxJobState.Pending, Attempts = 0, NextAttempt = default, LastResult = null };
}
