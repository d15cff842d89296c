using System.Collections.Immutable;
using Hss.Subscribers;
using static Hss.Subscribers.Tests.JobSamples;

namespace Hss.Subscribers.Tests;

/// <summary>The table of RegistrationConsequences, row by row. Spec: TS 29.228 6.1.3.1, 6.2.2.1, 6.5.</summary>
public sealed class RegistrationConsequencesTests
{
    private static readonly RegistrationState PsiAtX = new() { Status = RegistrationStatus.Unregistered, Server = X };

    // The sets of the sample are {one, tel} and {work}. Each row: the states before, the change, whom is told what, and the states after.
    public static TheoryData<string, RegistrationState[], Func<Subscription, Subscription>, RegistrationState[], string[], string> Rows => new()
    {
        { "nothing changed", [ByBoth, ByOne], s => s with { }, [ByBoth, ByOne], [], "Registered x one two | Registered x one" },
        { "nobody serves anything", [None, None], s => s with { Charging = null, ServerCapabilities = null }, [None, None], [], "NotRegistered | NotRegistered" },
        { "visited networks and permission count when next asked for", [ByOne, None], s => s with { AllowedVisitedNetworks = [], RegistrationAllowed = false }, [ByOne, None], [],
            "Registered x one | NotRegistered" },

        // Removal: RTR PERMANENT_TERMINATION.
        { "set removed", [ByOne, ByBoth], s => s.WithSets(Set(Sip, Tel)), [ByOne], ["RTR 0 x one+two [work]"], "Registered x one" },
        { "set removed that nobody serves", [ByOne, None], s => s.WithSets(Set(Sip, Tel)), [ByOne], [], "Registered x one" },
        { "unregistered set removed: the first private identity names it", [ByOne, Unregistered], s => s.WithSets(Set(Sip, Tel)), [ByOne], ["RTR 0 x one [work]"], "Registered x one" },
        { "set that is only authenticating removed", [ByOne, Pending], s => s.WithSets(Set(Sip, Tel)), [ByOne], [], "Registered x one" },
        { "one of two private identities removed", [ByBoth, None], s => s with { PrivateIdentities = [User(One)] }, [ByOne, None], ["RTR 0 x two [one +12125550001]"],
            "Registered x one | NotRegistered" },
        { "the only registered private identity removed", [ByTwo, None], s => s with { PrivateIdentities = [User(One)] }, [None, None], ["RTR 0 x two [one +12125550001]"],
            "NotRegistered | NotRegistered" },
        { "private identity may no longer use the set", [ByBoth, ByTwo], s => s.WithSets(Set(Sip, Tel), Set(Work) with { PrivateIdentities = [One] }), [ByBoth, None], ["RTR 0 x two [work]"],
            "Registered x one two | NotRegistered" },

        // A live set changes: PPR, complete for the set, one per set.
        { "identity added", [ByTwo, ByOne], s => s.WithSets(Set(Sip, Tel, "sip:new@example.org"), Set(Work)), [ByTwo, ByOne], ["PPR x two [one +12125550001 new] UserData"],
            "Registered x two | Registered x one" },
        { "identity removed, others stay", [ByOne, None], s => s.WithSets(Set(Sip), Set(Work)), [ByOne, None], ["PPR x one [one] UserData"], "Registered x one | NotRegistered" },
        { "identity moved between live sets", [ByOne, ByOne], s => s.WithSets(Set(Sip), Set(Work, Tel)), [ByOne, ByOne], ["PPR x one [one] UserData", "PPR x one [work +12125550001] UserData"],
            "Registered x one | Registered x one" },
        { "live set split: the part with the default identity goes on", [ByOne, None], s => s.WithSets(Set(Tel), Set(Sip), Set(Work)), [ByOne, ByOne, None],
            ["PPR x one [one] UserData"], "NotRegistered | Registered x one | NotRegistered" },
        { "service profile changed: every live set of it", [ByOne, Unregistered], s => s with { ServiceProfiles = [WithFilter("plain")] }, [ByOne, Unregistered],
            ["PPR x one [one +12125550001] UserData", "PPR x one [work] UserData"], "Registered x one | Unregistered x" },
        { "service profile changed: sets that nobody serves are not told", [None, Pending], s => s with { ServiceProfiles = [WithFilter("plain")] }, [None, Pending], [],
            "NotRegistered | NotRegistered x ?one" },
        { "service profile changed that no identity uses", [ByOne, None], s => s with { ServiceProfiles = s.ServiceProfiles.Add(WithFilter("other")) }, [ByOne, None], [],
            "Registered x one | NotRegistered" },
        { "barring of one that is not the default", [ByOne, None], s => s.WithSets(new() { PublicIdentities = [Public(Sip), Public(Tel) with { Barred = true }] }, Set(Work)), [ByOne, None],
            ["PPR x one [one +12125550001] UserData"], "Registered x one | NotRegistered" },
        { "charging changed", [ByOne, None], s => s with { Charging = new("aaa://other.example.org", null, null, null) }, [ByOne, None], ["PPR x one [one +12125550001] Charging"],
            "Registered x one | NotRegistered" },
        { "allowed web functions changed: registered sets only", [ByOne, Unregistered], s => s with { AllowedWebFunctions = new(["waf.example.org"], []) }, [ByOne, Unregistered],
            ["PPR x one [one +12125550001] AllowedWebFunctions"], "Registered x one | Unregistered x" },

        // A password changes: whoever holds it, once per private identity.
        { "password of a registered private identity", [ByBoth, ByBoth], s => s with { PrivateIdentities = [User(One, "new"), User(Two)] }, [ByBoth, ByBoth],
            ["PPR x one [one +12125550001] DigestCredentials"], "Registered x one two | Registered x one two" },
        { "password while authentication is pending", [Pending, None], s => s with { PrivateIdentities = [User(One, "new"), User(Two)] }, [Pending, None],
            ["PPR x one [one +12125550001] DigestCredentials"], "NotRegistered x ?one | NotRegistered" },
        { "password of one that is not registered", [ByTwo, None], s => s with { PrivateIdentities = [User(One, "new"), User(Two)] }, [ByTwo, None], [], "Registered x two | NotRegistered" },
        { "password in an unregistered set", [Unregistered, None], s => s with { PrivateIdentities = [User(One, "new"), User(Two)] }, [Unregistered, None], [], "Unregistered x | NotRegistered" },

        // Never by PPR: the user has to register anew.
        { "default identity of a registered set changed", [ByBoth, ByOne], s => s.WithSets(Set(Tel, Sip), Set(Work)), [ByBoth, ByOne], ["RTR 2 x one+two [one +12125550001]"],
            "NotRegistered | Registered x one" },
        { "default identity barred", [ByOne, None], s => s.WithSets(new() { PublicIdentities = [Public(Sip) with { Barred = true }, Public(Tel)] }, Set(Work)), [ByOne, None],
            ["RTR 2 x one [one +12125550001]"], "NotRegistered | NotRegistered" },
        { "default identity of an unregistered set changed: a PPR will do", [Unregistered, None], s => s.WithSets(Set(Tel, Sip), Set(Work)), [Unregistered, None],
            ["PPR x one [+12125550001 one] UserData"], "Unregistered x | NotRegistered" },
        { "capabilities changed: all live sets, in one request when the same phones use them", [ByOne, ByOne], s => s with { ServerCapabilities = new([7], [], []) }, [ByOne, ByOne],
            ["RTR 2 x one [one +12125550001 work]"], "NotRegistered | NotRegistered" },
        { "capabilities written anew, but the same", [ByOne, None], s => s with { ServerCapabilities = new([1], [2], []) }, [ByOne, None], [], "Registered x one | NotRegistered" },
        { "no capabilities is the same as none", [ByOne, None], s => s with { ServerCapabilities = null }, [ByOne, None], ["RTR 2 x one [one +12125550001]"], "NotRegistered | NotRegistered" },
        { "loose route switched on", [Unregistered, ByOne], s => s.WithSets(new() { PublicIdentities = [Public(Sip) with { LooseRoute = true }, Public(Tel)] }, Set(Work)), [Unregistered, ByOne],
            ["RTR 2 x one [one +12125550001]"], "NotRegistered | Registered x one" },
        { "IMSI changed", [ByOne, None], s => s with { Imsi = "001010000000002" }, [ByOne, None], ["RTR 2 x one [one +12125550001]"], "NotRegistered | NotRegistered" },
        { "a private identity goes and capabilities change: it is ended on its own", [ByBoth, None], s => s with { PrivateIdentities = [User(One)], ServerCapabilities = null }, [ByOne, None],
            ["RTR 0 x two [one +12125550001]", "RTR 2 x one [one +12125550001]"], "NotRegistered | NotRegistered" },
        { "server change tells nothing more by PPR", [ByOne, None], s => s with { ServerCapabilities = null, ServiceProfiles = [WithFilter("plain")] }, [ByOne, None],
            ["RTR 2 x one [one +12125550001]"], "NotRegistered | NotRegistered" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Provisioned_again(
        string row, RegistrationState[] before, Func<Subscription, Subscription> change, RegistrationState[] carried, string[] told, string after)
    {
        var old = JobSamples.Subscription();
        var consequences = RegistrationConsequences.Of(old, [.. before], change(old), [.. carried]);
        Assert.True(told.SequenceEqual(consequences.Jobs.Select(Text)), $"{row}: {string.Join("; ", consequences.Jobs.Select(Text))}");
        Assert.True(after == Text(consequences.States), $"{row}: {Text(consequences.States)}");
        Assert.All(consequences.Jobs, job => Assert.Equal(("one", CxJobState.Pending, 0L), (job.SubscriptionId, job.State, job.Id)));
    }

    [Fact]
    public void Sets_of_two_servers_that_are_joined_leave_the_weaker_one()
    {
        var old = JobSamples.Subscription();
        var atY = Unregistered with { Server = Y };
        var consequences = RegistrationConsequences.Of(old, [ByOne, atY], old.WithSets(Set(Sip, Tel, Work)), [ByOne]);
        Assert.Equal(["RTR 2 y one [work]", "PPR x one [one +12125550001 work] UserData"], consequences.Jobs.Select(Text));
        Assert.Equal("Registered x one", Text(consequences.States));
    }

    [Fact]
    public void A_service_identity_that_is_switched_off_is_ended_and_its_state_waits_for_the_answer()
    {
        const string Psi = "sip:conference@example.org";
        var old = JobSamples.Subscription().WithSets(new ImplicitRegistrationSet { PublicIdentities = [JobSamples.Psi(Psi)] });
        var off = old.WithSets(new ImplicitRegistrationSet { PublicIdentities = [JobSamples.Psi(Psi, active: false)] });
        var consequences = RegistrationConsequences.Of(old, [PsiAtX], off, [PsiAtX]);
        Assert.Equal(["RTR 0 x one [conference] waits"], consequences.Jobs.Select(Text));
        Assert.Equal("Unregistered x", Text(consequences.States));
        Assert.Empty(RegistrationConsequences.Of(off, [PsiAtX], old, [PsiAtX]).Jobs);
    }

    public static TheoryData<string, RegistrationState[], string[]> Removals => new()
    {
        { "not registered", [None, Pending], [] },
        { "the same phones in both sets: one request", [ByBoth, ByBoth], ["RTR 0 x one+two [one +12125550001 work]"] },
        { "different phones", [ByBoth, ByTwo], ["RTR 0 x one+two [one +12125550001]", "RTR 0 x two [work]"] },
        { "different servers", [ByOne, Registered(Y, One)], ["RTR 0 x one [one +12125550001]", "RTR 0 y one [work]"] },
        { "unregistered", [None, Unregistered], ["RTR 0 x one [work]"] },
    };

    [Theory, MemberData(nameof(Removals))]
    public void Removed(string row, RegistrationState[] states, string[] told)
    {
        var jobs = RegistrationConsequences.OfRemoval(JobSamples.Subscription(), [.. states]);
        Assert.True(told.SequenceEqual(jobs.Select(Text)), $"{row}: {string.Join("; ", jobs.Select(Text))}");
    }
}
