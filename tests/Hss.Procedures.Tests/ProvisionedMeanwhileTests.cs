using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>Provisioning has the turn between the first look at a subscriber and the procedure's own turn.</summary>
public sealed class ProvisionedMeanwhileTests
{
    [Theory]
    [InlineData("gone", "E:5001")]
    [InlineData("not for this set", "E:5002")]
    public async Task A_private_identity_that_may_no_longer_use_the_set_neither_registers_nor_authenticates(string meanwhile, string expected)
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        Subscriber? current = null;
        store.Meanwhile = old => current = Provisioned(old.Subscription, meanwhile);
        await using var peer = await CxPeer.ConnectAsync(store);

        Assert.Equal(expected, (await peer.AskAsync(Sar(1, AliceTablet, [AliceSip]))).Result);
        Assert.All(current!.States, state => Assert.Equal(RegistrationState.Initial, state));
        Assert.Equal(expected, (await peer.AskAsync(Mar(AliceTablet, AliceSip))).Result);
        Assert.All(current!.States, state => Assert.Equal(RegistrationState.Initial, state));
        Assert.Equal(0, store.Commits);
    }

    private static Subscriber Provisioned(Subscription old, string meanwhile)
    {
        var sets = old.ImplicitRegistrationSets;
        var subscription = meanwhile == "gone"
            ? old with { PrivateIdentities = [old.PrivateIdentities[0]] }
            : old with { ImplicitRegistrationSets = [sets[0] with { PrivateIdentities = [Alice] }, sets[1]] };
        return new(subscription, [.. sets.Select(_ => RegistrationState.Initial)],
            subscription.PrivateIdentities.Select(_ => new Authentication.SequenceState(0, 0, 24)));
    }
}
