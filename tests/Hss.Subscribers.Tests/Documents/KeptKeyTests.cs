using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Hss.Authentication;

namespace Hss.Subscribers.Tests;

/// <summary>A private identity that comes without its key keeps the one that is stored.</summary>
public sealed class KeptKeyTests
{
    private static readonly Subscription s_stored = SampleDocuments.Subscription(SampleDocuments.Full);

    private static SubscriptionReading Read(string json) =>
        SubscriptionJson.Read(Encoding.UTF8.GetBytes(json), new DocumentContext { Templates = SampleDocuments.Templates });

    private static string Without(Action<JsonNode> change) => SampleDocuments.With(document =>
    {
        var aka = document["privateIdentities"]![0]!["aka"]!.AsObject();
        aka.Remove("k");
        aka.Remove("op");
        document["privateIdentities"]![1]!["sipDigest"]!.AsObject().Remove("password");
        change(document);
    });

    [Fact]
    public void What_was_shown_can_be_sent_back_and_changes_nothing()
    {
        var shown = Encoding.UTF8.GetString(SubscriptionJson.WriteDocument(s_stored).Span);
        Assert.Contains($"\"kFingerprint\":\"{KeyFingerprint.Of(s_stored.PrivateIdentities[0].Credentials.Aka!.K)}\"", shown, StringComparison.Ordinal);
        var reading = Read(shown);
        Assert.True(reading.NeedsStored);
        Assert.Null(reading.Subscription);
        Assert.Empty(reading.Problems);
        Assert.Equal("full-1", reading.SubscriptionId);
        var completed = reading.Complete(s_stored);
        Assert.Empty(completed.Problems);
        Assert.False(completed.NeedsStored);
        Assert.Equal(SubscriptionJson.Write(s_stored).ToArray(), SubscriptionJson.Write(completed.Subscription!).ToArray());
        for (var i = 0; i < s_stored.PrivateIdentities.Length; i++)
            Assert.Equal(s_stored.PrivateIdentities[i], completed.Subscription!.PrivateIdentities[i]);
    }

    [Fact]
    public void The_counter_of_a_kept_key_is_the_stores_and_its_amf_may_change()
    {
        var completed = Read(Without(document =>
        {
            document["privateIdentities"]![0]!["aka"]!["sqn"] = "FFFFFFFFFFFF";
            document["privateIdentities"]![0]!["aka"]!["amf"] = "9001";
        })).Complete(s_stored).Subscription!.PrivateIdentities[0];
        Assert.Equal(s_stored.PrivateIdentities[0].InitialSqn, completed.InitialSqn);
        Assert.Equal(s_stored.PrivateIdentities[0].Credentials.Aka! with { Amf = 0x9001 }, completed.Credentials.Aka);
    }

    [Fact]
    public void A_clear_password_is_kept_only_while_it_is_asked_for()
    {
        var completed = Read(Without(document =>
        {
            var identity = document["privateIdentities"]![1]!.AsObject();
            identity["sipDigest"] = new JsonObject();
            identity.Remove("allowedSchemes");
            identity.Remove("defaultScheme");
        })).Complete(s_stored).Subscription!.PrivateIdentities[1];
        Assert.Null(completed.Credentials.Digest!.Password);
        Assert.Equal(s_stored.PrivateIdentities[1].Credentials.Digest!.Ha1Md5, completed.Credentials.Digest.Ha1Md5);
        Assert.Equal(AuthenticationSchemes.SipDigest, completed.AllowedSchemes);
    }

    [Fact]
    public void A_key_that_is_nowhere_is_named_and_all_of_them_at_once()
    {
        var problems = Read(Without(_ => { })).Complete(null).Problems;
        Assert.Equal(["privateIdentities[0].aka", "privateIdentities[1].sipDigest"], problems.Select(p => p.Path));
        Assert.Equal("private identity \"alice@example.com\" has no key here and none in the store; give k and op or opc", problems[0].Message);
    }

    [Theory]
    [InlineData("realm", "\"example.net\"", "privateIdentities[1].sipDigest.realm", "which HA1 contains; give password or ha1Md5 with the new realm")]
    [InlineData("keepPasswordForLegacyDigestMd5", "true", "privateIdentities[1].sipDigest.keepPasswordForLegacyDigestMd5", "which the store does not have")]
    public void What_a_kept_password_cannot_become_is_said(string field, string json, string path, string message)
    {
        var digest = s_stored.PrivateIdentities[1].Credentials.Digest!;
        var hashed = s_stored.PrivateIdentities[1] with { Credentials = new(null, digest with { Password = null }) };
        var stored = s_stored with { PrivateIdentities = [s_stored.PrivateIdentities[0], hashed] };
        var completed = Read(Without(document =>
        {
            document["privateIdentities"]![1]!["sipDigest"]!["keepPasswordForLegacyDigestMd5"] = false;
            document["privateIdentities"]![1]!["sipDigest"]![field] = JsonNode.Parse(json);
        })).Complete(stored);
        Assert.Null(completed.Subscription);
        var problem = Assert.Single(completed.Problems);
        Assert.Equal(path, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_key_of_the_other_kind_does_not_help()
    {
        var stored = s_stored with { PrivateIdentities = [.. s_stored.PrivateIdentities.Select(p => p with { Credentials = new(null, null) })] };
        Assert.Equal(2, Read(Without(_ => { })).Complete(stored).Problems.Length);
    }

    [Fact]
    public void Half_a_key_keeps_nothing()
    {
        var reading = Read(SampleDocuments.With(document => document["privateIdentities"]![0]!["aka"]!.AsObject().Remove("k")));
        Assert.False(reading.NeedsStored);
        Assert.Equal("privateIdentities[0].aka.k", Assert.Single(reading.Problems).Path);
    }

    [Fact]
    public void Output_only_fields_count_for_nothing()
    {
        var reading = Read(SampleDocuments.With(document =>
        {
            foreach (var field in (string[])["name", "etag", "createTime", "updateTime"]) document[field] = "anything";
            document["privateIdentities"]![0]!["aka"]!["kFingerprint"] = "anything";
            document["privateIdentities"]![0]!["aka"]!["opcFingerprint"] = 7;
        }));
        Assert.Equal(SubscriptionJson.Write(s_stored).ToArray(), SubscriptionJson.Write(reading.Subscription!).ToArray());
    }

    [Fact]
    public void Equal_credentials_are_equal_whoever_made_them()
    {
        Credentials Make(string line) => s_stored.PrivateIdentities[0].Credentials with { LineIdentifiers = [line], FramedAddress = new(System.Net.IPAddress.Parse("10.0.0.1"), 32, null) };
        Assert.Equal(Make("a"), Make("a"));
        Assert.Equal(Make("a").GetHashCode(), Make("a").GetHashCode());
        Assert.NotEqual(Make("a"), Make("b"));
        Assert.NotEqual(Make("a"), Make("a") with { LineIdentifiers = ImmutableArray<string>.Empty });
    }
}
