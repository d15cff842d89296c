using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace Hss.Grpc;

/// <summary>Status codes for what happens below gRPC.</summary>
/// Spec: gRPC over HTTP2, "Errors"; http-grpc-status-mapping.
internal static class ClientErrors
{
    public static StatusCode ReadCode(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= (int)StatusCode.Unauthenticated ? (StatusCode)code : StatusCode.Unknown;

    public static Status StatusOf(HttpStatusCode http)
    {
        var code = (int)http switch
        {
            400 => StatusCode.Internal,
            401 => StatusCode.Unauthenticated,
            403 => StatusCode.PermissionDenied,
            404 => StatusCode.Unimplemented,
            429 or 502 or 503 or 504 => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        return new(code, string.Create(CultureInfo.InvariantCulture, $"the server answers with HTTP status {(int)http}"));
    }

    public static Status StatusOf(Exception problem, Uri address)
    {
        switch (problem)
        {
            case RpcException refused:
                return refused.Status;
            case OperationCanceledException:
                return new(StatusCode.Cancelled, "the call was cancelled");
        }
        for (var inner = problem; inner is not null; inner = inner.InnerException)
            switch (inner)
            {
                case HttpProtocolException reset:
                    return new(CodeOfReset(reset.ErrorCode), string.Create(CultureInfo.InvariantCulture, $"{address.Authority} ended the stream with HTTP/2 error {reset.ErrorCode}"));
                case SocketException socket:
                    return new(StatusCode.Unavailable, $"{address.Authority} cannot be reached: {socket.Message}");
                case AuthenticationException tls:
                    return new(StatusCode.Unavailable, $"{address.Authority} cannot be reached: TLS failed: {tls.Message}");
                case HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError }:
                    return new(StatusCode.Unavailable, $"{address.Authority} does not speak HTTP/2");
            }
        return problem is HttpRequestException or IOException
            ? new(StatusCode.Unavailable, $"the connection to {address.Authority} is lost: {problem.Message}")
            : new(StatusCode.Internal, $"the call failed here: {problem.Message}");
    }

    private static StatusCode CodeOfReset(long error) => error switch
    {
        // NO_ERROR without a status, as the others, is a mistake of the server. Spec: gRPC over HTTP2, "Errors".
        7 => StatusCode.Unavailable,
        8 => StatusCode.Cancelled,
        11 => StatusCode.ResourceExhausted,
        12 => StatusCode.PermissionDenied,
        _ => StatusCode.Internal,
    };
}
