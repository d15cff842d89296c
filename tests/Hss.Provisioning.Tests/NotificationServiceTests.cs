using System.Collections.Immutable;
using Grpc.Core;
using Hss.Provisioning.Tests.Support;
using Hss.Subscribers;
using static Hss.Provisioning.Tests.Support.ShRig;
using IdentitySet = Hss.Provisioning.V1.NotificationKey.Types.IdentitySet;
using Reference = Hss.Provisioning.V1.ShPermission.Types.DataReference;
using State = Hss.Provisioning.V1.Notification.Types.State;

namespace Hss.Provisioning.Tests;

/// <summary>What application servers subscribed to, and the PNRs that follow, as operators see and change them (TS 29.328 6.1.3, 6.1.4).</summary>
public sealed class NotificationServiceTests : IAsyncLifetime
{
    private const string As2 = "as2.example.org";

    private ShRig _rig = null!;

    public async Task InitializeAsync() => _rig = await StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task A_subscription_is_shown_with_all_that_tells_it_from_others()
    {
        var expiry = DateTimeOffset.UnixEpoch.AddYears(60);
        await _rig.ChangeAsync(data => data with
        {
            Subscriptions =
            [
                Subscription(ShDataReference.RepositoryData, "mmtel"), Subscription(ShDataReference.ImsPublicIdentity, "0"),
                Subscription(ShDataReference.InitialFilterCriteria, "sip:as1.example.org:5090"), Subscription(ShDataReference.Dsai, "sip:as1.example.org:5090 busy"),
                Subscription(ShDataReference.UeReachabilityForIP, user: new(ShUserIdentityKind.Msisdn, "12125550001")) with { OneTime = true, Expiry = expiry },
                Subscription(ShDataReference.ChargingInformation, user: new(ShUserIdentityKind.ExternalIdentifier, "alice@example.org")),
            ],
        });
        var all = (await ListAsync(new() { SubscriptionId = "alice-1" })).NotificationSubscriptions.OrderBy(one => one.Key.DataReference).ToArray();
        Assert.Equal(6, all.Select(one => one.Id).Distinct().Count());
        Assert.All(all, one => Assert.Equal(("alice-1", As1, "example.org"), (one.SubscriptionId, one.Key.DiameterHost, one.DiameterRealm)));
        Assert.Equal((Reference.RepositoryData, "mmtel", Alice), (all[0].Key.DataReference, all[0].Key.ServiceIndication, all[0].Key.PublicIdentity));
        Assert.Equal((Reference.ImsPublicIdentity, IdentitySet.AllIdentities), (all[1].Key.DataReference, all[1].Key.IdentitySet));
        Assert.Equal("sip:as1.example.org:5090", all[2].Key.ServerName);
        Assert.Equal("alice@example.org", all[3].Key.ExternalIdentifier);
        Assert.Equal(("sip:as1.example.org:5090", "busy"), (all[4].Key.ServerName, all[4].Key.DsaiTag));
        Assert.Equal(("12125550001", true, expiry), (all[5].Key.Msisdn, all[5].OneTime, all[5].ExpireTime.ToDateTimeOffset()));
        Assert.Null(all[0].ExpireTime);

        Assert.Equal(all[5], Assert.Single((await ListAsync(new() { Identity = "+12125550001" })).NotificationSubscriptions));
        Assert.Equal(all[3], Assert.Single((await ListAsync(new() { Identity = "alice@EXAMPLE.org" })).NotificationSubscriptions));
        Assert.Equal(4, (await ListAsync(new() { Identity = "sip:alice@EXAMPLE.org" })).NotificationSubscriptions.Count);
        Assert.Empty((await ListAsync(new() { Identity = "sip:alice@example.org", DiameterHost = As2 })).NotificationSubscriptions);
    }

    [Fact]
    public async Task Pages_of_every_size_show_all_of_one_server_and_none_twice()
    {
        await using var rig = await StartAsync([.. Enumerable.Range(1, 5).Select(Document)]);
        var expected = new List<string>();
        for (var i = 1; i <= 5; i++)
        {
            var number = i;
            ShUserIdentity user = new(ShUserIdentityKind.PublicIdentity, $"sip:u{i}@example.org");
            // The third one is of nobody's interest here.
            var host = i == 3 ? As2 : As1;
            await rig.ChangeAsync(data => data with
            {
                Subscriptions = [.. Enumerable.Range(1, number).Select(j => Subscription(ShDataReference.RepositoryData, $"s{j}", host, user)), Subscription(ShDataReference.ImsUserState, host: As2, user: user)],
            }, privateIdentity: $"u{i}@example.org");
            if (host == As1) expected.AddRange(Enumerable.Range(1, i).Select(j => $"user-{number} s{j}"));
        }
        for (var size = 1; size <= 14; size++)
        {
            var (seen, token) = (new List<string>(), "");
            do
            {
                var page = await rig.Service.ListNotificationSubscriptions(new() { DiameterHost = "AS1.example.org", PageSize = size, PageToken = token }, Call("List"));
                Assert.True(page.NotificationSubscriptions.Count <= size);
                seen.AddRange(page.NotificationSubscriptions.Select(one => $"{one.SubscriptionId} {one.Key.ServiceIndication}"));
                token = page.NextPageToken;
            }
            while (token.Length > 0);
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Equal(expected, seen.Order(StringComparer.Ordinal));
        }
        Assert.Equal(5, (await rig.Service.ListNotificationSubscriptions(new() { DiameterHost = As2, PageSize = 5 }, Call("List"))).NotificationSubscriptions.Count);

        // What was looked at last is gone when the next page is asked for: the others come nevertheless.
        var first = await rig.Service.ListNotificationSubscriptions(new() { DiameterHost = As1, PageSize = 2 }, Call("List"));
        await rig.Store.RemoveAsync(first.NotificationSubscriptions[^1].SubscriptionId, CancellationToken.None);
        Assert.Equal(9, (await rig.Service.ListNotificationSubscriptions(new() { DiameterHost = As1, PageToken = first.NextPageToken }, Call("List"))).NotificationSubscriptions.Count);
    }

