using System.Text;
using System.Xml.Linq;

namespace Hss.Subscribers.Tests;

public sealed class UserDataXmlTests
{
    private static readonly Subscription s_full = SampleDocuments.Subscription(SampleDocuments.Full);

    [Fact]
    public void The_whole_profile_of_a_set()
    {
        const string expected = """
            <?xml version="1.0" encoding="utf-8"?><IMSSubscription><PrivateID>alice@example.com</PrivateID>
            <ServiceProfile>
            <PublicIdentity><Identity>sip:+12125550001@example.com</Identity><Extension><Extension><DisplayName>Alice &amp; &lt;Co&gt;</DisplayName></Extension></Extension></PublicIdentity>
            <PublicIdentity><Identity>tel:+12125550001</Identity></PublicIdentity>
            #FILTERS#
            </ServiceProfile>
            <ServiceProfile>
            <PublicIdentity><BarringIndication>1</BarringIndication><Identity>sip:alice@example.com</Identity></PublicIdentity>
            #FILTERS#
            </ServiceProfile>
            <ServiceProfile>
            <PublicIdentity><Identity>sip:desk!.*!@example.com</Identity><Extension><IdentityType>4</IdentityType></Extension></PublicIdentity>
            </ServiceProfile>
            </IMSSubscription>
            """;
        const string filters = """
            <InitialFilterCriteria><Priority>10</Priority><TriggerPoint><ConditionTypeCNF>1</ConditionTypeCNF>
            <SPT><ConditionNegated>0</ConditionNegated><Group>0</Group><Method>INVITE</Method></SPT>
            <SPT><ConditionNegated>1</ConditionNegated><Group>1</Group><SessionCase>2</SessionCase></SPT>
            <SPT><ConditionNegated>0</ConditionNegated><Group>2</Group><RequestURI>^sip:[0-9]{3}@</RequestURI></SPT>
            <SPT><ConditionNegated>0</ConditionNegated><Group>3</Group><Group>4</Group><SIPHeader><Header>Accept</Header><Content>text/.*</Content></SIPHeader></SPT>
            <SPT><ConditionNegated>0</ConditionNegated><Group>4</Group><SessionDescription><Line>m</Line><Content>audio|video</Content></SessionDescription></SPT>
            </TriggerPoint><ApplicationServer><ServerName>sip:as2.example.com</ServerName><DefaultHandling>0</DefaultHandling><ServiceInfo>a&#xA;b</ServiceInfo></ApplicationServer><ProfilePartIndicator>1</ProfilePartIndicator></InitialFilterCriteria>
            <InitialFilterCriteria><Priority>20</Priority><TriggerPoint><ConditionTypeCNF>0</ConditionTypeCNF>
            <SPT><ConditionNegated>0</ConditionNegated><Group>0</Group><Method>REGISTER</Method><Extension><RegistrationType>0</RegistrationType><RegistrationType>2</RegistrationType></Extension></SPT>
            </TriggerPoint><ApplicationServer><ServerName>sip:as3.example.com</ServerName><DefaultHandling>1</DefaultHandling><Extension><IncludeRegisterRequest></IncludeRegisterRequest><IncludeRegisterResponse></IncludeRegisterResponse></Extension></ApplicationServer></InitialFilterCriteria>
            <InitialFilterCriteria><Priority>400</Priority><TriggerPoint><ConditionTypeCNF>0</ConditionTypeCNF>
            <SPT><ConditionNegated>0</ConditionNegated><Group>0</Group><Method>INVITE</Method></SPT>
            <SPT><ConditionNegated>0</ConditionNegated><Group>0</Group><SessionCase>0</SessionCase></SPT>
            </TriggerPoint><ApplicationServer><ServerName>sip:as.example.com:5090</ServerName><DefaultHandling>0</DefaultHandling></ApplicationServer></InitialFilterCriteria>
            """;
        var actual = UserDataXml.Write(s_full, 0, "alice@example.com");
        UserDataSchema.Validate(actual);
        // A line end in ServiceInfo may be written as itself or as a reference; both are the same text.
        Assert.Equal(Line(expected.Replace("#FILTERS#", filters, StringComparison.Ordinal)),
            Encoding.UTF8.GetString(actual.Span).Replace("a\nb", "a&#xA;b", StringComparison.Ordinal));
    }

    [Fact]
    public void Public_service_identities_have_their_type()
    {
        var actual = UserDataXml.Write(s_full, 1, "alice@example.com");
        UserDataSchema.Validate(actual);
        Assert.Equal(Line("""
            <?xml version="1.0" encoding="utf-8"?><IMSSubscription><PrivateID>alice@example.com</PrivateID><ServiceProfile>
            <PublicIdentity><Identity>sip:conference@example.com</Identity><Extension><IdentityType>1</IdentityType></Extension></PublicIdentity>
            <PublicIdentity><Identity>sip:room!.*!@example.com</Identity><Extension><IdentityType>2</IdentityType></Extension></PublicIdentity>
            </ServiceProfile></IMSSubscription>
            """), Encoding.UTF8.GetString(actual.Span));
    }

