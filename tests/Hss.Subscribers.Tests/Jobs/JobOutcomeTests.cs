using System.Collections.Immutable;
using Hss.Subscribers;
using static Hss.Subscribers.Tests.JobSamples;

namespace Hss.Subscribers.Tests;

/// <summary>The tables of JobOutcome and RegistrationTakeOver. Spec: TS 29.228 6.1.3, 6.2.2, 8.1.1, Annex G.</summary>
public sealed class JobOutcomeTests
{
    private static readonly RegistrationState AtY = Registered(Y, One);

    // One set {one, tel} and {work}; the job is for X and names the first set. "waits": the state was left for the answer to change.
    public static TheoryData<string, TerminationReason, bool, string[], RegistrationState, bool, string> Terminations => new()
    {
        { "0: registered by this one only", TerminationReason.PermanentTermination, true, [One], ByOne, false, "NotRegistered" },
        { "0: all of them", TerminationReason.PermanentTermination, true, [One, Two], ByBoth, false, "NotRegistered" },
        { "0: registered by another one too", TerminationReason.PermanentTermination, true, [One], ByBoth, false, "Registered x two" },
        { "0: registered by another one only", TerminationReason.PermanentTermination, true, [One], ByTwo, false, "Registered x two" },
        { "0: unregistered", TerminationReason.PermanentTermination, true, [One], Unregistered, false, "NotRegistered" },
        { "0: not registered", TerminationReason.PermanentTermination, true, [One], None, false, "NotRegistered" },
        { "0: another phone is authenticating there", TerminationReason.PermanentTermination, true, [One], ByOne with { AuthenticationPendingPrivateIdentities = [Two] }, false,
            "NotRegistered x ?two" },
        { "0: registered, one stays for emergencies", TerminationReason.PermanentTermination, true, [One], ByOne, true, "Unregistered x" },
        { "0: unregistered, one stays for emergencies", TerminationReason.PermanentTermination, true, [One], Unregistered, true, "Unregistered x" },
        { "0: another S-CSCF has it now", TerminationReason.PermanentTermination, true, [One], AtY, false, "Registered y one" },
        { "0: changed at once, nothing more", TerminationReason.PermanentTermination, false, [Two], ByOne, false, "Registered x one" },
        { "0: changed at once, unregistered again since", TerminationReason.PermanentTermination, false, [Two], Unregistered, false, "Unregistered x" },
        { "0: changed at once, but one stays for emergencies", TerminationReason.PermanentTermination, false, [Two], None, true, "Unregistered x" },
        { "1: the new S-CSCF keeps it", TerminationReason.NewServerAssigned, false, [One], AtY, false, "Registered y one" },
        { "1: even when the old one took it back", TerminationReason.NewServerAssigned, false, [One], ByOne, false, "Registered x one" },
        { "2: changed at once", TerminationReason.ServerChange, false, [One], None, false, "NotRegistered" },
        { "2: registered again meanwhile", TerminationReason.ServerChange, false, [One], ByOne, false, "Registered x one" },
        { "2: emergencies make no difference", TerminationReason.ServerChange, false, [One], None, true, "NotRegistered" },
        { "3: unregistered", TerminationReason.RemoveServer, true, [One], Unregistered, false, "NotRegistered" },
        { "3: unregistered, one stays for emergencies", TerminationReason.RemoveServer, true, [One], Unregistered, true, "Unregistered x" },
        { "3: registered meanwhile", TerminationReason.RemoveServer, true, [One], ByOne, false, "Registered x one" },
    };

    [Theory, MemberData(nameof(Terminations))]
    public void After_a_termination(string row, TerminationReason reason, bool waits, string[] users, RegistrationState before, bool emergency, string after)
    {
        var job = Job() with { Reason = reason, ClearsOnAnswer = waits, PrivateIdentity = users[0], AssociatedIdentities = [.. users.Skip(1)] };
        ImmutableArray<RegistrationState> states = [before, before];
        foreach (var listed in emergency ? (ImmutableArray<string>?[])[[Tel], null] : [ImmutableArray<string>.Empty])
        {
            var changes = JobOutcome.AfterTermination(job, JobSamples.Subscription(), states, listed);
            Assert.All(changes, change => Assert.Equal(0, change.SetIndex)); // the other set is not named
            Assert.True(after == Text(changes.Length == 0 ? before : changes[0].State), $"{row}: {(changes.Length == 0 ? "no change" : Text(changes[0].State))}");
        }
    }

    [Fact]
    public void A_server_that_drops_public_identities_for_everybody_ends_the_whole_set()
    {
        var job = Job() with { ClearsOnAnswer = true };
        var changes = JobOutcome.AfterTermination(job, JobSamples.Subscription(), [ByBoth, ByBoth], [], endsWholeSets: true);
        Assert.Equal((0, RegistrationState.Initial), Assert.Single(changes));
    }

