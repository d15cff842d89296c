using System.Collections.Immutable;
using Hss.Authentication;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>PPR: the HSS tells an S-CSCF what changed for a set it serves.</summary>
/// Order: the content is what is provisioned at the moment of sending, so that one request says what all pending jobs of the set would say.
/// Errors: 5008 and 5009 end in an RTR SERVER_CHANGE, 5001 in a try with another private identity (6.2.2.1); what is given up leaves the
/// set marked, and its next SAR gets the profile whatever it asks for (6.6).
/// Spec: TS 29.228 6.2.2, TS 29.229 6.1.11, 6.1.12.
internal sealed class PushProfile(
    ISubscriberStore store, JobSettlement settlement, Func<OutgoingRequest, CancellationToken, Task<OutgoingAnswer>> send, Func<string, PeerQuirks> quirksOf,
    CxOptions options)
{
    public async Task<DeliveryContact> RunAsync(CxJob job, CancellationToken cancellationToken)
    {
        // Read before the subscriber: what the request says is then at least as new as every job that it stands for.
        var pending = await store.ReadJobsAsync(
            new() { SubscriptionId = job.SubscriptionId, DiameterHost = job.Server.DiameterHost, State = CxJobState.Pending }, cancellationToken).ConfigureAwait(false);
        var subscriber = await settlement.FindAsync(job, cancellationToken).ConfigureAwait(false);
        var states = subscriber?.States ?? [];
        var set = subscriber is null ? -1 : SetOf(job, subscriber.Subscription, states);
        if (set < 0)
        {
            await settlement.EndAsync([job], CxJobState.Withdrawn, "nobody to tell: this S-CSCF no longer serves the set", null, wasSent: false).ConfigureAwait(false);
            return DeliveryContact.None;
        }
        if (quirksOf(job.Server.DiameterHost).HasFlag(PeerQuirks.Kamailio))
        {
            await WithdrawAsync(job).ConfigureAwait(false);
            return DeliveryContact.None;
        }

        var jobs = Together(job, pending, subscriber!.Subscription, states, set);
        var user = UserOf(job, subscriber.Subscription, states[set], set);
        var parts = jobs.Aggregate(ProfileParts.None, (all, one) => all | one.Parts);
        var answer = await send(Request(job, subscriber, set, user, parts), cancellationToken).ConfigureAwait(false);
        var result = DeliveryResult.Describe(answer);
        if (answer.Outcome == OutgoingOutcome.Undeliverable) await settlement.NoteAsync(job, result).ConfigureAwait(false);
        else if (answer.IsSuccess) await settlement.EndAsync(jobs, CxJobState.Acknowledged, result, Delivered(jobs)).ConfigureAwait(false);
        else if (answer.ExperimentalCode is ExperimentalResultCode.ErrorTooMuchData or ExperimentalResultCode.ErrorNotSupportedUserData)
            await settlement.EndAsync(jobs, CxJobState.Failed, $"{result}; the user is moved to another S-CSCF", Move(job)).ConfigureAwait(false);
        else if (answer.ExperimentalCode == ExperimentalResultCode.ErrorUserUnknown) await UnknownAsync(jobs, user, result).ConfigureAwait(false);
        else if (answer.Outcome != OutgoingOutcome.Stopped && DeliveryResult.MayPass(answer)) await settlement.RetryAsync(jobs, result, GivenUp(jobs)).ConfigureAwait(false);
        else if (answer.Outcome != OutgoingOutcome.Stopped) await settlement.EndAsync(jobs, CxJobState.Failed, result, GivenUp(jobs), wasSent: answer.Outcome != OutgoingOutcome.TooLong).ConfigureAwait(false);
        return DeliveryResult.ContactOf(answer);
    }

    /// <summary>What giving jobs up leaves behind: the profile goes with the next SAR. Credentials go with the next MAR anyway.</summary>
    public static Func<Subscriber, SubscriberChange> GivenUp(IReadOnlyList<CxJob> jobs) => subscriber => new(After(jobs, subscriber, delivered: false), []);

    private static Func<Subscriber, SubscriberChange> Delivered(List<CxJob> jobs) => subscriber => new(After(jobs, subscriber, delivered: true), []);

    private static ImmutableArray<(int SetIndex, RegistrationState State)> After(IReadOnlyList<CxJob> jobs, Subscriber subscriber, bool delivered) =>
        JobOutcome.AfterPush(jobs[0] with { Parts = jobs.Aggregate(ProfileParts.None, (all, one) => all | one.Parts) }, subscriber.Subscription, subscriber.States, delivered);

    /// <summary>The set a job is about and still has somebody to tell of, or -1.</summary>
    private static int SetOf(CxJob job, Subscription subscription, ImmutableArray<RegistrationState> states)
    {
        for (var set = 0; set < states.Length; set++)
        {
            if (!JobOutcome.IsAbout(job, subscription.ImplicitRegistrationSets[set]) || !job.IsFor(states[set].Server)) continue;
            var state = states[set];
            if (!job.Parts.HasFlag(ProfileParts.DigestCredentials) ? Termination.IsServed(state)
                : state.RegisteredPrivateIdentities.Contains(job.PrivateIdentity, StringComparer.Ordinal)
                    || state.AuthenticationPendingPrivateIdentities.Contains(job.PrivateIdentity, StringComparer.Ordinal)) return set;
        }
        return -1;
    }

    private static string UserOf(CxJob job, Subscription subscription, RegistrationState state, int set) =>
        job.Parts.HasFlag(ProfileParts.DigestCredentials) || state.RegisteredPrivateIdentities.Contains(job.PrivateIdentity, StringComparer.Ordinal) ? job.PrivateIdentity
            : state.RegisteredPrivateIdentities is [var first, ..] ? first : subscription.PrivateIdentitiesOf(set)[0].Identity;

    /// <summary>The job and those right behind it that one request can stand for. A password is somebody's own, and an RTR keeps its place.</summary>
    private static List<CxJob> Together(
        CxJob job, IReadOnlyList<CxJob> pending, Subscription subscription, ImmutableArray<RegistrationState> states, int set)
    {
        var isDigest = job.Parts.HasFlag(ProfileParts.DigestCredentials);
        List<CxJob> together = [job];
        together.AddRange(pending.SkipWhile(one => one.Id <= job.Id).TakeWhile(one => one.Kind == CxJobKind.PushProfile)
            .Where(one => one.Parts.HasFlag(ProfileParts.DigestCredentials) == isDigest && (!isDigest || one.PrivateIdentity == job.PrivateIdentity)
                && SetOf(one, subscription, states) == set));
        return together;
    }

    private static OutgoingRequest Request(CxJob job, Subscriber subscriber, int set, string user, ProfileParts parts)
    {
        var subscription = subscriber.Subscription;
        var digest = parts.HasFlag(ProfileParts.DigestCredentials) ? subscription.PrivateIdentities.FirstOrDefault(one => one.Identity == user)?.Credentials.Digest : null;
        var allowed = parts.HasFlag(ProfileParts.AllowedWebFunctions) ? subscription.AllowedWebFunctions : null;
        // Charging goes wherever the profile goes (6.6). A part that was taken away cannot be sent empty; then the profile stands for it, because
        // a PPR carries at least one of them.
        var profile = (parts & (ProfileParts.UserData | ProfileParts.Charging)) != 0 || (digest is null && allowed is null);
        var withUserData = profile && (parts.HasFlag(ProfileParts.UserData) || !ProfileAvps.CanBeSent(subscription.Charging) || parts == ProfileParts.AllowedWebFunctions);
        return new()
        {
            ApplicationId = ApplicationIds.Cx,
            CommandCode = PushProfileRequest.CommandCode,
            CommandName = PushProfileRequest.Grammar.Abbreviation,
            DestinationHost = job.Server.DiameterHost,
            DestinationRealm = job.Server.DiameterRealm,
            Write = writer =>
            {
                writer.WriteText(Avp.UserName, user);
                if (withUserData) writer.WriteOctets(Avp.UserData, subscriber.UserData(set, user).Span);
                if (profile) writer.WriteChargingInformation(subscription.Charging);
                if (digest is not null) WriteDigest(writer, digest);
                writer.WriteAllowedWebFunctions(allowed);
            },
        };
    }

    /// <summary>SIP-Auth-Data-Item with the new password's digest; there is one only, so it has no number (Table 6.2.2.1).</summary>
    private static void WriteDigest(MessageWriter writer, DigestCredentials digest)
    {
        writer.BeginGroup(Avp.SipAuthDataItem);
        writer.WriteText(Avp.SipAuthenticationScheme, AuthenticationScheme.NameOf(AuthenticationSchemes.SipDigest));
        writer.WriteSipDigest(digest);
        writer.EndGroup();
    }

    /// <summary>6.2.2.1: the S-CSCF does not know this private identity, so it is not registered there; another one of the set may be.</summary>
    /// With restoration data here the S-CSCF may have lost it and will ask; then the registration stands.
    private Task UnknownAsync(List<CxJob> jobs, string user, string result)
    {
        string? another = null;
        return settlement.EndAsync(jobs, CxJobState.Failed, result, Drop, another: () => another);

        SubscriberChange Drop(Subscriber subscriber)
        {
            var set = SetOf(jobs[0], subscriber.Subscription, subscriber.States);
            if (set < 0) return SubscriberChange.None;
            var state = subscriber.States[set];
            if (!jobs[0].Parts.HasFlag(ProfileParts.DigestCredentials))
                another = state.RegisteredPrivateIdentities.SkipWhile(one => one != user).Skip(1).FirstOrDefault();
            // Who has left the set since is not dropped again: an authentication he has begun meanwhile is newer than what the answer is about.
            if (state.RegisteredPrivateIdentities.Contains(user, StringComparer.Ordinal) && !state.RestorationData.Any(data => data.PrivateIdentity == user))
                return new([(set, RegistrationTransitions.Clear(state, user))], []);
            return another is null ? new(After(jobs, subscriber, delivered: false), []) : SubscriberChange.None;
        }
    }

    /// <summary>The S-CSCF cannot serve this profile: RTR SERVER_CHANGE, so that another one is chosen at the next registration.</summary>
    private static Func<Subscriber, SubscriberChange> Move(CxJob job) => subscriber =>
    {
        var set = SetOf(job, subscriber.Subscription, subscriber.States);
        if (set < 0 || !Termination.IsServed(subscriber.States[set])) return SubscriberChange.None;
        return new([(set, RegistrationState.Initial)], [])
        {
            Jobs = Termination.Of(subscriber.Subscription, subscriber.States, [set], TerminationReason.ServerChange, "profile refused"),
        };
    };

    /// <summary>Kamailio answers no PPR and takes nothing from one. Withdrawn, because nothing was told and nobody forced it.</summary>
    private Task WithdrawAsync(CxJob job) =>
        options.KamailioProfileChange == KamailioProfileChange.ServerChange && !job.Parts.HasFlag(ProfileParts.DigestCredentials)
            ? settlement.EndAsync([job], CxJobState.Withdrawn, "this S-CSCF takes no PPR; the user is de-registered instead", Move(job), wasSent: false)
            : settlement.EndAsync([job], CxJobState.Withdrawn, "this S-CSCF takes no PPR; it gets the new data with its next SAR or MAR", GivenUp([job]), wasSent: false);
}
