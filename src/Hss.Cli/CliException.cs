namespace Hss.Cli;

/// <summary>The command cannot go on. The message is one line with the mend; it is all that a person gets to see.</summary>
internal sealed class CliException(string message, int exitCode = ExitCodes.Usage) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
