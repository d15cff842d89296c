using Grpc.Core;
using Hss.Authentication;
using Hss.Procedures.Cx;
using Hss.Procedures.Tests;
using Hss.Provisioning.Tests.Support;
using Hss.Subscribers;
using static Hss.Provisioning.Tests.Support.SampleSubscriptions;
using static Hss.Provisioning.Tests.Support.ServiceRig;

namespace Hss.Provisioning.Tests;

/// <summary>What is explained is what the procedures answer: each case is put to the service and, as UAR and MAR, to the whole node over the same store.</summary>
public sealed class IdentityExplanationTests
{
    private const string Home = Realm;
    private const string Visited = "ims.mnc002.mcc262.3gppnetwork.org";
    private const string Unknown = "DIAMETER_ERROR_USER_UNKNOWN";
    private const string DontMatch = "DIAMETER_ERROR_IDENTITIES_DONT_MATCH";
    private const string Rejected = "DIAMETER_AUTHORIZATION_REJECTED";
    private const string First = "DIAMETER_FIRST_REGISTRATION";

    public static TheoryData<string, string, string, string, string> Cases => new()
    {
        // private identity, public identity, visited network, result, the mend
        { PrivateOf(1), SipOf(1), Home, First, "would be let through" },
        { PrivateOf(1), TelOf(1), Home, First, "would be let through" },
        { PrivateOf(1).Replace("ims.", "IMS.", StringComparison.Ordinal), "SIP:" + PrivateOf(1) + ";user=phone", Home, First, "it is looked up as" },
        { "nobody@" + Realm, SipOf(1), Home, Unknown, "no subscription has the private identity" },
        { "001010000000001@ims.mnc001.mcc001.example.org", SipOf(1), Home, Unknown, "mend the realm" },
        { "001010000000001", SipOf(1), Home, Unknown, "subscription " + IdOf(1) + " has " + PrivateOf(1) },
        { "line1@" + Realm, SipOf(1), Home, DontMatch, "move one of them" },
        { "a b@" + Realm, SipOf(1), Home, Unknown, "holds a blank" },
        { PrivateOf(1), "2125550001", Home, Unknown, "begin it with sip: or tel:" },
        { PrivateOf(1), "sip:nobody@" + Realm, Home, Unknown, "add it to subscription " + IdOf(1) },
        { PrivateOf(1), "sip:+12120000001@" + Realm, Home, Unknown, "has tel:+12120000001: add" },
        { PrivateOf(2), SipOf(2), Home, Rejected, "registrationAllowed is false" },
        { PrivateOf(3), SipOf(3), Home, Rejected, "every identity of its set" },
        { PrivateOf(4), SipOf(4), Home, First, "registering it brings up its set" },
        { PrivateOf(5), SipOf(5), Home, "DIAMETER_ERROR_ROAMING_NOT_ALLOWED", "add it there" },
        { PrivateOf(5), SipOf(5), Visited, First, "is among allowedVisitedNetworks" },
        { PrivateOf(5), SipOf(5), "\"" + Visited + "\"", First, "is among allowedVisitedNetworks" },
        { "services@" + Realm, "sip:chat@" + Realm, Home, Unknown, "public service identity" },
        { "services@" + Realm, "sip:room-7@" + Realm, Home, Unknown, "falls into the wildcard sip:room-!.*!@" },
        { "services@" + Realm, "sip:room-!.*!@" + Realm, Home, Unknown, "" },
        { "tablet@" + Realm, SipOf(6), Home, First, "names the private identity" },
        { PrivateOf(6), SipOf(6), Home, DontMatch, "is only for tablet@" },
        { "line1@" + Realm, "sip:line1@" + Realm, Home, First, "SIP Digest is the default" },
    };

