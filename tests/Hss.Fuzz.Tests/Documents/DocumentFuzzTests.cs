using System.Text;
using System.Xml;
using Hss.Authentication;
using Hss.Subscribers;
using Hss.Subscribers.Tests;

namespace Hss.Fuzz.Tests;

/// <summary>Damaged subscription documents: a subscription or problems, never an exception; what was read can be kept, read back and sent.</summary>
public sealed class DocumentFuzzTests
{
    public const int Mutations = 10_000;

    private static readonly string[] Corpus = [SampleDocuments.Full, .. Stored()];

    [Fact]
    public void Damaged_documents_give_a_subscription_or_problems()
    {
        int accepted = 0, refused = 0;
        for (int iteration = 0; iteration < Mutations; iteration++)
        {
            byte[] document = DocumentMutator.Next(FuzzSeed.Generator(iteration), Corpus);
            try
            {
                SubscriptionReading reading = SubscriptionJson.Read(document, SampleDocuments.Templates);
                Assert.Equal(reading.Subscription is null, !reading.Problems.IsEmpty);
                Assert.All(reading.Problems.Concat(reading.Warnings), problem => Assert.False(string.IsNullOrWhiteSpace(problem.Message)));
                if (reading.Subscription is null) refused++;
                else
                {
                    accepted++;
                    CheckKept(reading.Subscription);
                    CheckSent(reading.Subscription);
                }
            }
            catch (Exception e)
            {
                Assert.Fail($"{FuzzSeed.Describe(iteration, document)}\n{Encoding.UTF8.GetString(document)}\n{e}");
            }
        }

        Assert.True(accepted > Mutations / 50 && refused > Mutations / 4, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void Damaged_rows_of_the_store_give_a_subscription_or_the_exception_that_is_documented()
    {
        Credentials credentials = SampleDocuments.Subscription(SampleDocuments.Full).PrivateIdentities[0].Credentials;
        string[] stored = [.. Stored()];
        int refused = 0;
        for (int iteration = 0; iteration < Mutations; iteration++)
        {
            byte[] row = DocumentMutator.Next(FuzzSeed.Generator(iteration), stored);
            try
            {
                SubscriptionJson.ReadStored(row, _ => credentials);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"{FuzzSeed.Describe(iteration, row)}\n{Encoding.UTF8.GetString(row)}\n{e}");
            }
        }

        Assert.True(refused > Mutations / 10, $"{refused} refused");
    }

    /// <summary>Writing, reading and writing again changes nothing; no secret is written.</summary>
    private static void CheckKept(Subscription subscription)
    {
        ReadOnlyMemory<byte> stored = SubscriptionJson.Write(subscription);
        Subscription again = SubscriptionJson.ReadStored(stored.Span, identity => subscription.PrivateIdentities.Single(one => one.Identity == identity).Credentials);
        Assert.Equal(Encoding.UTF8.GetString(stored.Span), Encoding.UTF8.GetString(SubscriptionJson.Write(again).Span));
        string shown = Encoding.UTF8.GetString(SubscriptionJson.WriteDocument(subscription).Span);
        foreach (PrivateIdentity identity in subscription.PrivateIdentities)
        {
            if (identity.Credentials.Aka is not { } aka) continue;
            Assert.DoesNotContain(Convert.ToHexString(aka.K.Reveal()), shown, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToHexString(aka.Opc.Reveal()), shown, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>The User-Data of every set is XML without an empty element, but for the two that TS 29.228 Annex E makes empty, and short enough to be sent.</summary>
    private static void CheckSent(Subscription subscription)
    {
        for (int set = 0; set < subscription.ImplicitRegistrationSets.Length; set++)
        {
            foreach (PrivateIdentity identity in subscription.PrivateIdentitiesOf(set))
            {
                ReadOnlyMemory<byte> xml = UserDataXml.Write(subscription, set, identity.Identity);
                Assert.True(xml.Length <= UserDataXml.MaxUserDataBytes);
                using XmlReader reader = XmlReader.Create(new MemoryStream(xml.ToArray()));
                XmlNodeType before = XmlNodeType.None;
                while (reader.Read())
                {
                    bool isEmpty = reader.IsEmptyElement || (before == XmlNodeType.Element && reader.NodeType == XmlNodeType.EndElement);
                    Assert.False(isEmpty && reader.Name is not ("IncludeRegisterRequest" or "IncludeRegisterResponse"), $"{reader.Name} is empty");
                    before = reader.NodeType;
                }
            }
        }
    }

    private static IEnumerable<string> Stored()
    {
        Subscription subscription = SampleDocuments.Subscription(SampleDocuments.Full);
        yield return Encoding.UTF8.GetString(SubscriptionJson.Write(subscription).Span);
        yield return Encoding.UTF8.GetString(SubscriptionJson.WriteDocument(subscription).Span);
    }
}
