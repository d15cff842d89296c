using Hss.Authentication;
using Hss.Diameter;
using Hss.Procedures.Cx;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>The disk is slower than the deadline: what was handed to it is carried out all the same, and that is what a copy is told. Spec: RFC 6733 3.</summary>
public sealed class CopiesAfterTheDeadlineTests : IAsyncLifetime
{
    private readonly MemoryDatabase _database = new();
    private readonly SubscriberStore _store;

    public CopiesAfterTheDeadlineTests() => _store = new(_database, new() { CacheEntries = 64 }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);

    public Task InitializeAsync() => _store.UpsertAsync([AliceSubscription()], CancellationToken.None);

    public Task DisposeAsync() => _store.DisposeAsync().AsTask();

    // As a request of its own the copy would meet the registration that it made, and be told that it is one contact of several.
    [Fact]
    public async Task A_SAR_that_registered_did_so_for_its_copy_too()
    {
        Assert.Equal("R:2001", await AskTwiceAsync(Sar(1, Alice, [AliceSip], more: writer =>
        {
            RestorationInfo(Alice)(writer);
            MultipleRegistration(writer);
        })));
        Assert.Equal(RegistrationStatus.Registered, (await AliceAsync()).States[0].Status);
    }

    [Fact]
    public async Task A_MAR_takes_its_sequence_numbers_once()
    {
        await using (var before = await ConnectAsync()) Assert.Equal("R:2001", (await before.AskAsync(Mar(Alice, AliceSip))).Result);
        var taken = (await AliceAsync()).SequenceOf(0);
        Assert.Equal("R:2001", await AskTwiceAsync(Mar(Alice, AliceSip, items: 3, serverName: OtherScscfName)));
        var options = new CxOptions();
        Assert.True(SequenceAllocator.TryReserve(taken, 3, options.Ind, options.SequenceReserve, out var three));
        Assert.Equal(three.After, (await AliceAsync()).SequenceOf(0));
    }

    private async Task<string> AskTwiceAsync(byte[] request)
    {
        await using var peer = await ConnectAsync(TimeSpan.FromMilliseconds(200));
        using (_database.HoldCommits()) Assert.Equal("R:5012", (await peer.AskAsync(request)).Result);

        request[4] |= (byte)CommandFlags.Retransmitted;
        // The commit may take its time still: a copy that runs into its own deadline asks again.
        var told = "R:5012";
        for (var attempt = 0; told == "R:5012" && attempt < 100; attempt++) told = (await peer.AskAsync(request)).Result;
        return told;
    }

    private async Task<Subscriber> AliceAsync() => (await _store.FindByPublicIdentityAsync(AliceSip, CancellationToken.None))!;

    private Task<CxPeer> ConnectAsync(TimeSpan? deadline = null) => CxPeer.ConnectAsync(_store, deadline: deadline);
}
