using Grpc.Core;

namespace Hss.Cli;

/// <summary>What the command tells the shell. Scripts rely on these numbers (docs/cli.md).</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The server refused, the operation failed, or the answer to the question is no.</summary>
    public const int Failed = 1;

    /// <summary>The command line, the configuration or a file given cannot be used. Nothing was sent.</summary>
    public const int Usage = 2;

    public const int NotFound = 3;

    /// <summary>No valid token or certificate, or one that may not do this.</summary>
    public const int NotAllowed = 4;

    /// <summary>The server cannot be reached, is not ready, or took too long: the same command may succeed later.</summary>
    public const int Unavailable = 5;

    /// <summary>128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;

    public static int Of(StatusCode status) => status switch
    {
        StatusCode.OK => Done,
        StatusCode.NotFound => NotFound,
        StatusCode.Unauthenticated or StatusCode.PermissionDenied => NotAllowed,
        StatusCode.Unavailable or StatusCode.DeadlineExceeded => Unavailable,
        _ => Failed,
    };
}
