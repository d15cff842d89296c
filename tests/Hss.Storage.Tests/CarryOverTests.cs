using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Storage.Tests;

public sealed class CarryOverTests
{
    private static readonly Subscription Two = Sample.Subscription(1) with
    {
        PrivateIdentities = [Sample.Aka(1), Sample.Aka(2)],
        ImplicitRegistrationSets = [Sample.Set("sip:a@x", "sip:b@x")],
    };

    [Fact]
    public void Of_joined_sets_the_most_registered_state_goes_on()
    {
        var states = CarryOver.States(Two, new Dictionary<string, int> { ["sip:a@x"] = 0, ["sip:b@x"] = 1 }, new Dictionary<int, RegistrationState>
        {
            [0] = new() { Status = RegistrationStatus.Unregistered, Server = Sample.Server },
            [1] = Sample.Registered(Sample.Impi(2)),
        });
        Assert.Equal([Sample.Registered(Sample.Impi(2))], states.AsEnumerable());
    }

    [Fact]
    public void A_pending_authentication_goes_on_and_ends_with_its_private_identity()
    {
        var pending = new RegistrationState { Server = Sample.Server, AuthenticationPendingPrivateIdentities = [Sample.Impi(2)] };
        var (setOf, states) = (new Dictionary<string, int> { ["sip:b@x"] = 3 }, new Dictionary<int, RegistrationState> { [3] = pending });
        Assert.Equal([pending], CarryOver.States(Two, setOf, states).AsEnumerable());
        Assert.Equal([RegistrationState.Initial], CarryOver.States(Two with { PrivateIdentities = [Sample.Aka(1)] }, setOf, states).AsEnumerable());
    }

    [Fact]
    public void A_private_identity_that_may_no_longer_use_the_set_is_not_registered_in_it()
    {
        var set = Two.ImplicitRegistrationSets[0] with { PrivateIdentities = [Sample.Impi(1)] };
        var (setOf, states) = (new Dictionary<string, int> { ["sip:a@x"] = 0 }, new Dictionary<int, RegistrationState> { [0] = Sample.Registered(Sample.Impi(1), Sample.Impi(2)) });
        Assert.Equal([Sample.Registered(Sample.Impi(1))], CarryOver.States(Two with { ImplicitRegistrationSets = [set] }, setOf, states).AsEnumerable());
    }

    [Theory]
    [InlineData(true, 500, 100, 500)]
    [InlineData(true, 500, 900, 500)]
    [InlineData(false, 500, 100, 500)]
    [InlineData(false, 500, 900, 900)]
    [InlineData(false, 100 + (1 << 28), 100, 100 + (1 << 28))]
    [InlineData(false, 101 + (1 << 28), 100, 100)]
    [InlineData(false, (1UL << 48) - 1, 0, 0)]
    public void The_ceiling_stays_unless_another_key_could_not_go_on_from_it(bool sameKey, ulong ceiling, ulong provisioned, ulong expected)
    {
        var old = Sample.Aka(1).Credentials;
        var now = Sample.Aka(1, provisioned, sameKey ? null : Sample.K(9));
        Assert.Equal(expected, CarryOver.SqnCeiling(old, oldIsUnreadable: false, ceiling, now));
        // Another OPc or AMF with the same K: the USIM's counter is the same one.
        var otherOpc = now with { Credentials = new(now.Credentials.Aka! with { Opc = new Secret(Sample.Opc(9)), Amf = 0 }, null) };
        Assert.Equal(expected, CarryOver.SqnCeiling(old, oldIsUnreadable: false, ceiling, otherOpc));
    }

    [Fact]
    public void A_key_that_comes_back_after_another_one_or_after_none_goes_on_above_what_was_issued_under_it()
    {
        var (first, second, none) = (Sample.Aka(1), Sample.Aka(1, k: Sample.K(9)), Sample.FixedLine(1, "secret"));
        foreach (var between in new[] { second, none })
        {
            var ceiling = CarryOver.SqnCeiling(first.Credentials, oldIsUnreadable: false, 500, between);
            Assert.InRange(CarryOver.SqnCeiling(between.Credentials, oldIsUnreadable: false, ceiling, first), 500UL, SequenceNumber.Max);
        }
    }

    [Fact]
    public void A_key_that_cannot_be_read_any_more_may_be_the_same_one_so_its_ceiling_only_rises()
    {
        Assert.Equal(500UL, CarryOver.SqnCeiling(null, oldIsUnreadable: true, 500, Sample.Aka(1, 100)));
        Assert.Equal(900UL, CarryOver.SqnCeiling(null, oldIsUnreadable: true, 500, Sample.Aka(1, 900)));
    }
}
