using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Storage.Tests;

public sealed class ProvisioningTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Provisioning_the_same_again_changes_nothing_that_procedures_wrote(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1, sqn: 7 << 5)], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        await Sample.CommitAsync(on.Store, subscriber, Sample.Register(0, Sample.Registered(Sample.Impi(1))));
        Assert.Equal(8UL, await Sample.IssueAsync(on.Store, subscriber, ahead: 10));

        Assert.Equal(new UpsertCounts(0, 1), await on.Store.UpsertAsync([Sample.Subscription(1, sqn: 0)], None));
        var again = await Sample.FindAsync(on.Store, 1);
        Assert.NotSame(subscriber, again);
        Assert.Equal(Sample.Registered(Sample.Impi(1)), again.States[0]);
        Assert.Equal(18UL, again.SequenceOf(0).Seq);

        // Not raised either: for the same key the store knows better than a file.
        await on.Store.UpsertAsync([Sample.Subscription(1, sqn: 5_000 << 5)], None);
        Assert.Equal(18UL, (await Sample.FindAsync(on.Store, 1)).SequenceOf(0).Seq);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_new_key_starts_with_the_provisioned_sequence_number_unless_the_ceiling_is_higher(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1, sqn: 3 << 5)], None);
        await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1));
        await on.Store.UpsertAsync([Sample.Subscription(1, sqn: 900 << 5, k: Sample.K(77))], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        Assert.True(subscriber.Subscription.PrivateIdentities[0].Credentials.Aka!.K.Equals(new Secret(Sample.K(77))));
        Assert.Equal(901UL, await Sample.IssueAsync(on.Store, subscriber));
    }

    /// <summary>A slip in a file, or a SIM that was taken away for a while, must not make the HSS issue the SEQ of a key again.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_key_that_comes_back_never_has_a_sequence_number_twice(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var digestOnly = Sample.Subscription(1) with { PrivateIdentities = [Sample.FixedLine(1, "secret")] };
        var issued = 0UL;
        foreach (var between in new[] { null, digestOnly, Sample.Subscription(1, k: Sample.K(77)) })
        {
            if (between is not null) await on.Store.UpsertAsync([between], None);
            await on.Store.UpsertAsync([Sample.Subscription(1)], None);
            var seq = await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1), ahead: 10);
            Assert.True(seq > issued, $"SEQ {seq} was issued after {issued}");
            issued = seq;
        }
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_private_identity_that_was_gone_for_a_while_never_has_a_sequence_number_twice(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var withBoth = Sample.Subscription(1) with { PrivateIdentities = [Sample.Aka(1), Sample.Aka(2)] };
        await on.Store.UpsertAsync([withBoth], None);
        var first = await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1), index: 1, ahead: 10);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        Assert.Null(await on.Store.FindByPrivateIdentityAsync(Sample.Impi(2), None));

        // Back under another subscription, and once more gone and back under its first one.
        await on.Store.UpsertAsync([Sample.Subscription(2)], None);
        var second = await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 2), ahead: 10);
        await on.Store.UpsertAsync([Sample.Subscription(2) with { PrivateIdentities = [Sample.Aka(3)] }], None);
        await on.Store.UpsertAsync([withBoth], None);
        var third = await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1), index: 1, ahead: 10);
        Assert.True(first < second && second < third, $"{first}, {second}, {third}");
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Sets_that_share_an_identity_keep_their_state_and_others_start_anew(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var before = Sample.Subscription(1) with
        {
            PrivateIdentities = [Sample.Aka(1), Sample.Aka(2)],
            ImplicitRegistrationSets = [Sample.Set("sip:a@x", "sip:b@x"), Sample.Set("sip:c@x"), Sample.Set("sip:d@x")],
        };
        await on.Store.UpsertAsync([before], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        var first = Sample.Registered(Sample.Impi(1), Sample.Impi(2));
        var third = Sample.Registered(Sample.Impi(2));
        await Sample.CommitAsync(on.Store, subscriber, new([(0, first), (1, Sample.Registered(Sample.Impi(2))), (2, third)], []));

        await on.Store.UpsertAsync([before with { ImplicitRegistrationSets = [Sample.Set("sip:new@x"), Sample.Set("sip:d@x"), Sample.Set("sip:a@x", "sip:e@x")] }], None);
        var after = await Sample.FindAsync(on.Store, 1);
        Assert.Equal([RegistrationState.Initial, third, first], after.States.AsEnumerable());
        Assert.Null(await on.Store.FindByPublicIdentityAsync("sip:c@x", None));
        Assert.Null(await on.Store.FindByPublicIdentityAsync("sip:b@x", None));
        Assert.Same(after, await on.Store.FindByPublicIdentityAsync("sip:e@x", None));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_private_identity_that_leaves_leaves_the_registrations_too(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var before = Sample.Subscription(1) with { PrivateIdentities = [Sample.Aka(1), Sample.Aka(2)] };
        await on.Store.UpsertAsync([before], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        await Sample.CommitAsync(on.Store, subscriber, Sample.Register(0, Sample.Registered(Sample.Impi(1), Sample.Impi(2))));
        await Sample.IssueAsync(on.Store, subscriber, index: 1);

        await on.Store.UpsertAsync([before with { PrivateIdentities = [Sample.Aka(2)] }], None);
        Assert.Null(await on.Store.FindByPrivateIdentityAsync(Sample.Impi(1), None));
        var after = await Sample.FindAsync(on.Store, 2);
        Assert.Equal(Sample.Registered(Sample.Impi(2)), after.States[0]);
        Assert.True(after.SequenceOf(0).Seq >= 1);

        await on.Store.UpsertAsync([before with { PrivateIdentities = [Sample.Aka(3)] }], None);
        Assert.Equal(RegistrationState.Initial, (await Sample.FindAsync(on.Store, 3)).States[0]);
        Assert.Equal(new StoreCounts(1, 1, 2, 0), await on.Store.CountAsync(None));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task An_identity_of_somebody_else_is_named_and_nothing_is_written(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1), Sample.Subscription(2)], None);
        var subscriber = await Sample.FindAsync(on.Store, 2);
        var thief = Sample.Subscription(2) with { ImplicitRegistrationSets = [Sample.Set(Sample.Impu(2), Sample.Tel(1))] };
        var conflict = await Assert.ThrowsAsync<IdentityConflictException>(() => on.Store.UpsertAsync([Sample.Subscription(3), thief], None));
        Assert.Equal((Sample.Tel(1), Sample.Id(2), Sample.Id(1)), (conflict.Identity, conflict.SubscriptionId, conflict.OwnerSubscriptionId));

        var privately = Sample.Subscription(3) with { PrivateIdentities = [Sample.Aka(3), Sample.Aka(1)] };
        conflict = await Assert.ThrowsAsync<IdentityConflictException>(() => on.Store.UpsertAsync([privately], None));
        Assert.Equal((Sample.Impi(1), Sample.Id(3), Sample.Id(1)), (conflict.Identity, conflict.SubscriptionId, conflict.OwnerSubscriptionId));

        var twins = Sample.Subscription(4) with { ImplicitRegistrationSets = [Sample.Set(Sample.Impu(3))] };
        conflict = await Assert.ThrowsAsync<IdentityConflictException>(() => on.Store.UpsertAsync([Sample.Subscription(3), twins], None));
        Assert.Equal(Sample.Impu(3), conflict.Identity);

        Assert.Equal(new StoreCounts(2, 2, 4, 0), await on.Store.CountAsync(None));
        Assert.Null(await on.Store.FindByPrivateIdentityAsync(Sample.Impi(3), None));
        Assert.Equal(Sample.Id(1), (await on.Store.FindByPublicIdentityAsync(Sample.Tel(1), None))!.Subscription.SubscriptionId);
        Assert.Equal(Sample.Id(2), (await on.Store.FindByPublicIdentityAsync(Sample.Tel(2), None))!.Subscription.SubscriptionId);
        await Sample.CommitAsync(on.Store, subscriber, Sample.Register(0, RegistrationState.Initial));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task An_identity_moves_between_two_subscriptions_of_one_batch_with_its_counter(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1) with { PrivateIdentities = [Sample.Aka(1), Sample.Aka(5)] }, Sample.Subscription(2)], None);
        var last = await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1), index: 1);
        var giver = Sample.Subscription(1);
        var taker = Sample.Subscription(2) with { PrivateIdentities = [Sample.Aka(2), Sample.Aka(5)] };
        foreach (var batch in new[] { new[] { giver, taker }, [taker with { PrivateIdentities = [Sample.Aka(2)] }, giver with { PrivateIdentities = [Sample.Aka(1), Sample.Aka(5)] }] })
        {
            Assert.Equal(new UpsertCounts(0, 2), await on.Store.UpsertAsync(batch, None));
            var owner = await Sample.FindAsync(on.Store, 5);
            var next = await Sample.IssueAsync(on.Store, owner, index: 1);
            Assert.True(next > last, $"SEQ {next} after {last}");
            last = next;
        }
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Of_two_versions_in_one_batch_the_later_one_counts(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var later = Sample.Subscription(1) with { RegistrationAllowed = false };
        Assert.Equal(new UpsertCounts(1, 1), await on.Store.UpsertAsync([Sample.Subscription(1), later], None));
        Assert.False((await Sample.FindAsync(on.Store, 1)).Subscription.RegistrationAllowed);
        Assert.Equal(default, await on.Store.UpsertAsync([], None));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_turn_is_not_overtaken_and_the_next_one_sees_what_was_provisioned(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        Task upsert, waiting;
        using (var turn = await on.Store.EnterAsync(subscriber, None))
        {
            upsert = on.Store.UpsertAsync([Sample.Subscription(1) with { RegistrationAllowed = false }], None);
            waiting = RegisterAsync();
            await on.Store.CommitAsync(turn, Sample.Register(0, Sample.Registered(Sample.Impi(1))), None);
            Assert.False(upsert.IsCompleted);
        }
        await upsert;
        await waiting;
        var after = await Sample.FindAsync(on.Store, 1);
        Assert.False(after.Subscription.RegistrationAllowed);
        Assert.Equal(RegistrationStatus.Unregistered, after.States[0].Status);

        async Task RegisterAsync()
        {
            using var turn = await on.Store.EnterAsync(subscriber, None);
            await on.Store.CommitAsync(turn, Sample.Register(0, new() { Status = RegistrationStatus.Unregistered, Server = Sample.Server }), None);
        }
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Batches_that_overlap_and_procedures_at_work_never_wait_for_each_other_in_a_circle(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind, cacheEntries: 5);
        await on.Store.UpsertAsync([.. Enumerable.Range(0, 20).Select(number => Sample.Subscription(number))], None);
        var issued = Enumerable.Range(0, 20).Select(_ => new HashSet<ulong>()).ToArray();
        const int seed = 5;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed * 10 + worker);
            for (var i = 0; i < 30; i++)
            {
                if (worker < 2)
                {
                    var numbers = Enumerable.Range(0, 20).Where(_ => random.Next(3) == 0).OrderBy(_ => random.Next());
                    await on.Store.UpsertAsync([.. numbers.Select(number => Sample.Subscription(number))], None);
                    continue;
                }
                for (var j = 0; j < 10; j++)
                {
                    var number = random.Next(20);
                    var seq = await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, number), ahead: 3);
                    lock (issued[number]) Assert.True(issued[number].Add(seq), $"SEQ {seq} of {number} twice, seed {seed}");
                }
            }
        })));
        Assert.Equal(4 * 300, issued.Sum(set => set.Count));
    }
}