    [Theory, MemberData(nameof(Cases))]
    public async Task The_result_is_the_one_the_node_gives(string privateIdentity, string publicIdentity, string visitedNetwork, string result, string mend)
    {
        await using var rig = await FilledAsync();
        await using var peer = await CxPeer.ConnectAsync(rig.Store);
        var explained = await ExplainAsync(rig, privateIdentity, publicIdentity, visitedNetwork);
        Assert.Equal(result, explained.Result);
        Assert.Contains(explained.Steps, step => (step.What + step.Explanation + explained.Summary).Contains(mend, StringComparison.Ordinal));
        Assert.Equal(explained.MayRegister, explained.Steps.All(step => step.Holds || !step.IsNeededToRegister));

        var answered = (await peer.AskAsync(CxRequests.Uar(privateIdentity, publicIdentity, visited: visitedNetwork))).Result;
        Assert.Equal(explained.Result, NameOf(answered));
        if (!explained.MayRegister) return;
        Assert.Equal("R:2001", (await peer.AskAsync(CxRequests.Mar(privateIdentity, publicIdentity, AuthenticationScheme.Unknown))).Result);
        // The MAR left its mark: an S-CSCF is assigned, and an authentication is under way.
        var after = await ExplainAsync(rig, privateIdentity, publicIdentity, visitedNetwork);
        Assert.Equal("DIAMETER_SUBSEQUENT_REGISTRATION", after.Result);
        Assert.Equal(NameOf((await peer.AskAsync(CxRequests.Uar(privateIdentity, publicIdentity, visited: visitedNetwork))).Result), after.Result);
        Assert.False(after.Steps.Single(step => step.What == "no authentication is under way").Holds);
    }

    [Fact]
    public async Task Without_credentials_the_answer_to_MAR_is_told()
    {
        var store = new InMemorySubscriberStore();
        var alice = TestSubscriptions.AliceSubscription();
        store.Add(alice with { PrivateIdentities = [.. alice.PrivateIdentities.Select(user => user with { AllowedSchemes = AuthenticationSchemes.SipDigest, DefaultScheme = AuthenticationSchemes.SipDigest })] });
        var explained = await new IdentityExplanation(store, new CxOptions()).ExplainAsync(
            new() { PrivateIdentity = TestSubscriptions.Alice, PublicIdentity = TestSubscriptions.AliceSip }, default);
        Assert.Equal(("DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED", false), (explained.Result, explained.MayRegister));
        Assert.Contains("SIP Digest is the default", explained.Steps.Single(step => step.What == "authentication is possible").Explanation, StringComparison.Ordinal);
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("E:5006", (await peer.AskAsync(CxRequests.Mar(TestSubscriptions.Alice, TestSubscriptions.AliceSip, AuthenticationScheme.Unknown))).Result);
    }

    [Fact]
    public async Task What_stands_now_is_told()
    {
        await using var rig = await FilledAsync();
        await using var peer = await CxPeer.ConnectAsync(rig.Store);
        await peer.AskAsync(CxRequests.Mar(PrivateOf(1), SipOf(1), AuthenticationScheme.Unknown));
        await peer.AskAsync(CxRequests.Sar(1, PrivateOf(1), [SipOf(1)]));
        var explained = await ExplainAsync(rig, PrivateOf(1), SipOf(1), "");
        Assert.True(explained.MayRegister);
        Assert.Contains(CxRequests.ScscfName, explained.Summary, StringComparison.Ordinal);
        Assert.True(Step(explained, "public identity is registered now").Holds);
        Assert.True(Step(explained, "the S-CSCF knows what is provisioned").Holds);
        Assert.False(Step(explained, "service profile has filters").IsNeededToRegister);

        // Another charging address has to be told to the S-CSCF, and nobody sends it here.
        await rig.UpdateAsync(new V1.Subscription { SubscriptionId = IdOf(1), Charging = new() { PrimaryCollection = "aaa://ccf.example.org" } });
        var owed = Step(await ExplainAsync(rig, PrivateOf(1), SipOf(1), ""), "the S-CSCF knows what is provisioned");
        Assert.False(owed.Holds);
        Assert.Contains("wait for scscf." + Realm, owed.Explanation, StringComparison.Ordinal);

        // Deleting it writes the RTR in the same commit.
        await rig.DeleteAsync(IdOf(1));
        Assert.Contains(await rig.Store.ReadJobsAsync(new() { SubscriptionId = IdOf(1) }, default), job => job.Kind == CxJobKind.RegistrationTermination);
    }

