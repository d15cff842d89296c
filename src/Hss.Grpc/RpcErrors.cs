using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Hss.Grpc.Wire;
using Status = Grpc.Core.Status;

namespace Hss.Grpc;

/// <summary>Errors with details that programs can read: a google.rpc.Status in grpc-status-details-bin.</summary>
public static class RpcErrors
{
    /// <summary>Common clients take trailers of 8 KiB in all and refuse the whole status when there is more.</summary>
    private const int MaxDetailsBytes = 4 * 1024;

    private const int MaxTextLength = 500;

    /// <summary>INVALID_ARGUMENT that names the wrong fields; those that would not fit are counted in the last one.</summary>
    public static RpcException InvalidArgument(string message, IEnumerable<(string Field, string Description)> violations)
    {
        var all = violations.Select(one => new BadRequest.Types.FieldViolation { Field = Shorten(one.Field), Description = Shorten(one.Description) }).ToList();
        var badRequest = new BadRequest();
        var size = Encoding.UTF8.GetByteCount(Shorten(message));
        foreach (var violation in all)
        {
            size += violation.CalculateSize() + 4;
            if (size > MaxDetailsBytes) break;
            badRequest.FieldViolations.Add(violation);
        }
        var missing = all.Count - badRequest.FieldViolations.Count;
        if (missing > 0) badRequest.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = "", Description = $"and {missing} more" });
        return Create(StatusCode.InvalidArgument, message, badRequest);
    }

    /// <summary>INVALID_ARGUMENT for one field.</summary>
    public static RpcException InvalidArgument(string message, string field, string description) => InvalidArgument(message, [(field, description)]);

    /// <summary>Any status with a reason that programs can tell apart.</summary>
    public static RpcException WithReason(
        StatusCode code, string message, string reason, string domain, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        var reasons = new ErrorInfo { Reason = reason, Domain = domain };
        foreach (var (key, value) in metadata ?? []) reasons.Metadata[key] = value;
        return Create(code, message, reasons);
    }

    public static RpcException Create(StatusCode code, string message, params IMessage[] details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = Shorten(message) };
        foreach (var detail in details) status.Details.Add(Any.Pack(detail));
        return new RpcException(new Status(code, message), new Metadata { { HeaderNames.StatusDetails, status.ToByteArray() } });
    }

    /// <summary>The details a server sent; null when it sent none, or none that can be read.</summary>
    public static Google.Rpc.Status? Details(this RpcException problem)
    {
        if (problem.Trailers.GetValueBytes(HeaderNames.StatusDetails) is not { } octets) return null;
        try
        {
            return Google.Rpc.Status.Parser.ParseFrom(octets);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The wrong fields a server named.</summary>
    public static IReadOnlyList<(string Field, string Description)> FieldViolations(this RpcException problem) =>
        problem.Detail<BadRequest>() is { } badRequest ? [.. badRequest.FieldViolations.Select(one => (one.Field, one.Description))] : [];

    public static ErrorInfo? Reason(this RpcException problem) => problem.Detail<ErrorInfo>();

    // Not between the two halves of a character, which would be no text.
    private static string Shorten(string text) =>
        text.Length <= MaxTextLength ? text : text[..(char.IsHighSurrogate(text[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength)] + "...";

    private static T? Detail<T>(this RpcException problem) where T : class, IMessage<T>, new()
    {
        foreach (var detail in problem.Details()?.Details ?? [])
            if (detail.TryUnpack<T>(out var found)) return found;
        return null;
    }
}
