using Grpc.Core;
using Hss.Provisioning.Access;
using Hss.Provisioning.Tests.Support;
using Hss.Subscribers;

namespace Hss.Provisioning.Tests;

/// <summary>Tokens, certificates, loopback, and the limits of one caller.</summary>
public sealed class TokenTests
{
    private const string Loopback = "ipv4:127.0.0.1:40000";

    [Theory]
    [InlineData("ipv4:127.0.0.1:40000")]
    [InlineData("ipv6:[::1]:40000")]
    [InlineData("ipv6:[::ffff:127.0.24.9]:40000")]
    public async Task Without_tokens_and_certificates_whoever_is_on_this_machine_is_an_operator(string peer)
    {
        await using var rig = await AccessRig.StartAsync();
        Assert.True(rig.Control.IsOpen);
        var caller = Caller.Of(rig.Enter("/hss.provisioning.v1.AccessTokenService/CreateAccessToken", peer: peer));
        Assert.Equal(("local", AccessRole.Operator), (caller.Name, caller.Role));
        Assert.NotNull(caller.RemoteAddress);
    }

    [Theory]
    [InlineData("ipv4:192.0.2.1:40000")]
    [InlineData("ipv6:[2001:db8::1]:40000")]
    [InlineData("unix:/run/x")]
    [InlineData("unknown")]
    [InlineData("")]
    public async Task But_nobody_else(string peer)
    {
        await using var rig = await AccessRig.StartAsync();
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get, peer: peer).StatusCode);
    }

    [Fact]
    public async Task As_soon_as_there_is_one_token_everybody_needs_one()
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("robot", AccessRole.Provisioner);
        Assert.False(rig.Control.IsOpen);
        var refusal = rig.Refuse(AccessRig.Get, peer: Loopback);
        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.Contains("authorization: Bearer", refusal.Status.Detail, StringComparison.Ordinal);
        var caller = Caller.Of(rig.Enter(AccessRig.Upsert, text));
        Assert.Equal(new Caller("robot", AccessRole.Provisioner, "192.0.2.1"), caller);
    }

    [Fact]
    public async Task A_token_is_256_random_bits_and_only_its_hash_is_kept()
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("one", AccessRole.Reader);
        var other = await rig.TokenAsync("two", AccessRole.Reader);
        Assert.Matches("^hss_[A-Za-z0-9_-]{43}$", text);
        Assert.NotEqual(text, other);
        foreach (var token in rig.Database.AccessTokens())
        {
            Assert.Equal(32, token.Hash.Length);
            Assert.DoesNotContain(text, token.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal([("one", "offline"), ("two", "offline")], rig.Tokens.List().Select(token => (token.Name, token.CreatedBy)));
    }

    [Fact]
    public async Task Tokens_are_there_after_a_restart()
    {
        await using var before = await AccessRig.StartAsync();
        var text = await before.TokenAsync("robot", AccessRole.Reader);
        await using var after = await AccessRig.StartAsync(database: before.Database.PowerOff());
        Assert.Equal("robot", Caller.Of(after.Enter(AccessRig.Get, text)).Name);
    }

    [Theory]
    [InlineData("Bearer {0}x")]
    [InlineData("Bearer hss_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer ")]
    [InlineData("Bearer")]
    [InlineData("{0}")]
    [InlineData("Basic {0}")]
    public async Task A_wrong_token_is_nobody_even_on_loopback_and_the_answer_names_no_token(string authorization)
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("robot", AccessRole.Operator);
        var call = new TestCall(AccessRig.Get, peer: Loopback, headers: new Metadata { { "authorization", string.Format(null, authorization, text) } });
        var refusal = Assert.Throws<RpcException>(() => rig.Control.Authorise(call));
        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.DoesNotContain("robot", refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(text, refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_scheme_has_no_case_and_two_authorizations_are_none()
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("robot", AccessRole.Operator);
        var call = new TestCall(AccessRig.Get, headers: new Metadata { { "authorization", $"bearer {text}" } });
        rig.Control.Authorise(call);
        var twice = new TestCall(AccessRig.Get, headers: new Metadata { { "authorization", $"Bearer {text}" }, { "authorization", $"Bearer {text}" } });
        Assert.Throws<RpcException>(() => rig.Control.Authorise(twice));
    }

    [Fact]
    public async Task A_role_that_does_not_do_is_told_which_would()
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("viewer", AccessRole.Reader);
        rig.Enter(AccessRig.Get, text);
        var refusal = rig.Refuse(AccessRig.Upsert, text);
        Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
        Assert.Equal("UpsertSubscription needs the role provisioner or operator; viewer has reader", refusal.Status.Detail);
        Assert.Contains("needs the role operator; viewer", rig.Refuse("/hss.provisioning.v1.NodeService/DisconnectPeer", text).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_without_a_role_is_for_nobody_and_health_for_everybody()
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("root", AccessRole.Operator);
        Assert.Equal(StatusCode.PermissionDenied, rig.Refuse("/hss.provisioning.v1.SubscriptionService/Forgotten", text).StatusCode);
        rig.Control.Authorise(new TestCall("/grpc.health.v1.Health/Check", peer: "ipv4:192.0.2.9:1"));
    }

    [Fact]
    public async Task A_revoked_token_is_refused_at_once_and_its_open_calls_end()
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("robot", AccessRole.Reader);
        var stays = await rig.TokenAsync("other", AccessRole.Reader);
        var watching = rig.Enter(AccessRig.Watch, text, staysIn: true);
        rig.Enter(AccessRig.Watch, stays, staysIn: true);
        AccessControl.Ended(rig.Enter(AccessRig.Watch, text, staysIn: true)); // over before
        Assert.True(await rig.Tokens.RevokeAsync("robot", ChangeAuthor.Offline("test"), false, default));
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get, text).StatusCode);
        Assert.True(SpinWait.SpinUntil(() => !rig.Cut.IsEmpty, TimeSpan.FromSeconds(20)));
        var (call, status) = Assert.Single(rig.Cut);
        Assert.Same(watching, call);
        Assert.Equal(StatusCode.Unauthenticated, status.StatusCode);
        Assert.False(await rig.Tokens.RevokeAsync("robot", ChangeAuthor.Offline("test"), true, default));

        // The same name again is another token, with the role it has now.
        var again = await rig.TokenAsync("robot", AccessRole.Operator);
        Assert.Equal(AccessRole.Operator, Caller.Of(rig.Enter(AccessRig.Get, again)).Role);
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get, text).StatusCode);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task A_token_that_runs_out_is_refused_and_still_closes_the_door(int days)
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("robot", AccessRole.Operator, TimeSpan.FromDays(days));
        rig.Enter(AccessRig.Watch, text, staysIn: true);
        rig.Time.Advance(TimeSpan.FromDays(days) - TimeSpan.FromSeconds(1));
        rig.Enter(AccessRig.Get, text);
        Assert.Empty(rig.Cut);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("ran out", rig.Refuse(AccessRig.Get, text).Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get, peer: Loopback).StatusCode);
        Assert.True(SpinWait.SpinUntil(() => !rig.Cut.IsEmpty, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_revocation_that_nobody_heard_the_outcome_of_is_looked_up()
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("robot", AccessRole.Reader);
        rig.Database.CommitFaults = _ => Hss.Testing.CommitFault.AcknowledgementLost;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => rig.Tokens.RevokeAsync("robot", ChangeAuthor.Offline("test"), true, default));
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get, text).StatusCode);
    }

    [Fact]
    public async Task A_token_that_could_not_be_stored_does_not_count()
    {
        await using var rig = await AccessRig.StartAsync();
        rig.Database.RefusesWrites = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => rig.TokenAsync("robot", AccessRole.Reader));
        Assert.True(rig.Control.IsOpen);
        rig.Database.RefusesWrites = false;
        await rig.TokenAsync("robot", AccessRole.Reader);
        Assert.Null(await rig.Tokens.CreateAsync("robot", AccessRole.Operator, null, ChangeAuthor.Offline("test"), default));
        Assert.Equal(AccessRole.Reader, Assert.Single(rig.Tokens.List()).Role);
    }

    [Theory]
    [InlineData("CN only", "prov.example.org", null)]
    [InlineData("SAN", "other", "PROV.example.org")]
    public async Task A_certificate_is_known_by_its_host_name(string _, string commonName, string? name)
    {
        await using var rig = await AccessRig.StartAsync(new() { Certificates = [new("prov.example.org", AccessRole.Provisioner), new("other", AccessRole.Operator)] });
        Assert.False(rig.Control.IsOpen);
        rig.Certificate = AccessRig.CertificateOf(commonName, name is null ? [] : [name]);
        Assert.Equal(("prov.example.org", AccessRole.Provisioner), (Caller.Of(rig.Enter(AccessRig.Get)).Name, Caller.Of(rig.Enter(AccessRig.Get)).Role));
    }

    [Fact]
    public async Task A_certificate_that_is_not_listed_is_nobody_and_a_wrong_token_is_not_made_good_by_one_that_is()
    {
        await using var rig = await AccessRig.StartAsync(new() { Certificates = [new("prov.example.org", AccessRole.Provisioner)] });
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get, peer: Loopback).StatusCode);
        rig.Certificate = AccessRig.CertificateOf("prov.example.org", "else.example.org");
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get).StatusCode);
        rig.Certificate = AccessRig.CertificateOf("prov.example.org");
        rig.Enter(AccessRig.Get);
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get, "hss_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").StatusCode);

        // A good token says more than the certificate of the machine it comes from.
        var text = await rig.TokenAsync("robot", AccessRole.Reader);
        Assert.Equal("robot", Caller.Of(rig.Enter(AccessRig.Get, text)).Name);
    }

    [Fact]
    public async Task Failures_from_one_address_are_bounded_and_lock_out_nobody_who_has_a_good_token()
    {
        await using var rig = await AccessRig.StartAsync();
        var text = await rig.TokenAsync("robot", AccessRole.Reader);
        for (var i = 0; i < 10; i++) Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get).StatusCode);
        Assert.Equal(StatusCode.ResourceExhausted, rig.Refuse(AccessRig.Get).StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get, peer: "ipv4:192.0.2.2:1").StatusCode);
        rig.Enter(AccessRig.Get, text);
        rig.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get).StatusCode);
        Assert.Equal(StatusCode.ResourceExhausted, rig.Refuse(AccessRig.Get).StatusCode);
    }

    [Fact]
    public async Task One_IPv6_link_is_one_address()
    {
        await using var rig = await AccessRig.StartAsync();
        for (var i = 0; i < 10; i++) rig.Refuse(AccessRig.Get, peer: $"ipv6:[2001:db8::{i:x}]:1");
        Assert.Equal(StatusCode.ResourceExhausted, rig.Refuse(AccessRig.Get, peer: "ipv6:[2001:db8::ff]:1").StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, rig.Refuse(AccessRig.Get, peer: "ipv6:[2001:db8:0:1::]:1").StatusCode);
    }

    [Fact]
    public async Task One_caller_has_so_many_requests_in_flight_and_the_next_one_has_its_own()
    {
        await using var rig = await AccessRig.StartAsync(new() { MaxRequestsInFlight = 2 });
        var text = await rig.TokenAsync("robot", AccessRole.Reader);
        var other = await rig.TokenAsync("other", AccessRole.Reader);
        var first = rig.Enter(AccessRig.Get, text, staysIn: true);
        rig.Enter(AccessRig.Get, text, staysIn: true);
        var refusal = rig.Refuse(AccessRig.Get, text);
        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        Assert.Contains("robot has 2 requests in flight", refusal.Status.Detail, StringComparison.Ordinal);
        rig.Enter(AccessRig.Get, other);
        AccessControl.Ended(first);
        AccessControl.Ended(first); // counted once
        rig.Enter(AccessRig.Get, text, staysIn: true);
        Assert.Equal(StatusCode.ResourceExhausted, rig.Refuse(AccessRig.Get, text).StatusCode);
    }

    [Fact]
    public async Task One_caller_asks_so_often_in_a_second()
    {
        await using var rig = await AccessRig.StartAsync(new() { MaxRequestsPerSecond = 5 });
        var text = await rig.TokenAsync("robot", AccessRole.Reader);
        for (var i = 0; i < 5; i++) rig.Enter(AccessRig.Get, text);
        Assert.Contains("more than 5 times in a second", rig.Refuse(AccessRig.Get, text).Status.Detail, StringComparison.Ordinal);
        rig.Time.Advance(0.2);
        rig.Enter(AccessRig.Get, text);
        Assert.Equal(StatusCode.ResourceExhausted, rig.Refuse(AccessRig.Get, text).StatusCode);
    }

    [Theory]
    [InlineData("robot-1", true)]
    [InlineData("a@b.c_d", true)]
    [InlineData("", false)]
    [InlineData("two words", false)]
    [InlineData("local", false)]
    [InlineData("Offline", false)]
    [InlineData("ümlaut", false)]
    [InlineData("hss_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)]
    public void Names_of_tokens(string name, bool isGood) => Assert.Equal(isGood, TokenName.WhyNot(name) is null);
}
