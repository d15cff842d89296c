using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Who called, as found before the handler runs.</summary>
/// <param name="Name">Name of a bearer token or of a configured certificate; "local" for a caller on loopback that needs neither.</param>
/// <param name="RemoteAddress">Its IP address without the port, which says nothing a day later. Null: not known.</param>
public sealed record Caller(string Name, AccessRole Role, string? RemoteAddress)
{
    // An object, not a text: nobody else can have the same key by accident.
    private static readonly object Key = new();

    /// <summary>The caller of a call that was let in.</summary>
    /// Errors: <see cref="InvalidOperationException"/> when nobody asked who it is: our bug, and never a reason to let the call through.
    public static Caller Of(ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.UserState.TryGetValue(Key, out var caller) ? (Caller)caller : throw new InvalidOperationException($"nobody asked who calls {context.Method}");
    }

    /// <summary>Leaves this caller for <see cref="Of"/>.</summary>
    public void PutInto(ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.UserState[Key] = this;
    }

    /// <summary>The author of the change that a request asks for, for its audit record.</summary>
    /// <param name="context">The call; gives the name of the method.</param>
    /// <param name="requestId">The request's own request_id; null or empty: none.</param>
    /// <param name="request">The whole request as it came. Its secrets go into the hash and nowhere else.</param>
    /// Errors: <see cref="RpcException"/> INVALID_ARGUMENT for a request_id that is no UUID.
    public ChangeAuthor AuthorFor(ServerCallContext context, string? requestId, IMessage request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var author = new ChangeAuthor(Name, MethodName(context)) { RemoteAddress = RemoteAddress };
        if (string.IsNullOrEmpty(requestId)) return author;
        // Why a UUID and nothing else (AIP-155): a counter or a date is used again by the next script, and its change would silently not happen.
        if (!Guid.TryParseExact(requestId, "D", out _)) throw Refusals.Field("request_id", "is no UUID; it looks like 123e4567-e89b-42d3-a456-426614174000");
        return author with { RequestId = requestId, RequestHash = Hash(request) };
    }

    private static string MethodName(ServerCallContext context) => context.Method[(context.Method.LastIndexOf('/') + 1)..];

    /// <summary>SHA-256 of the message in its one deterministic form.</summary>
    /// Why deterministic: the entries of a map have no order in protobuf, and some clients send them in another one with every retry.
    private static byte[] Hash(IMessage request)
    {
        using var octets = new MemoryStream();
        var output = new CodedOutputStream(octets) { Deterministic = true };
        try
        {
            request.WriteTo(output);
            output.Flush();
            return SHA256.HashData(octets.GetBuffer().AsSpan(0, (int)octets.Length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets.GetBuffer());
        }
    }
}
