namespace Hss.Grpc.Wire;

/// <summary>The headers that belong to the protocol and not to those who call or serve.</summary>
/// Spec: gRPC over HTTP2, "Requests" and "Responses".
internal static class HeaderNames
{
    public const string ContentType = "content-type";
    public const string Te = "te";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string StatusDetails = "grpc-status-details-bin";
    public const string GrpcContentType = "application/grpc";

    /// <summary>True for a name that a handler or a caller may not set, nor be shown.</summary>
    /// The prefix grpc- is the protocol's; of it the details of a status and the tracing context alone are for others.
    public static bool IsReserved(string name) =>
        name.Length == 0 || name[0] == ':' || name is ContentType or Te or "host" or "connection" or "keep-alive" or "proxy-connection"
            or "transfer-encoding" or "upgrade" or "content-length" or "content-encoding" or "accept-encoding" or "trailer" or "date" or "server"
        || (name.StartsWith("grpc-", StringComparison.Ordinal) && !name.EndsWith("-bin", StringComparison.Ordinal));

    /// <summary>application/grpc, application/grpc+proto, and parameters behind them. Other messages than protobuf are not spoken.</summary>
    public static bool IsGrpc(string? contentType)
    {
        if (contentType is null) return false;
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        var type = (end < 0 ? contentType.AsSpan() : contentType.AsSpan(0, end)).Trim();
        return type.Equals(GrpcContentType, StringComparison.OrdinalIgnoreCase) || type.Equals(GrpcContentType + "+proto", StringComparison.OrdinalIgnoreCase);
    }
}
