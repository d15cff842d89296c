using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Grpc;
using Hss.Provisioning.Tests.Support;
using static Hss.Provisioning.Tests.Support.SampleSubscriptions;
using static Hss.Provisioning.Tests.Support.ServiceRig;
using Outcome = Hss.Provisioning.V1.UpsertSubscriptionResponse.Types.Outcome;

namespace Hss.Provisioning.Tests;

/// <summary>Create, get, update, upsert, delete. Spec: AIP-131 to AIP-135, AIP-154, AIP-155, AIP-161, AIP-163, AIP-203.</summary>
public sealed class SubscriptionServiceTests
{
    private const string RequestId = "123e4567-e89b-42d3-a456-426614174000";

    [Fact]
    public async Task Created_is_what_get_gives_with_name_etag_times_and_fingerprints()
    {
        await using var rig = new ServiceRig();
        var created = await rig.CreateAsync(Mobile(1));
        Assert.Equal("subscriptions/imsi-001010000000001", created.Name);
        Assert.Equal(await rig.RevisionOfAsync(IdOf(1)), long.Parse(created.Etag, System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(created.CreateTime.ToDateTimeOffset() > DateTimeOffset.UnixEpoch.AddYears(50));
        Assert.Equal(created.CreateTime, created.UpdateTime);
        var aka = created.PrivateIdentities[0].Aka;
        Assert.Equal(("", "", ""), (aka.K, aka.Op, aka.Opc));
        Assert.Equal((16, 16), (aka.KFingerprint.Length, aka.OpcFingerprint.Length));
        Assert.Equal(created, await rig.GetAsync(IdOf(1)));
    }

    [Fact]
    public async Task Create_takes_the_id_from_the_request_and_refuses_a_second_one()
    {
        await using var rig = new ServiceRig();
        var message = Mobile(1);
        message.SubscriptionId = "";
        var created = await rig.SaysAsync(rig.Subscriptions.CreateSubscription(new() { Subscription = message, SubscriptionId = "mine" }, Call("CreateSubscription")));
        Assert.Equal("mine", created.SubscriptionId);
        message.SubscriptionId = "mine";
        var refusal = await rig.RefusesAsync(StatusCode.AlreadyExists, () => rig.CreateAsync(message));
        Assert.Contains("mine", refusal.Status.Detail, StringComparison.Ordinal);
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.Subscriptions.CreateSubscription(new() { Subscription = message, SubscriptionId = "other" }, Call("CreateSubscription")));
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.Subscriptions.CreateSubscription(new(), Call("CreateSubscription")));
    }

    [Theory]
    [InlineData("subscriptions/nobody", StatusCode.NotFound)]
    [InlineData("nobody", StatusCode.InvalidArgument)]
    [InlineData("subscriptions/", StatusCode.InvalidArgument)]
    [InlineData("", StatusCode.InvalidArgument)]
    public async Task What_is_not_there_or_no_name_is_refused(string name, StatusCode status)
    {
        await using var rig = new ServiceRig();
        await rig.RefusesAsync(status, () => rig.Subscriptions.GetSubscription(new() { Name = name }, Call("GetSubscription")));
        await rig.RefusesAsync(status, () => rig.Subscriptions.DeleteSubscription(new() { Name = name }, Call("DeleteSubscription")));
    }