    [Theory]
    [InlineData("", "", "", StatusCode.InvalidArgument)]
    [InlineData("nobody", "", "", StatusCode.NotFound)]
    [InlineData("", "sip:nobody@example.org", "", StatusCode.NotFound)]
    [InlineData("", "49", "", StatusCode.NotFound)]
    [InlineData("", "nobody", "", StatusCode.InvalidArgument)]
    [InlineData("", "", "no host", StatusCode.InvalidArgument)]
    public async Task A_question_that_cannot_be_answered_says_why(string subscriptionId, string identity, string host, StatusCode code)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => ListAsync(new() { SubscriptionId = subscriptionId, Identity = identity, DiameterHost = host }));
        Assert.Equal(code, refusal.StatusCode);
        Assert.NotEqual("", refusal.Status.Detail);
    }

    [Fact]
    public async Task An_ended_subscription_is_gone_and_recorded()
    {
        await _rig.ChangeAsync(data => data with { Subscriptions = [Subscription(ShDataReference.ImsUserState), Subscription(ShDataReference.ServerName)] });
        var ended = (await ListAsync(new() { SubscriptionId = "alice-1" })).NotificationSubscriptions.Single(one => one.Key.DataReference == Reference.SCscfName);
        await _rig.Service.DeleteNotificationSubscription(new() { SubscriptionId = "alice-1", Id = ended.Id }, Call("DeleteNotificationSubscription"));
        Assert.Equal(ShDataReference.ImsUserState, Assert.Single((await _rig.SubscriberAsync()).ApplicationData.Subscriptions).Key.Reference);
        Assert.Contains(As1, Assert.Single(await _rig.RecordsAsync()).Summary, StringComparison.Ordinal);
        foreach (var (id, code) in new[] { (ended.Id, StatusCode.NotFound), ("", StatusCode.NotFound) })
            Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(() => _rig.Service.DeleteNotificationSubscription(new() { SubscriptionId = "alice-1", Id = id }, Call("Delete")))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => _rig.Service.DeleteNotificationSubscription(new() { Id = ended.Id }, Call("Delete")))).StatusCode);
    }

    [Fact]
    public async Task What_an_operator_removes_is_told_to_who_subscribed()
    {
        await _rig.KeepAsync(Alice, "mmtel", 3, "<x>of the user</x>");
        await _rig.ChangeAsync(data => data with { Subscriptions = [Subscription(ShDataReference.RepositoryData, "mmtel"), Subscription(ShDataReference.RepositoryData, "mmtel", As2)] });
        await _rig.Service.DeleteRepositoryData(new() { PublicIdentity = Alice, ServiceIndication = "mmtel" }, Call("DeleteRepositoryData"));
        var told = (await NotificationsAsync()).Notifications;
        Assert.Equal([As1, As2], told.Select(one => one.Key.DiameterHost).Order());
        Assert.All(told, one => Assert.Equal((State.Pending, "alice-1", "mmtel"), (one.State, one.SubscriptionId, one.Key.ServiceIndication)));
        Assert.True((await _rig.SubscriberAsync()).ApplicationData.Subscriptions.IsEmpty);
        Assert.DoesNotContain("of the user", told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notifications_come_in_pages_and_are_withdrawn_once()
    {
        await _rig.ChangeAsync(data => data with { Subscriptions = [.. Enumerable.Range(1, 5).Select(i => Subscription(ShDataReference.RepositoryData, $"s{i}", i % 2 == 0 ? As2 : As1))] });
        for (var i = 1; i <= 5; i++) await _rig.KeepAsync(Alice, $"s{i}", 0, "<x/>");
        var all = (await NotificationsAsync()).Notifications.Select(one => one.Id).ToArray();
        Assert.Equal(5, all.Length);
        var (seen, token) = (new List<long>(), "");
        do
        {
            var page = await NotificationsAsync(new() { PageSize = 1, PageToken = token, State = State.Pending, Identity = Alice });
            seen.AddRange(page.Notifications.Select(one => one.Id));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(all, seen);
        Assert.Equal(2, (await NotificationsAsync(new() { DiameterHost = "AS2.example.org" })).Notifications.Count);
        Assert.Empty((await NotificationsAsync(new() { SubscriptionId = "another" })).Notifications);

        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => _rig.Service.RetryNotification(new() { Id = all[0] }, Call("RetryNotification")))).StatusCode);
        Assert.Equal(State.Withdrawn, (await _rig.Service.WithdrawNotification(new() { Id = all[0] }, Call("WithdrawNotification"))).Notification.State);
        Assert.Contains("is withdrawn", (await Assert.ThrowsAsync<RpcException>(() =>
            _rig.Service.WithdrawNotification(new() { Id = all[0] }, Call("WithdrawNotification")))).Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => _rig.Service.WithdrawNotification(new() { Id = 1_000_000 }, Call("Withdraw")))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => _rig.Service.RetryNotification(new() { Id = 1_000_000 }, Call("Retry")))).StatusCode);
        Assert.Equal($"notification {all[0]} for {As1} withdrawn", Assert.Single(await _rig.RecordsAsync()).Summary);
    }

    [Fact]
    public async Task A_failed_notification_is_tried_again_unless_a_newer_one_says_what_it_said()
    {
        await PermitAsync(ShOperations.Notify);
        await _rig.ChangeAsync(data => data with { Subscriptions = [Subscription(ShDataReference.RepositoryData, "s")] });
        await _rig.KeepAsync(Alice, "s", 0, "<x/>");
        var id = await FailAsync();
        Assert.Equal(State.Failed, Assert.Single((await NotificationsAsync(new() { State = State.Failed })).Notifications).State);
        var again = (await _rig.Service.RetryNotification(new() { Id = id }, Call("RetryNotification"))).Notification;
        Assert.Equal((State.Pending, 0), (again.State, again.Attempts));
        await FailAsync();
        await _rig.KeepAsync(Alice, "s", 1, "<y/>");
        var refusal = await Assert.ThrowsAsync<RpcException>(() => _rig.Service.RetryNotification(new() { Id = id }, Call("RetryNotification")));
        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        Assert.Contains("newer", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("permission", "may not be told")]
    [InlineData("data", "what stands now")]
    [InlineData("time", "run out")]
    public async Task A_failed_notification_that_is_not_to_be_sent_says_why(string what, string why)
    {
        await PermitAsync(ShOperations.Notify);
        await _rig.ChangeAsync(data => data with { Subscriptions = [Subscription(ShDataReference.RepositoryData, "s") with { Expiry = DateTimeOffset.UtcNow.AddYears(1) }] });
        await _rig.KeepAsync(Alice, "s", 0, "<x/>");
        var id = await FailAsync();
        if (what == "permission") await PermitAsync(ShOperations.Pull);
        if (what == "data") await _rig.ChangeAsync(data => data with { Repository = [data.Repository[0] with { SequenceNumber = 1 }] }, changedBy: As1);
        if (what == "time") _rig.Time.Advance(TimeSpan.FromDays(4000));
        var refusal = await Assert.ThrowsAsync<RpcException>(() => _rig.Service.RetryNotification(new() { Id = id }, Call("RetryNotification")));
        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        Assert.Contains(why, refusal.Status.Detail, StringComparison.Ordinal);
    }

    private async Task PermitAsync(ShOperations operations) => await _rig.Store.PutApplicationServerAsync(
        new(As1, [], ImmutableSortedDictionary<ShDataReference, ShOperations>.Empty.Add(ShDataReference.RepositoryData, operations)), null, ChangeAuthor.Offline("test"), CancellationToken.None);

    private async Task<long> FailAsync()
    {
        var pending = Assert.Single(await _rig.Store.ReadNotificationsAsync(new() { State = NotificationState.Pending }, CancellationToken.None));
        var failed = pending with { State = NotificationState.Failed, Finished = _rig.Time.GetUtcNow(), LastResult = "nobody answered" };
        Assert.Equal(1, await _rig.Store.WriteNotificationsAsync([new(failed)], CancellationToken.None));
        return pending.Id;
    }

    private static string Document(int i) => $$"""
        {"subscriptionId":"user-{{i}}","privateIdentities":[{"identity":"u{{i}}@example.org","sipDigest":{"password":"pa55-Wort-1234"} }],
         "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:u{{i}}@example.org","serviceProfile":"p"}]}],"serviceProfiles":[{"name":"p"}]}
        """;

    private Task<V1.ListNotificationSubscriptionsResponse> ListAsync(V1.ListNotificationSubscriptionsRequest request) =>
        _rig.Service.ListNotificationSubscriptions(request, Call("ListNotificationSubscriptions"));

    private Task<V1.ListNotificationsResponse> NotificationsAsync(V1.ListNotificationsRequest? request = null) => _rig.Service.ListNotifications(request ?? new(), Call("ListNotifications"));
}
