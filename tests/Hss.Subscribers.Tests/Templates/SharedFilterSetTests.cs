using System.Text;

namespace Hss.Subscribers.Tests;

public sealed class SharedFilterSetTests
{
    [Fact]
    public void They_are_known_by_number_with_filters_by_priority()
    {
        Assert.Equal([0, 7], SharedSets.Templates.SharedIds.AsEnumerable());
        Assert.Equal([5, 450], SharedSets.Templates.FindShared(7)!.InitialFilterCriteria.Select(filter => filter.Priority));
        Assert.Null(SharedSets.Templates.FindShared(8));
    }

    [Theory]
    [InlineData("voice", "{\"id\":1,\"name\":\"other\",\"initialFilterCriteria\":[]}", "the two are equal", "is empty")]
    [InlineData("x", "{\"id\":-1,\"name\":\"x\",\"initialFilterCriteria\":[{\"priority\":1}]}", "whole number from 0", "applicationServer: is missing")]
    [InlineData("x", "{\"id\":1,\"name\":\"x\",\"filters\":[],\"initialFilterCriteria\":[]}", "\"filters\" that is not known", "is empty")]
    [InlineData("x", "[1", "no valid JSON", "")]
    [InlineData("x", "{\"id\":1,\"name\":\"x\",\"initialFilterCriteria\":[{\"priority\":1,\"triggerPoint\":{\"servicePointTriggers\":[{\"groups\":[0],\"method\":\"INVITE\"}]},\"applicationServer\":{\"serverName\":\"sip:a\"}}]}", "names no sessionCase", "")]
    [InlineData("x", "{\"id\":1,\"name\":\"x\",\"initialFilterCriteria\":[{\"priority\":1,\"profilePartIndicator\":\"REGISTERED\",\"applicationServer\":{\"serverName\":\"sip:a\"}},{\"priority\":1,\"profilePartIndicator\":\"REGISTERED\",\"applicationServer\":{\"serverName\":\"sip:a\"}}]}", "priority 1 like another", "")]
    public void A_bad_file_is_told_with_place_and_mend(string name, string json, string one, string other)
    {
        var reading = SharedSets.Load((name, json));
        Assert.Null(reading.Templates);
        var text = string.Join('\n', reading.Problems);
        Assert.Contains($"{name}.json", text, StringComparison.Ordinal);
        Assert.Contains(one, text, StringComparison.Ordinal);
        Assert.Contains(other, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_stands_in_one_file()
    {
        var reading = SharedSets.Load(("voice", SharedSets.Voice), ("again", SharedSets.Voice.Replace("\"voice\"", "\"again\"", StringComparison.Ordinal)));
        Assert.Contains("id 7 stands in another file", Assert.Single(reading.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[8]", 400, "is 8, which is no shared filter set; it is one of 0, 7")]
    [InlineData("[7,7]", 400, "names set 7 twice")]
    [InlineData("[0,7]", 450, "priority 450 like another")]
    [InlineData("[]", 400, "is empty")]
    [InlineData("[\"voice\"]", 400, "a number is needed")]
    public void A_profile_that_cannot_use_them_is_refused(string sets, int ownPriority, string problem)
    {
        var reading = SubscriptionJson.Read(Encoding.UTF8.GetBytes(Document(sets, ownPriority)), SharedSets.Templates);
        Assert.Null(reading.Subscription);
        Assert.Contains(reading.Problems, p => p.ToString().Contains(problem, StringComparison.Ordinal) && p.Path.StartsWith("serviceProfiles[0].sharedFilterSets", StringComparison.Ordinal));
    }

    [Fact]
    public void They_are_written_out_among_the_others_or_sent_by_number()
    {
        var subscription = SubscriptionJson.Read(Encoding.UTF8.GetBytes(Document("[7,0]", 400)), SharedSets.Templates).Subscription!;
        var whole = UserDataXml.Write(subscription, 0, "alice@example.com");
        UserDataSchema.Validate(whole);
        Assert.Equal(["5", "400", "450", "455"], Values(whole, "Priority"));
        Assert.Empty(Values(whole, "SharedIFCSetID"));
        var byNumber = UserDataXml.Write(subscription, 0, "alice@example.com", UserDataForm.SharedFilterSets);
        UserDataSchema.Validate(byNumber);
        Assert.Equal(["400"], Values(byNumber, "Priority"));
        Assert.Equal(["7", "0"], Values(byNumber, "SharedIFCSetID"));
        Assert.EndsWith("<Extension><SharedIFCSetID>7</SharedIFCSetID><SharedIFCSetID>0</SharedIFCSetID></Extension></ServiceProfile></IMSSubscription>",
            Encoding.UTF8.GetString(byNumber.Span), StringComparison.Ordinal);
        // What the S-CSCF was told by number still decides between 2003 and 5003.
        Assert.True(subscription.HasUnregisteredServices(0));
    }

    [Fact]
    public void The_store_keeps_their_filters_and_a_document_shows_their_numbers()
    {
        var subscription = SubscriptionJson.Read(Encoding.UTF8.GetBytes(Document("[7,0]", 400)), SharedSets.Templates).Subscription!;
        var stored = SubscriptionJson.Write(subscription);
        var again = SubscriptionJson.ReadStored(stored.Span, identity => subscription.PrivateIdentities[0].Credentials);
        Assert.Equal(stored.ToArray(), SubscriptionJson.Write(again).ToArray());
        foreach (var form in new[] { UserDataForm.Base, UserDataForm.SharedFilterSets })
            Assert.Equal(UserDataXml.Write(subscription, 0, "a", form).ToArray(), UserDataXml.Write(again, 0, "a", form).ToArray());
        var shown = Encoding.UTF8.GetString(SubscriptionJson.WriteDocument(again).Span);
        Assert.Contains("\"sharedFilterSets\":[7,0]", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("shared1.example.com", shown, StringComparison.Ordinal);
    }

    private static string Document(string sets, int ownPriority) => $$"""
        {"subscriptionId":"s","privateIdentities":[{"identity":"alice@example.com","aka":{"k":"{{SampleDocuments.K}}","op":"{{SampleDocuments.Op}}","amf":"8000"} }],
         "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:alice@example.com","serviceProfile":"p"}]}],
         "serviceProfiles":[{"name":"p","sharedFilterSets":{{sets}},"initialFilterCriteria":[
           {"template":"mmtel-originating","parameters":{"as_uri":"sip:as.example.com","priority":{{ownPriority}} } }]}]}
        """;

    private static IEnumerable<string> Values(ReadOnlyMemory<byte> utf8, string name) =>
        System.Xml.Linq.XDocument.Parse(Encoding.UTF8.GetString(utf8.Span)).Descendants(name).Select(element => element.Value);
}
