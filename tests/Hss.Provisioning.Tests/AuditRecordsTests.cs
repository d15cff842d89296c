using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Provisioning.Tests.Support;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;
using static Hss.Provisioning.Tests.Support.SampleSubscriptions;
using static Hss.Provisioning.Tests.Support.ServiceRig;
using Kind = Hss.Provisioning.V1.AuditRecord.Types.Kind;

namespace Hss.Provisioning.Tests;

public sealed class AuditRecordsTests
{
    private const string RequestId = "123e4567-e89b-42d3-a456-426614174001";

    [Fact]
    public async Task Records_say_who_changed_what_from_what_to_what()
    {
        await using var rig = new ServiceRig();
        var created = await rig.CreateAsync(Mobile(1));
        var changed = Mobile(1, OtherK);
        changed.RegistrationAllowed = false;
        changed.ImplicitRegistrationSets[0].PublicIdentities[1].Barred = true;
        await rig.UpsertAsync(changed, RequestId);
        await rig.DeleteAsync(IdOf(1));
        var records = (await ListAsync(rig)).Records;
        Assert.Equal([Kind.Deleted, Kind.Updated, Kind.Created], records.Select(record => record.Kind));
        Assert.All(records, record => Assert.Equal(("tester", "127.0.23.9", IdOf(1)), (record.Actor, record.RemoteAddress, record.SubscriptionId)));

        var update = records[1];
        Assert.Equal(("UpsertSubscription", RequestId, 0), (update.Method, update.RequestId, update.Undoes));
        Assert.NotEqual(update.Before.PrivateIdentities[0].Aka.KFingerprint, update.After.PrivateIdentities[0].Aka.KFingerprint);
        Assert.Contains($"key K ({created.PrivateIdentities[0].Aka.KFingerprint} -> {update.After.PrivateIdentities[0].Aka.KFingerprint}) of {PrivateOf(1)} changed", update.Summary, StringComparison.Ordinal);
        Assert.Contains("registrationAllowed set to false", update.Summary, StringComparison.Ordinal);
        Assert.Contains("implicitRegistrationSets[0].publicIdentities[1].barred set to true", update.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("Fingerprint", update.Summary, StringComparison.Ordinal);
        Assert.StartsWith("created with 1 private identity, 2 public identities", records[2].Summary, StringComparison.Ordinal);
        Assert.Null(records[2].Before);
        Assert.Null(records[0].After);
    }

    [Fact]
    public async Task A_changed_password_is_said_and_not_shown()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Fixed(1));
        var changed = Fixed(1);
        changed.PrivateIdentities[0].SipDigest = new() { Password = Password + "2" };
        await rig.UpsertAsync(changed);
        Assert.Contains($"password of line1@{Realm} changed", (await ListAsync(rig)).Records[0].Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_says_so_and_undoes_nothing()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        await rig.UpsertAsync(Mobile(1, OtherK));
        rig.Meddle("UPDATE subscription_change SET before_credentials = x'00FF01' WHERE id = (SELECT max(id) FROM subscription_change)");
        var newest = (await ListAsync(rig)).Records[0];
        Assert.StartsWith("cannot be shown: ", newest.Summary, StringComparison.Ordinal);
        await rig.RefusesAsync(StatusCode.FailedPrecondition, () => rig.Audit.UndoAuditRecord(new() { Id = newest.Id }, Call("UndoAuditRecord")));
        Assert.Equal(newest.Id, await rig.RevisionOfAsync(IdOf(1)));
    }