    [Fact]
    public void A_termination_without_public_identities_is_about_every_set_of_the_private_identity()
    {
        var subscription = JobSamples.Subscription().WithSets(Set(Sip), Set(Work) with { PrivateIdentities = [Two] });
        var job = Job() with { ClearsOnAnswer = true, PublicIdentities = [] };
        Assert.Equal((0, RegistrationState.Initial), Assert.Single(JobOutcome.AfterTermination(job, subscription, [ByOne, ByTwo], [])));
    }

    public static TheoryData<string, RegistrationState, RegistrationState, bool, string> Waits => new()
    {
        { "nothing has happened since", None, None, false, "one +12125550001 work" },
        { "one set is registered there again", ByOne, None, false, "work" },
        { "by the other phone it names", None, ByTwo, false, "one +12125550001" },
        { "both sets", ByBoth, ByOne, false, "" },
        { "by a phone it does not name", Registered(X, "three@example.org"), None, false, "one +12125550001 work" },
        { "somewhere else", AtY, None, false, "one +12125550001 work" },
        { "served there without a registration", Unregistered, None, false, "one +12125550001 work" },
        { "the state waits for the answer: that registration is meant", ByOne, ByOne, true, "one +12125550001 work" },
    };

    [Theory, MemberData(nameof(Waits))]
    public void What_a_termination_that_waited_may_still_end(string row, RegistrationState first, RegistrationState second, bool clearsOnAnswer, string named)
    {
        var job = Job() with { AssociatedIdentities = [Two], PublicIdentities = [Sip, Tel, Work], ClearsOnAnswer = clearsOnAnswer };
        var still = job with { PublicIdentities = Termination.StillToEnd(job, JobSamples.Subscription(), [first, second]) };
        Assert.True(Text(still).Contains($"[{named}]", StringComparison.Ordinal), $"{row}: {Text(still)}");
    }

    public static TheoryData<string, ProfileParts, RegistrationState, bool, string> Pushes => new()
    {
        { "taken: fresh again", ProfileParts.UserData, ByOne with { UserDataOutdated = true }, true, "Registered x one" },
        { "given up: the next SAR gets it", ProfileParts.UserData, ByOne, false, "Registered x one outdated" },
        { "given up: unregistered too", ProfileParts.Charging, Unregistered, false, "Unregistered x outdated" },
        { "credentials come with the next MAR anyway", ProfileParts.DigestCredentials, ByOne, false, "Registered x one" },
        { "another S-CSCF has it now, and has it fresh", ProfileParts.UserData, AtY, false, "Registered y one" },
        { "nobody serves it", ProfileParts.UserData, None, false, "NotRegistered" },
    };

    [Theory, MemberData(nameof(Pushes))]
    public void After_a_push(string row, ProfileParts parts, RegistrationState before, bool delivered, string after)
    {
        var job = Job() with { Kind = CxJobKind.PushProfile, Parts = parts };
        var changes = JobOutcome.AfterPush(job, JobSamples.Subscription(), [before, before], delivered);
        Assert.True(after == Text(changes.Length == 0 ? before : Assert.Single(changes).State), row);
    }

    public static TheoryData<string, RegistrationState, RegistrationState, string, string[], string> TakeOvers => new()
    {
        { "registered elsewhere", ByBoth, None, "Y", ["RTR 1 x one+two [one +12125550001]"], "" },
        { "registered elsewhere, the other set too", ByOne, ByTwo, "Y", ["RTR 1 x one [one +12125550001]", "RTR 2 x two [work]"], "1 NotRegistered" },
        { "the other set is somewhere else", ByOne, Registered(new("sip:z", "z.example.org", "example.org"), One), "Y", ["RTR 1 x one [one +12125550001]"], "" },
        { "with restoration one reason stands for all", ByOne with { RestorationData = [new(One, new byte[] { 1 })] }, ByOne, "Y", ["RTR 1 x one [one +12125550001 work]"], "1 NotRegistered" },
        { "the same name", ByOne, ByOne, "X", [], "" },
        { "another name from the same Diameter client", ByOne, ByOne, "X2", [], "" },
        { "unregistered there", Unregistered, ByOne, "Y", [], "" },
        { "only authenticating there", Pending, None, "Y", [], "" },
        { "not registered", None, ByOne, "Y", [], "" },
    };

    [Theory, MemberData(nameof(TakeOvers))]
    public void A_MAR_of_another_server(string row, RegistrationState first, RegistrationState second, string by, string[] told, string cleared)
    {
        var server = by switch { "X" => X, "X2" => X with { Name = "sip:x2.example.org", DiameterHost = "X.example.org" }, _ => Y };
        var after = RegistrationTransitions.BeginAuthentication(first, One, server);
        var (jobs, registrations) = RegistrationTakeOver.Of(JobSamples.Subscription(), [first, second], 0, after);
        Assert.True(told.SequenceEqual(jobs.Select(Text)), $"{row}: {string.Join("; ", jobs.Select(Text))}");
        Assert.Equal(cleared, string.Join(", ", registrations.Select(change => $"{change.SetIndex} {Text(change.State)}")));
    }

    private static CxJob Job() => new()
    {
        Kind = CxJobKind.RegistrationTermination, SubscriptionId = "one", Server = X, PrivateIdentity = One, PublicIdentities = [Sip, Tel],
    };
}
