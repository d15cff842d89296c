using Grpc.Core;
using Hss.Provisioning.Tests.Support;
using Hss.Provisioning.V1;
using Hss.Subscribers;
using InitialFilterCriteria = Hss.Provisioning.V1.InitialFilterCriteria;
using PrivateIdentity = Hss.Provisioning.V1.PrivateIdentity;
using ServiceProfile = Hss.Provisioning.V1.ServiceProfile;

namespace Hss.Provisioning.Tests;

/// <summary>Who called, and the author of a change.</summary>
public sealed class CallerTests
{
    private const string Upsert = "/hss.provisioning.v1.SubscriptionService/UpsertSubscription";

    private const string RequestId = "123e4567-e89b-42d3-a456-426614174000";

    private static readonly Caller Robot = new("robot", AccessRole.Provisioner, "192.0.2.1");

    [Fact]
    public void A_call_that_nobody_looked_at_has_no_caller() => Assert.Throws<InvalidOperationException>(() => Caller.Of(new TestCall(Upsert)));

    [Fact]
    public void The_caller_is_the_one_that_was_found() => Assert.Same(Robot, Caller.Of(new TestCall(Upsert, Robot)));

    [Fact]
    public void An_author_has_the_name_the_method_and_the_address()
    {
        var author = Robot.AuthorFor(new TestCall(Upsert, Robot), "", new UpsertSubscriptionRequest());
        Assert.Equal(("robot", "UpsertSubscription", "192.0.2.1"), (author.Actor, author.Method, author.RemoteAddress));
        Assert.Null(author.RequestId);
        Assert.True(author.RequestHash.IsEmpty);
    }

    [Fact]
    public void The_hash_tells_two_requests_apart_by_their_secrets_too()
    {
        Assert.Equal(64, HashOf(Request("00")).Length);
        Assert.Equal(HashOf(Request("00")), HashOf(Request("00")));
        Assert.NotEqual(HashOf(Request("00")), HashOf(Request("01")));
    }

    [Fact]
    public void The_order_of_a_map_makes_no_other_request()
    {
        Assert.Equal(HashOf(WithParameters("a", "b", "c")), HashOf(WithParameters("c", "b", "a")));
        Assert.NotEqual(HashOf(WithParameters("a", "b")), HashOf(WithParameters("a", "c")));

        static UpsertSubscriptionRequest WithParameters(params string[] names)
        {
            var filter = new InitialFilterCriteria { Template = "t" };
            foreach (var name in names) filter.Parameters.Add(name, name);
            var profile = new ServiceProfile { Name = "p", InitialFilterCriteria = { filter } };
            return new() { Subscription = new() { ServiceProfiles = { profile } } };
        }
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("line\nbreak")]
    [InlineData("ümlaut")]
    [InlineData("42")]
    [InlineData("{123e4567-e89b-42d3-a456-426614174000}")]
    [InlineData("123e4567e89b42d3a456426614174000")]
    public void A_request_id_that_cannot_be_one_is_refused(string requestId)
    {
        var problem = Assert.Throws<RpcException>(() => Robot.AuthorFor(new TestCall(Upsert), requestId, new UpsertSubscriptionRequest()));
        Assert.Equal(StatusCode.InvalidArgument, problem.StatusCode);
        Assert.StartsWith("request_id: ", problem.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_id_is_a_UUID() => Assert.Equal(RequestId, Robot.AuthorFor(new TestCall(Upsert), RequestId, new UpsertSubscriptionRequest()).RequestId);

    private static string HashOf(UpsertSubscriptionRequest request) =>
        Convert.ToHexString(Robot.AuthorFor(new TestCall(Upsert), RequestId, request).RequestHash.Span);

    private static UpsertSubscriptionRequest Request(string lastOctet) =>
        new() { Subscription = new() { PrivateIdentities = { new PrivateIdentity { Identity = "a@b", Aka = new() { K = $"000102030405060708090A0B0C0D0E{lastOctet}" } } } } };
}
