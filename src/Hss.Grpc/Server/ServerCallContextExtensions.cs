using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;

namespace Hss.Grpc;

/// <summary>What a hook may know of the connection a call came on.</summary>
/// With Grpc.AspNetCore these would read GetHttpContext().Connection.
public static class ServerCallContextExtensions
{
    /// <summary>The certificate of the client, as TLS accepted it; null without TLS or without one.</summary>
    public static X509Certificate2? ClientCertificate(this ServerCallContext context) => (context as ServerCall)?.ClientCertificate;

    /// <summary>Null when the connection is not one of IP.</summary>
    public static IPAddress? RemoteAddress(this ServerCallContext context) => (context as ServerCall)?.RemoteAddress;

    /// <summary>Ends a call from outside its handler, which learns of it by its token: for a caller whose right has ended.</summary>
    public static void Cut(this ServerCallContext context, Status status) => (context as ServerCall)?.Cut(status);
}
