using System.Text;
using Hss.Authentication;

namespace Hss.Subscribers.Tests;

public sealed class SubscriptionJsonReadTests
{
    private static readonly Subscription s_full = SampleDocuments.Subscription(SampleDocuments.Full);

    [Fact]
    public void Identities_and_sets_arrive_as_written()
    {
        Assert.Equal("full-1", s_full.SubscriptionId);
        Assert.Equal(["alice@example.com", "fixed@example.com"], s_full.PrivateIdentities.Select(p => p.Identity));
        var set = s_full.ImplicitRegistrationSets[0];
        Assert.Equal(["sip:alice@example.com", "sip:+12125550001@example.com", "tel:+12125550001", "sip:desk!.*!@example.com"],
            set.PublicIdentities.Select(p => p.Identity));
        Assert.Equal([true, false, false, false], set.PublicIdentities.Select(p => p.Barred));
        Assert.Equal("Alice & <Co>", set.PublicIdentities[1].DisplayName);
        Assert.Equal("a", set.PublicIdentities[2].AliasGroup);
        Assert.Equal(PublicIdentityType.WildcardedImpu, set.PublicIdentities[3].Type);
        Assert.Equal<string>(["alice@example.com"], set.PrivateIdentities);
        Assert.Equal([PublicIdentityType.DistinctPsi, PublicIdentityType.WildcardedPsi],
            s_full.ImplicitRegistrationSets[1].PublicIdentities.Select(p => p.Type));
        Assert.Equal("sip:+12125550001@example.com", set.DefaultIdentity!.Identity);
        Assert.Null(s_full.ImplicitRegistrationSets[1].DefaultIdentity);
        Assert.Equal(["alice@example.com"], s_full.PrivateIdentitiesOf(0).Select(p => p.Identity));
        Assert.Equal(["alice@example.com", "fixed@example.com"], s_full.PrivateIdentitiesOf(1).Select(p => p.Identity));
    }

    [Fact]
    public void Keys_become_credentials()
    {
        var aka = s_full.PrivateIdentities[0];
        Assert.Equal(SampleDocuments.K, Convert.ToHexString(aka.Credentials.Aka!.K.Reveal()));
        Assert.Equal("B9912FCE303952B8E4AF328992D3D497", Convert.ToHexString(aka.Credentials.Aka.Opc.Reveal()));
        Assert.Equal(0x8000, aka.Credentials.Aka.Amf);
        Assert.Equal(0x3e0UL, aka.InitialSqn);
        Assert.Null(aka.Credentials.Digest);
        Assert.Equal(AuthenticationSchemes.DigestAkaV1Md5, aka.AllowedSchemes);
        Assert.Equal(AuthenticationSchemes.DigestAkaV1Md5, aka.DefaultScheme);
        var digest = s_full.PrivateIdentities[1];
        Assert.Equal("example.com", digest.Credentials.Digest!.Realm);
        Assert.Equal(SampleDocuments.Password, Encoding.UTF8.GetString(digest.Credentials.Digest.Password!.Reveal()));
        Assert.Equal(AuthenticationSchemes.SipDigest | AuthenticationSchemes.LegacyDigestMd5, digest.AllowedSchemes);
        Assert.Equal(AuthenticationSchemes.LegacyDigestMd5, digest.DefaultScheme);
    }

    [Fact]
    public void Filters_come_sorted_and_complete()
    {
        var filters = s_full.FindServiceProfile("volte")!.InitialFilterCriteria;
        Assert.Equal([10, 20, 400], filters.Select(f => f.Priority));
        var written = filters[0];
        Assert.Null(written.Origin);
        Assert.Equal(ProfilePartIndicator.Unregistered, written.ProfilePartIndicator);
        Assert.True(written.TriggerPoint!.ConditionTypeCnf);
        var triggers = written.TriggerPoint.ServicePointTriggers;
        Assert.Equal("INVITE", triggers[0].Method);
        Assert.True(triggers[1].Negated);
        Assert.Equal(SessionCase.TerminatingUnregistered, triggers[1].SessionCase);
        Assert.Equal("^sip:[0-9]{3}@", triggers[2].RequestUri);
        Assert.Equal(new HeaderCondition("Accept", "text/.*"), triggers[3].SipHeader);
        Assert.Equal<int>([3, 4], triggers[3].Groups);
        Assert.Equal(new SessionDescriptionCondition("m", "audio|video"), triggers[4].SessionDescription);
        Assert.Equal(new ApplicationServer { ServerName = "sip:as2.example.com", DefaultHandling = DefaultHandling.SessionContinued, ServiceInfo = "a\nb" },
            written.ApplicationServer);
        Assert.Equal<RegistrationType>([RegistrationType.InitialRegistration, RegistrationType.DeRegistration], filters[1].TriggerPoint!.ServicePointTriggers[0].RegistrationTypes);
        Assert.True(filters[1].ApplicationServer.IncludeRegisterRequest && filters[1].ApplicationServer.IncludeRegisterResponse);
        Assert.Equal("mmtel-originating", filters[2].Origin!.Template);
        Assert.Equal<KeyValuePair<string, string>>([KeyValuePair.Create("as_uri", "sip:as.example.com:5090")], filters[2].Origin!.Parameters);
        Assert.Equal("sip:as.example.com:5090", filters[2].ApplicationServer.ServerName);
    }

