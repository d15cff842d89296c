namespace Hss.Subscribers.Tests;

/// <summary>LIA 2003 or 5003: which filters are services of the unregistered state (TS 29.228 6.1.4).</summary>
public sealed class UnregisteredServicesTests
{
    private const string Invite = """{"groups":[0],"method":"INVITE"}""";
    private const string Register = """{"groups":[0],"method":"REGISTER"}""";

    public static readonly TheoryData<bool, string, string> Rows = new()
    {
        // unconditional
        { true, "", "" },
        { true, "", "UNREGISTERED" },
        { false, "", "REGISTERED" },
        // no session case: it can fire, whatever stands beside it
        { true, $"false:{Invite}", "" },
        { true, $"false:{Invite}", "UNREGISTERED" },
        { false, $"false:{Invite}", "REGISTERED" },
        { true, """false:{"groups":[0],"sipHeader":{"header":"Accept"}}""", "" },
        { true, """false:{"groups":[0],"negated":true,"requestUri":"x"}""", "" },
        // REGISTER is never a terminating session
        { false, $"false:{Register}", "" },
        { false, $"true:{Register}", "" },
        { false, """false:{"groups":[0],"method":"REGISTER","registrationTypes":["DE_REGISTRATION"]}""", "UNREGISTERED" },
        { true, """false:{"groups":[0],"negated":true,"method":"REGISTER"}""", "" },
        // session cases
        { true, """false:{"groups":[0],"sessionCase":"TERMINATING_UNREGISTERED"}""", "" },
        { false, """false:{"groups":[0],"sessionCase":"TERMINATING_REGISTERED"}""", "" },
        { false, """false:{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}""", "UNREGISTERED" },
        { false, """false:{"groups":[0],"sessionCase":"ORIGINATING_UNREGISTERED"}""", "" },
        { false, """false:{"groups":[0],"negated":true,"sessionCase":"TERMINATING_UNREGISTERED"}""", "" },
        { true, """false:{"groups":[0],"negated":true,"sessionCase":"ORIGINATING_REGISTERED"}""", "" },
        // DNF: all of one group
        { true, $$"""false:{{Invite}},{"groups":[0],"sessionCase":"TERMINATING_UNREGISTERED"}""", "" },
        { false, $$"""false:{{Invite}},{"groups":[0],"sessionCase":"TERMINATING_REGISTERED"}""", "" },
        { true, $$"""false:{{Invite}},{"groups":[1],"sessionCase":"TERMINATING_REGISTERED"}""", "" },
        { false, $$"""false:{{Register}},{"groups":[1],"sessionCase":"TERMINATING_REGISTERED"}""", "" },
        { false, $$"""false:{{Register}},{"groups":[0],"sessionCase":"TERMINATING_UNREGISTERED"}""", "" },
        { true, $$"""false:{{Invite}},{"groups":[0,1],"sessionCase":"TERMINATING_REGISTERED"},{"groups":[2],"sessionCase":"TERMINATING_UNREGISTERED"}""", "" },
        // CNF: one of every group
        { true, $$"""true:{{Invite}},{"groups":[1],"sessionCase":"TERMINATING_REGISTERED"},{"groups":[1],"sessionCase":"TERMINATING_UNREGISTERED"}""", "" },
        { false, $$"""true:{{Invite}},{"groups":[1],"sessionCase":"TERMINATING_REGISTERED"},{"groups":[1],"sessionCase":"ORIGINATING_REGISTERED"}""", "" },
        { true, $$"""true:{{Invite}},{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}""", "" },
        { false, $$"""true:{{Invite}},{"groups":[0,1],"sessionCase":"ORIGINATING_REGISTERED"}""", "" },
        { false, $$"""true:{{Register}},{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}""", "" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_filter_counts_when_it_can_fire_for_a_call_to_an_absent_user(bool expected, string trigger, string part)
    {
        var cnf = trigger.Split(':', 2);
        var filter = "{\"priority\":1," + (part.Length == 0 ? "" : $"\"profilePartIndicator\":\"{part}\",")
            + (trigger.Length == 0 ? "" : $"\"triggerPoint\":{{\"conditionTypeCnf\":{cnf[0]},\"servicePointTriggers\":[{cnf[1]}]}},")
            + "\"applicationServer\":{\"serverName\":\"sip:as.example.com\"}}";
        Assert.Equal(expected, With(filter).HasUnregisteredServices(0));
    }

    [Theory]
    [InlineData("mmtel-originating", false)]
    [InlineData("mmtel-terminating", true)]
    [InlineData("third-party-register", false)]
    [InlineData("smsip-mo", false)]
    [InlineData("ussd", false)]
    [InlineData("voicemail-unregistered", true)]
    public void Of_the_templates_two_are_services_of_the_unregistered_state(string template, bool expected) =>
        Assert.Equal(expected, With($"{{\"template\":\"{template}\",\"parameters\":{{\"as_uri\":\"sip:as.example.com\"}}}}").HasUnregisteredServices(0));

    [Fact]
    public void The_answer_belongs_to_the_identity_and_its_profile()
    {
        var subscription = With("""{"template":"voicemail-unregistered","parameters":{"as_uri":"sip:as.example.com"}}""");
        var identities = subscription.ImplicitRegistrationSets[0].PublicIdentities;
        Assert.True(subscription.HasUnregisteredServices(identities[0]));
        Assert.False(subscription.HasUnregisteredServices(identities[1]));
        Assert.False(subscription.HasUnregisteredServices(1));
    }

    [Fact]
    public void A_changed_copy_gives_its_own_answers()
    {
        var subscription = With("""{"template":"voicemail-unregistered","parameters":{"as_uri":"sip:as.example.com"}}""");
        Assert.True(subscription.HasUnregisteredServices(0));
        var copy = subscription with { ServiceProfiles = [.. subscription.ServiceProfiles.Select(p => p with { InitialFilterCriteria = [] })] };
        Assert.False(copy.HasUnregisteredServices(0));
        Assert.True(subscription.HasUnregisteredServices(0));
        Assert.Equal(subscription, subscription with { });
    }

    private static Subscription With(string filter) => SampleDocuments.Subscription($$$"""
        {"subscriptionId":"s","privateIdentities":[{"identity":"a@example.com","sipDigest":{"ha1Md5":"f723fbd53694c204d4305d3db51f174a"}}],
         "implicitRegistrationSets":[
          {"publicIdentities":[{"identity":"sip:a@example.com","serviceProfile":"p"},{"identity":"sip:b@example.com","serviceProfile":"q"}]},
          {"publicIdentities":[{"identity":"sip:c@example.com","serviceProfile":"q"}]}],
         "serviceProfiles":[{"name":"p","initialFilterCriteria":[{{{filter}}}]},{"name":"q"}]}
        """);
}