    [Fact]
    public async Task Pages_and_conditions()
    {
        await using var rig = new ServiceRig();
        for (var number = 1; number <= 5; number++) await rig.CreateAsync(Mobile(number));
        await rig.DeleteAsync(IdOf(2));
        var first = await ListAsync(rig, new() { PageSize = 4 });
        var second = await ListAsync(rig, new() { PageSize = 4, PageToken = first.NextPageToken });
        Assert.Equal([7, 6, 5, 4, 3, 2], first.Records.Concat(second.Records).Select(record => record.Id));
        Assert.Equal("", second.NextPageToken);
        Assert.Equal(2, (await ListAsync(rig, new() { SubscriptionId = IdOf(2) })).Records.Count);
        Assert.Empty((await ListAsync(rig, new() { Actor = "nobody" })).Records);
        Assert.Empty((await ListAsync(rig, new() { Since = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(200)) })).Records);
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => ListAsync(rig, new() { PageToken = first.NextPageToken, Actor = "tester" }));
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => ListAsync(rig, new() { Since = new Timestamp { Seconds = long.MaxValue } }));
    }

    [Fact]
    public async Task An_update_is_undone_and_the_undoing_too()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        await rig.UpsertAsync(Mobile(1, OtherK));
        var before = (await rig.Store.ReadAsync(IdOf(1), default))!;
        var undo = await UndoAsync(rig, before.Revision);
        Assert.Equal((before.Revision, Kind.Updated, "UndoAuditRecord"), (undo.Undoes, undo.Kind, undo.Method));
        Assert.Equal(new(Convert.FromHexString(K)), (await rig.Store.ReadAsync(IdOf(1), default))!.Subscription.PrivateIdentities[0].Credentials.Aka!.K);
        await UndoAsync(rig, undo.Id);
        Assert.Equal(before.Subscription.PrivateIdentities[0].Credentials.Aka, (await rig.Store.ReadAsync(IdOf(1), default))!.Subscription.PrivateIdentities[0].Credentials.Aka);
    }

    /// <summary>A record without a legible past must not be taken for one of a creation, whose undoing deletes.</summary>
    [Fact]
    public async Task What_cannot_be_read_any_more_is_not_undone_into_a_deletion()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        await rig.UpsertAsync(Mobile(1, OtherK));
        await rig.CreateAsync(Mobile(2));
        await rig.DeleteAsync(IdOf(2));
        var newest = await rig.Store.NewestChangeAsync(default);
        using (var connection = new SqliteConnection($"Data Source={rig.Database};Pooling=False"))
        {
            connection.Open();
            using var damage = connection.CreateCommand();
            damage.CommandText = "UPDATE subscription_change SET before_credentials = x'00FF01' WHERE before_credentials IS NOT NULL";
            Assert.Equal(2, damage.ExecuteNonQuery());
        }
        var standing = await rig.Store.ReadAsync(IdOf(1), default);
        foreach (var id in new[] { newest, standing!.Revision })
        {
            var refusal = await rig.RefusesAsync(StatusCode.FailedPrecondition, () => UndoAsync(rig, id));
            Assert.Contains("cannot be read", refusal.Status.Detail, StringComparison.Ordinal);
        }
        Assert.Equal(standing.Revision, (await rig.Store.ReadAsync(IdOf(1), default))?.Revision);
        Assert.Equal(newest, await rig.Store.NewestChangeAsync(default));
    }

    [Fact]
    public async Task Undoing_a_creation_deletes_and_undoing_that_brings_it_back_with_its_keys()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        var sqn = await UseKeyAsync(rig);
        var undo = await UndoAsync(rig, await rig.RevisionOfAsync(IdOf(1)));
        Assert.Equal(Kind.Deleted, undo.Kind);
        await rig.RefusesAsync(StatusCode.NotFound, () => rig.GetAsync(IdOf(1)));
        var back = await UndoAsync(rig, undo.Id);
        Assert.Equal(Kind.Created, back.Kind);
        Assert.Equal(new(Convert.FromHexString(K)), (await rig.Store.ReadAsync(IdOf(1), default))!.Subscription.PrivateIdentities[0].Credentials.Aka!.K);
        // TS 33.102 C.1.2: a number that was used is never used again, whatever was deleted in between.
        var subscriber = await rig.Store.FindByPrivateIdentityAsync(PrivateOf(1), default);
        Assert.True(subscriber!.SequenceOf(0).Seq >= sqn, $"{subscriber.SequenceOf(0).Seq} after {sqn}");
    }

    [Fact]
    public async Task Only_the_newest_change_of_a_subscription_is_undone()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        await rig.UpdateAsync(new V1.Subscription { SubscriptionId = IdOf(1), RegistrationAllowed = false });
        await rig.CreateAsync(Mobile(2)); // of another subscription: does not count
        var refusal = await rig.RefusesAsync(StatusCode.FailedPrecondition, () => UndoAsync(rig, 2));
        Assert.Contains("3 (UpdateSubscription by tester); undo 3 first", refusal.Status.Detail, StringComparison.Ordinal);
        await UndoAsync(rig, 3);
        await rig.RefusesAsync(StatusCode.FailedPrecondition, () => UndoAsync(rig, 3));
        await rig.RefusesAsync(StatusCode.NotFound, () => UndoAsync(rig, 4711));
        var action = await rig.Store.RecordActionAsync(IdOf(1), "de-registered", new ChangeAuthor("tester", "Deregister"), default);
        refusal = await rig.RefusesAsync(StatusCode.FailedPrecondition, () => UndoAsync(rig, action.Revision));
        Assert.Contains("nothing to undo", refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("de-registered", (await ListAsync(rig)).Records[0].Summary);
        await UndoAsync(rig, 5); // an action after it does not count
    }

    [Fact]
    public async Task An_undo_is_tried_and_repeated_like_any_change()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        await rig.DeleteAsync(IdOf(1));
        var tried = await rig.SaysAsync(rig.Audit.UndoAuditRecord(new() { Id = 3, ValidateOnly = true }, Call("UndoAuditRecord")));
        Assert.Equal((0, Kind.Created, IdOf(1)), (tried.Id, tried.Kind, tried.After.SubscriptionId));
        Assert.Equal(3, await rig.Store.NewestChangeAsync(default));
        var once = await UndoAsync(rig, 3, RequestId);
        Assert.Equal(once, await UndoAsync(rig, 3, RequestId));
        Assert.Equal(4, await rig.Store.NewestChangeAsync(default));
    }

    [Fact]
    public async Task What_was_given_away_since_cannot_come_back()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        await rig.DeleteAsync(IdOf(1));
        var heir = Mobile(2);
        heir.ImplicitRegistrationSets[0].PublicIdentities[1].Identity = TelOf(1);
        await rig.CreateAsync(heir);
        var refusal = await rig.RefusesAsync(StatusCode.AlreadyExists, () => UndoAsync(rig, 3));
        Assert.Contains(TelOf(1), refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(IdOf(2), refusal.Status.Detail, StringComparison.Ordinal);
    }

    /// <summary>Takes sequence numbers as a MAR does; returns the last one.</summary>
    private static async Task<ulong> UseKeyAsync(ServiceRig rig)
    {
        var subscriber = await rig.Store.FindByPrivateIdentityAsync(PrivateOf(1), default);
        using var turn = await rig.Store.EnterAsync(subscriber!, default);
        var range = new Authentication.IndRange(5, 24, 27);
        Assert.True(Authentication.SequenceAllocator.TryReserve(turn.Subscriber!.SequenceOf(0), 3, range, 64, out var reservation));
        await rig.Store.CommitAsync(turn, new([], [(0, reservation.After)]), default);
        return reservation.After.Seq;
    }

    private static Task<V1.ListAuditRecordsResponse> ListAsync(ServiceRig rig, V1.ListAuditRecordsRequest? request = null) =>
        rig.SaysAsync(rig.Audit.ListAuditRecords(request ?? new(), Call("ListAuditRecords")));

    private static Task<V1.AuditRecord> UndoAsync(ServiceRig rig, long id, string requestId = "") =>
        rig.SaysAsync(rig.Audit.UndoAuditRecord(new() { Id = id, RequestId = requestId }, Call("UndoAuditRecord")));
}
