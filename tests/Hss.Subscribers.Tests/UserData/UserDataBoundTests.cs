using System.Collections.Immutable;
using Hss.Authentication;

namespace Hss.Subscribers.Tests;

/// <summary>The bound is never below the document, whatever stands in it: seeded random subscriptions of the characters that XML writes longest.</summary>
public sealed class UserDataBoundTests
{
    private const int Subscriptions = 2_000;
    private const int Seed = 20_260;

    [Fact]
    public void No_form_of_the_document_is_longer()
    {
        double closest = double.MaxValue;
        for (var i = 0; i < Subscriptions; i++)
        {
            var random = new Random(Seed + i);
            var subscription = Make(random);
            var wildcard = subscription.ImplicitRegistrationSets[0].PublicIdentities.FirstOrDefault(identity => identity.IsWildcarded);
            NonDistinctIdentity? fallen = wildcard is null ? null : new("sip:" + new string('&', CanonicalIdentity.MaxLengthBytes - 4), wildcard.Identity);
            var bound = UserDataBound.Of(subscription, 0);
            foreach (var form in (UserDataForm[])[UserDataForm.Base, UserDataForm.AliasGroups, UserDataForm.SharedFilterSets, UserDataForm.SharedFilterSets | UserDataForm.AliasGroups])
            {
                var length = UserDataXml.Write(subscription, 0, subscription.PrivateIdentities[0].Identity, form, fallen).Length;
                Assert.True(length <= bound, $"seed {Seed + i}: {length} octets, the bound is {bound}");
                closest = Math.Min(closest, (double)bound / length);
                // Provisioning looks at the longest document there can be: no mask makes a longer one, and the bound is not below it either.
                var longest = UserDataXml.WriteLongest(subscription, 0, subscription.PrivateIdentities[0].Identity, form, fallen).Length;
                var masked = UserDataXml.Write(subscription, 0, subscription.PrivateIdentities[0].Identity, form, fallen, Masks(random, subscription)).Length;
                Assert.True(length <= longest && masked <= longest && longest <= bound, $"seed {Seed + i}: {length} octets, masked {masked}, at most {longest}, the bound is {bound}");
            }
        }
        // Were it ten times the truth, every document would be rendered for it after all.
        Assert.True(closest < 3, $"the closest bound is {closest:F1} times the length");
    }

    [Fact]
    public void The_document_of_a_usual_subscriber_is_known_to_be_short_without_rendering_it()
    {
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "db", "demo.jsonl")).Where(line => line.Length > 0))
        {
            var subscription = SampleDocuments.Subscription(line);
            Assert.InRange(UserDataBound.Of(subscription, 0), UserDataXml.Write(subscription, 0, subscription.PrivateIdentities[0].Identity).Length, UserDataXml.LargeUserDataBytes);
        }
    }

    private static FilterMasks Masks(Random random, Subscription subscription) => new(
    [
        .. from identity in subscription.ImplicitRegistrationSets[0].PublicIdentities
           from filter in subscription.FindServiceProfile(identity.ServiceProfile)!.AllFilters
           from tag in filter.DsaiTags
           where random.Next(2) == 0
           select new InactiveService(identity.Identity, filter.ApplicationServer.ServerName, tag),
    ]);

    private static Subscription Make(Random random)
    {
        var profiles = Enumerable.Range(0, random.Next(1, 4)).Select(i => Profile(random, $"p{i}")).ToImmutableArray();
        return new()
        {
            SubscriptionId = "s",
            PrivateIdentities =
            [
                new() { Identity = new string('&', random.Next(1, 255)), Credentials = new(null, null), AllowedSchemes = AuthenticationSchemes.None, DefaultScheme = AuthenticationSchemes.None },
            ],
            ImplicitRegistrationSets = [new() { PublicIdentities = [.. Enumerable.Range(0, random.Next(1, 7)).Select(i => Identity(random, i, profiles.Length))] }],
            ServiceProfiles = profiles,
            Imsi = Perhaps(random, () => "001010000000001"),
            ReferenceLocation = random.Next(2) == 0 ? null : new(Text(random), Perhaps(random, () => Text(random)), null),
        };
    }

    private static PublicIdentity Identity(Random random, int index, int profiles) => new()
    {
        Identity = $"sip:{index}{Text(random)}",
        ServiceProfile = $"p{random.Next(profiles)}",
        Barred = random.Next(2) == 0,
        Type = (PublicIdentityType)(random.Next(5) switch { 3 => 4, var type => type }),
        DisplayName = Perhaps(random, () => Text(random)),
        AliasGroup = Perhaps(random, () => Text(random)),
        ServicePriorityLevel = random.Next(2) == 0 ? null : 4,
        ServiceLevelTraceInfo = Perhaps(random, () => Text(random)),
        ExtendedPriorities = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new ExtendedPriority(Text(random), Text(random)))],
        MaxSimultaneousRegistrations = random.Next(2) == 0 ? null : int.MaxValue,
    };

    private static ServiceProfile Profile(Random random, string name) => new()
    {
        Name = name,
        InitialFilterCriteria = [.. Enumerable.Range(0, random.Next(4)).Select(i => Filter(random, i))],
        SharedFilterSets = [.. Enumerable.Range(0, random.Next(3)).Select(i => new SharedFilterSet(int.MaxValue - i, [Filter(random, 10 + i)]))],
        CoreNetworkServicesAuthorization = random.Next(2) == 0 ? null : new(int.MaxValue, [.. Enumerable.Range(0, random.Next(4)).Select(_ => Text(random))]),
    };

    private static InitialFilterCriteria Filter(Random random, int index) => new()
    {
        Priority = int.MaxValue - index,
        ProfilePartIndicator = random.Next(2) == 0 ? null : ProfilePartIndicator.Registered,
        DsaiTags = random.Next(3) == 0 ? ["tag"] : [],
        ApplicationServer = new()
        {
            ServerName = Text(random), ServiceInfo = Perhaps(random, () => Text(random)), DefaultHandling = DefaultHandling.SessionTerminated,
            IncludeRegisterRequest = random.Next(2) == 0, IncludeRegisterResponse = random.Next(2) == 0,
        },
        TriggerPoint = random.Next(3) == 0 ? null : new() { ConditionTypeCnf = true, ServicePointTriggers = [.. Enumerable.Range(0, random.Next(5)).Select(_ => Trigger(random))] },
    };

    private static ServicePointTrigger Trigger(Random random) => new()
    {
        Groups = [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => int.MaxValue - i)],
        Negated = random.Next(2) == 0,
        Method = Perhaps(random, () => Text(random)),
        RequestUri = Perhaps(random, () => Text(random)),
        SipHeader = random.Next(2) == 0 ? null : new(Text(random), Perhaps(random, () => Text(random))),
        SessionDescription = random.Next(2) == 0 ? null : new(Text(random), Perhaps(random, () => Text(random))),
        SessionCase = random.Next(2) == 0 ? null : SessionCase.OriginatingCdiv,
        RegistrationTypes = random.Next(2) == 0 ? [] : [RegistrationType.InitialRegistration, RegistrationType.DeRegistration],
    };

    private static string? Perhaps(Random random, Func<string> make) => random.Next(2) == 0 ? null : make();

    private static string Text(Random random) => new("&\n\r\t<€"[random.Next(6)], random.Next(1, random.Next(2) == 0 ? 8 : 255));
}
