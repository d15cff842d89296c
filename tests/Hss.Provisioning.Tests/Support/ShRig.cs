using System.Collections.Immutable;
using System.Text;
using Hss.Procedures.Sh;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Provisioning.Tests.Support;

/// <summary>ApplicationServerService over a store in memory with one subscriber: an alias set, a number, a PSI, a wildcard, and filters with DSAI tags.</summary>
internal sealed class ShRig : IAsyncDisposable
{
    public const string As1 = "as1.example.org";
    public const string Alice = "sip:alice@example.org";
    public const string AlicePrivate = "alice@example.org";
    public const string Document = """
        {"subscriptionId":"alice-1",
         "privateIdentities":[{"identity":"alice@example.org","msisdns":["12125550001"],"externalIdentifiers":["alice@example.org"],"sipDigest":{"password":"pa55-Wort-1234"}}],
         "implicitRegistrationSets":[
          {"publicIdentities":[
            {"identity":"sip:alice@example.org","serviceProfile":"p","aliasGroup":"a"},
            {"identity":"tel:+12125550001","serviceProfile":"p","aliasGroup":"a"},
            {"identity":"sip:alone@example.org","serviceProfile":"plain"}]},
          {"publicIdentities":[{"identity":"sip:room-!.*!@example.org","serviceProfile":"plain","identityType":"WILDCARDED_PSI"}]}],
         "serviceProfiles":[{"name":"plain"},{"name":"p","initialFilterCriteria":[
          {"priority":1,"triggerPoint":{"conditionTypeCnf":false,"servicePointTriggers":[{"groups":[0],"method":"INVITE"},{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}]},
           "applicationServer":{"serverName":"sip:as1.example.org:5090;lr"},"dsaiTags":["voicemail","busy"]}]}]}
        """;

    private readonly ShInstruments _instruments = new();

    public ShRig()
    {
        Store = new(new MemoryDatabase(), new() { CacheEntries = 64 }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        Service = new(Store, new NotificationControl(Store, _instruments, Time, NullLoggerFactory.Instance), Time);
    }

    public TimersByHand Time { get; } = new();

    public SubscriberStore Store { get; }

    public ApplicationServerService Service { get; }

    public static async Task<ShRig> StartAsync(params string[] documents)
    {
        var rig = new ShRig();
        foreach (var document in documents.Length > 0 ? documents : [Document])
        {
            var reading = SubscriptionJson.Read(Encoding.UTF8.GetBytes(document), IfcTemplates.None);
            Assert.True(reading.Subscription is not null, string.Join('\n', reading.Problems));
            await rig.Store.UpsertAsync([reading.Subscription], CancellationToken.None);
        }
        return rig;
    }

    public static TestCall Call(string method) => new($"/hss.provisioning.v1.ApplicationServerService/{method}", new Caller("tester", AccessRole.Operator, "127.0.45.9"));

    public async Task<Subscriber> SubscriberAsync(string privateIdentity = AlicePrivate) =>
        await Store.FindByPrivateIdentityAsync(privateIdentity, CancellationToken.None) ?? throw new InvalidOperationException("there is no such subscriber");

    /// <summary>As a procedure would: in the subscriber's turn.</summary>
    public async Task ChangeAsync(Func<ApplicationData, ApplicationData> change, string? changedBy = null, string privateIdentity = AlicePrivate)
    {
        using var turn = await Store.EnterAsync(await SubscriberAsync(privateIdentity), CancellationToken.None);
        await Store.CommitAsync(turn, SubscriberChange.None with { ApplicationData = change(turn.Subscriber!.ApplicationData), ChangedBy = changedBy }, CancellationToken.None);
    }

    public Task KeepAsync(string identity, string indication, ushort number, string content) => ChangeAsync(data =>
        data with { Repository = data.Repository.RemoveAll(one => one.ServiceIndication == indication).Add(new(identity, indication, number, Encoding.UTF8.GetBytes(content))) });

    public static NotificationSubscription Subscription(ShDataReference reference, string detail = "", string host = As1, ShUserIdentity? user = null) => new()
    {
        Key = new(host, user ?? new(ShUserIdentityKind.PublicIdentity, Alice), reference, detail, null), ApplicationServerRealm = "example.org",
    };

    public async Task<ImmutableArray<ChangeRecord>> RecordsAsync() =>
        [.. (await Store.ReadChangesAsync(new() { After = 0, Most = 1000 }, CancellationToken.None)).Where(record => record.Author.Actor == "tester")];

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _instruments.Dispose();
    }
}
