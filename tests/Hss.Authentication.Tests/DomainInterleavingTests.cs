namespace Hss.Authentication.Tests;

/// <summary>Several requesting domains share one key and its SEQ. Spec: TS 33.102 C.1.2, TS 33.203 Annex G.</summary>
public class DomainInterleavingTests
{
    [Fact]
    public void Two_domains_with_ind_ranges_of_their_own_never_make_a_synchronisation_failure() => Property.Holds(20, random =>
        Assert.Equal(0, Failures(random, new IndRange(5, 0, 15), new IndRange(5, 24, 27))));

    // The control: the same traffic on one shared IND does fail, so the simulation can see what it looks for.
    [Fact]
    public void Two_domains_on_one_ind_outdate_each_other() => Property.Holds(5, random =>
        Assert.NotEqual(0, Failures(random, new IndRange(5, 3, 3), new IndRange(5, 3, 3))));

    private static int Failures(Random random, params IndRange[] domains)
    {
        var usim = new SimulatedUsim(TestKeys.K, TestKeys.Opc);
        var source = new SeededRandomSource(random.Next());
        var state = SequenceState.FromDurable(0, domains[0]);
        var held = domains.Select(_ => new Queue<AuthenticationVector>()).ToArray();
        var failures = 0;
        for (var i = 0; i < 1000; i++)
        {
            var domain = random.Next(domains.Length);
            if (held[domain].Count == 0)
            {
                Assert.True(SequenceAllocator.TryReserve(state, random.Next(1, 6), domains[domain], 64, out var reservation));
                var batch = new AuthenticationVector[reservation.Count];
                AuthenticationVector.Generate(TestKeys.Key, 0, source, reservation, domains[domain], batch);
                foreach (var fresh in batch) held[domain].Enqueue(fresh);
                state = reservation.After;
            }
            var vector = held[domain].Dequeue();
            if (usim.Authenticate(vector.Rand, vector.Autn) != UsimVerdict.Accepted) failures++;
        }
        return failures;
    }
}
