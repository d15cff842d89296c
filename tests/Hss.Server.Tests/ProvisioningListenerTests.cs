using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Hss.DiameterNode;
using Hss.Grpc;
using Hss.Procedures.Cx;
using Hss.Procedures.Sh;
using Hss.Provisioning.Access;
using Hss.Provisioning.V1;
using Hss.Server.Certificates;
using Hss.Server.Configuration;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Server.Tests;

/// <summary>The gRPC listener over real sockets: in clear on loopback, over TLS with and without client certificates.</summary>
public sealed class ProvisioningListenerTests : IAsyncLifetime
{
    private const string Plain = "127.0.24.3:50051";
    private const string Secured = "127.0.24.3:50052";
    private const string Server = "hss.example.org";
    private const string Robot = "oss.example.org";

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-provisioning-").FullName;
    private readonly SubscriberStore _store = new(new MemoryDatabase(), new() { CacheEntries = 16 }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
    private readonly CxInstruments _instruments = new();
    private readonly ShInstruments _shInstruments = new();
    private readonly DiameterNode.DiameterNode _node = new(
        new NodeOptions(), [new DiameterApplication { Name = "Cx", Id = 16777216, VendorId = 10415, AnswerPreamble = _ => { }, Procedures = [] }], TimeProvider.System, NullLoggerFactory.Instance);
    private readonly List<IDisposable> _disposables = [];
    private ProvisioningListener? _listener;

    public Task InitializeAsync()
    {
        new DevelopmentCertificates(_folder, TimeProvider.System, TextWriter.Null).Make([Server, Robot, "stranger.example.org"]);
        new DevelopmentCertificates(Path.Combine(_folder, "other"), TimeProvider.System, TextWriter.Null).Make([Robot]);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var one in _disposables) one.Dispose();
        if (_listener is not null) await _listener.DisposeAsync();
        await _node.DisposeAsync();
        await _store.DisposeAsync();
        _instruments.Dispose();
        _shInstruments.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task On_loopback_in_clear_until_there_is_a_token()
    {
        await OpenAsync(("Provisioning:Listen", Plain));
        var channel = Channel($"http://{Plain}");
        await new NodeService.NodeServiceClient(channel).ListPeersAsync(new());
        var tokens = new AccessTokenService.AccessTokenServiceClient(channel);
        await RefusedAsync(StatusCode.FailedPrecondition, () => tokens.CreateAccessTokenAsync(new() { Name = "robot", Role = Role.Reader }));
        var made = await tokens.CreateAccessTokenAsync(new() { Name = "root", Role = Role.Operator });
        await RefusedAsync(StatusCode.Unauthenticated, () => tokens.ListAccessTokensAsync(new()));
        var listed = await tokens.ListAccessTokensAsync(new(), Bearer(made.Token));
        Assert.Equal(("root", "local"), (listed.AccessTokens.Single().Name, listed.AccessTokens.Single().CreatedBy));
        await RefusedAsync(StatusCode.FailedPrecondition, () => tokens.RevokeAccessTokenAsync(new() { Name = "root" }, Bearer(made.Token)));

        // A stream of a token that is revoked ends at once.
        var reader = await tokens.CreateAccessTokenAsync(new() { Name = "reader", Role = Role.Reader }, Bearer(made.Token));
        using var watch = new SubscriptionService.SubscriptionServiceClient(channel).WatchSubscriptions(new(), Bearer(reader.Token));
        var next = watch.ResponseStream.MoveNext(default);
        await RefusedAsync(StatusCode.PermissionDenied, () => tokens.ListAccessTokensAsync(new(), Bearer(reader.Token)));
        await tokens.RevokeAccessTokenAsync(new() { Name = "reader" }, Bearer(made.Token));
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => EndAsync(watch.ResponseStream, next))).StatusCode);
    }

    [Fact]
    public async Task Over_TLS_a_listed_certificate_is_a_caller_and_others_need_a_token()
    {
        var tokens = await AccessTokens.ReadAsync(_store, TimeProvider.System, default);
        var token = (await tokens.CreateAsync("reader", AccessRole.Reader, null, ChangeAuthor.Offline("test"), default))!.Value.Text;
        await OpenAsync([.. Tls(), ("Provisioning:Tls:CaFile", File("ca.pem")), ("Provisioning:Certificates:0:Name", Robot), ("Provisioning:Certificates:0:Role", "operator")]);

        var listed = new AccessTokenService.AccessTokenServiceClient(Channel($"https://{Secured}", Certificate(Robot)));
        Assert.Single((await listed.ListAccessTokensAsync(new())).AccessTokens);
        var stranger = new NodeService.NodeServiceClient(Channel($"https://{Secured}", Certificate("stranger.example.org")));
        await RefusedAsync(StatusCode.Unauthenticated, () => stranger.ListPeersAsync(new()));
        await stranger.ListPeersAsync(new(), Bearer(token));
        var bare = new NodeService.NodeServiceClient(Channel($"https://{Secured}"));
        await RefusedAsync(StatusCode.Unauthenticated, () => bare.ListPeersAsync(new()));
        await bare.ListPeersAsync(new(), Bearer(token));

        // A certificate of an authority that is not believed ends in the handshake, whatever it names.
        var forged = new NodeService.NodeServiceClient(Channel($"https://{Secured}", Certificate(Robot, "other")));
        await RefusedAsync(StatusCode.Unavailable, () => forged.ListPeersAsync(new(), Bearer(token)));
        tokens.Dispose();
    }

    [Fact]
    public async Task Over_TLS_without_an_authority_no_certificate_is_asked_for()
    {
        await OpenAsync(Tls());
        await new NodeService.NodeServiceClient(Channel($"https://{Secured}")).ListPeersAsync(new());
        await RefusedAsync(StatusCode.Unavailable, () => new NodeService.NodeServiceClient(Channel($"http://{Secured}")).ListPeersAsync(new()));
    }

    [Fact]
    public async Task Beyond_loopback_somebody_must_be_able_to_say_who_he_is()
    {
        var problem = await Assert.ThrowsAsync<ConfigurationException>(() => OpenAsync([.. Tls(), ("Provisioning:Listen", "192.0.2.1:50051;tls")]));
        Assert.Contains("token create", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPEndPoint.Parse(Plain));
        socket.Start();
        var problem = await Assert.ThrowsAsync<ListenException>(() => OpenAsync(("Provisioning:Listen", Plain)));
        Assert.Contains("Provisioning:Listen", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_refused_and_the_connection_lives()
    {
        await OpenAsync(("Provisioning:Listen", Plain), ("Provisioning:MaxMessageBytes", "65536"));
        var client = new SubscriptionService.SubscriptionServiceClient(Channel($"http://{Plain}"));
        await RefusedAsync(StatusCode.ResourceExhausted, () => client.GetSubscriptionAsync(new() { Name = new string('x', 70_000) }));
        await RefusedAsync(StatusCode.NotFound, () => client.GetSubscriptionAsync(new() { Name = "subscriptions/none" }));
    }

    private static async Task EndAsync(IAsyncStreamReader<SubscriptionChange> stream, Task<bool> next)
    {
        while (await next) next = stream.MoveNext(default);
    }

    private (string, string)[] Tls() =>
    [
        ("Provisioning:Listen", Secured + ";tls"), ("Provisioning:Tls:CertificateFile", File(Server + ".pem")), ("Provisioning:Tls:KeyFile", File(Server + ".key")),
    ];

    private async Task OpenAsync(params (string Key, string Value)[] values)
    {
        var settings = ServerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(
            values.GroupBy(pair => pair.Key).Select(group => KeyValuePair.Create(group.Key, (string?)group.Last().Value))).Build());
        var documents = new DocumentSources(settings.Provisioning, NullLoggerFactory.Instance);
        _disposables.Add(documents);
        CertificateFiles? certificates = null;
        if (settings.Provisioning.Tls is { } tls)
            _disposables.Add(certificates = new(tls.CertificateFile, tls.KeyFile, tls.CaFile ?? tls.CertificateFile, TimeProvider.System, NullLoggerFactory.Instance));
        _listener = await ProvisioningListener.CreateAsync(settings, documents, _store, _node, _instruments, _shInstruments, certificates, NullLoggerFactory.Instance);
        await _listener!.OpenAsync();
    }

    private GrpcChannel Channel(string address, X509Certificate2? certificate = null)
    {
        var channel = GrpcChannel.ForAddress(address, new()
        {
            TrustedAuthorities = address.StartsWith("https", StringComparison.Ordinal) ? [X509CertificateLoader.LoadCertificateFromFile(File("ca.pem"))] : null,
            ServerName = address.StartsWith("https", StringComparison.Ordinal) ? Server : null,
            ClientCertificate = certificate,
        });
        _disposables.Add(channel);
        return channel;
    }

    private X509Certificate2 Certificate(string name, string folder = "") =>
        X509Certificate2.CreateFromPemFile(File(Path.Combine(folder, name + ".pem")), File(Path.Combine(folder, name + ".key")));

    private string File(string name) => Path.Combine(_folder, name);

    private static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    private static async Task RefusedAsync<T>(StatusCode code, Func<AsyncUnaryCall<T>> call)
    {
        var problem = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.True(problem.StatusCode == code, problem.ToString());
    }
}
