using Microsoft.Extensions.Logging;

namespace Hss.Provisioning.Access;

/// <summary>Log events of who may call, 7500 to 7599.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(7500, LogLevel.Warning, "Anybody on this machine may provision: there is no token and no client certificate is configured (docs/security.md)")]
    public static partial void LoopbackIsOpen(this ILogger logger);

    [LoggerMessage(7501, LogLevel.Warning, "{Method} from {RemoteAddress} is refused: {Reason}")]
    public static partial void NotAuthenticated(this ILogger logger, string method, string remoteAddress, string reason);

    [LoggerMessage(7502, LogLevel.Warning, "{Method} of {Caller} from {RemoteAddress} is refused: it needs the role {Needed}")]
    public static partial void NotPermitted(this ILogger logger, string method, string caller, string remoteAddress, string needed);

    [LoggerMessage(7503, LogLevel.Information, "Token {Name} with the role {Role} was made by {Actor}")]
    public static partial void TokenMade(this ILogger logger, string name, string role, string actor);

    [LoggerMessage(7504, LogLevel.Information, "Token {Name} was revoked by {Actor}")]
    public static partial void TokenRevoked(this ILogger logger, string name, string actor);
}
