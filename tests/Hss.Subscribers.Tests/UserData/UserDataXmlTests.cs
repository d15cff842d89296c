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
        for (var round = 0; round < 200; round++)
        {
            var json = GeneratedDocuments.Subscription(random);
            var reading = SubscriptionJson.Read(Encoding.UTF8.GetBytes(json), SharedSets.Templates);
            Assert.True(reading.Subscription is not null, $"seed {seed} round {round}: {json}\n{string.Join('\n', reading.Problems)}");
            var subscription = reading.Subscription!;
            for (var set = 0; set < subscription.ImplicitRegistrationSets.Length; set++)
                foreach (var identity in subscription.PrivateIdentitiesOf(set))
                    foreach (var form in s_forms)
                    {
                        var utf8 = UserDataXml.Write(subscription, set, identity.Identity, form);
                        UserDataSchema.Validate(utf8);
                        CheckForm(subscription, set, form, utf8);
                        foreach (var wildcard in subscription.ImplicitRegistrationSets[set].PublicIdentities.Where(i => i.IsWildcarded))
                            UserDataSchema.Validate(UserDataXml.Write(subscription, set, identity.Identity, form, new("sip:who&@example.com", wildcard.Identity)));
                    }
        }
    }

    /// <summary>An S-CSCF that validates with the schema of Release 7, as Kamailio may be told to, takes whatever uses no later field.</summary>
    [Fact]
    public void Without_later_fields_an_older_schema_is_content_too()
    {
        const int seed = 20260305;
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var subscription = SampleDocuments.Subscription(GeneratedDocuments.Subscription(random, withNewFields: false));
            for (var set = 0; set < subscription.ImplicitRegistrationSets.Length; set++)
                UserDataSchema.ValidateAsRelease7(UserDataXml.Write(subscription, set, subscription.PrivateIdentities[0].Identity));
        }
        // And the check can fail: these are later fields.
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => UserDataSchema.ValidateAsRelease7(UserDataXml.Write(s_full, 0, "alice@example.com")));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => UserDataSchema.ValidateAsRelease7(
            UserDataXml.Write(SampleDocuments.Subscription(GeneratedDocuments.Subscription(random, withNewFields: false)), 0, "a", UserDataForm.AliasGroups)));
    }

    [Fact]
    public void Every_link_of_the_chain_of_extensions()
    {
        var identity = new PublicIdentity
        {
            Identity = "sip:a@x", ServiceProfile = "p", DisplayName = "A", AliasGroup = "g", ServiceLevelTraceInfo = "t", ServicePriorityLevel = 4,
            ExtendedPriorities = [new("ets", "0"), new("wps", "1")], MaxSimultaneousRegistrations = 3,
        };
        Assert.Equal(Line("""
            <PublicIdentity><Identity>sip:a@x</Identity><Extension><Extension><DisplayName>A</DisplayName><AliasIdentityGroupID>g</AliasIdentityGroupID>
            <Extension><ServiceLevelTraceInfo>t</ServiceLevelTraceInfo><ServicePriorityLevel>4</ServicePriorityLevel>
            <Extension><ExtendedPriority><PriorityNamespace>ets</PriorityNamespace><PriorityLevel>0</PriorityLevel></ExtendedPriority>
            <ExtendedPriority><PriorityNamespace>wps</PriorityNamespace><PriorityLevel>1</PriorityLevel></ExtendedPriority>
            <Extension><MaxNumOfAllowedSimultRegistrations>3</MaxNumOfAllowedSimultRegistrations></Extension></Extension></Extension></Extension></Extension></PublicIdentity>
            """), Identities([identity], UserDataForm.AliasGroups));
        // One field at the end of the chain needs all of its links, and nothing else.
        Assert.Equal(Line("""
            <PublicIdentity><Identity>sip:a@x</Identity><Extension><Extension><Extension><Extension><Extension>
            <MaxNumOfAllowedSimultRegistrations>3</MaxNumOfAllowedSimultRegistrations></Extension></Extension></Extension></Extension></Extension></PublicIdentity>
            """), Identities([new() { Identity = "sip:a@x", ServiceProfile = "p", MaxSimultaneousRegistrations = 3 }]));
        Assert.Equal("<PublicIdentity><Identity>sip:a@x</Identity></PublicIdentity>", Identities([new() { Identity = "sip:a@x", ServiceProfile = "p" }]));
    }

    [Fact]
    public void Subscription_and_profile_have_their_extensions_too()
    {
        var subscription = s_full with
        {
            Imsi = "001010000000001",
            ReferenceLocation = new("xDSL", null, "node"),
            ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [], CoreNetworkServicesAuthorization = new(7, ["urn:a", "urn:b"]) }],
        };
        var utf8 = UserDataXml.Write(subscription, 1, "alice@example.com");
        UserDataSchema.Validate(utf8);
        Assert.EndsWith(Line("""
            <CoreNetworkServicesAuthorization><SubscribedMediaProfileId>7</SubscribedMediaProfileId><Extension><ListOfServiceIds><ServiceId>urn:a</ServiceId>
            <ServiceId>urn:b</ServiceId></ListOfServiceIds></Extension></CoreNetworkServicesAuthorization></ServiceProfile>
            <Extension><IMSI>001010000000001</IMSI><Extension><ReferenceLocationInformation><AccessType>xDSL</AccessType><AccessValue>node</AccessValue>
            </ReferenceLocationInformation></Extension></Extension></IMSSubscription>
            """), Encoding.UTF8.GetString(utf8.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void An_identity_that_fell_into_a_wildcard_stands_beside_a_users_and_in_place_of_a_services()
    {
        PublicIdentity user = new() { Identity = "sip:a@x", ServiceProfile = "p" };
        PublicIdentity wildcard = new() { Identity = "sip:d!.*!@x", ServiceProfile = "p", Type = PublicIdentityType.WildcardedImpu, Barred = true, DisplayName = "D" };
        Assert.Equal(Line("""
            <PublicIdentity><Identity>sip:a@x</Identity></PublicIdentity>
            <PublicIdentity><BarringIndication>1</BarringIndication><Identity>sip:d!.*!@x</Identity><Extension><IdentityType>4</IdentityType><Extension><DisplayName>D</DisplayName></Extension></Extension></PublicIdentity>
            <PublicIdentity><BarringIndication>1</BarringIndication><Identity>sip:d1@x</Identity><Extension><IdentityType>3</IdentityType><Extension><DisplayName>D</DisplayName>
            <Extension><WildcardedIMPU>sip:d!.*!@x</WildcardedIMPU></Extension></Extension></Extension></PublicIdentity>
            """), Identities([user, wildcard], UserDataForm.Base, new("sip:d1@x", "sip:d!.*!@x")));
        PublicIdentity room = new() { Identity = "sip:r!.*!@x", ServiceProfile = "p", Type = PublicIdentityType.WildcardedPsi };
        Assert.Equal("<PublicIdentity><Identity>sip:r1@x</Identity><Extension><IdentityType>2</IdentityType><WildcardedPSI>sip:r!.*!@x</WildcardedPSI></Extension></PublicIdentity>",
            Identities([room], UserDataForm.AliasGroups, new("sip:r1@x", "sip:r!.*!@x")));
        var subscriber = new Subscriber(s_full, [RegistrationState.Initial, RegistrationState.Initial], [default, default]);
        var first = subscriber.UserData(0, "alice@example.com", UserDataForm.Base, new("sip:desk7@example.com", "sip:desk!.*!@example.com"));
        Assert.Contains("sip:desk7@example.com", Encoding.UTF8.GetString(first.Span), StringComparison.Ordinal);
        Assert.DoesNotContain("sip:desk7@example.com", Encoding.UTF8.GetString(subscriber.UserData(0, "alice@example.com").Span), StringComparison.Ordinal);
    }

    [Fact]
    public void With_alias_groups_every_user_identity_has_one_and_only_profiles_make_elements()
    {
        PublicIdentity[] identities =
        [
            new() { Identity = "sip:a@x", ServiceProfile = "p" }, new() { Identity = "sip:b@x", ServiceProfile = "p", AliasGroup = "g" },
            new() { Identity = "tel:+1", ServiceProfile = "p" }, new() { Identity = "sip:q@x", ServiceProfile = "q" },
        ];
        var subscription = With(identities);
        var document = XDocument.Parse(Encoding.UTF8.GetString(UserDataXml.Write(subscription, 0, "a", UserDataForm.AliasGroups).Span));
        Assert.Equal(["sip:a@x,g,sip:a@x", "sip:q@x"], document.Root!.Elements("ServiceProfile")
            .Select(profile => string.Join(',', profile.Descendants("AliasIdentityGroupID").Select(group => group.Value))));
        var older = XDocument.Parse(Encoding.UTF8.GetString(UserDataXml.Write(subscription, 0, "a").Span));
        Assert.Equal([2, 1, 1], older.Root!.Elements("ServiceProfile").Select(profile => profile.Elements("PublicIdentity").Count()));
        Assert.Empty(older.Descendants("AliasIdentityGroupID"));
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

    private static readonly UserDataForm[] s_forms =
        [UserDataForm.Base, UserDataForm.SharedFilterSets, UserDataForm.AliasGroups, UserDataForm.SharedFilterSets | UserDataForm.AliasGroups];

    private static void CheckForm(Subscription subscription, int setIndex, UserDataForm form, ReadOnlyMemory<byte> utf8)
    {
        var document = XDocument.Parse(Encoding.UTF8.GetString(utf8.Span));
        var set = subscription.ImplicitRegistrationSets[setIndex];
        Assert.Equal(set.PublicIdentities.Select(i => i.Identity).Order(StringComparer.Ordinal), document.Descendants("Identity").Select(i => i.Value).Order(StringComparer.Ordinal));
        Assert.Equal(form.HasFlag(UserDataForm.AliasGroups) ? set.PublicIdentities.Count(i => !i.IsPublicServiceIdentity) : 0, document.Descendants("AliasIdentityGroupID").Count());
        foreach (var element in document.Root!.Elements("ServiceProfile"))
        {
            var identity = set.PublicIdentities.First(i => i.Identity == element.Descendants("Identity").First().Value);
            var profile = subscription.FindServiceProfile(identity.ServiceProfile)!;
            var filters = form.HasFlag(UserDataForm.SharedFilterSets) ? profile.InitialFilterCriteria : profile.AllFilters;
            Assert.Equal(filters.Select(f => f.Priority), element.Elements("InitialFilterCriteria").Select(f => (int)f.Element("Priority")!));
            Assert.Equal(form.HasFlag(UserDataForm.SharedFilterSets) ? profile.SharedFilterSets.Select(s => s.Id) : [], element.Descendants("SharedIFCSetID").Select(id => (int)id));
        }
        if (set.DefaultIdentity is null) return;
        Assert.Equal(set.DefaultIdentity.Identity, document.Descendants("PublicIdentity")
            .First(i => i.Element("BarringIndication") is null && i.Element("Extension")?.Element("IdentityType") is null).Element("Identity")!.Value);
    }

    private static Subscription With(params PublicIdentity[] identities) => s_full with
    {
        ImplicitRegistrationSets = [new() { PublicIdentities = [.. identities] }],
        ServiceProfiles = [new() { Name = "p", InitialFilterCriteria = [] }, new() { Name = "q", InitialFilterCriteria = [] }],
    };

    /// <summary>What stands between the tags of the only ServiceProfile.</summary>
    private static string Identities(PublicIdentity[] identities, UserDataForm form = UserDataForm.Base, NonDistinctIdentity? nonDistinct = null)
    {
        var utf8 = UserDataXml.Write(With(identities), 0, "alice@example.com", form, nonDistinct);
        UserDataSchema.Validate(utf8);
        var text = Encoding.UTF8.GetString(utf8.Span);
        var start = text.IndexOf("<ServiceProfile>", StringComparison.Ordinal) + "<ServiceProfile>".Length;
        return text[start..text.IndexOf("</ServiceProfile>", StringComparison.Ordinal)];
    }

    private static string Line(string text) => text.ReplaceLineEndings("\n").Replace("\n", "", StringComparison.Ordinal);
}
