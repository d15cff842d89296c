using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hss.Grpc;

/// <summary>Where and within which limits a <see cref="GrpcServer"/> serves.</summary>
public sealed class GrpcServerOptions
{
    /// <summary>A message a client sends may have that many octets, before and after it is decompressed.</summary>
    public int MaxReceiveMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>A message a handler sends may have that many octets.</summary>
    public int MaxSendMessageBytes { get; set; } = 64 * 1024 * 1024;

    public int MaxConnections { get; set; } = 256;

    public int MaxStreamsPerConnection { get; set; } = 100;

    /// <summary>A client that leaves a message unread for longer is cut off.</summary>
    public TimeSpan SlowReaderTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A silent client is asked after that time whether it still lives.</summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>A connection without a call is closed after that time; clients open another when they need one.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>When the server stops, running calls get that time to end by themselves; then they are ended with UNAVAILABLE.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Tells everybody what the services look like.</summary>
    public bool Reflection { get; set; } = true;

    /// <summary>Runs before every handler. Refuses by an <see cref="RpcException"/>; may put the caller into <see cref="ServerCallContext.UserState"/>.</summary>
    public Func<ServerCallContext, ValueTask>? Authorize { get; set; }

    /// <summary>Runs after every call that reached a service, with the status it ended with and how long it took; for metrics.</summary>
    public Action<ServerCallContext, StatusCode, TimeSpan>? Ended { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    internal List<(IPEndPoint EndPoint, Action<ListenOptions>? Configure)> Listeners { get; } = [];

    /// <summary>Listens there; port 0 lets the system choose.</summary>
    /// <param name="configure">For TLS: <c>listener => listener.UseHttps(...)</c>. Without it HTTP/2 goes in clear, from the first octet on.</param>
    public void Listen(IPEndPoint endPoint, Action<ListenOptions>? configure = null) => Listeners.Add((endPoint, configure));
}
