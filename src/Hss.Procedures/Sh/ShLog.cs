using Hss.Diameter;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>Log events of the Sh procedures, 6200 to 6249. None takes repository data.</summary>
internal static partial class ShLog
{
    [LoggerMessage(6201, LogLevel.Warning, "{Command} of {ApplicationServer} refused: it is in no permission list ({Others} more of unknown ones since the last such line)")]
    public static partial void UnknownApplicationServer(this ILogger logger, string command, string applicationServer, int others);

    [LoggerMessage(6202, LogLevel.Debug, "{Command} of {ApplicationServer} refused with {Code}: {Reason}")]
    public static partial void Refused(this ILogger logger, string command, string applicationServer, ExperimentalResultCode code, string reason);

    [LoggerMessage(6203, LogLevel.Warning, "UDR of {ApplicationServer} for {User} refused: {Bytes} octets of User-Data do not fit the answer, which has room for {Room}")]
    public static partial void AnswerTooLong(this ILogger logger, string applicationServer, string user, int bytes, int room);

    [LoggerMessage(6204, LogLevel.Information, "SNR of {ApplicationServer} for {User}: {Bytes} octets of User-Data left out, the answer has room for {Room}")]
    public static partial void DataLeftOut(this ILogger logger, string applicationServer, string user, int bytes, int room);

    [LoggerMessage(6205, LogLevel.Warning, "SNR of {ApplicationServer} for {User} refused: it has {Most} subscriptions to notifications of this subscription already")]
    public static partial void TooManySubscriptions(this ILogger logger, string applicationServer, string user, int most);
}
