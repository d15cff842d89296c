using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Hss.DiameterNode.Tests.Support;
using Hss.Provisioning.Access;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Provisioning.Tests.Support;

/// <summary>Who may call, over a store in memory and a clock that stands still.</summary>
internal sealed class AccessRig : IAsyncDisposable
{
    public const string Get = "/hss.provisioning.v1.SubscriptionService/GetSubscription";
    public const string Upsert = "/hss.provisioning.v1.SubscriptionService/UpsertSubscription";
    public const string Watch = "/hss.provisioning.v1.SubscriptionService/WatchSubscriptions";

    private AccessRig(MemoryDatabase database, VirtualTime time, SubscriberStore store, AccessTokens tokens, AccessOptions options)
    {
        (Database, Time, Store, Tokens) = (database, time, store, tokens);
        Control = new(tokens, options, _ => Certificate, (call, status) => Cut.Add((call, status)), Time, NullLoggerFactory.Instance);
    }

    public MemoryDatabase Database { get; }

    public VirtualTime Time { get; }

    public SubscriberStore Store { get; }

    public AccessTokens Tokens { get; }

    public AccessControl Control { get; }

    /// <summary>What the connection shows.</summary>
    public X509Certificate2? Certificate { get; set; }

    public System.Collections.Concurrent.ConcurrentBag<(ServerCallContext Call, Status Status)> Cut { get; } = [];

    public static async Task<AccessRig> StartAsync(AccessOptions? options = null, MemoryDatabase? database = null)
    {
        database ??= new MemoryDatabase();
        var time = new VirtualTime();
        var store = new SubscriberStore(database, new StoreOptions { CacheEntries = 16 }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        return new(database, time, store, await AccessTokens.ReadAsync(store, time, default), options ?? new());
    }

    public async Task<string> TokenAsync(string name, AccessRole role, TimeSpan? lifetime = null)
    {
        var made = await Tokens.CreateAsync(name, role, lifetime is { } time ? Time.GetUtcNow() + time : null, ChangeAuthor.Offline("test"), default);
        return made!.Value.Text;
    }

    /// <summary>Lets a call in, or not.</summary>
    public TestCall Enter(string method, string? token = null, string peer = "ipv4:192.0.2.1:40000", bool staysIn = false)
    {
        var call = new TestCall(method, peer: peer, headers: token is null ? [] : new Metadata { { "authorization", $"Bearer {token}" } });
        Control.Authorise(call);
        if (!staysIn) AccessControl.Ended(call);
        return call;
    }

    public RpcException Refuse(string method, string? token = null, string peer = "ipv4:192.0.2.1:40000") => Assert.Throws<RpcException>(() => Enter(method, token, peer));

    public static X509Certificate2 CertificateOf(string commonName, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names) alternatives.AddDnsName(name);
            request.CertificateExtensions.Add(alternatives.Build());
        }
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
    }

    public async ValueTask DisposeAsync()
    {
        Tokens.Dispose();
        await Store.DisposeAsync();
    }
}
