using System.Collections.Immutable;
using System.Text;
using System.Xml.Linq;
using static Hss.Subscribers.Tests.JobSamples;

namespace Hss.Subscribers.Tests;

/// <summary>Dynamic Service Activation in what an S-CSCF gets. Spec: TS 29.328 7.6.18, TS 29.228 6.6, 6.1.4.1.</summary>
public sealed class FilterMaskTests
{
    private const string A = "sip:as.example.org;lr";
    private const string B = "sip:bs.example.org;lr";

    [Fact]
    public void A_masked_filter_is_in_no_form_of_the_document()
    {
        var subscription = Subscription([Filter(1, A, "blue"), Filter(2, A), Filter(3, A, "red", "blue"), Filter(4, B, "blue")]);
        Assert.Equal("one,tel: 1 2 3 4", Elements(subscription));
        // A filter with two tags is there while one of them is ACTIVE (6.6).
        Assert.Equal("one: 2 3 4 | tel: 1 2 3 4", Elements(subscription, new InactiveService(Sip, A, "blue")));
        Assert.Equal("one,tel: 1 2 3 4", Elements(subscription, new InactiveService(Sip, A, "red")));
        Assert.Equal("one: 2 4 | tel: 1 2 3 4", Elements(subscription, new InactiveService(Sip, A, "red"), new InactiveService(Sip, A, "blue")));
        // Provisioned anew, the filter may write the same server another way.
        Assert.Equal("one: 2 3 4 | tel: 1 2 3 4", Elements(subscription, new InactiveService(Sip, "sip:AS.example.org", "blue")));
        Assert.Equal("one,tel: 1 2 3", Elements(subscription, new InactiveService(Sip, B, "blue"), new InactiveService(Tel, B, "blue")));
        // Another identity, server or tag masks nothing, and keeps nothing apart.
        Assert.Equal("one,tel: 1 2 3 4", Elements(subscription, new InactiveService(Work, A, "blue"), new InactiveService(Sip, "sip:cs.example.org", "blue"),
            new InactiveService(Tel, B, "red")));
    }

    [Fact]
    public void A_shared_set_that_lost_a_filter_is_written_out_and_the_others_go_by_number()
    {
        var subscription = Subscription([Filter(5, A)], new SharedFilterSet(7, [Filter(1, A, "blue"), Filter(9, A)]), new SharedFilterSet(8, [Filter(20, B, "blue")]));
        Assert.Equal("one,tel: 5 #7 #8", Elements(subscription, UserDataForm.SharedFilterSets));
        Assert.Equal("one: 5 9 #8 | tel: 5 #7 #8", Elements(subscription, UserDataForm.SharedFilterSets, new InactiveService(Sip, A, "blue")));
        Assert.Equal("one: 5 9 20 | tel: 1 5 9 20", Elements(subscription, new InactiveService(Sip, A, "blue")));
    }

    [Fact]
    public void The_default_identity_stays_the_first_and_alias_groups_stay_what_they_were()
    {
        var subscription = Subscription([Filter(1, A, "blue")]) with
        {
            ImplicitRegistrationSets = [new() { PublicIdentities = [Public("sip:barred@example.org") with { Barred = true }, Public(Sip), Public(Tel)] }],
        };
        Assert.Equal("one,tel: 1 | barred:", Elements(subscription, new InactiveService("sip:barred@example.org", A, "blue")));
        var groups = XDocument.Parse(Encoding.UTF8.GetString(UserDataXml.Write(subscription, 0, One, UserDataForm.AliasGroups, null,
            new([new(Tel, A, "blue")])).Span)).Descendants("AliasIdentityGroupID").Select(group => group.Value).Distinct();
        Assert.Equal(["sip:barred@example.org"], groups);
    }

    [Fact]
    public void The_kept_documents_follow_what_application_servers_switch()
    {
        var subscriber = Subscriber(Subscription([Filter(1, A, "blue")]));
        var before = subscriber.UserData(0, One);
        Assert.True(before.Equals(subscriber.UserData(0, One)));
        subscriber.Publish(SubscriberChange.None with { ApplicationData = new() { InactiveServices = [new(Sip, A, "blue")] } });
        var masked = subscriber.UserData(0, One);
        Assert.NotEqual(before.ToArray(), masked.ToArray());
        Assert.True(masked.Equals(subscriber.UserData(0, One)));
        // A change of other data leaves them alone, and so does the same mask in another array.
        subscriber.Publish(SubscriberChange.None with { ApplicationData = new() { InactiveServices = [new(Sip, A, "blue")], Repository = [new(Sip, "x", 0, new byte[1])] } });
        Assert.True(masked.Equals(subscriber.UserData(0, One)));
        subscriber.Publish(SubscriberChange.None with { ApplicationData = ApplicationData.Empty });
        Assert.Equal(before.ToArray(), subscriber.UserData(0, One).ToArray());
        Assert.True(Subscriber(subscriber.Subscription, new InactiveService(Sip, A, "blue")).UserData(0, One).Span.SequenceEqual(masked.Span));
    }

