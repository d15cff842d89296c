using Grpc.Core;
using Hss.Provisioning.Tests.Support;
using static Hss.Provisioning.Tests.Support.SampleSubscriptions;
using static Hss.Provisioning.Tests.Support.ServiceRig;

namespace Hss.Provisioning.Tests;

/// <summary>Spec: AIP-132, AIP-158, AIP-160.</summary>
public sealed class SubscriptionListTests
{
    [Fact]
    public async Task Pages_give_each_one_once_in_order()
    {
        await using var rig = new ServiceRig();
        for (var number = 5; number >= 1; number--) await rig.CreateAsync(Mobile(number));
        var (seen, token, pages) = (new List<string>(), "", 0);
        do
        {
            var page = await ListAsync(rig, "", 2, token);
            seen.AddRange(page.Subscriptions.Select(subscription => subscription.SubscriptionId));
            (token, pages) = (page.NextPageToken, pages + 1);
        }
        while (token.Length > 0);
        Assert.Equal(Enumerable.Range(1, 5).Select(IdOf), seen);
        Assert.Equal(3, pages);
        Assert.Equal("", (await ListAsync(rig, "", 5, "")).NextPageToken);
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData("subscription_id = \"imsi-001010000000002\"", 1)]
    [InlineData("subscription_id=imsi-001010000000002", 1)]
    [InlineData("subscription_id = imsi-00101000000000", 0)] // a beginning is not the whole
    [InlineData("subscription_id = \"imsi-*\"", 3)]
    [InlineData("subscription_id = *", 4)]
    [InlineData("private_identity = \"001010000000002@IMS.mnc001.mcc001.3gppnetwork.org\"", 1)]
    [InlineData("public_identity = \"tel:+1-212-0000002\"", 1)]
    [InlineData("public_identity = \"tel:+12120000002\" AND subscription_id = \"imsi-*\"", 1)]
    [InlineData("public_identity = \"tel:+12120000002\" AND subscription_id = \"line-*\"", 0)]
    [InlineData("public_identity = \"tel:+12120000002\" AND private_identity = \"001010000000001@ims.mnc001.mcc001.3gppnetwork.org\"", 0)]
    [InlineData("public_identity = \"tel:+12129999999\"", 0)]
    [InlineData("registered = false", 4)]
    [InlineData("registered = true", 0)]
    [InlineData("subscription_id = \"imsi-001010000000002\" AND registered = true", 0)]
    [InlineData("subscription_id = \"imsi-001010000000002\" AND registered = false", 1)]
    public async Task Filters_find(string filter, int count)
    {
        await using var rig = new ServiceRig();
        for (var number = 1; number <= 3; number++) await rig.CreateAsync(Mobile(number));
        await rig.CreateAsync(Fixed(1));
        Assert.Equal(count, (await ListAsync(rig, filter, 0, "")).Subscriptions.Count);
    }

    [Theory]
    [InlineData("name = x", "subscription_id, private_identity")]
    [InlineData("subscription_id = \"a\" OR subscription_id = \"b\"", "AND")]
    [InlineData("subscription_id = \"a\" AND", "a field is expected")]
    [InlineData("subscription_id = \"a\" ANDregistered = true", "AND")]
    [InlineData("subscription_id \"a\"", "= is expected")]
    [InlineData("subscription_id = ", "a value is expected")]
    [InlineData("subscription_id = \"a", "closing quote")]
    [InlineData("subscription_id = \"*a\"", "not at the end")]
    [InlineData("subscription_id = a AND subscription_id = b", "twice")]
    [InlineData("public_identity = \"2125550001\"", "tel:")]
    [InlineData("registered = yes", "true nor false")]
    public async Task A_filter_that_is_none_is_refused_with_place_and_mend(string filter, string mend)
    {
        await using var rig = new ServiceRig();
        var refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => ListAsync(rig, filter, 0, ""));
        Assert.Contains(mend, refusal.Status.Detail, StringComparison.Ordinal);
        Assert.StartsWith("filter: character ", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_filter_is_refused_by_its_length()
    {
        await using var rig = new ServiceRig();
        var refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => ListAsync(rig, "subscription_id = \"" + new string('a', 1010) + "*\"", 0, ""));
        Assert.Contains("at most 1024", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_good_for_its_filter_only_and_a_page_has_bounds()
    {
        await using var rig = new ServiceRig();
        for (var number = 1; number <= 3; number++) await rig.CreateAsync(Mobile(number));
        var token = (await ListAsync(rig, "registered = false", 1, "")).NextPageToken;
        Assert.Single((await ListAsync(rig, "registered = false", 1, token)).Subscriptions);
        foreach (var (filter, size, wrong) in new[] { ("", 1, token), ("registered = false", 1, "nonsense!"), ("registered = false", 1, "AAAA"), ("", -1, "") })
            await rig.RefusesAsync(StatusCode.InvalidArgument, () => ListAsync(rig, filter, size, wrong));
        Assert.Equal(3, (await ListAsync(rig, "", 1_000_000, "")).Subscriptions.Count);
    }

    private static Task<V1.ListSubscriptionsResponse> ListAsync(ServiceRig rig, string filter, int size, string token) =>
        rig.SaysAsync(rig.Subscriptions.ListSubscriptions(new() { Filter = filter, PageSize = size, PageToken = token }, Call("ListSubscriptions")));
}
