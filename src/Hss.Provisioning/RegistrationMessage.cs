using Google.Protobuf.WellKnownTypes;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Registrations and jobs as the API shows them.</summary>
internal static class RegistrationMessage
{
    public static IEnumerable<V1.Registration> Of(Subscriber subscriber, Func<ImplicitRegistrationSet, bool> isMeant)
    {
        var states = subscriber.States; // one moment for all sets
        for (var set = 0; set < states.Length; set++)
            if (isMeant(subscriber.Subscription.ImplicitRegistrationSets[set])) yield return Of(subscriber.Subscription, states[set], set);
    }

    public static V1.Registration Of(Subscription subscription, RegistrationState state, int setIndex)
    {
        var message = new V1.Registration
        {
            SubscriptionId = subscription.SubscriptionId,
            SetIndex = setIndex,
            Status = state.Status switch
            {
                RegistrationStatus.Registered => V1.Registration.Types.Status.Registered,
                RegistrationStatus.Unregistered => V1.Registration.Types.Status.Unregistered,
                _ => V1.Registration.Types.Status.NotRegistered,
            },
            ServerName = state.Server?.Name ?? "",
            DiameterHost = state.Server?.DiameterHost ?? "",
            DiameterRealm = state.Server?.DiameterRealm ?? "",
            ReassignmentPending = state.ReassignmentPending,
            UserDataOutdated = state.UserDataOutdated,
        };
        message.PublicIdentities.AddRange(subscription.ImplicitRegistrationSets[setIndex].PublicIdentities.Select(identity => identity.Identity));
        message.RegisteredPrivateIdentities.AddRange(state.RegisteredPrivateIdentities);
        message.AuthenticationPending.AddRange(state.AuthenticationPendingPrivateIdentities);
        return message;
    }

    public static V1.Job Of(CxJob job)
    {
        var isPush = job.Kind == CxJobKind.PushProfile;
        var message = new V1.Job
        {
            Id = job.Id,
            Kind = isPush ? "PPR" : "RTR",
            State = StateOf(job.State),
            SubscriptionId = job.SubscriptionId,
            PrivateIdentity = job.PrivateIdentity,
            DiameterHost = job.Server.DiameterHost,
            ServerName = job.Server.Name,
            Reason = isPush ? job.Parts.ToString() : NameOf(job.Reason),
            Attempts = job.Attempts,
            CreateTime = job.Created.ToTimestamp(),
            NextAttemptTime = job.State == CxJobState.Pending ? job.NextAttempt.ToTimestamp() : null,
            FinishTime = job.Finished?.ToTimestamp(),
            Result = job.LastResult ?? "",
        };
        message.PublicIdentities.AddRange(job.PublicIdentities);
        return message;
    }

    public static V1.Job.Types.State StateOf(CxJobState state) => state switch
    {
        CxJobState.Pending => V1.Job.Types.State.Pending,
        CxJobState.Acknowledged => V1.Job.Types.State.Acknowledged,
        CxJobState.Failed => V1.Job.Types.State.Failed,
        CxJobState.Forced => V1.Job.Types.State.Forced,
        CxJobState.Withdrawn => V1.Job.Types.State.Withdrawn,
        _ => V1.Job.Types.State.Unspecified,
    };

    /// <summary>As TS 29.229 6.3.17 names it.</summary>
    public static string NameOf(TerminationReason reason) => reason switch
    {
        TerminationReason.PermanentTermination => "PERMANENT_TERMINATION",
        TerminationReason.NewServerAssigned => "NEW_SERVER_ASSIGNED",
        TerminationReason.ServerChange => "SERVER_CHANGE",
        _ => "REMOVE_S-CSCF",
    };
}