    [Fact]
    public void What_fell_into_a_wildcard_has_the_masks_of_the_wildcard()
    {
        var desk = Public("sip:desk!.*!@example.org") with { Type = PublicIdentityType.WildcardedImpu };
        var subscription = Subscription([Filter(1, A, "blue")]).WithSets(new ImplicitRegistrationSet { PublicIdentities = [Public(Sip), desk] });
        var document = Encoding.UTF8.GetString(Subscriber(subscription, new InactiveService(desk.Identity, A, "blue"))
            .UserData(0, One, UserDataForm.Base, new("sip:desk7@example.org", desk.Identity)).Span);
        UserDataSchema.Validate(Encoding.UTF8.GetBytes(document));
        Assert.Equal("one: 1 | desk!.*!,desk7:", Elements(document));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(true, "red")]
    [InlineData(false, "blue")]
    [InlineData(false, "blue", "red")]
    public void Services_of_the_unregistered_state_that_are_masked_are_none(bool expected, params string[] inactive)
    {
        var subscription = Subscription(
            [Filter(1, A, "blue") with { ProfilePartIndicator = ProfilePartIndicator.Unregistered }, Filter(2, A, "red") with { ProfilePartIndicator = ProfilePartIndicator.Registered }]);
        var subscriber = Subscriber(subscription, [.. inactive.Select(tag => new InactiveService(Sip, A, tag))]);
        Assert.Equal(expected, subscriber.HasUnregisteredServices(subscription.ImplicitRegistrationSets[0].PublicIdentities[0]));
        // The other number of the same set keeps its own.
        Assert.True(subscriber.HasUnregisteredServices(subscription.ImplicitRegistrationSets[0].PublicIdentities[1]));
    }

    public static TheoryData<string, RegistrationState[], InactiveService[], InactiveService[], string[]> Pushes => new()
    {
        { "switched off", [ByOne, ByOne], [], [new(Sip, A, "blue")], ["PPR x one [one +12125550001] UserData"] },
        { "switched on", [ByBoth, None], [new(Tel, A, "blue")], [], ["PPR x one [one +12125550001] UserData"] },
        { "in both sets", [ByTwo, Unregistered], [], [new(Sip, A, "blue"), new(Work, A, "blue")], ["PPR x two [one +12125550001] UserData", "PPR x one [work] UserData"] },
        { "nobody serves the set", [None, ByOne], [], [new(Sip, A, "blue")], [] },
        { "only authenticating", [Pending, None], [], [new(Sip, A, "blue")], [] },
        { "no filter bears the tag", [ByOne, ByOne], [], [new(Sip, A, "green")], [] },
        { "one of two tags", [ByOne, ByOne], [], [new(Sip, A, "red")], [] },
        { "both of two tags", [ByOne, ByOne], [new(Sip, A, "red")], [new(Sip, A, "red"), new(Sip, A, "pink")], ["PPR x one [one +12125550001] UserData"] },
    };

    [Theory]
    [MemberData(nameof(Pushes))]
    public void Served_sets_whose_document_changes_are_pushed(string row, RegistrationState[] states, InactiveService[] before, InactiveService[] after, string[] jobs)
    {
        var subscription = Subscription([Filter(1, A, "blue"), Filter(2, A, "red", "pink")]);
        Assert.True(jobs.SequenceEqual(RegistrationConsequences.OfMasks(subscription, [.. states], new([.. before]), new([.. after])).Select(Text)), row);
    }

    [Fact]
    public void A_profile_that_changes_only_where_it_is_masked_is_not_pushed_and_a_tag_that_unmasks_is()
    {
        var old = Subscription([Filter(1, A, "blue")]);
        FilterMasks masks = new([new(Sip, A, "blue"), new(Tel, A, "blue"), new(Work, A, "blue")]);
        var other = Subscription([Filter(1, A, "blue") with { Priority = 2 }]);
        Assert.Empty(RegistrationConsequences.Of(old, [ByOne, None], other, [ByOne, None], masks).Jobs);
        var untagged = Subscription([Filter(1, A)]);
        Assert.Single(RegistrationConsequences.Of(old, [ByOne, None], untagged, [ByOne, None], masks).Jobs);
        Assert.Empty(RegistrationConsequences.Of(old, [ByOne, None], untagged, [ByOne, None]).Jobs);
    }

