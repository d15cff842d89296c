using System.Text;
using Hss.Authentication;

namespace Hss.Subscribers.Tests;

public sealed class StoredFormTests
{
    private static readonly Subscription s_full = SampleDocuments.Subscription(SampleDocuments.Full);

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var stored = SubscriptionJson.Write(s_full);
        var again = SubscriptionJson.ReadStored(stored.Span, CredentialsOf(s_full));
        Assert.Equal(Encoding.UTF8.GetString(stored.Span), Encoding.UTF8.GetString(SubscriptionJson.Write(again).Span));
        Assert.Equal(s_full.PrivateIdentities[0], again.PrivateIdentities[0]);
        Assert.Equal(s_full.PrivateIdentities[1], again.PrivateIdentities[1]);
        Assert.Equal(s_full.Charging, again.Charging);
        Assert.Equal<string>(s_full.AllowedVisitedNetworks!.Value, again.AllowedVisitedNetworks!.Value);
        Assert.Equal<PublicIdentity>(s_full.ImplicitRegistrationSets[0].PublicIdentities, again.ImplicitRegistrationSets[0].PublicIdentities);
        Assert.Equal(s_full.RegistrationAllowed, again.RegistrationAllowed);
        for (var set = 0; set < 2; set++)
            Assert.Equal(Encoding.UTF8.GetString(UserDataXml.Write(s_full, set, "alice@example.com").Span),
                Encoding.UTF8.GetString(UserDataXml.Write(again, set, "alice@example.com").Span));
    }

    [Fact]
    public void The_least_document_reads_back_too()
    {
        var subscription = SampleDocuments.Subscription("""
            {"subscriptionId":"s","privateIdentities":[{"identity":"a","sipDigest":{"realm":"r","ha1Md5":"f723fbd53694c204d4305d3db51f174a"}}],
             "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:a@example.com","serviceProfile":"p"}]}],
             "serviceProfiles":[{"name":"p"}]}
            """);
        Assert.Null(subscription.AllowedVisitedNetworks);
        var again = SubscriptionJson.ReadStored(SubscriptionJson.Write(subscription).Span, CredentialsOf(subscription));
        Assert.Equal(subscription.PrivateIdentities[0], again.PrivateIdentities[0]);
        Assert.Null(again.AllowedVisitedNetworks);
        Assert.Null(again.ServerCapabilities);
        Assert.Null(again.Charging);
        Assert.True(again.RegistrationAllowed);
        Assert.Empty(again.ServiceProfiles[0].InitialFilterCriteria);
    }

    [Fact]
    public void An_empty_list_of_networks_in_an_older_store_stays_one_and_is_never_shown_as_any_network()
    {
        var none = s_full with { AllowedVisitedNetworks = [], RegistrationAllowed = true };
        var again = SubscriptionJson.ReadStored(SubscriptionJson.Write(none).Span, CredentialsOf(none));
        Assert.True(again.AllowedVisitedNetworks!.Value.IsEmpty);
        Assert.True(again.RegistrationAllowed);
        var shown = System.Text.Json.Nodes.JsonNode.Parse(SubscriptionJson.WriteDocument(again).Span)!;
        Assert.Null(shown["allowedVisitedNetworks"]);
        Assert.False(shown["registrationAllowed"]!.GetValue<bool>());
    }

    [Fact]
    public void Neither_form_holds_a_secret()
    {
        var digest = s_full.PrivateIdentities[1].Credentials.Digest!;
        string[] secrets =
        [
            SampleDocuments.K, SampleDocuments.Op, SampleDocuments.Password, "B9912FCE303952B8E4AF328992D3D497",
            Encoding.ASCII.GetString(digest.Ha1Md5.Reveal()), Encoding.ASCII.GetString(digest.Ha1Sha256!.Reveal()),
        ];
        foreach (var form in new[] { SubscriptionJson.Write(s_full), SubscriptionJson.WriteDocument(s_full) })
            foreach (var secret in secrets) Assert.DoesNotContain(secret, Encoding.UTF8.GetString(form.Span), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_document_to_show_has_the_template_again_and_becomes_the_same_subscription_with_credentials_put_back()
    {
        var shown = System.Text.Json.Nodes.JsonNode.Parse(SubscriptionJson.WriteDocument(s_full).Span)!;
        var filters = shown["serviceProfiles"]![0]!["initialFilterCriteria"]!.AsArray();
        Assert.Equal("""{"template":"mmtel-originating","parameters":{"as_uri":"sip:as.example.com:5090"}}""", filters[2]!.ToJsonString());
        Assert.DoesNotContain("origin", shown["serviceProfiles"]![0]!["initialFilterCriteria"]![0]!.ToJsonString(), StringComparison.Ordinal);
        var aka = shown["privateIdentities"]![0]!["aka"]!;
        aka["k"] = SampleDocuments.K;
        aka["op"] = SampleDocuments.Op;
        shown["privateIdentities"]![1]!["sipDigest"]!["password"] = SampleDocuments.Password;
        var again = SampleDocuments.Subscription(shown.ToJsonString());
        Assert.Equal(Encoding.UTF8.GetString(SubscriptionJson.Write(s_full).Span), Encoding.UTF8.GetString(SubscriptionJson.Write(again).Span));
    }

    [Fact]
    public void Loading_needs_no_template()
    {
        var stored = SubscriptionJson.Write(s_full);
        Assert.Contains("mmtel-originating", Encoding.UTF8.GetString(stored.Span), StringComparison.Ordinal);
        var filter = SubscriptionJson.ReadStored(stored.Span, CredentialsOf(s_full)).FindServiceProfile("volte")!.InitialFilterCriteria[2];
        Assert.Equal("sip:as.example.com:5090", filter.ApplicationServer.ServerName);
        Assert.Equal("mmtel-originating", filter.Origin!.Template);
    }

    [Fact]
    public void Subscribers_with_equal_profiles_share_them()
    {
        var first = SubscriptionJson.ReadStored(SubscriptionJson.Write(s_full).Span, CredentialsOf(s_full));
        var second = SubscriptionJson.ReadStored(SubscriptionJson.Write(s_full with { SubscriptionId = "other" }).Span, CredentialsOf(s_full));
        Assert.Equal("other", second.SubscriptionId);
        Assert.Same(first.ServiceProfiles[0], second.ServiceProfiles[0]);
    }

    [Fact]
    public void Missing_credentials_are_an_error_that_names_the_identity()
    {
        var exception = Assert.Throws<InvalidDataException>(() => SubscriptionJson.ReadStored(SubscriptionJson.Write(s_full).Span, _ => null));
        Assert.Contains("alice@example.com", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_fields_of_a_newer_version_are_skipped()
    {
        var text = Encoding.UTF8.GetString(SubscriptionJson.Write(s_full).Span);
        var newer = text.Replace("{\"subscriptionId\"", "{\"future\":{\"a\":[1,{\"b\":2}]},\"subscriptionId\"", StringComparison.Ordinal)
            .Replace("{\"identity\"", "{\"future\":[[]],\"identity\"", StringComparison.Ordinal);
        Assert.Equal(text, Encoding.UTF8.GetString(SubscriptionJson.Write(SubscriptionJson.ReadStored(Encoding.UTF8.GetBytes(newer), CredentialsOf(s_full))).Span));
    }

    [Fact]
    public void Damaged_octets_are_an_InvalidDataException_and_nothing_else()
    {
        const int seed = 20260202;
        var random = new Random(seed);
        var stored = SubscriptionJson.Write(s_full).ToArray();
        var refused = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var damaged = Mutations.Damage(random, stored);
            try
            {
                SubscriptionJson.ReadStored(damaged, CredentialsOf(s_full));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed} round {round}: {Encoding.UTF8.GetString(damaged)}: {exception}");
            }
        }
        Assert.InRange(refused, 2_500, 5_000);
    }

    private static Func<string, Credentials?> CredentialsOf(Subscription subscription) =>
        identity => subscription.PrivateIdentities.FirstOrDefault(p => p.Identity == identity)?.Credentials;
}
