namespace Grpc.Core;

/// <summary>How a call ended. Values as on the wire. Spec: gRPC over HTTP2, "Status".</summary>
public enum StatusCode
{
    OK = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

/// <summary>A status code with the sentence that explains it to a person.</summary>
public readonly struct Status(StatusCode statusCode, string detail) : IEquatable<Status>
{
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    public StatusCode StatusCode { get; } = statusCode;

    public string Detail { get; } = detail;

    public bool Equals(Status other) => StatusCode == other.StatusCode && string.Equals(Detail, other.Detail, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is Status other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(StatusCode, Detail);

    public static bool operator ==(Status one, Status other) => one.Equals(other);

    public static bool operator !=(Status one, Status other) => !one.Equals(other);

    public override string ToString() => $"{StatusCode}: {Detail}";
}

/// <summary>Ends a call with a status other than OK.</summary>
public class RpcException : Exception
{
    public RpcException(Status status) : this(status, Metadata.Empty) { }

    public RpcException(Status status, string message) : this(status, Metadata.Empty, message) { }

    public RpcException(Status status, Metadata trailers) : this(status, trailers, status.ToString()) { }

    public RpcException(Status status, Metadata trailers, string message) : base(message) => (Status, Trailers) = (status, trailers);

    public Status Status { get; }

    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>Sent with the status.</summary>
    public Metadata Trailers { get; }
}