    [Theory]
    // identity:profile:alias group, "!" before a barred one; then the elements expected.
    [InlineData("a:p: b:p: c:p:", "a,b,c")]
    [InlineData("a:p: b:q: c:p:", "a,c|b")]
    [InlineData("!a:p: b:q: c:p:", "b|a,c")]
    [InlineData("!a:p: b:p: c:q:", "b,a|c")]
    [InlineData("!a:p: !b:q:", "a|b")]
    [InlineData("a:p:1 b:p:2 c:p:1 d:p:", "a,c|b|d")]
    [InlineData("!a:p:1 b:p:2 c:p:1 d:p:2", "b,d|a,c")]
    public void Identities_are_grouped_by_profile_and_alias_group_with_the_default_one_first(string identities, string expected)
    {
        var set = identities.Split(' ').Select(text => text.Split(':')).Select(parts => new PublicIdentity
        {
            Identity = $"sip:{parts[0].TrimStart('!')}@example.com",
            Barred = parts[0].StartsWith('!'),
            ServiceProfile = parts[1],
            AliasGroup = parts[2].Length == 0 ? null : parts[2],
        });
        var subscription = s_full with
        {
            ImplicitRegistrationSets = [new() { PublicIdentities = [.. set] }],
            ServiceProfiles = [new() { Name = "p", InitialFilterCriteria = [] }, new() { Name = "q", InitialFilterCriteria = [] }],
        };
        var utf8 = UserDataXml.Write(subscription, 0, "alice@example.com");
        UserDataSchema.Validate(utf8);
        var elements = XDocument.Parse(Encoding.UTF8.GetString(utf8.Span)).Root!.Elements("ServiceProfile");
        Assert.Equal(expected, string.Join('|', elements.Select(e => string.Join(',', e.Descendants("Identity").Select(i => i.Value[4..5])))));
        var first = elements.SelectMany(e => e.Elements("PublicIdentity")).FirstOrDefault(e => e.Element("BarringIndication") is null);
        Assert.Equal(subscription.ImplicitRegistrationSets[0].DefaultIdentity?.Identity, first?.Element("Identity")!.Value);
    }

    [Fact]
    public void Generated_subscriptions_validate()
    {
        const int seed = 20260204;
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            var json = GeneratedDocuments.Subscription(random);
            var reading = SampleDocuments.Read(json);
            Assert.True(reading.Subscription is not null, $"seed {seed} round {round}: {json}\n{string.Join('\n', reading.Problems)}");
            var subscription = reading.Subscription!;
            for (var set = 0; set < subscription.ImplicitRegistrationSets.Length; set++)
                foreach (var identity in subscription.PrivateIdentitiesOf(set)) UserDataSchema.Validate(UserDataXml.Write(subscription, set, identity.Identity));
        }
    }

    [Fact]
    public void A_document_is_rendered_once_per_set_and_private_identity()
    {
        var subscriber = new Subscriber(s_full, [RegistrationState.Initial, RegistrationState.Initial], [default, default]);
        var first = subscriber.UserData(0, "alice@example.com");
        Assert.Equal(UserDataXml.Write(s_full, 0, "alice@example.com").ToArray(), first.ToArray());
        Assert.True(first.Equals(subscriber.UserData(0, new string("alice@example.com".AsSpan()))));
        Assert.NotEqual(first, subscriber.UserData(1, "alice@example.com"));
        Assert.NotEqual(first, subscriber.UserData(0, "fixed@example.com"));
        Assert.True(first.Equals(subscriber.UserData(0, "alice@example.com")));
    }

    [Fact]
    public void Many_threads_may_ask_for_the_same_documents_at_once()
    {
        var subscriber = new Subscriber(s_full, [RegistrationState.Initial, RegistrationState.Initial], [default, default]);
        var expected = new[] { UserDataXml.Write(s_full, 0, "alice@example.com").ToArray(), UserDataXml.Write(s_full, 1, "fixed@example.com").ToArray() };
        Parallel.For(0, 200, i =>
        {
            var set = i % 2;
            Assert.Equal(expected[set], subscriber.UserData(set, set == 0 ? "alice@example.com" : "fixed@example.com").ToArray());
        });
    }

    private static string Line(string text) => text.ReplaceLineEndings("\n").Replace("\n", "", StringComparison.Ordinal);
}
