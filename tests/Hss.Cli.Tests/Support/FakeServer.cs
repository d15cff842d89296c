using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Hss.Grpc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Cli.Tests.Support;

/// <summary>Services that answer what a test wants to hear, behind a real gRPC server on loopback.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    public const string Token = "hss_reader.right-token";

    private readonly GrpcServer _server;

    private FakeServer(bool wantsToken)
    {
        var options = new GrpcServerOptions
        {
            Authorize = context =>
            {
                Calls.Enqueue((context.Method, context.RequestHeaders.GetValue("authorization")));
                if (Refusal is { } refusal) throw refusal;
                if (wantsToken && context.RequestHeaders.GetValue("authorization") != "Bearer " + Token)
                    throw new RpcException(new Status(StatusCode.Unauthenticated, "the access token is not known"));
                return ValueTask.CompletedTask;
            },
        };
        options.Listen(new IPEndPoint(IPAddress.Parse("127.0.27.1"), 0));
        _server = new(options, NullLoggerFactory.Instance);
        foreach (var service in (object[])[Subscriptions, Registrations, Nodes, Tokens, Audit, Authentication, Profiles, ApplicationServers]) _server.Add(service);
    }

    public FakeSubscriptions Subscriptions { get; } = new();

    public FakeRegistrations Registrations { get; } = new();

    public FakeNodes Nodes { get; } = new();

    public FakeTokens Tokens { get; } = new();

    public FakeAudit Audit { get; } = new();

    public FakeAuthentication Authentication { get; } = new();

    public FakeProfiles Profiles { get; } = new();

    public FakeApplicationServers ApplicationServers { get; } = new();

    /// <summary>Every call with what its authorization header said.</summary>
    public ConcurrentQueue<(string Method, string? Authorization)> Calls { get; } = new();

    /// <summary>When set, every call is refused by it.</summary>
    public RpcException? Refusal { get; set; }

    public string Address => _server.EndPoints[0].ToString();

    public static async Task<FakeServer> StartAsync(bool wantsToken = false)
    {
        var server = new FakeServer(wantsToken);
        await server._server.StartAsync();
        return server;
    }

    /// <summary>A shell whose HSS_SERVER is this server.</summary>
    public Shell Shell() => new() { ["HSS_SERVER"] = Address };

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
