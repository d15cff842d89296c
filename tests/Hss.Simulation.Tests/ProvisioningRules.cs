using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

/// <summary>What changes that no S-CSCF asked for may do, and whom they must tell: TS 29.228 6.1.3.1, 6.2.2.1, 8.1.1 written down a second time, for the changes
/// that the storm makes.</summary>
internal static class ProvisioningRules
{
    /// <summary>What is wrong with a change of a subscription, or null. Null subscriptions are not there.</summary>
    public static string? Judge(Subscription? old, RegistrationModel before, Subscription? provisioned, RegistrationModel after, List<CxJob> jobs)
    {
        // Jobs that are left of an earlier subscription of this name may be written beside it.
        if (old is null) return after.Sets.All(set => set == SetModel.Initial) ? null : $"a new subscription begins as {after}";
        bool moves = provisioned is not null && !old.ServerCapabilities!.Mandatory.SequenceEqual(provisioned.ServerCapabilities!.Mandatory);
        bool isPushedAnywhere = false;
        for (int set = 0; set < before.Sets.Length; set++)
        {
            SetModel was = before.Sets[set];
            ImplicitRegistrationSet names = old.ImplicitRegistrationSets[set];
            SetModel expected = moves && was.IsServed ? SetModel.Initial : was;
            if (provisioned is not null && after.Sets[set] != expected) return $"provisioning made {after.Sets[set]} of {was}";
            if (!was.IsServed) continue;
            bool ends = provisioned is null || moves;
            if (ends && !JobAudit.IsTold(jobs, CxJobKind.RegistrationTermination, was.Server, names)) return $"nobody tells the S-CSCF of {was} that it ends";
            bool isPushed = !ends && Population.LooksOf(old, set) != Population.LooksOf(provisioned!, set);
            isPushedAnywhere |= isPushed;
            if (isPushed && !JobAudit.IsTold(jobs, CxJobKind.PushProfile, was.Server, names)) return $"nobody tells the S-CSCF of {was} what has changed";
        }

        bool isQuiet = provisioned is not null && !moves && !isPushedAnywhere && Population.PasswordOf(old) == Population.PasswordOf(provisioned);
        return jobs.Count > 0 && isQuiet ? $"jobs, though nothing has changed: {string.Join("; ", jobs)}" : null;
    }

    /// <summary>A registered set that is taken over, and all that its S-CSCF loses with it, is told to that S-CSCF.</summary>
    public static string? JudgeTakeOver(RegistrationModel before, RegistrationModel after, ImmutableArray<CxJob> jobs, Subscription subscription)
    {
        for (int set = 0; set < before.Sets.Length; set++)
        {
            (SetModel was, SetModel now) = (before.Sets[set], after.Sets[set]);

            // A SAR that was let in replaces an S-CSCF that cannot be reached.
            bool isTaken = was.Status == RegistrationStatus.Registered && now.Status == was.Status && now.Server != was.Server && !was.MayBeTakenOver;
            if (!isTaken) continue;
            for (int lost = 0; lost < before.Sets.Length; lost++)
                if (before.Sets[lost].IsServed && before.Sets[lost].Server == was.Server
                    && !JobAudit.IsTold(jobs, CxJobKind.RegistrationTermination, was.Server, subscription.ImplicitRegistrationSets[lost]))
                    return $"nobody tells the S-CSCF of {before.Sets[lost]} that it was taken over";
        }

        return null;
    }

    /// <summary>Whether an operator may have ended this for another S-CSCF.</summary>
    public static bool IsServerChange(RegistrationModel before, RegistrationModel after, ImmutableArray<CxJob> jobs, Subscription subscription)
    {
        for (int set = 0; set < before.Sets.Length; set++)
        {
            (SetModel was, SetModel now) = (before.Sets[set], after.Sets[set]);
            if (was == now) continue;
            if (!was.IsServed || now != SetModel.Initial || jobs.Any(job => job.Reason != TerminationReason.ServerChange)
                || !JobAudit.IsTold(jobs, CxJobKind.RegistrationTermination, was.Server, subscription.ImplicitRegistrationSets[set])) return false;
        }

        return true;
    }
}
