using System.Collections.Immutable;
using Hss.Storage.Sqlite;
using Hss.Subscribers;

namespace Hss.Storage.Tests;

/// <summary>Restoration data and the mark of an outdated profile are state like any other: durable, and kept by what stays.</summary>
public sealed class RestorationTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Subscription Two = Sample.Subscription(1) with { PrivateIdentities = [Sample.Aka(1), Sample.Aka(2)] };

    private static readonly RegistrationState Restorable = Sample.Registered(Sample.Impi(1), Sample.Impi(2)) with
    {
        RestorationData = [new(Sample.Impi(2), new byte[] { 1, 2, 3, 4 }), new(Sample.Impi(1), new byte[Restoration.MaxEntryBytes])],
        UserDataOutdated = true,
        ReassignmentPending = true,
    };

    [Theory]
    [InlineData(DatabaseKind.Memory)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task They_are_read_back_as_written_and_taken_away_again(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind, cacheEntries: 1);
        await on.Store.UpsertAsync([Two, Sample.Subscription(9)], None);
        foreach (var state in new[] { Restorable, Sample.Registered(Sample.Impi(1)) with { UserDataOutdated = true }, Restorable, RegistrationState.Initial })
        {
            await Sample.CommitAsync(on.Store, await Sample.FindAsync(on.Store, 1), Sample.Register(0, state));
            await Sample.FindAsync(on.Store, 9); // which evicts the other
            Assert.Equal(state, (await Sample.FindAsync(on.Store, 1)).States[0]);
        }
    }

    [Theory]
    [InlineData(DatabaseKind.Memory)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Provisioning_keeps_them_for_who_stays(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Two], None);
        await Sample.CommitAsync(on.Store, await Sample.FindAsync(on.Store, 1), Sample.Register(0, Restorable));
        await on.Store.UpsertAsync([Two], None);
        Assert.Equal(Restorable, (await Sample.FindAsync(on.Store, 1)).States[0]);
        await on.Store.UpsertAsync([Two with { PrivateIdentities = [Sample.Aka(1)] }], None);
        var left = (await Sample.FindAsync(on.Store, 1)).States[0];
        Assert.Equal([Sample.Impi(1)], left.RestorationData.Select(data => data.PrivateIdentity));
        Assert.Equal(Restorable with { RestorationData = [Restorable.RestorationData[1]], RegisteredPrivateIdentities = [Sample.Impi(1)] }, left);
    }

    [Fact]
    public async Task More_than_an_answer_can_carry_is_not_taken()
    {
        await using var on = new StoreOn(DatabaseKind.Memory);
        await on.Store.UpsertAsync([Two], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        var tooMuch = Restorable with { RestorationData = [new(Sample.Impi(1), new byte[Restoration.MaxSetBytes + 1])] };
        await Assert.ThrowsAsync<ArgumentException>(() => Sample.CommitAsync(on.Store, subscriber, Sample.Register(0, tooMuch)));
        Assert.Equal(RegistrationState.Initial, subscriber.States[0]);
    }

    [Fact]
    public void Damaged_octets_are_an_InvalidDataException_and_nothing_else()
    {
        const int seed = 20260303;
        var random = new Random(seed);
        ImmutableArray<long> rows = [7, 1L << 40];
        PrivateIdentityInStore[] identities = [new(rows[0], Sample.Impi(1), [], 0), new(rows[1], Sample.Impi(2), [], 0)];
        var octets = RestorationColumn.Write(Restorable.RestorationData, Two, rows)!;
        Assert.Equal<RestorationData>(Restorable.RestorationData, RestorationColumn.Read(octets, identities));
        Assert.Equal([Sample.Impi(1)], RestorationColumn.Read(octets, identities[..1]).Select(data => data.PrivateIdentity));
        var refused = 0;
        for (var round = 0; round < 2_000; round++)
        {
            var damaged = octets[..random.Next(40)];
            for (var i = random.Next(3); i > 0 && damaged.Length > 0; i--) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                RestorationColumn.Read(damaged, identities);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed} round {round}: {exception}");
            }
        }
        Assert.InRange(refused, 1_000, 2_000);
    }
}
