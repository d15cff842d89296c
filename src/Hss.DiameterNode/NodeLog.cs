using Hss.Diameter;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>Every line the node logs. The numbers 2000 to 2999 are the node's; each stands for one event and is never used again.</summary>
internal static partial class NodeLog
{
    // 20xx: the node.
    [LoggerMessage(2000, LogLevel.Information, "Diameter node {Identity} of realm {Realm} is stopping; {Connections} connections to close")]
    public static partial void Stopping(this ILogger log, string identity, string realm, int connections);

    [LoggerMessage(2001, LogLevel.Warning, "Closed what did not end in good order while stopping: {Connections} connections")]
    public static partial void StopTookTooLong(this ILogger log, int connections);

    [LoggerMessage(2002, LogLevel.Warning, "Refused the connection from {RemoteEndPoint}: {Reason}")]
    public static partial void ConnectionRefused(this ILogger log, string remoteEndPoint, string reason);

    // 21xx: peers and connections.
    [LoggerMessage(2100, LogLevel.Information, "Peer {Peer} ({ProductName}) is open from {RemoteEndPoint}; applications {Applications}, relay {IsRelay}")]
    public static partial void PeerOpen(this ILogger log, string peer, string productName, string remoteEndPoint, string applications, bool isRelay);

    [LoggerMessage(2101, LogLevel.Information, "Peer {Peer} is closed: {Reason}")]
    public static partial void PeerClosed(this ILogger log, string peer, string reason);

    [LoggerMessage(2102, LogLevel.Warning, "Refused the CER of {Peer} from {RemoteEndPoint} with {Result}: {Reason}")]
    public static partial void CapabilitiesRefused(this ILogger log, string peer, string remoteEndPoint, ResultCode result, string reason);

    [LoggerMessage(2103, LogLevel.Warning, "Peer {Peer} opened a new connection from {RemoteEndPoint}; the older one is closed")]
    public static partial void PeerReplaced(this ILogger log, string peer, string remoteEndPoint);

    [LoggerMessage(2104, LogLevel.Information, "Connection from {RemoteEndPoint} ended before a CER: {Reason}")]
    public static partial void ConnectionEndedUnidentified(this ILogger log, string remoteEndPoint, string reason);

    [LoggerMessage(2105, LogLevel.Warning, "Closing the connection of {Peer}: bytes that are no Diameter message, {Prefix}")]
    public static partial void Unreadable(this ILogger log, string peer, string prefix);

    [LoggerMessage(2106, LogLevel.Warning, "Peer {Peer} does not take its answers for {SendTimeout}; closing its connection")]
    public static partial void PeerStalled(this ILogger log, string peer, TimeSpan sendTimeout);

    [LoggerMessage(2107, LogLevel.Information, "Watchdog of {Peer}: {Before} to {After}")]
    public static partial void WatchdogChanged(this ILogger log, string peer, WatchdogState before, WatchdogState after);

    [LoggerMessage(2108, LogLevel.Information, "Peer {Peer} disconnects: {Cause}")]
    public static partial void DisconnectRequested(this ILogger log, string peer, string cause);

    [LoggerMessage(2109, LogLevel.Debug, "Ignored an answer of {Peer} that matches no request: command {CommandCode}, hop-by-hop {HopByHopId:x8}")]
    public static partial void AnswerIgnored(this ILogger log, string peer, uint commandCode, uint hopByHopId);

    [LoggerMessage(2110, LogLevel.Warning, "Closed the connection of {Peer} with {InFlight} requests still unanswered")]
    public static partial void DrainTookTooLong(this ILogger log, string peer, int inFlight);

    [LoggerMessage(2111, LogLevel.Debug, "The transport of {Peer} failed")]
    public static partial void TransportFailed(this ILogger log, string peer, Exception exception);

    [LoggerMessage(2112, LogLevel.Critical, "A message of {Peer} broke the peer protocol's code; its connection is closed")]
    public static partial void SessionFault(this ILogger log, string peer, Exception exception);

    [LoggerMessage(2113, LogLevel.Information, "Refused {Command} of {Peer} with {Result}")]
    public static partial void BaseRequestRefused(this ILogger log, string command, string peer, ResultCode result);

    [LoggerMessage(2114, LogLevel.Warning, "A message of {Peer} with command {CommandCode} has {Length} octets; at most {Longest} are read ({Suppressed} more such lines left out)")]
    public static partial void TooLong(this ILogger log, string peer, uint commandCode, int length, int longest, int suppressed);

    [LoggerMessage(2120, LogLevel.Warning, "Peer {Peer} has restarted: its Origin-State-Id went from {Before} to {After}")]
    public static partial void PeerRestarted(this ILogger log, string peer, uint before, uint after);

    // 28xx: TLS.
    [LoggerMessage(2800, LogLevel.Warning, "No TLS with {RemoteEndPoint}: {Reason}")]
    public static partial void HandshakeFailed(this ILogger log, string remoteEndPoint, string reason);

    [LoggerMessage(2801, LogLevel.Information, "New connections use the changed {CertificateFile}: {Subject}, good until {NotAfter}")]
    public static partial void CertificateReloaded(this ILogger log, string certificateFile, string subject, string notAfter);

