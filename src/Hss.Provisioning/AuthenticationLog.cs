using Microsoft.Extensions.Logging;

namespace Hss.Provisioning;

/// <summary>Log events of <see cref="AuthenticationService"/>, 7700 to 7719. None takes a secret.</summary>
internal static partial class AuthenticationLog
{
    [LoggerMessage(7700, LogLevel.Information, "{Actor} had an AUTS of {PrivateIdentity} judged: {Verdict} (dry run: {DryRun})")]
    public static partial void EngineerResynchronised(
        this ILogger logger, string privateIdentity, V1.ResynchroniseResponse.Types.Verdict verdict, bool dryRun, string actor);
}
