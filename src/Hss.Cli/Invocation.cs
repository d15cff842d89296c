using System.CommandLine;
using System.Text;
using Grpc.Core;

namespace Hss.Cli;

/// <summary>One run of one verb: what was asked, where the answer goes, and the server if it is needed.</summary>
internal sealed class Invocation : IDisposable
{
    private readonly Lazy<Connection> _connection;
    private bool _isInputRead;

    private Invocation(ParseResult parse, Surroundings around)
    {
        (Parse, Around) = (parse, around);
        Settings = Settings.Read(parse, around);
        Output = new(around, Settings.IsJson);
        _connection = new(() => Connection.Open(Settings, around.Time));
    }

    public ParseResult Parse { get; }

    public Surroundings Around { get; }

    public Settings Settings { get; }

    public Output Output { get; }

    /// <summary>For generated clients.</summary>
    public CallInvoker Server => _connection.Value.Invoker;

    public static void Handle(Command command, Surroundings around, Func<Invocation, CancellationToken, Task<int>> run) =>
        command.SetAction(async (parse, stop) =>
        {
            using var invocation = new Invocation(parse, around);
            return await run(invocation, stop).ConfigureAwait(false);
        });

    public T? Value<T>(Option<T> option) => Parse.GetValue(option);

    public T Value<T>(Argument<T> argument) => Parse.GetRequiredValue(argument);

    /// <summary>For one question with one answer.</summary>
    public CallOptions Call(CancellationToken stop) => Options(Settings.CallTimeout, stop);

    /// <summary>For what goes on until somebody ends it.</summary>
    public CallOptions Stream(CancellationToken stop) => Options(Settings.StreamTimeout, stop);

    /// <summary>The content of a file, or of the input when its name is a hyphen.</summary>
    /// Errors: <see cref="CliException"/>.
    public async Task<byte[]> ReadAsync(string fileName, int maxBytes, CancellationToken stop)
    {
        try
        {
            await using var stream = Open(fileName);
            using var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (await stream.ReadAsync(buffer, stop).ConfigureAwait(false) is var count and > 0)
            {
                if (content.Length + count > maxBytes) throw new CliException($"{Name(fileName)} is longer than {maxBytes} octets");
                content.Write(buffer, 0, count);
            }
            return content.ToArray();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{Name(fileName)} cannot be read: {OneLine.Of(problem)}");
        }
    }

    public async Task<string> ReadTextAsync(string fileName, int maxBytes, CancellationToken stop)
    {
        var octets = await ReadAsync(fileName, maxBytes, stop).ConfigureAwait(false);
        var text = octets.AsSpan().StartsWith("\uFEFF"u8) ? octets.AsMemory(3) : octets;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.Span);
        }
        catch (DecoderFallbackException)
        {
            throw new CliException($"{Name(fileName)} is not UTF-8");
        }
    }

    public Stream Open(string fileName)
    {
        if (fileName != "-") return new FileStream(fileName, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan | FileOptions.Asynchronous);
        if (_isInputRead) throw new CliException("the standard input can stand for one file only");
        _isInputRead = true;
        return Around.Input;
    }

    /// <summary>Asks before something is lost. Only a person at a terminal is asked; a script has said what it wants.</summary>
    /// Errors: <see cref="CliException"/> unless the answer is yes.
    public void Confirm(string question)
    {
        if (Value(CommandOptions.Yes) || !Around.IsInputTerminal || !Around.IsErrorTerminal) return;
        Output.Flush();
        Around.Error.Write($"{OneLine.Of(question)} [y/N] ");
        Around.Error.Flush();
        using var input = new StreamReader(Around.Input, leaveOpen: true);
        var answer = input.ReadLine()?.Trim() ?? "";
        if (!answer.Equals("y", StringComparison.OrdinalIgnoreCase) && !answer.Equals("yes", StringComparison.OrdinalIgnoreCase))
            throw new CliException("nothing was done", ExitCodes.Failed);
    }

    public void Dispose()
    {
        if (_connection.IsValueCreated) _connection.Value.Dispose();
    }

    public static string Name(string fileName) => fileName == "-" ? "the standard input" : fileName;

    private CallOptions Options(TimeSpan? timeout, CancellationToken stop)
    {
        Metadata? headers = null;
        if (Settings.Token is { } token) headers = new() { { "authorization", "Bearer " + token } };
        return new(headers, timeout is { } limit ? Around.Time.GetUtcNow().UtcDateTime + limit : null, stop);
    }
}
