using System.Collections.Immutable;
using System.Text;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Procedures.Sh;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Procedures.Tests;

/// <summary>Application servers on a whole node over the real store, whose database has no disk.</summary>
internal sealed class ShRig : IAsyncDisposable
{
    public static readonly ShOperations Everything = ShOperations.Pull | ShOperations.Update | ShOperations.Notify;

    private CxPeer? _peer;

    private ShRig() => Store = new(Database, new() { CacheEntries = 64 }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);

    public MemoryDatabase Database { get; } = new();

    public SubscriberStore Store { get; }

    /// <summary>Alice and the services, and two application servers that may do everything that there is.</summary>
    public static async Task<ShRig> StartAsync(ShOptions? options = null, ILoggerFactory? loggers = null, params Subscription[] subscriptions)
    {
        var rig = new ShRig();
        await rig.Store.UpsertAsync(subscriptions.Length > 0 ? subscriptions : [ShSubscriptions.Alice(), ShSubscriptions.Services()], CancellationToken.None);
        await rig.PermitAsync(ShRequests.As, Enum.GetValues<ShDataReference>().ToDictionary(reference => reference, _ => Everything));
        await rig.PermitAsync(ShRequests.OtherAs, Enum.GetValues<ShDataReference>().ToDictionary(reference => reference, _ => Everything));
        rig._peer = await rig.ConnectAsync(options, loggers);
        return rig;
    }

    public Task<CxPeer> ConnectAsync(ShOptions? options = null, ILoggerFactory? loggers = null, TimeSpan? deadline = null)
    {
        loggers ??= NullLoggerFactory.Instance;
        // Nobody gives up because this machine is busy; a test that is about giving up says so.
        options ??= new ShOptions { UpdatePatience = TimeSpan.FromSeconds(15) };
        var node = new NodeOptions { AllowUnknownPeers = true, RequestDeadline = deadline ?? TimeSpan.FromSeconds(20), Peers = [new PeerOptions { Identity = "scscf." + CxRequests.Realm, Role = PeerRole.Relay }] };
        return CxPeer.ConnectAsync(ShApplication.Create(Store, options, loggers), node, loggers);
    }

    public Task PermitAsync(string host, Dictionary<ShDataReference, ShOperations> operations, params string[] serverNames) =>
        Store.PutApplicationServerAsync(
            new(host, [.. serverNames], operations.ToImmutableSortedDictionary()), null, ChangeAuthor.Offline("test"), CancellationToken.None);

    public async Task<ShReply> AskAsync(byte[] request) => new(await _peer!.AskAsync(request));

    public async Task<Subscriber> SubscriberAsync(string publicIdentity = TestSubscriptions.AliceSip) =>
        (await Store.FindByPublicIdentityAsync(publicIdentity, CancellationToken.None))!;

    /// <summary>Puts data there as if application servers had left them.</summary>
    public async Task PutAsync(Func<ApplicationData, ApplicationData> change, string publicIdentity = TestSubscriptions.AliceSip)
    {
        using var turn = await Store.EnterAsync(await SubscriberAsync(publicIdentity), CancellationToken.None);
        await Store.CommitAsync(turn, new([], []) { ApplicationData = change(turn.Subscriber!.ApplicationData) }, CancellationToken.None);
    }

    public Task StoreAsync(string indication, ushort number, string publicIdentity = TestSubscriptions.AliceSip, string data = "<old/>") =>
        PutAsync(all => all with { Repository = all.Repository.Add(new(publicIdentity, indication, number, Encoding.UTF8.GetBytes(data))) }, publicIdentity);

    /// <summary>"indication n data" of all that is stored for a subscription.</summary>
    public async Task<string> StoredAsync(string publicIdentity = TestSubscriptions.AliceSip) =>
        string.Join("; ", (await SubscriberAsync(publicIdentity)).ApplicationData.Repository.Select(one => $"{one.ServiceIndication} {one.SequenceNumber} {Encoding.UTF8.GetString(one.ServiceData.Span)}"));

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null) await _peer.DisposeAsync();
        await Store.DisposeAsync();
    }
}

/// <summary>An answer of Sh with what its tables ask.</summary>
internal sealed record ShReply(Reply Reply)
{
    public string Result => Reply.Result;

    /// <summary>The document in User-Data, or null.</summary>
    public string? UserData => Reply.TextOf(Avp.ShUserData);

    public string? ErrorMessage => Reply.TextOf(Avp.ErrorMessage);

    /// <summary>Name of the AVP in Failed-AVP, and of the one in it for a group.</summary>
    public string? Failed
    {
        get
        {
            if (Reply.All(Avp.FailedAvp).First is not { IsPresent: true } failed) return null;
            var names = new List<string>();
            var octets = failed.Span;
            while (true)
            {
                var reader = new AvpReader(octets);
                if (!reader.Read() || DiameterDictionary.Find(reader.Key) is not { } definition) break;
                names.Add(definition.Name);
                if (definition.Group is null) break;
                octets = reader.Data;
            }
            return string.Join('/', names);
        }
    }
}