    [LoggerMessage(2802, LogLevel.Error, "The changed certificate files are not used, the old ones stay: {Problem}")]
    public static partial void CertificateNotReloaded(this ILogger log, string problem);

    // 22xx: requests.
    [LoggerMessage(2200, LogLevel.Debug, "{Command} {SessionId} of {Peer}: {Result}, {Milliseconds} ms", SkipEnabledCheck = true)]
    public static partial void Answered(this ILogger log, string command, string sessionId, string peer, string result, double milliseconds);

    [LoggerMessage(2201, LogLevel.Warning,
        "{Outcome} {Application} {Command} {SessionId} from {OriginHost} over {Peer}: {Result} after {Milliseconds} ms, hop-by-hop {HopByHopId:x8}, end-to-end {EndToEndId:x8}",
        SkipEnabledCheck = true)]
    public static partial void SlowOrFailed(
        this ILogger log, string outcome, string application, string command, string sessionId, string originHost, string peer, string result,
        double milliseconds, uint hopByHopId, uint endToEndId);

    [LoggerMessage(2202, LogLevel.Information,
        "Refused {Application} {Command} {SessionId} from {OriginHost} over {Peer} with {Result}: {Fault}", SkipEnabledCheck = true)]
    public static partial void Refused(
        this ILogger log, string application, string command, string sessionId, string originHost, string peer, string result, string fault);

    [LoggerMessage(2206, LogLevel.Warning,
        "{Fault}: refused {Command} {SessionId} with 5003, and {Suppressed} more of this peer since the last such line; see Diameter:Peers, Role, Commands and Realms")]
    public static partial void Unauthorized(this ILogger log, string fault, string command, string sessionId, int suppressed);

    [LoggerMessage(2203, LogLevel.Critical, "The procedure for {Command} failed; answered 5012 unless an answer was sent before. {Request}")]
    public static partial void ProcedureFault(this ILogger log, string command, string request, Exception? exception);

    [LoggerMessage(2204, LogLevel.Critical, "The procedure for {Command} gave no result; answered 5012 unless an answer was sent before. {Request}")]
    public static partial void NoResult(this ILogger log, string command, string request);

    [LoggerMessage(2205, LogLevel.Critical, "The answer to {Command} has {LengthBytes} octets, more than a peer takes; answered 5012. {Request}")]
    public static partial void AnswerTooLong(this ILogger log, string command, int lengthBytes, string request);

    // 25xx: listening.
    [LoggerMessage(2500, LogLevel.Error, "No connection can be accepted at {EndPoint}: {Reason}; trying again; {Suppressed} more in the last minute")]
    public static partial void AcceptFailed(this ILogger log, string endPoint, string reason, int suppressed);

    [LoggerMessage(2501, LogLevel.Error,
        "There is no thread for the connection of {Peer}: {Reason}; each connection needs one: raise the limit of threads (TasksMax, pids); {Suppressed} more in the last minute")]
    public static partial void NoThread(this ILogger log, string peer, string reason, int suppressed);

    // 26xx: requests of this node.
    [LoggerMessage(2600, LogLevel.Debug, "Sent {Command} {SessionId} for {DestinationHost} over {Peer}; perhaps a duplicate: {MayBeDuplicate}")]
    public static partial void AttemptSent(
        this ILogger log, string command, string sessionId, string destinationHost, string peer, bool mayBeDuplicate);

    [LoggerMessage(2601, LogLevel.Information, "{Command} {SessionId} got no good answer over {Peer}: {Reason}; looking for another path")]
    public static partial void AttemptFailed(this ILogger log, string command, string sessionId, string peer, string reason);

    [LoggerMessage(2602, LogLevel.Debug, "{Command} {SessionId} for {DestinationHost} was answered over {Peer}: {Result}")]
    public static partial void RequestAnswered(
        this ILogger log, string command, string sessionId, string destinationHost, string peer, string result);

    [LoggerMessage(2603, LogLevel.Warning, "{Command} {SessionId} for {DestinationHost} in {DestinationRealm} ended without an answer: {Result}")]
    public static partial void RequestFailed(
        this ILogger log, string command, string sessionId, string destinationHost, string destinationRealm, string result);

    [LoggerMessage(2604, LogLevel.Warning, "The answer to {Command} {SessionId} over {Peer} cannot be used: {Fault}")]
    public static partial void AnswerUnusable(this ILogger log, string command, string sessionId, string peer, string fault);

    [LoggerMessage(2605, LogLevel.Critical, "{Command} {SessionId} has {LengthBytes} octets, more than a peer takes; it was not sent")]
    public static partial void RequestTooLong(this ILogger log, string command, string sessionId, int lengthBytes);

    // 27xx: dialling.
    [LoggerMessage(2700, LogLevel.Warning, "Dialled {Peer} at {Address} in vain: {Reason}; again in {Wait}")]
    public static partial void DialFailed(this ILogger log, string peer, string address, string reason, TimeSpan wait);

    [LoggerMessage(2701, LogLevel.Information, "Peer {Peer} at {Address} is dialled again in {Wait} unless it comes by itself")]
    public static partial void DialLater(this ILogger log, string peer, string address, TimeSpan wait);
}