    [Fact]
    public async Task Every_problem_of_a_message_is_a_field_violation_in_proto_form()
    {
        await using var rig = new ServiceRig();
        var message = Mobile(1);
        message.PrivateIdentities[0].Aka.K = K[..30];
        message.ImplicitRegistrationSets[0].PublicIdentities[1].ServiceProfile = "none";
        message.Imsi = "12ab";
        var refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.UpsertAsync(message));
        Assert.Equal(
            ["subscription.implicit_registration_sets[0].public_identities[1].service_profile", "subscription.imsi", "subscription.private_identities[0].aka.k"],
            refusal.FieldViolations().Select(violation => violation.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Problems_of_a_document_are_named_as_written_there()
    {
        await using var rig = new ServiceRig();
        var document = DocumentOf(1).Replace(K, K + "00", StringComparison.Ordinal).Replace("\"amf\":\"8000\"", "\"amf\":8000", StringComparison.Ordinal);
        var refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.Subscriptions.UpsertSubscription(new() { DocumentJson = document }, Call("UpsertSubscription")));
        Assert.Equal(["privateIdentities[0].aka.amf", "privateIdentities[0].aka.k"], refusal.FieldViolations().Select(violation => violation.Field).Order(StringComparer.Ordinal));
        refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.Subscriptions.UpsertSubscription(new() { DocumentJson = "{\"k\":\"" + K }, Call("UpsertSubscription")));
        Assert.Contains("no valid JSON", refusal.Status.Detail, StringComparison.Ordinal);
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.Subscriptions.UpsertSubscription(new(), Call("UpsertSubscription")));
        await rig.RefusesAsync(StatusCode.InvalidArgument,
            () => rig.Subscriptions.UpsertSubscription(new() { DocumentJson = DocumentOf(1), Subscription = Mobile(1) }, Call("UpsertSubscription")));
    }

    [Fact]
    public async Task Upsert_creates_then_changes_nothing_then_updates()
    {
        await using var rig = new ServiceRig();
        Assert.Equal(Outcome.Created, (await rig.UpsertAsync(Mobile(1))).Outcome);
        var again = await rig.SaysAsync(rig.Subscriptions.UpsertSubscription(new() { DocumentJson = DocumentOf(1) }, Call("UpsertSubscription")));
        Assert.Equal(Outcome.Unchanged, again.Outcome);
        var changed = Mobile(1);
        changed.RegistrationAllowed = false;
        var update = await rig.UpsertAsync(changed);
        Assert.Equal(Outcome.Updated, update.Outcome);
        Assert.NotEqual(again.Subscription.Etag, update.Subscription.Etag);
        Assert.Equal(again.Subscription.CreateTime, update.Subscription.CreateTime);
    }

    [Fact]
    public async Task What_get_gave_comes_back_without_changing_anything()
    {
        await using var rig = new ServiceRig();
        foreach (var message in new[] { Mobile(1), Fixed(1) })
        {
            await rig.CreateAsync(message);
            var got = await rig.GetAsync(message.SubscriptionId);
            Assert.Equal(Outcome.Unchanged, (await rig.UpsertAsync(got.Clone())).Outcome);
            Assert.Equal(got, await rig.UpdateAsync(got.Clone()));
            Assert.Equal(got, await rig.UpdateAsync(got.Clone(), "*"));
            got.Name = "";
            Assert.Equal(Outcome.Unchanged, (await rig.UpsertAsync(got)).Outcome);
        }
        Assert.Equal(3, await rig.Store.NewestChangeAsync(default)); // two creations; numbers begin at 2
    }

    [Fact]
    public async Task A_key_that_is_not_sent_stays_and_one_that_is_nowhere_is_asked_for()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        var before = await rig.Store.ReadAsync(IdOf(1), default);
        var got = await rig.GetAsync(IdOf(1));
        got.PrivateIdentities[0].PrivilegedSender = true;
        Assert.Equal(Outcome.Updated, (await rig.UpsertAsync(got)).Outcome);
        var after = await rig.Store.ReadAsync(IdOf(1), default);
        Assert.Equal(before!.Subscription.PrivateIdentities[0].Credentials.Aka, after!.Subscription.PrivateIdentities[0].Credentials.Aka);

        var unknown = Mobile(2);
        unknown.PrivateIdentities[0].Aka = new();
        var refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.UpsertAsync(unknown));
        Assert.Equal("subscription.private_identities[0].aka", Assert.Single(refusal.FieldViolations()).Field);
    }

    [Fact]
    public async Task An_etag_that_is_not_the_stored_one_aborts()
    {
        await using var rig = new ServiceRig();
        var first = await rig.CreateAsync(Mobile(1));
        var mine = first.Clone();
        mine.RegistrationAllowed = false;
        var second = await rig.UpdateAsync(mine, "registration_allowed");
        await rig.RefusesAsync(StatusCode.Aborted, () => rig.UpdateAsync(mine, "registration_allowed"));
        await rig.RefusesAsync(StatusCode.Aborted, () => rig.UpsertAsync(mine));
        await rig.RefusesAsync(StatusCode.Aborted, () => rig.Subscriptions.UpsertSubscription(new() { DocumentJson = DocumentOf(1), Etag = first.Etag }, Call("UpsertSubscription")));
        await rig.RefusesAsync(StatusCode.Aborted, () => rig.DeleteAsync(IdOf(1), first.Etag));
        await rig.RefusesAsync(StatusCode.Aborted, () => rig.Subscriptions.UpsertSubscription(new() { DocumentJson = DocumentOf(2), Etag = "7" }, Call("UpsertSubscription")));
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.Subscriptions.UpsertSubscription(new() { Subscription = mine, Etag = second.Etag }, Call("UpsertSubscription")));
        await rig.DeleteAsync(IdOf(1), second.Etag);
        await rig.RefusesAsync(StatusCode.NotFound, () => rig.GetAsync(IdOf(1)));
    }

    [Fact]
    public async Task Update_changes_the_fields_of_the_mask_and_no_others()
    {
        await using var rig = new ServiceRig();
        var created = Mobile(1);
        created.Charging = new() { PrimaryCollection = "aaa://ccf.example.org" };
        created.AllowedVisitedNetworks.Add("visited.example.org");
        await rig.CreateAsync(created);

        var change = new V1.Subscription { Name = "subscriptions/" + IdOf(1), Imsi = "001010000000001", RegistrationAllowed = false };
        var updated = await rig.UpdateAsync(change, "imsi");
        Assert.Equal(("001010000000001", false), (updated.Imsi, updated.HasRegistrationAllowed));
        updated = await rig.UpdateAsync(change); // without a mask: what is set
        Assert.False(updated.RegistrationAllowed);
        Assert.Equal("aaa://ccf.example.org", updated.Charging.PrimaryCollection);
        updated = await rig.UpdateAsync(change, "charging", "allowed_visited_networks", "name", "etag", "subscription_id", "create_time");
        Assert.Null(updated.Charging);
        Assert.Empty(updated.AllowedVisitedNetworks);
        Assert.Equal("001010000000001", updated.Imsi);

        foreach (var path in new[] { "charging.primary_collection", "registrationAllowed", "nonsense", "" })
        {
            var refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.UpdateAsync(change, path));
            Assert.Contains("registration_allowed", refusal.Status.Detail, StringComparison.Ordinal);
        }
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.UpdateAsync(change, "*")); // would leave no identities
        await rig.RefusesAsync(StatusCode.NotFound, () => rig.UpdateAsync(new V1.Subscription { SubscriptionId = "nobody", Imsi = "001010000000001" }));
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.UpdateAsync(new V1.Subscription { SubscriptionId = "other", Name = change.Name }));
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.UpdateAsync(new V1.Subscription()));
    }

    [Fact]
    public async Task A_new_key_by_update_is_a_new_key()
    {
        await using var rig = new ServiceRig();
        var before = await rig.CreateAsync(Mobile(1));
        var after = await rig.UpdateAsync(Mobile(1, OtherK), "private_identities");
        Assert.NotEqual(before.PrivateIdentities[0].Aka.KFingerprint, after.PrivateIdentities[0].Aka.KFingerprint);
        Assert.Equal(before.ImplicitRegistrationSets, after.ImplicitRegistrationSets);
    }

    [Fact]
    public async Task No_network_allowed_does_not_become_any_by_sending_a_get_back()
    {
        await using var rig = new ServiceRig();
        var document = DocumentOf(1).TrimEnd()[..^1] + ",\"allowedVisitedNetworks\":[]}";
        var refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.Subscriptions.UpsertSubscription(new() { DocumentJson = document }, Call("UpsertSubscription")));
        Assert.StartsWith("allowedVisitedNetworks: ", refusal.Status.Detail, StringComparison.Ordinal);

        // Older stores hold such lists.
        var reading = Hss.Subscribers.SubscriptionJson.Read(Encoding.UTF8.GetBytes(DocumentOf(1)), rig.Documents);
        await rig.Store.UpsertAsync([reading.Subscription! with { AllowedVisitedNetworks = [] }], default);
        var shown = await rig.GetAsync(IdOf(1));
        Assert.True(shown is { HasRegistrationAllowed: true, RegistrationAllowed: false });
        await rig.UpsertAsync(shown);
        Assert.False((await rig.Store.ReadAsync(IdOf(1), default))!.Subscription.RegistrationAllowed);
    }

    [Fact]
    public async Task The_same_request_again_changes_nothing_and_another_one_with_its_id_is_refused()
    {
        await using var rig = new ServiceRig();
        V1.CreateSubscriptionRequest Request(int number) => new() { Subscription = Mobile(number), RequestId = RequestId };
        var first = await rig.SaysAsync(rig.Subscriptions.CreateSubscription(Request(1), Call("CreateSubscription")));
        Assert.Equal(first, await rig.SaysAsync(rig.Subscriptions.CreateSubscription(Request(1), Call("CreateSubscription"))));
        var refusal = await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.Subscriptions.CreateSubscription(Request(2), Call("CreateSubscription")));
        Assert.Equal("request_id", Assert.Single(refusal.FieldViolations()).Field);
        await rig.DeleteAsync(IdOf(1));
        await rig.RefusesAsync(StatusCode.FailedPrecondition, () => rig.Subscriptions.CreateSubscription(Request(1), Call("CreateSubscription")));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("123e4567e89b42d3a456426614174000")]
    [InlineData("{123e4567-e89b-42d3-a456-426614174000}")]
    public async Task A_request_id_is_a_uuid(string requestId)
    {
        await using var rig = new ServiceRig();
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => rig.UpsertAsync(Mobile(1), requestId));
        Assert.Equal(0, await rig.Store.NewestChangeAsync(default));
    }

    [Fact]
    public async Task An_identity_of_somebody_else_is_refused_by_his_name()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        var thief = Mobile(2);
        thief.ImplicitRegistrationSets[0].PublicIdentities[1].Identity = TelOf(1);
        foreach (var validateOnly in new[] { false, true })
        {
            var refusal = await rig.RefusesAsync(StatusCode.AlreadyExists, () => rig.UpsertAsync(thief, validateOnly: validateOnly));
            Assert.Contains(IdOf(1), refusal.Status.Detail, StringComparison.Ordinal);
            Assert.Contains(TelOf(1), refusal.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Validate_only_says_what_would_be_and_writes_nothing()
    {
        await using var rig = new ServiceRig();
        Assert.Equal(Outcome.Created, (await rig.UpsertAsync(Mobile(1), validateOnly: true)).Outcome);
        await rig.RefusesAsync(StatusCode.NotFound, () => rig.GetAsync(IdOf(1)));
        await rig.CreateAsync(Mobile(1));
        var newest = await rig.Store.NewestChangeAsync(default);
        Assert.Equal(Outcome.Unchanged, (await rig.UpsertAsync(Mobile(1), validateOnly: true)).Outcome);
        Assert.Equal(Outcome.Updated, (await rig.UpsertAsync(Mobile(1, OtherK), validateOnly: true)).Outcome);
        await rig.RefusesAsync(StatusCode.AlreadyExists, () => rig.Subscriptions.CreateSubscription(new() { Subscription = Mobile(1), ValidateOnly = true }, Call("CreateSubscription")));
        await rig.Subscriptions.DeleteSubscription(new() { Name = "subscriptions/" + IdOf(1), ValidateOnly = true }, Call("DeleteSubscription"));
        await rig.RefusesAsync(StatusCode.NotFound, () => rig.Subscriptions.DeleteSubscription(new() { Name = "subscriptions/nobody", ValidateOnly = true }, Call("DeleteSubscription")));
        Assert.Equal(newest, await rig.Store.NewestChangeAsync(default));
    }

    [Fact]
    public async Task Deleting_what_is_not_there_is_well_when_allowed()
    {
        await using var rig = new ServiceRig();
        await rig.DeleteAsync("nobody", allowMissing: true);
        await rig.DeleteAsync("nobody", etag: "3", allowMissing: true);
        await rig.RefusesAsync(StatusCode.NotFound, () => rig.DeleteAsync("nobody"));
        Assert.Equal(0, await rig.Store.NewestChangeAsync(default));
    }

    [Fact]
    public async Task A_time_that_is_none_in_what_is_output_only_is_ignored()
    {
        await using var rig = new ServiceRig();
        var message = Mobile(1);
        message.CreateTime = new Timestamp { Seconds = long.MaxValue };
        message.Etag = "";
        Assert.Equal(Outcome.Created, (await rig.UpsertAsync(message)).Outcome);
    }

    [Fact]
    public async Task A_closed_store_is_unavailable_and_a_cancelled_call_writes_nothing()
    {
        await using var rig = new ServiceRig();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Subscriptions.UpsertSubscription(new() { Subscription = Mobile(1) }, Call("UpsertSubscription", cancelled.Token)));
        Assert.Equal(0, await rig.Store.NewestChangeAsync(default));
        await rig.Store.DisposeAsync();
        await rig.RefusesAsync(StatusCode.Unavailable, () => rig.UpsertAsync(Mobile(1)));
    }

    [Fact]
    public async Task A_key_that_is_said_is_found()
    {
        var rig = new ServiceRig();
        rig.Say(new V1.Problem { Description = Convert.ToBase64String(Convert.FromHexString(OtherK)) });
        Assert.Contains("a secret was said", (await Assert.ThrowsAnyAsync<Exception>(async () => await rig.DisposeAsync())).Message, StringComparison.Ordinal);
    }
}
