using Grpc.Core;
using Hss.Grpc;

namespace Hss.Cli;

/// <summary>A refused or failed call in words.</summary>
internal static class RpcProblems
{
    /// <summary>One line with the mend; below it one line per field that the server complains of.</summary>
    public static IEnumerable<string> Lines(RpcException problem)
    {
        var detail = OneLine.Of(problem.Status.Detail).TrimEnd('.');
        var mend = problem.StatusCode switch
        {
            StatusCode.Unauthenticated => "put the token into HSS_TOKEN or name its file with --token-file, or use --cert and --key",
            StatusCode.PermissionDenied => "use a token of a role that may do this (hss token create --role)",
            // What a server that was reached says of itself, such as a store that is full, brings its own mend.
            StatusCode.Unavailable when detail.Contains("cannot be reached", StringComparison.Ordinal) => "is it running? --server or HSS_SERVER names another",
            StatusCode.DeadlineExceeded => "allow more with --timeout, or look after the server",
            StatusCode.Unimplemented => "the server is older than this command; update it",
            _ => null,
        };
        if (detail.Length == 0) detail = problem.StatusCode.ToString();
        yield return $"hss: {detail}{(mend is null ? "" : "; " + mend)}";
        foreach (var (field, description) in problem.FieldViolations())
            yield return field.Length == 0 ? OneLine.Of(description) : $"{OneLine.Of(field)}: {OneLine.Of(description)}";
    }
}
