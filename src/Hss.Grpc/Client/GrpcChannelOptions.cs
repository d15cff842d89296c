using System.Security.Cryptography.X509Certificates;
using Grpc.Core;

namespace Hss.Grpc;

/// <summary>How a <see cref="GrpcChannel"/> reaches its server.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Authorities the server's certificate may come from; null: those of the system.</summary>
    public X509Certificate2Collection? TrustedAuthorities { get; set; }

    /// <summary>Shown to a server that asks for one.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>Name the server's certificate must bear when it is not the one in the address.</summary>
    public string? ServerName { get; set; }

    /// <summary>Goes with every call, before the headers of the call itself; such as authorization.</summary>
    public Metadata Headers { get; } = [];

    public int MaxReceiveMessageBytes { get; set; } = 64 * 1024 * 1024;

    public int MaxSendMessageBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Compresses requests with gzip; answers may always be compressed.</summary>
    public bool CompressRequests { get; set; }

    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>While a call waits, a silent server is asked after that time whether it still lives.</summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Goes before the version of .NET in user-agent.</summary>
    public string UserAgent { get; set; } = "hss-grpc";

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Instead of sockets, for tests; the channel disposes it.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }
}
