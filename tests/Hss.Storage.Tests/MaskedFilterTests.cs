using System.Text;
using Hss.Subscribers;

namespace Hss.Storage.Tests;

/// <summary>Services that application servers switched off stay off when a subscription is provisioned again, as long as a filter bears their tag.</summary>
/// Spec: TS 29.328 7.6.18, TS 29.228 6.2.2.
public sealed class MaskedFilterTests
{
    private const string Server = "sip:as.example.org;lr";
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    [Theory, MemberData(nameof(Databases))]
    public async Task A_filter_behind_a_mask_is_nobodys_news_and_one_that_comes_out_of_it_is(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([With(priority: 1, "blue")], None);
        await Sample.CommitAsync(on.Store, await Sample.FindAsync(on.Store, 1), Sample.Register(0, Sample.Registered(Sample.Impi(1))));
        Assert.True(await HasFilterAsync(on.Store));
        await ShSample.PutAsync(on.Store, 1, data => data with { InactiveServices = [new(Sample.Impu(1), Server, "blue"), new(Sample.Tel(1), Server, "blue")] });
        Assert.False(await HasFilterAsync(on.Store));

        await on.Store.UpsertAsync([With(priority: 2, "blue")], None);
        Assert.False(await HasFilterAsync(on.Store));
        Assert.Empty(await on.Store.ReadJobsAsync(new(), None));

        await on.Store.UpsertAsync([With(priority: 2)], None);
        Assert.True(await HasFilterAsync(on.Store));
        Assert.Equal(ProfileParts.UserData, Assert.Single(await on.Store.ReadJobsAsync(new(), None)).Parts);

        // The tag comes back as a new service, which is active.
        await on.Store.UpsertAsync([With(priority: 2, "blue")], None);
        Assert.True(await HasFilterAsync(on.Store));
        Assert.True((await Sample.FindAsync(on.Store, 1)).ApplicationData.IsEmpty);
        Assert.True(on.Database.Read(Sample.Id(1))!.ApplicationData.IsEmpty);
    }

    private static async Task<bool> HasFilterAsync(ISubscriberStore store) =>
        Encoding.UTF8.GetString((await Sample.FindAsync(store, 1)).UserData(0, Sample.Impi(1)).Span).Contains("InitialFilterCriteria", StringComparison.Ordinal);

    private static Subscription With(int priority, params string[] tags) => Sample.Subscription(1) with
    {
        ServiceProfiles =
        [
            new() { Name = "voice", InitialFilterCriteria = [new() { Priority = priority, ApplicationServer = new() { ServerName = Server }, DsaiTags = [.. tags] }] },
        ],
    };
}
