using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Provisioning.Access;

/// <summary>Stands before every call: who is it, may he, and is it not too much.</summary>
/// Order: any thread. <see cref="Authorise"/> before the request is read, <see cref="Ended"/> when the call is over.
/// Errors: UNAUTHENTICATED when nobody good was shown, PERMISSION_DENIED when the role does not do, RESOURCE_EXHAUSTED for too much; each says the mend
/// and none says whether a token of some name exists. Spec: gRPC status codes; RFC 6750 2.1 (Bearer); docs/security.md, "Who may provision".
public sealed class AccessControl
{
    /// <summary>Who comes over loopback while nobody has to say who he is.</summary>
    public const string LocalName = "local";

    private const string Scheme = "Bearer ";
    private const string HowTo = "send the metadata 'authorization: Bearer hss_...', or connect with a client certificate that Provisioning:Certificates lists";

    private static readonly object Key = new();

    private readonly AccessTokens _tokens;
    private readonly AccessOptions _options;
    private readonly Func<ServerCallContext, X509Certificate2?> _certificateOf;
    private readonly Action<ServerCallContext, Status> _cut;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly FailedAttempts _failures;

    // What a connection's certificate came to: reading its names takes longer than most calls.
    private readonly ConditionalWeakTable<X509Certificate2, CertificateVerdict> _certificates = [];

    // By the caller's name. It only grows, by as many names as operators ever gave in the life of this process.
    private readonly ConcurrentDictionary<string, CallerLoad> _loads = new(StringComparer.Ordinal);

    /// <param name="tokens">The tokens.</param>
    /// <param name="options">Certificates and limits.</param>
    /// <param name="certificateOf">The verified certificate of a call's connection; null: it showed none.</param>
    /// <param name="cut">Ends a call that is under way with a status: a stream must not outlive its caller's token.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where to log.</param>
    public AccessControl(
        AccessTokens tokens, AccessOptions options, Func<ServerCallContext, X509Certificate2?> certificateOf, Action<ServerCallContext, Status> cut, TimeProvider time,
        ILoggerFactory loggers)
    {
        (_tokens, _options, _certificateOf, _cut, _time) = (tokens, options, certificateOf, cut, time);
        _log = loggers.CreateLogger<AccessControl>();
        _failures = new(time);
        if (IsOpen) _log.LoopbackIsOpen();
    }

    /// <summary>Whether callers on loopback are taken as operators without saying who they are: there is nothing they could show.</summary>
    public bool IsOpen => _tokens.Count == 0 && _options.Certificates.Count == 0;

    /// <summary>Lets a call in, and leaves its <see cref="Caller"/> in it; or throws.</summary>
    public void Authorise(ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (MethodRoles.IsOpenToEveryone(context.Method)) return;
        var address = AddressOf(context.Peer);
        var admission = Authenticate(context, address?.ToString(), address);
        Permit(context.Method, admission.Caller);
        if (admission.Load.Enter(admission.Caller.Name) is { } tooMuch) throw new RpcException(new Status(StatusCode.ResourceExhausted, tooMuch));
        admission.Caller.PutInto(context);
        context.UserState[Key] = admission;
        admission.Watch(context, _cut);
    }

