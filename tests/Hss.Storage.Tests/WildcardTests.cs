using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Storage.Tests;

public sealed class WildcardTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(DatabaseKind.Memory)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task An_identity_is_found_as_itself_or_else_by_its_most_specific_wildcard(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Rooms(1, "sip:room!.*!@x"), Rooms(2, "sip:room-1!.*!@x"), Users(3, "sip:room-17@x")], None);
        Assert.Equal((Sample.Id(1), "sip:room!.*!@x", true), await MatchAsync(on.Store, "sip:room-2@x"));
        Assert.Equal((Sample.Id(2), "sip:room-1!.*!@x", true), await MatchAsync(on.Store, "sip:room-18@x"));
        // A distinct identity of another subscription inside the wildcard: it always wins (TS 29.228 6.1).
        Assert.Equal((Sample.Id(3), "sip:room-17@x", false), await MatchAsync(on.Store, "sip:room-17@x"));
        Assert.Equal((Sample.Id(1), "sip:room!.*!@x", false), await MatchAsync(on.Store, "sip:room!.*!@x"));
        Assert.Null(await MatchAsync(on.Store, "sip:hall-1@x"));
        // Only a match looks into wildcards.
        Assert.Null(await on.Store.FindByPublicIdentityAsync("sip:room-2@x", None));
    }

    [Theory]
    [InlineData(DatabaseKind.Memory)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Wildcards_follow_provisioning(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Rooms(1, "sip:room!.*!@x")], None);
        await on.Store.UpsertAsync([Rooms(1, "sip:hall!.*!@x")], None);
        Assert.Null(await MatchAsync(on.Store, "sip:room-2@x"));
        Assert.Equal((Sample.Id(1), "sip:hall!.*!@x", true), await MatchAsync(on.Store, "sip:hall-2@x"));
        // It moves to another subscription of the same batch, whichever comes first by name.
        await on.Store.UpsertAsync([Rooms(1, "sip:yard!.*!@x"), Rooms(2, "sip:hall!.*!@x")], None);
        Assert.Equal((Sample.Id(2), "sip:hall!.*!@x", true), await MatchAsync(on.Store, "sip:hall-2@x"));
        await on.Store.UpsertAsync([Rooms(1, "sip:hall!.*!@x"), Rooms(2, "sip:yard!.*!@x")], None);
        Assert.Equal((Sample.Id(1), "sip:hall!.*!@x", true), await MatchAsync(on.Store, "sip:hall-2@x"));
        Assert.Equal((Sample.Id(2), "sip:yard!.*!@x", true), await MatchAsync(on.Store, "sip:yard-2@x"));
        // A distinct identity comes and goes inside a wildcard.
        await on.Store.UpsertAsync([Users(3, "sip:yard-2@x")], None);
        Assert.Equal((Sample.Id(3), "sip:yard-2@x", false), await MatchAsync(on.Store, "sip:yard-2@x"));
        await on.Store.UpsertAsync([Users(3, "sip:other@x")], None);
        Assert.Equal((Sample.Id(2), "sip:yard!.*!@x", true), await MatchAsync(on.Store, "sip:yard-2@x"));
        Assert.True(await on.Store.RemoveAsync(Sample.Id(2), None));
        Assert.Null(await MatchAsync(on.Store, "sip:yard-2@x"));
        Assert.Equal((Sample.Id(1), "sip:hall!.*!@x", true), await MatchAsync(on.Store, "sip:hall-2@x"));
    }

    [Fact]
    public async Task A_conflict_leaves_the_wildcards_as_they_were()
    {
        await using var on = new StoreOn(DatabaseKind.Sqlite);
        await on.Store.UpsertAsync([Rooms(1, "sip:room!.*!@x")], None);
        await Assert.ThrowsAsync<IdentityConflictException>(() => on.Store.UpsertAsync([Rooms(2, "sip:hall!.*!@x", "sip:room!.*!@x")], None));
        Assert.Equal((Sample.Id(1), "sip:room!.*!@x", true), await MatchAsync(on.Store, "sip:room-2@x"));
        Assert.Null(await MatchAsync(on.Store, "sip:hall-2@x"));
    }

    [Fact]
    public async Task The_next_start_knows_them()
    {
        using var folder = new StoreFolder();
        await using (var store = folder.Open()) await store.UpsertAsync([Rooms(1, "sip:room!.*!@x"), Users(2, "sip:alice@x", "sip:desk!.*!@x")], None);
        await using var again = folder.Open();
        Assert.Equal((Sample.Id(1), "sip:room!.*!@x", true), await MatchAsync(again, "sip:room-2@x"));
        Assert.Equal((Sample.Id(2), "sip:desk!.*!@x", true), await MatchAsync(again, "sip:desk-2@x"));
    }

    [Theory]
    [InlineData(CommitFault.Refused)]
    [InlineData(CommitFault.AcknowledgementLost)]
    public async Task After_a_commit_of_unknown_outcome_the_disk_decides(CommitFault fault)
    {
        var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Rooms(1, "sip:!.*!@x"), Rooms(2, "sip:room!.*!@x")], None);
        database.CommitFaults = _ => fault;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.UpsertAsync([Rooms(2, "sip:hall!.*!@x")], None));
        var isWritten = fault == CommitFault.AcknowledgementLost;
        // The wildcard that is gone is passed over for the next best one, not taken for "unknown".
        Assert.Equal(isWritten ? (Sample.Id(1), "sip:!.*!@x", true) : (Sample.Id(2), "sip:room!.*!@x", true), await MatchAsync(store, "sip:room-2@x"));
        Assert.Equal(isWritten ? (Sample.Id(2), "sip:hall!.*!@x", true) : (Sample.Id(1), "sip:!.*!@x", true), await MatchAsync(store, "sip:hall-2@x"));
    }

    [Fact]
    public async Task An_unknown_identity_costs_one_look_into_the_database()
    {
        var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Rooms(1, [.. Enumerable.Range(0, 500).Select(i => $"sip:room-{i:D3}-![0-9]*!@x")])], None);
        Assert.NotNull(await MatchAsync(store, "sip:room-007-1@x"));
        foreach (var unknown in new[] { "sip:nobody@x", "sip:room-7@x", "tel:+1" })
        {
            var before = database.Reads;
            Assert.Null(await MatchAsync(store, unknown));
            Assert.Equal(before + 1, database.Reads);
        }
    }

    [Fact]
    public async Task A_stored_wildcard_that_is_too_costly_is_found_as_itself_alone()
    {
        var database = new MemoryDatabase();
        var costly = "sip:![ab]{200}!@x";
        database.PrepareChange([SubscriptionEdit.Replace(Rooms(1, costly, "sip:c!.*!@x"))], ChangeAuthor.Offline("test")).Write();
        database.Commit();
        await using var again = StoreFolder.OverDatabase(database);
        Assert.Null(await MatchAsync(again, $"sip:{new string('a', 200)}@x"));
        Assert.Equal((Sample.Id(1), costly, false), await MatchAsync(again, costly));
        Assert.Equal((Sample.Id(1), "sip:c!.*!@x", true), await MatchAsync(again, "sip:c1@x"));
    }

    [Fact]
    public async Task Too_many_that_only_their_expressions_tell_apart_are_refused()
    {
        await using var on = new StoreOn(DatabaseKind.Memory);
        var alike = Enumerable.Range(0, WildcardIndex.MaxCandidates).Select(i => $"sip:room!(x|{i:D2}).!@x").ToArray();
        await on.Store.UpsertAsync([Rooms(1, alike)], None);
        var refused = await Assert.ThrowsAsync<WildcardOverlapException>(() => on.Store.UpsertAsync([Rooms(2, "sip:r!.*!@x")], None));
        Assert.Equal((Sample.Id(2), "sip:r!.*!@x"), (refused.SubscriptionId, refused.Identity));
        // Provisioning the same again, or fewer, stays possible.
        await on.Store.UpsertAsync([Rooms(1, alike)], None);
        await on.Store.UpsertAsync([Rooms(1, alike[1..]), Rooms(2, "sip:r!.*!@x")], None);
        Assert.Equal((Sample.Id(2), "sip:r!.*!@x", true), await MatchAsync(on.Store, "sip:r2@x"));
    }

    private static async Task<(string, string, bool)?> MatchAsync(SubscriberStore store, string identity) =>
        await store.MatchPublicIdentityAsync(identity, None) is { } match
            ? (match.Subscriber.Subscription.SubscriptionId, match.Provisioned, match.IsWildcard) : null;

    private static Subscription Rooms(int number, params string[] wildcards) => With(number, PublicIdentityType.WildcardedPsi, wildcards);

    private static Subscription Users(int number, params string[] identities) => With(number, PublicIdentityType.WildcardedImpu, identities);

    private static Subscription With(int number, PublicIdentityType wildcards, string[] identities) => Sample.Subscription(number) with
    {
        ImplicitRegistrationSets =
        [
            new()
            {
                PublicIdentities = [.. identities.Select(identity => new PublicIdentity
                {
                    Identity = identity,
                    ServiceProfile = "voice",
                    Type = identity.Contains('!', StringComparison.Ordinal) ? wildcards : PublicIdentityType.DistinctPublicIdentity,
                })],
            },
        ],
    };
}