    [Fact]
    public async Task One_identity_is_enough_when_it_leaves_no_choice()
    {
        await using var rig = await FilledAsync();
        Assert.True((await ExplainAsync(rig, "", TelOf(1), "")).MayRegister);
        Assert.True((await ExplainAsync(rig, PrivateOf(1), "", "")).MayRegister);
        Assert.Equal(Unknown, (await ExplainAsync(rig, "", "tel:+19999999999", "")).Result);
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => ExplainAsync(rig, "", "", ""));
        var refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => ExplainAsync(rig, "", TelOf(4), ""));
        Assert.Contains("second@", refusal.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<ServiceRig> FilledAsync()
    {
        var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        var noRight = Mobile(2);
        noRight.RegistrationAllowed = false;
        var barred = Mobile(3);
        foreach (var identity in barred.ImplicitRegistrationSets[0].PublicIdentities) identity.Barred = true;
        var halfBarred = Mobile(4);
        halfBarred.ImplicitRegistrationSets[0].PublicIdentities[0].Barred = true;
        halfBarred.PrivateIdentities.Add(new V1.PrivateIdentity { Identity = "second@" + Realm, Aka = new() { K = K, Op = Op, Amf = "8000" } });
        var abroad = Mobile(5);
        abroad.AllowedVisitedNetworks.Add(Visited);
        var tablet = Mobile(6);
        tablet.PrivateIdentities.Add(new V1.PrivateIdentity { Identity = "tablet@" + Realm, Aka = new() { K = OtherK, Op = Op, Amf = "8000" } });
        tablet.ImplicitRegistrationSets[0].PrivateIdentities.Add("tablet@" + Realm);
        foreach (var message in new[] { noRight, barred, halfBarred, abroad, tablet, Fixed(1), Services() }) await rig.CreateAsync(message);
        return rig;
    }

    private static V1.Subscription Services() => new()
    {
        SubscriptionId = "services",
        PrivateIdentities = { new V1.PrivateIdentity { Identity = "services@" + Realm, Aka = new() { K = K, Op = Op, Amf = "8000" } } },
        ImplicitRegistrationSets =
        {
            new V1.ImplicitRegistrationSet { PublicIdentities = { new V1.PublicIdentity
            {
                Identity = "sip:chat@" + Realm, ServiceProfile = "plain", IdentityType = V1.PublicIdentity.Types.IdentityType.DistinctPsi,
            } } },
            new V1.ImplicitRegistrationSet { PublicIdentities = { new V1.PublicIdentity
            {
                Identity = "sip:room-!.*!@" + Realm, ServiceProfile = "plain", IdentityType = V1.PublicIdentity.Types.IdentityType.WildcardedPsi,
            } } },
        },
        ServiceProfiles = { new V1.ServiceProfile { Name = "plain" } },
    };

    private static V1.ExplainIdentityResponse.Types.Step Step(V1.ExplainIdentityResponse response, string what) => response.Steps.Single(step => step.What == what);

    private static Task<V1.ExplainIdentityResponse> ExplainAsync(ServiceRig rig, string privateIdentity, string publicIdentity, string visitedNetwork) =>
        rig.SaysAsync(rig.Subscriptions.ExplainIdentity(
            new() { PrivateIdentity = privateIdentity, PublicIdentity = publicIdentity, VisitedNetwork = visitedNetwork }, Call("ExplainIdentity")));

    private static string NameOf(string answered) => answered switch
    {
        "E:2001" => First,
        "E:2002" => "DIAMETER_SUBSEQUENT_REGISTRATION",
        "E:5001" => Unknown,
        "E:5002" => DontMatch,
        "E:5004" => "DIAMETER_ERROR_ROAMING_NOT_ALLOWED",
        "R:5003" => Rejected,
        _ => answered,
    };
}
