using System.Text;

namespace Hss.Cli;

/// <summary>What the command sees of the machine around it: the three streams, the environment, the clock.</summary>
internal sealed record Surroundings
{
    /// <summary>Documents are UTF-8, whatever the locale says.</summary>
    public required Stream Input { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public bool IsInputTerminal { get; init; }

    public bool IsOutputTerminal { get; init; }

    public bool IsErrorTerminal { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>no-color.org: any value but an empty one turns colours off.</summary>
    public bool HasColours => string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") is not "dumb";

    public static Surroundings OfProcess()
    {
        // A table of ten thousand lines must not be ten thousand writes; whoever asks or watches flushes.
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), bufferSize: 16 * 1024) { AutoFlush = false };
        return new()
        {
            Input = Console.OpenStandardInput(),
            Output = output,
            Error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true },
            IsInputTerminal = !Console.IsInputRedirected,
            IsOutputTerminal = !Console.IsOutputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
            Variable = Environment.GetEnvironmentVariable,
        };
    }
}