    [Fact]
    public void Routing_charging_and_roaming_arrive_as_written()
    {
        Assert.Equal<uint>([1u, uint.MaxValue], s_full.ServerCapabilities!.Mandatory);
        Assert.Equal<uint>([2u], s_full.ServerCapabilities.Optional);
        Assert.Equal(new ChargingAddresses("aaa://ccf.example.com", "aaa://ccf2.example.com", "aaa://ecf.example.com:3868;transport=tcp", "aaas://ecf2.example.com"),
            s_full.Charging);
        Assert.Equal<string>(["example.com", "visited.example.net"], s_full.AllowedVisitedNetworks!.Value);
        Assert.False(s_full.RegistrationAllowed);
    }

    [Fact]
    public void What_is_absent_has_the_value_of_the_contract()
    {
        var subscription = SampleDocuments.Subscription("""
            {"subscriptionId":"s","privateIdentities":[{"identity":"a@Example.com","aka":{"k":"8baf473f2f8fd09487cccbd7097c6862","opc":"b9912fce303952b8e4af328992d3d497","amf":"0000"},
             "sipDigest":{"ha1Md5":"F723FBD53694C204D4305D3DB51F174A"}}],
             "implicitRegistrationSets":[{"publicIdentities":[{"identity":"SIP:A@Example.com;x=y","serviceProfile":"p"}]}],
             "serviceProfiles":[{"name":"p"}],"serverCapabilities":{}}
            """);
        var identity = subscription.PrivateIdentities[0];
        Assert.Equal("a@example.com", identity.Identity);
        Assert.Equal(0UL, identity.InitialSqn);
        Assert.Equal("example.com", identity.Credentials.Digest!.Realm);
        Assert.Equal(SampleDocuments.Ha1Md5, Encoding.ASCII.GetString(identity.Credentials.Digest.Ha1Md5.Reveal()));
        Assert.Null(identity.Credentials.Digest.Ha1Sha256);
        Assert.Null(identity.Credentials.Digest.Password);
        Assert.Equal(AuthenticationSchemes.DigestAkaV1Md5 | AuthenticationSchemes.SipDigest, identity.AllowedSchemes);
        Assert.Equal(AuthenticationSchemes.DigestAkaV1Md5, identity.DefaultScheme);
        Assert.Equal("sip:A@example.com", subscription.ImplicitRegistrationSets[0].PublicIdentities[0].Identity);
        Assert.Empty(subscription.ServiceProfiles[0].InitialFilterCriteria);
        Assert.Null(subscription.ServerCapabilities);
        Assert.Null(subscription.Charging);
        Assert.Null(subscription.AllowedVisitedNetworks);
        Assert.True(subscription.RegistrationAllowed);
    }

    [Fact]
    public void A_password_that_is_not_to_be_kept_leaves_only_hashes()
    {
        var subscription = SampleDocuments.Subscription(SampleDocuments.With(d =>
        {
            var identity = d["privateIdentities"]![1]!.AsObject();
            identity["sipDigest"]!.AsObject().Remove("keepPasswordForLegacyDigestMd5");
            identity.Remove("allowedSchemes");
            identity.Remove("defaultScheme");
        }));
        var digest = subscription.PrivateIdentities[1];
        Assert.Null(digest.Credentials.Digest!.Password);
        Assert.Equal(AuthenticationSchemes.SipDigest, digest.AllowedSchemes);
        Assert.Equal(32, digest.Credentials.Digest.Ha1Md5.LengthBytes);
        Assert.Equal(64, digest.Credentials.Digest.Ha1Sha256!.LengthBytes);
    }

    [Fact]
    public void All_kinds_of_registration_are_written_as_none()
    {
        var subscription = SampleDocuments.Subscription(SampleDocuments.With(d =>
            d["serviceProfiles"]![0]!["initialFilterCriteria"]![2]!["triggerPoint"]!["servicePointTriggers"]![0]!["registrationTypes"] =
                new System.Text.Json.Nodes.JsonArray("INITIAL_REGISTRATION", "RE-REGISTRATION", "DE_REGISTRATION")));
        Assert.Empty(subscription.FindServiceProfile("volte")!.InitialFilterCriteria[1].TriggerPoint!.ServicePointTriggers[0].RegistrationTypes);
    }

    [Fact]
    public void A_byte_order_mark_before_the_document_is_ignored() =>
        Assert.NotNull(SubscriptionJson.Read((byte[])[0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(SampleDocuments.Full)], SampleDocuments.Templates).Subscription);
}