    [Fact]
    public void An_instance_is_a_tag_of_one_server_in_the_profile_of_the_identity()
    {
        var subscription = Subscription([Filter(1, A, "blue"), Filter(2, B, "blue"), Filter(3, A, "red")]);
        var identity = subscription.ImplicitRegistrationSets[0].PublicIdentities[0];
        Assert.Equal((string[])[A, B], DsaiInstances.ServersOf(subscription, identity, "blue", _ => true).ToArray());
        Assert.Equal((string[])[B], DsaiInstances.ServersOf(subscription, identity, "blue", name => ApplicationServerName.IsSame(name, "sip:bs.example.org")).ToArray());
        Assert.Empty(DsaiInstances.ServersOf(subscription, identity, "red", name => name == B));
        Assert.Empty(DsaiInstances.ServersOf(subscription, identity, "green", _ => true));

        ImmutableArray<InactiveService> none = [];
        var off = DsaiInstances.With(none, Sip, [A, B], "blue", isActive: false);
        Assert.Equal((InactiveService[])[new(Sip, A, "blue"), new(Sip, B, "blue")], off.ToArray());
        Assert.True(off == DsaiInstances.With(off, Sip, [A], "blue", isActive: false));
        Assert.True(DsaiInstances.IsInactive(off, Sip, [B], "blue"));
        Assert.False(DsaiInstances.IsInactive(off, Tel, [B], "blue"));
        Assert.Equal((InactiveService[])[off[1]], DsaiInstances.With(off, Sip, [A], "blue", isActive: true).ToArray());
    }

    [Theory]
    [InlineData("sip:as.example.org", true)]
    [InlineData("SIP:AS.example.org:5060;lr", true)]
    [InlineData("sip:service@as.example.org", true)]
    [InlineData("sip:listed.example.org:5090;transport=tcp", true)]
    [InlineData("sip:listed.example.org", false)]
    [InlineData("sip:as.example.org.evil.org", false)]
    [InlineData("sip:as.example.org@evil.org", false)]
    [InlineData("sip:xas.example.org", false)]
    public void A_name_is_that_of_an_application_server_when_it_is_listed_or_its_host_is(string uri, bool expected)
    {
        var server = new ApplicationServerPermissions("as.example.org", ["sip:listed.example.org:5090"], ImmutableSortedDictionary<ShDataReference, ShOperations>.Empty);
        Assert.Equal(expected, ApplicationServerName.IsOwn(server, ApplicationServerName.Canonical(uri)!));
        Assert.Null(ApplicationServerName.Canonical("tel:+123"));
    }

    private static Subscription Subscription(ImmutableArray<InitialFilterCriteria> filters, params SharedFilterSet[] shared) =>
        JobSamples.Subscription() with { ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = filters, SharedFilterSets = [.. shared] }] };

    private static InitialFilterCriteria Filter(int priority, string server, params string[] tags) =>
        new() { Priority = priority, ApplicationServer = new() { ServerName = server }, DsaiTags = [.. tags] };

    private static Subscriber Subscriber(Subscription subscription, params InactiveService[] inactive) =>
        new(subscription, [.. subscription.ImplicitRegistrationSets.Select(_ => None)], [default, default], new() { InactiveServices = [.. inactive] });

    private static string Elements(Subscription subscription, params InactiveService[] inactive) => Elements(subscription, UserDataForm.Base, inactive);

    /// <summary>The ServiceProfile elements: identities, priorities of filters, numbers of shared sets.</summary>
    private static string Elements(Subscription subscription, UserDataForm form, params InactiveService[] inactive)
    {
        var utf8 = UserDataXml.Write(subscription, 0, One, form, null, new([.. inactive]));
        UserDataSchema.Validate(utf8);
        return Elements(Encoding.UTF8.GetString(utf8.Span));
    }

    private static string Elements(string document) => string.Join(" | ", XDocument.Parse(document).Root!.Elements("ServiceProfile").Select(profile =>
        string.Join(',', profile.Descendants("Identity").Select(identity => identity.Value.Split(':')[1].Split('@')[0].Replace("+12125550001", "tel", StringComparison.Ordinal)))
        + ":" + string.Concat(profile.Elements("InitialFilterCriteria").Select(filter => " " + filter.Element("Priority")!.Value))
        + string.Concat(profile.Descendants("SharedIFCSetID").Select(id => " #" + id.Value))));
}
