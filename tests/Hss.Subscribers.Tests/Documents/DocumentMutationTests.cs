using System.Text;

namespace Hss.Subscribers.Tests;

/// <summary>Whatever is done to a document, reading it gives a subscription or problems, and no message repeats a secret.</summary>
public sealed class DocumentMutationTests
{
    private const int Seed = 20260203;

    private static readonly string[] s_secrets = [SampleDocuments.K, SampleDocuments.Op, SampleDocuments.Password];

    [Fact]
    public void Damaged_octets()
    {
        var random = new Random(Seed);
        var original = Encoding.UTF8.GetBytes(SampleDocuments.Full);
        for (var round = 0; round < 4_000; round++) Check(Mutations.Damage(random, original), $"seed {Seed} round {round}");
    }

    [Fact]
    public void Rearranged_structure()
    {
        var random = new Random(Seed);
        var accepted = 0;
        for (var round = 0; round < 4_000; round++)
        {
            var reading = Check(Encoding.UTF8.GetBytes(Mutations.Restructure(random, SampleDocuments.Full)), $"seed {Seed} round {round}");
            if (reading.Subscription is null) continue;
            accepted++;
            var subscription = reading.Subscription;
            for (var set = 0; set < subscription.ImplicitRegistrationSets.Length; set++)
                UserDataSchema.Validate(UserDataXml.Write(subscription, set, subscription.PrivateIdentitiesOf(set)[0].Identity));
            var stored = SubscriptionJson.Write(subscription);
            var again = SubscriptionJson.ReadStored(stored.Span, identity => subscription.PrivateIdentities.Single(p => p.Identity == identity).Credentials);
            Assert.Equal(Encoding.UTF8.GetString(stored.Span), Encoding.UTF8.GetString(SubscriptionJson.Write(again).Span));
        }
        Assert.InRange(accepted, 100, 3_900);
    }

    private static SubscriptionReading Check(byte[] octets, string where)
    {
        SubscriptionReading reading;
        try
        {
            reading = SubscriptionJson.Read(octets, SampleDocuments.Templates);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{where}: {Encoding.UTF8.GetString(octets)}", exception);
        }
        Assert.True(reading.Subscription is null != reading.Problems.IsEmpty, where);
        foreach (var message in reading.Problems.Concat(reading.Warnings))
            foreach (var secret in s_secrets)
                for (var i = 0; i + 8 <= secret.Length; i++)
                    Assert.False(message.ToString().Contains(secret.Substring(i, 8), StringComparison.OrdinalIgnoreCase), $"{where}: {message}");
        return reading;
    }
}
