using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage.Tests;

/// <summary>Users are found by MSISDN and External-Identifier, and each belongs to one subscription, on both databases.</summary>
public sealed class UserIdentityTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    [Theory, MemberData(nameof(Databases))]
    public async Task A_user_is_found_from_memory_and_from_the_disk_by_each_of_his_names(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind, cacheEntries: 1);
        await on.Store.UpsertAsync([With(1, ["4930111", "4930112"], ["door@home.example"]), With(2, ["4930113"], [])], None);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.Equal(Sample.Id(1), await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "4930111"));
            Assert.Equal(Sample.Id(1), await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "4930112"));
            Assert.Equal(Sample.Id(1), await OwnerAsync(on.Store, ShUserIdentityKind.ExternalIdentifier, "door@home.example"));
            Assert.Equal(Sample.Id(1), await OwnerAsync(on.Store, ShUserIdentityKind.PublicIdentity, Sample.Tel(1)));
            Assert.Equal(Sample.Id(2), await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "4930113"));
            // A name of one kind is not one of another.
            Assert.Null(await OwnerAsync(on.Store, ShUserIdentityKind.ExternalIdentifier, "4930111"));
            Assert.Null(await OwnerAsync(on.Store, ShUserIdentityKind.PublicIdentity, "4930111"));
            Assert.Null(await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "493011"));
        }
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Names_follow_what_is_provisioned(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([With(1, ["1", "2"], ["a@x"])], None);
        Assert.Equal(Sample.Id(1), await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "1"));
        await on.Store.UpsertAsync([With(1, ["2", "3"], [])], None);
        Assert.Null(await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "1"));
        Assert.Null(await OwnerAsync(on.Store, ShUserIdentityKind.ExternalIdentifier, "a@x"));
        Assert.Equal(Sample.Id(1), await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "3"));
        Assert.True(await on.Store.RemoveAsync(Sample.Id(1), None));
        Assert.Null(await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "2"));
        await on.Store.UpsertAsync([With(2, ["2"], [])], None);
        Assert.Equal(Sample.Id(2), await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "2"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_name_of_another_subscription_is_refused_and_nothing_is_written(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([With(1, ["1"], ["a@x"])], None);
        foreach (var (msisdns, externals, identity) in ((string[], string[], string)[])[(["2", "1"], [], "1"), (["2"], ["a@x"], "a@x")])
        {
            var conflict = await Assert.ThrowsAsync<IdentityConflictException>(() => on.Store.UpsertAsync([With(3, ["3"], []), With(2, [.. msisdns], [.. externals])], None));
            Assert.Equal((identity, Sample.Id(2), Sample.Id(1)), (conflict.Identity, conflict.SubscriptionId, conflict.OwnerSubscriptionId));
            Assert.Null(await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "2"));
            Assert.Null(await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "3"));
        }
        // Within one change a name may pass from one to the other.
        await on.Store.UpsertAsync([With(1, ["9"], []), With(2, ["1"], ["a@x"])], None);
        Assert.Equal(Sample.Id(2), await OwnerAsync(on.Store, ShUserIdentityKind.Msisdn, "1"));
        Assert.Equal(Sample.Id(2), await OwnerAsync(on.Store, ShUserIdentityKind.ExternalIdentifier, "a@x"));
    }

    private static Subscription With(int number, ImmutableArray<string> msisdns, ImmutableArray<string> externals) => Sample.Subscription(number) with
    {
        PrivateIdentities = [Sample.Aka(number) with { Msisdns = msisdns, ExternalIdentifiers = externals }],
    };

    private static async Task<string?> OwnerAsync(SubscriberStore store, ShUserIdentityKind kind, string value) =>
        (await store.FindByUserIdentityAsync(new(kind, value), None))?.Subscription.SubscriptionId;
}
