using System.Text;
using Hss.Authentication;

namespace Hss.Subscribers.Tests;

/// <summary>The three subscribers that the server imports with --demo.</summary>
public sealed class DemoSubscribersTests
{
    private const string Realm = "ims.mnc001.mcc001.3gppnetwork.org";

    private static readonly Subscription[] s_demo = [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "db", "demo.jsonl")).Select(SampleDocuments.Subscription)];

    [Fact]
    public void Every_line_is_a_subscription_without_a_warning()
    {
        Assert.Equal(3, s_demo.Length);
        foreach (var line in File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "db", "demo.jsonl"))) Assert.Empty(SampleDocuments.Read(line).Warnings);
    }

    [Theory]
    [InlineData(0, "001010000000001", "+12125550001")]
    [InlineData(1, "001010000000002", "+12125550002")]
    [InlineData(2, "001010000000003", "+12125550003")]
    public void Each_has_one_private_identity_and_three_public_ones(int index, string user, string number)
    {
        var subscription = s_demo[index];
        Assert.Equal($"{user}@{Realm}", Assert.Single(subscription.PrivateIdentities).Identity);
        var set = Assert.Single(subscription.ImplicitRegistrationSets);
        Assert.Equal([$"sip:{user}@{Realm}", $"sip:{number}@{Realm}", $"tel:{number}"], set.PublicIdentities.Select(p => p.Identity));
        Assert.Equal($"sip:{user}@{Realm}", set.DefaultIdentity!.Identity);
        Assert.Equal<string>([$"sip:scscf.{Realm}:6060"], subscription.ServerCapabilities!.ServerNames);
        Assert.Null(subscription.AllowedVisitedNetworks);
        UserDataSchema.Validate(UserDataXml.Write(subscription, 0, subscription.PrivateIdentities[0].Identity));
    }

    [Fact]
    public void The_two_cards_and_the_line_have_the_credentials_of_the_test_phones()
    {
        foreach (var card in s_demo[..2])
        {
            var identity = card.PrivateIdentities[0];
            Assert.Equal("B9912FCE303952B8E4AF328992D3D497", Convert.ToHexString(identity.Credentials.Aka!.Opc.Reveal()));
            Assert.Equal(0x8000, identity.Credentials.Aka.Amf);
            Assert.Equal(AuthenticationSchemes.DigestAkaV1Md5, identity.AllowedSchemes);
        }
        var line = s_demo[2].PrivateIdentities[0];
        Assert.Equal(AuthenticationSchemes.SipDigest, line.AllowedSchemes);
        Assert.Equal(AuthenticationSchemes.SipDigest, line.DefaultScheme);
        Assert.Equal(Realm, line.Credentials.Digest!.Realm);
        Assert.Equal("f723fbd53694c204d4305d3db51f174a", Encoding.ASCII.GetString(line.Credentials.Digest.Ha1Md5.Reveal()));
        Assert.Null(line.Credentials.Digest.Password);
    }

    [Fact]
    public void Calls_of_the_first_go_to_its_application_server_and_nobody_has_unregistered_services()
    {
        Assert.Contains("<Method>INVITE</Method></SPT><SPT><ConditionNegated>0</ConditionNegated><Group>0</Group><SessionCase>0</SessionCase></SPT></TriggerPoint>"
            + $"<ApplicationServer><ServerName>sip:as.{Realm}:5090;lr</ServerName>",
            Encoding.UTF8.GetString(UserDataXml.Write(s_demo[0], 0, $"001010000000001@{Realm}").Span), StringComparison.Ordinal);
        Assert.All(s_demo[1..], s => Assert.All(s.ServiceProfiles, p => Assert.Empty(p.InitialFilterCriteria)));
        Assert.All(s_demo, s => Assert.False(s.HasUnregisteredServices(0)));
    }
}