    /// <summary>The call is over, however it ended. Also for one that was never let in.</summary>
    public static void Ended(ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.UserState.Remove(Key, out var admission)) return;
        ((Admission)admission).Leave();
    }

    /// <summary>ipv4:192.0.2.1:40000 or ipv6:[2001:db8::1]:40000; null for anything else.</summary>
    internal static IPAddress? AddressOf(string peer)
    {
        var colon = peer.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !IPEndPoint.TryParse(peer.AsSpan(colon + 1), out var endPoint)) return null;
        return endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
    }

    private Admission Authenticate(ServerCallContext context, string? remoteAddress, IPAddress? address)
    {
        var authorization = context.RequestHeaders.GetAll("authorization").ToArray();
        // What is shown counts. A wrong token is not made good by a certificate or by where it comes from: its sender believes to be somebody else.
        if (authorization.Length > 0) return ByToken(context, authorization, remoteAddress);
        if (_options.Certificates.Count > 0 && _certificateOf(context) is { } certificate)
            return _certificates.GetValue(certificate, shown => new(CertificateRole.Of(shown, _options.Certificates))).Entry is { } entry
                ? Admit(new Caller(entry.Name, entry.Role, remoteAddress), default)
                : throw Unknown(context, remoteAddress, "the client certificate carries no name that Provisioning:Certificates lists");
        if (IsOpen && address is not null && IPAddress.IsLoopback(address)) return Admit(new Caller(LocalName, AccessRole.Operator, remoteAddress), default);
        throw Unknown(context, remoteAddress, "nobody said who calls");
    }

    private Admission ByToken(ServerCallContext context, Metadata.Entry[] authorization, string? remoteAddress)
    {
        if (authorization is not [{ IsBinary: false, Value: var value }] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw Unknown(context, remoteAddress, "the metadata authorization is not one 'Bearer hss_...'");
        if (_tokens.Find(value[Scheme.Length..].Trim(), out var ended) is not { } token)
            throw Unknown(context, remoteAddress, "the token is not known here, or was revoked");
        // Only who holds the text hears this.
        if (_tokens.IsExpired(token))
            throw Unknown(context, remoteAddress, string.Create(CultureInfo.InvariantCulture, $"the token ran out at {token.Expires:u}; ask an operator for a new one"));
        return Admit(new Caller(token.Name, token.Role, remoteAddress), ended);
    }

    private Admission Admit(Caller caller, CancellationToken ended) =>
        new(caller, _loads.GetOrAdd(caller.Name, static (_, self) => new CallerLoad(self._options, self._time), this), ended);

    private void Permit(string method, Caller caller)
    {
        var needed = MethodRoles.LeastFor(method);
        if (needed is { } role && MethodRoles.Allows(caller.Role, role)) return;
        var name = method[(method.LastIndexOf('/') + 1)..];
        if (needed is null) throw new RpcException(new Status(StatusCode.PermissionDenied, "nobody may call this method"));
        if (_failures.TryNote(caller.RemoteAddress)) _log.NotPermitted(name, caller.Name, caller.RemoteAddress ?? "an unknown address", MethodRoles.NameOf(needed.Value));
        var or = needed == AccessRole.Operator ? "" : " or operator";
        throw new RpcException(new Status(StatusCode.PermissionDenied,
            $"{name} needs the role {MethodRoles.NameOf(needed.Value)}{or}; {caller.Name} has {MethodRoles.NameOf(caller.Role)}"));
    }

    private RpcException Unknown(ServerCallContext context, string? remoteAddress, string reason)
    {
        if (!_failures.TryNote(remoteAddress))
            return new(new Status(StatusCode.ResourceExhausted, "too many calls from this address failed to say who calls; mend the token or the certificate, then wait a minute"));
        // A path that is no method of ours may be any text.
        _log.NotAuthenticated(MethodRoles.LeastFor(context.Method) is null ? "an unknown method" : context.Method, remoteAddress ?? "an unknown address", reason);
        return new(new Status(StatusCode.Unauthenticated, $"{reason}; {HowTo}"));
    }

    private sealed record CertificateVerdict(CertificateRole? Entry);

    /// <summary>A caller that was let in, for the time of one call.</summary>
    private sealed class Admission(Caller caller, CallerLoad load, CancellationToken ended)
    {
        private static readonly Status TokenEnded = new(StatusCode.Unauthenticated, "the token was revoked or ran out while the call was under way");

        private CancellationTokenRegistration _watch;

        public Caller Caller => caller;

        public CallerLoad Load => load;

        public void Watch(ServerCallContext context, Action<ServerCallContext, Status> cut)
        {
            if (ended.CanBeCanceled) _watch = ended.UnsafeRegister(_ => cut(context, TokenEnded), null);
        }

        public void Leave()
        {
            _watch.Unregister(); // and not Dispose, which would wait for a cut that is under way
            load.Leave();
        }
    }
}
