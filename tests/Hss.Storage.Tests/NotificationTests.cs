using System.Collections.Immutable;
using System.Text;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Storage.Tests;

/// <summary>Notifications are durable with the change that they tell of, one pending at most per subscription, on both databases.</summary>
public sealed class NotificationTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private const string Other = "other.example.org";

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    [Theory, MemberData(nameof(Databases))]
    public async Task A_change_is_owed_to_the_others_in_the_same_commit_and_the_newest_content_takes_the_place_of_the_older(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var told = 0;
        on.Store.NotificationsWritten += () => Interlocked.Increment(ref told);
        await SubscribedAsync(on.Store, 1);
        Assert.Equal(0, told);
        await ShSample.PutAsync(on.Store, 1, data => data with { Repository = [Item(1, "<one/>")] }, changedBy: ShSample.Host);
        var first = Assert.Single(await AllAsync(on.Store));
        Assert.Equal((ShSample.Key(1, "first", Other), 0, NotificationState.Pending, Sample.Id(1), "example.org"),
            (first.Key, first.Version, first.State, first.SubscriptionId, first.ApplicationServerRealm));
        Assert.Contains("<one/>", Text(first), StringComparison.Ordinal);
        Assert.Equal(1, told);

        await ShSample.PutAsync(on.Store, 1, data => data with { Repository = [Item(2, "<two/>")] }, changedBy: ShSample.Host);
        var second = Assert.Single(await AllAsync(on.Store));
        Assert.Equal((first.Id, 1, 0), (second.Id, second.Version, second.Attempts));
        Assert.Contains("<two/>", Text(second), StringComparison.Ordinal);

        // What was sent meanwhile is not done with: its content was another one.
        var late = first with { State = NotificationState.Acknowledged, Attempts = 1, Finished = ShSample.Start };
        Assert.Equal(0, await on.Store.WriteNotificationsAsync([new(late)], None));
        Assert.Equal(1, await on.Store.WriteNotificationsAsync([new(late with { Version = 1 })], None));
        await ShSample.PutAsync(on.Store, 1, data => data with { Repository = [Item(3, "<three/>")] }, changedBy: ShSample.Host);
        var all = await AllAsync(on.Store);
        Assert.Equal([(NotificationState.Acknowledged, 1), (NotificationState.Pending, 0)], all.Select(one => (one.State, one.Version)));
        Assert.True(all[1].Id > all[0].Id);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Content_is_kept_as_long_as_somebody_may_send_it(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        NotificationState[] ends = [NotificationState.Acknowledged, NotificationState.Failed, NotificationState.Withdrawn];
        for (ushort i = 0; i < ends.Length; i++)
        {
            await SubscribedAsync(on.Store, i + 1);
            await ShSample.PutAsync(on.Store, i + 1, data => data with { Repository = [ShSample.Repository(i + 1, "first") with { SequenceNumber = 1 }] }, changedBy: ShSample.Host);
            var pending = (await AllAsync(on.Store))[^1];
            Assert.Equal(1, await on.Store.WriteNotificationsAsync([new(pending with { State = ends[i], Finished = ShSample.Start })], None));
        }
        var all = await AllAsync(on.Store);
        Assert.Equal([(ends[0], true), (ends[1], false), (ends[2], true)], all.Select(one => (one.State, one.Content.IsEmpty)));

        // Withdrawn by an operator, by an unsubscription and with the permission.
        await on.Store.WriteNotificationsAsync([new(all[1] with { State = NotificationState.Withdrawn }, NotificationState.Failed)], None);
        await SubscribedAsync(on.Store, 4);
        await ShSample.PutAsync(on.Store, 4, data => data with { Repository = [ShSample.Repository(4, "first") with { SequenceNumber = 1 }] }, changedBy: ShSample.Host);
        await ShSample.PutAsync(on.Store, 4, data => data with { Subscriptions = [] });
        await SubscribedAsync(on.Store, 5);
        await ShSample.PutAsync(on.Store, 5, data => data with { Repository = [ShSample.Repository(5, "first") with { SequenceNumber = 1 }] }, changedBy: ShSample.Host);
        Assert.NotEqual(0, await on.Store.DropForbiddenSubscriptionsAsync(None)); // nobody gave any permission
        Assert.All((await AllAsync(on.Store)).Skip(1), one => Assert.Equal((NotificationState.Withdrawn, true), (one.State, one.Content.IsEmpty)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_registration_is_told_and_one_that_changes_nothing_is_not(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        var key = ShSample.Key(1, "") with { Reference = ShDataReference.ImsUserState };
        await ShSample.PutAsync(on.Store, 1, data => data with { Subscriptions = [ShSample.Subscribed(1, "") with { Key = key }] });
        var subscriber = await Sample.FindAsync(on.Store, 1);
        await Sample.CommitAsync(on.Store, subscriber, Sample.Register(0, Sample.Registered(Sample.Impi(1))));
        var one = Assert.Single(await AllAsync(on.Store));
        Assert.Equal(key, one.Key);
        Assert.Contains("<IMSUserState>1</IMSUserState>", Text(one), StringComparison.Ordinal);
        await Sample.CommitAsync(on.Store, subscriber, Sample.Register(0, Sample.Registered(Sample.Impi(1)) with { UserDataOutdated = true }));
        Assert.Equal(0, Assert.Single(await AllAsync(on.Store)).Version);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Deleted_data_take_all_subscriptions_with_them_and_memory_shows_that(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await SubscribedAsync(on.Store, 1);
        await ShSample.PutAsync(on.Store, 1, data => data with { Repository = [] }, changedBy: ShSample.Host);
        Assert.True((await Sample.FindAsync(on.Store, 1)).ApplicationData.IsEmpty);
        Assert.True(on.Database.Read(Sample.Id(1))!.ApplicationData.IsEmpty);
        var one = Assert.Single(await AllAsync(on.Store));
        Assert.Equal((Other, NotificationState.Pending), (one.Key.ApplicationServer, one.State));
        Assert.DoesNotContain("ServiceData", Text(one), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task What_an_application_server_unsubscribes_is_not_sent_any_more(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await SubscribedAsync(on.Store, 1);
        await ShSample.PutAsync(on.Store, 1, data => data with { Repository = [Item(1, "<one/>")] });
        Assert.Equal(2, (await AllAsync(on.Store)).Count);
        await ShSample.PutAsync(on.Store, 1, data => data with { Subscriptions = data.Subscriptions.RemoveAll(one => one.Key.ApplicationServer == Other) });
        Assert.Equal([(ShSample.Host, NotificationState.Pending, null), (Other, NotificationState.Withdrawn, NotificationWrites.Unsubscribed)],
            (await AllAsync(on.Store)).Select(one => (one.Key.ApplicationServer, one.State, one.LastResult)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Subscribing_again_renews_what_is_pending_and_makes_nothing_new(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await SubscribedAsync(on.Store, 1);
        ImmutableArray<NotificationSubscription> subscriptions = [];
        await ShSample.PutAsync(on.Store, 1, data => data with
        {
            Subscriptions = subscriptions = [.. data.Subscriptions.Select(one => one with { OneTime = one.Key.ApplicationServer == Other })],
        });
        await ShSample.PutAsync(on.Store, 1, data => data with { Repository = [Item(1, "<one/>")] }, changedBy: ShSample.Host);
        // The one-time subscription is gone meanwhile, so that its pending content grows old.
        var stale = Assert.Single(await AllAsync(on.Store));
        await ShSample.PutAsync(on.Store, 1, data => data with { Repository = [Item(2, "<two/>")] }, changedBy: Other);
        Assert.Equal(Text(stale), Text((await AllAsync(on.Store))[0]));
        await ShSample.PutAsync(on.Store, 1, data => data with
        {
            Subscriptions = [.. subscriptions.Select(one => one with { Expiry = DateTimeOffset.MaxValue.AddYears(-1000), ApplicationServerRealm = "new" })],
        });
        var all = await AllAsync(on.Store);
        Assert.Equal([(Other, stale.Id, 1, "new"), (ShSample.Host, stale.Id + 1, 0, "example.org")],
            all.Select(one => (one.Key.ApplicationServer, one.Id, one.Version, one.ApplicationServerRealm)));
        Assert.All(all, one => Assert.Contains("<two/>", Text(one), StringComparison.Ordinal));
    }

    // That somebody could be reached is an event: it has happened, and nothing that stands now would say it again (TS 29.328 6.1.3).
    [Theory, MemberData(nameof(Databases))]
    public async Task Reachability_that_was_not_told_yet_outlives_a_new_subscription_and_no_unsubscription(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        var waits = ShSample.Subscribed(1, "") with { Key = ShSample.Key(1, "") with { Reference = ShDataReference.UeReachabilityForIP }, OneTime = true };
        await ShSample.PutAsync(on.Store, 1, data => data with { Subscriptions = [waits] });
        var report = ShDataWriter.Write(new ShData { Access = new() { Reachability = ReachableOver.Mme } });
        await ShSample.PutAsync(on.Store, 1, data => data with { AccessReports = [new(Sample.Impi(1), DateTimeOffset.UtcNow, report)] });
        Assert.Empty((await Sample.FindAsync(on.Store, 1)).ApplicationData.Subscriptions);
        var told = Assert.Single(await AllAsync(on.Store));

        await ShSample.PutAsync(on.Store, 1, data => data with { Subscriptions = [waits] });
        var still = Assert.Single(await AllAsync(on.Store));
        Assert.Equal((NotificationState.Pending, told.Version, Text(told)), (still.State, still.Version, Text(still)));

        await ShSample.PutAsync(on.Store, 1, data => data with { Subscriptions = [] });
        Assert.Equal(NotificationState.Withdrawn, Assert.Single(await AllAsync(on.Store)).State);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Provisioning_tells_and_carries_over_and_a_removal_is_told_too(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var told = 0;
        on.Store.NotificationsWritten += () => Interlocked.Increment(ref told);
        var aliases = Sample.Subscription(1) with
        {
            ImplicitRegistrationSets = [new() { PublicIdentities = [Alias(Sample.Impu(1)), Alias(Sample.Tel(1)), new() { Identity = "sip:alone@x", ServiceProfile = "voice" }] }],
        };
        await on.Store.UpsertAsync([aliases], None);
        await ShSample.PutAsync(on.Store, 1, _ => ShSample.Everything(1) with
        {
            Repository = [ShSample.Repository(1, "first"), ShSample.Repository(1, "first") with { PublicIdentity = "sip:alone@x" }],
            Subscriptions = [ShSample.Subscribed(1, "first"), OfTel("first"), OfTel("first", "sip:alone@x")],
            InactiveServices = [],
        });
        var outcome = (await on.Store.ChangeAsync([SubscriptionEdit.Replace(aliases with
        {
            ImplicitRegistrationSets = [new() { PublicIdentities = [Alias(Sample.Tel(1))] }],
        })], ChangeAuthor.Offline("test"), None))[0];
        var after = (await Sample.FindAsync(on.Store, 1)).ApplicationData;
        // The data of the alias set go on under the identity that stays; those of the one that was alone are gone, and that is told.
        Assert.Equal([(Sample.Tel(1), "first")], after.Repository.Select(one => (one.PublicIdentity, one.ServiceIndication)));
        Assert.Equal([Sample.Tel(1)], after.Subscriptions.Select(one => one.Key.User.Value));
        Assert.Equal((1, 1), (after.SmsRegistrations.Length, after.AccessReports.Length));
        ShSample.AssertSame(after, on.Database.Read(Sample.Id(1))!.ApplicationData);
        var owed = await AllAsync(on.Store);
        Assert.Equal(outcome.Notifications, owed.Count);
        Assert.Contains(owed, one => one.Key.User.Value == "sip:alone@x" && !Text(one).Contains("ServiceData", StringComparison.Ordinal));
        Assert.Equal(1, told);

        Assert.True(await on.Store.RemoveAsync(Sample.Id(1), None));
        Assert.Equal(2, told);
        Assert.Contains(await AllAsync(on.Store), one => one.Key.User.Value == Sample.Tel(1) && one.State == NotificationState.Pending);
        await on.Store.UpsertAsync([aliases], None);
        Assert.True((await Sample.FindAsync(on.Store, 1)).ApplicationData.IsEmpty);

        NotificationSubscription OfTel(string service, string? identity = null) => ShSample.Subscribed(1, service) with
        {
            Key = ShSample.Key(1, service) with { User = new(ShUserIdentityKind.PublicIdentity, identity ?? Sample.Tel(1)) },
        };
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Sh_data_of_a_private_identity_that_left_go_and_a_conflict_undoes_everything(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await SubscribedAsync(on.Store, 1);
        await ShSample.PutAsync(on.Store, 1, data => ShSample.Everything(1) with { Repository = data.Repository, Subscriptions = data.Subscriptions });
        await on.Store.UpsertAsync([Sample.Subscription(2)], None);
        var replaced = Sample.Subscription(1) with { PrivateIdentities = [Sample.Aka(7)], ImplicitRegistrationSets = [Sample.Set("sip:new@x")] };
        var thief = Sample.Subscription(3) with { ImplicitRegistrationSets = [Sample.Set(Sample.Impu(2))] };
        var before = on.Database.Read(Sample.Id(1))!.ApplicationData;
        await Assert.ThrowsAsync<IdentityConflictException>(() => on.Store.UpsertAsync([replaced, thief], None));
        ShSample.AssertSame(before, on.Database.Read(Sample.Id(1))!.ApplicationData);
        Assert.Empty(await AllAsync(on.Store));

        await on.Store.UpsertAsync([replaced], None);
        Assert.True(on.Database.Read(Sample.Id(1))!.ApplicationData.IsEmpty);
        Assert.Equal(2, (await AllAsync(on.Store)).Count);
    }

    [Theory]
    [InlineData(CommitFault.Refused)]
    [InlineData(CommitFault.AcknowledgementLost)]
    public async Task Change_and_notification_are_both_on_the_disk_or_neither(CommitFault fault)
    {
        using var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await SubscribedAsync(store, 1);
        var told = 0;
        store.NotificationsWritten += () => Interlocked.Increment(ref told);
        database.CommitFaults = _ => fault;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => ShSample.PutAsync(store, 1, data => data with { Repository = [Item(1, "<one/>")] }, ShSample.Host));
        using var image = database.PowerOff();
        var isDurable = fault == CommitFault.AcknowledgementLost;
        Assert.Equal(isDurable ? 1 : 0, image.Read(Sample.Id(1))!.ApplicationData.Repository[0].SequenceNumber);
        Assert.Equal(isDurable ? 1 : 0, image.Notifications(new()).Count);
        Assert.Equal(0, told);
    }

    [Fact]
    public async Task Kill_nine_between_two_changes_loses_no_notification()
    {
        using var folder = new StoreFolder();
        var database = folder.OpenDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await SubscribedAsync(store, 1);
        for (ushort number = 1; number <= 4; number++)
        {
            await ShSample.PutAsync(store, 1, data => data with { Repository = [Item(number, $"<n{number}/>")] }, changedBy: ShSample.Host);
            using var image = folder.Image(database);
            await using var after = image.Open();
            var owed = Assert.Single(await AllAsync(after));
            Assert.Equal(number - 1, owed.Version);
            Assert.Contains($"<n{number}/>", Text(owed), StringComparison.Ordinal);
            Assert.Equal(number, (await Sample.FindAsync(after, 1)).ApplicationData.Repository[0].SequenceNumber);
        }
    }

    /// <summary>Two application servers write and are told, while commits fail one way or the other: what stands at the end is what each was told last.</summary>
    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    public async Task Two_writers_on_a_failing_disk_never_leave_an_application_server_with_an_older_word(int seed)
    {
        using var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await SubscribedAsync(store, 1);
        var (faults, gate) = (new Random(seed), new Lock());
        database.CommitFaults = _ =>
        {
            lock (gate) return (CommitFault)(faults.Next(4) is var one and < 3 ? one : 0);
        };
        await Task.WhenAll(new[] { ShSample.Host, Other }.Select((host, which) => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                try
                {
                    await ShSample.PutAsync(store, 1, data => data with
                    {
                        Repository = [Item(RepositoryData.Next(data.Repository[0].SequenceNumber), $"<n{RepositoryData.Next(data.Repository[0].SequenceNumber)}/>")],
                    }, changedBy: host);
                }
                catch (StoreUnavailableException)
                {
                    // Whether it is written, the next turn shows.
                }
            }
        })));
        var item = database.Read(Sample.Id(1))!.ApplicationData.Repository[0];
        Assert.True(item.SequenceNumber > 50, $"only {item.SequenceNumber} changes, seed {seed}");
        // The last change was made by one of the two, so the other one is owed just that; what either was owed before is overtaken by a change of its own.
        var pending = Assert.Single(database.Notifications(new()), one => one.State == NotificationState.Pending);
        Assert.Contains($"<n{item.SequenceNumber}/>", Text(pending), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Every_member_of_a_notification_comes_back(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        var one = ShSample.Notification(1, "x") with
        {
            Key = new(ShSample.Host, new(ShUserIdentityKind.Msisdn, "4930"), ShDataReference.Dsai, "sip:as tag", Sample.Impi(1)), AskedIdentity = "sip:a@b",
            CombinesChanges = true, Version = 4, Attempts = 2, LastResult = "no answer", Created = ShSample.Start, NextAttempt = ShSample.Start.AddMinutes(1),
        };
        ShSample.Owe(on.Database, one, ShSample.Notification(1, "x", Other));
        var read = (await AllAsync(on.Store))[0];
        Assert.Equal(Text(one), Text(read));
        Assert.Equal(one with { Id = read.Id }, read with { Content = one.Content });
        var open = await on.Store.ReadOpenNotificationsAsync(None);
        Assert.Contains(new OpenNotifications(ShSample.Host, 1, one.Created, one.NextAttempt), open);
        Assert.Equal(2, open.Count);
        var done = read with { State = NotificationState.Failed, Finished = ShSample.Start.AddHours(1), LastResult = "5107", Attempts = 9 };
        Assert.Equal(1, await on.Store.WriteNotificationsAsync([new(done)], None));
        Assert.Equal(done with { Content = default }, (await on.Store.ReadNotificationsAsync(new() { Id = read.Id }, None))[0] with { Content = default });
        Assert.Equal([2L], (await on.Store.ReadNotificationsAsync(new() { State = NotificationState.Pending }, None)).Select(x => x.Id));
        Assert.Equal([1L], (await on.Store.ReadNotificationsAsync(new() { User = "4930", SubscriptionId = Sample.Id(1), ApplicationServer = ShSample.Host }, None)).Select(x => x.Id));
        Assert.Equal([2L], (await on.Store.ReadNotificationsAsync(new() { After = 1 }, None)).Select(x => x.Id));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Due_ones_come_as_one_list_per_user_in_order_up_to_the_first_that_waits(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1), Sample.Subscription(2), Sample.Subscription(3)], None);
        Notification At(int user, string service, int seconds, string host = ShSample.Host) =>
            ShSample.Notification(user, service, host) with { Created = ShSample.Start, NextAttempt = ShSample.Start.AddSeconds(seconds) };
        // User 1: 1, 4 and 5, of which 4 waits. User 2: 2 and 6. User 3: 3 waits, so that 7 does too.
        ShSample.Owe(on.Database, At(1, "a", 10), At(2, "a", 5), At(3, "a", 60), At(1, "b", 40), At(1, "c", 0), At(2, "b", 20), At(3, "b", 0), At(1, "a", 0, Other));
        Assert.Equal([2L, 6, 1], await DueAsync(30));
        Assert.Equal([2L, 1], await DueAsync(10));
        Assert.Equal([2L, 6], await DueAsync(30, most: 2));
        Assert.Equal([2L, 6, 1, 4, 5, 3, 7], await DueAsync(60));
        Assert.Equal([2L], await DueAsync(30, most: 1));
        Assert.Equal([8L], await DueAsync(30, host: Other));
        Assert.Equal([2L, 1], await DueAsync(30, firstsOnly: true));
        Assert.Equal([2L, 1, 3], await DueAsync(60, firstsOnly: true));

        async Task<IEnumerable<long>> DueAsync(int seconds, int most = 10, string host = ShSample.Host, bool firstsOnly = false) =>
            (await on.Store.ReadNotificationsAsync(
                new() { DueBy = ShSample.Start.AddSeconds(seconds), ApplicationServer = host, Most = most, FirstsOnly = firstsOnly }, None)).Select(one => one.Id);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task One_that_is_to_be_sent_again_stays_what_it_is_beside_a_newer_one(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        ShSample.Owe(on.Database, ShSample.Notification(1, "a") with { State = NotificationState.Failed, Finished = ShSample.Start }, ShSample.Notification(1, "b"));
        var failed = (await AllAsync(on.Store))[0];
        ShSample.Owe(on.Database, ShSample.Notification(1, "a"));
        var other = (await AllAsync(on.Store))[1];
        var again = new NotificationUpdate(failed with { State = NotificationState.Pending, Finished = null }, NotificationState.Failed);
        Assert.Equal(1, await on.Store.WriteNotificationsAsync([again, new(other with { Attempts = 3 })], None));
        Assert.Equal([NotificationState.Failed, NotificationState.Pending, NotificationState.Pending], (await AllAsync(on.Store)).Select(one => one.State));
        await on.Store.WriteNotificationsAsync([new((await AllAsync(on.Store))[2] with { State = NotificationState.Withdrawn, Finished = ShSample.Start })], None);
        Assert.Equal(1, await on.Store.WriteNotificationsAsync([again], None));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Finished_ones_are_forgotten_by_age_and_by_number_and_open_ones_never(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        ShSample.Owe(on.Database, [.. Enumerable.Range(0, 10).Select(i => ShSample.Notification(1, $"{i}") with
        {
            State = i < 2 ? NotificationState.Pending : NotificationState.Failed, Finished = i < 2 ? null : ShSample.Start.AddMinutes(i),
        })]);
        Assert.Equal(3, await on.Store.PruneNotificationsAsync(ShSample.Start.AddMinutes(5), keep: 100, None));
        Assert.Equal(2, await on.Store.PruneNotificationsAsync(ShSample.Start, keep: 3, None));
        Assert.Equal(0, await on.Store.PruneNotificationsAsync(ShSample.Start, keep: 3, None));
        Assert.Equal([1L, 2, 8, 9, 10], (await AllAsync(on.Store)).Select(one => one.Id));
    }

    /// <summary>A hundred thousand that wait for one application server must not slow those of another, nor the counts of all.</summary>
    [Fact]
    public void Questions_about_open_notifications_use_their_indexes()
    {
        using var folder = new StoreFolder();
        SqliteDatabase.Open(folder.Options, TimeProvider.System, NullLogger.Instance).Dispose();
        var due = Plan(folder.Database, SqliteNotificationReader.FirstsSql);
        Assert.Contains(due, line => line.Contains("SEARCH n USING INDEX IX_notification_application_server_next_attempt_created", StringComparison.Ordinal));
        Assert.Contains(due, line => line.Contains("SEARCH e USING", StringComparison.Ordinal)
            && line.Contains("IX_notification_application_server_user_identity_user_kind_data_reference (application_server=? AND user_identity=? AND user_kind=?", StringComparison.Ordinal));
        Assert.DoesNotContain(due, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal));
        Assert.Contains(Plan(folder.Database, SqliteNotificationReader.FollowersSql), line => line.Contains("user_identity=?", StringComparison.Ordinal));
        foreach (var sql in new[] { SqliteNotificationReader.OpenSql, SqliteNotificationReader.PendingSql })
            Assert.Contains(Plan(folder.Database, sql), line => line.Contains("USING COVERING INDEX", StringComparison.Ordinal));
        var pairs = Plan(folder.Database, SqliteApplicationServerReader.SubscribedPairsSql);
        Assert.DoesNotContain(pairs, line => line.Contains("SCAN n ", StringComparison.Ordinal));
    }

    private static PublicIdentity Alias(string identity) => new() { Identity = identity, ServiceProfile = "voice", AliasGroup = "a" };

    private static RepositoryData Item(ushort number, string content) =>
        ShSample.Repository(1, "first") with { SequenceNumber = number, ServiceData = Encoding.UTF8.GetBytes(content) };

    /// <summary>One piece of repository data, and two application servers that want to hear of it.</summary>
    private static async Task SubscribedAsync(SubscriberStore store, int number)
    {
        await store.UpsertAsync([Sample.Subscription(number)], None);
        await ShSample.PutAsync(store, number, data => data with
        {
            Repository = [ShSample.Repository(number, "first")], Subscriptions = [ShSample.Subscribed(number, "first"), ShSample.Subscribed(number, "first", Other)],
        });
    }

    private static Task<IReadOnlyList<Notification>> AllAsync(SubscriberStore store) => store.ReadNotificationsAsync(new(), None);

    private static string Text(Notification notification) => Encoding.UTF8.GetString(notification.Content.Span);

    private static List<string> Plan(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        for (var i = 1; i <= 6; i++)
            if (sql.Contains($"?{i}", StringComparison.Ordinal)) command.Parameters.AddWithValue($"?{i}", i);
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read()) lines.Add(rows.GetString(3));
        return lines;
    }
}
