using System.Globalization;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Sh;

/// <summary>An application server on Erlang/OTP's diameter, a process of its own with a dictionary of its own (erlang-sh/).</summary>
/// Shape: driven by lines, as the head of application_server.erl says. Order: one object, one connection; questions may overlap.
/// Errors: what it cannot encode, decode or deliver is an exception with its whole output.
internal sealed class ErlangApplicationServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly Lazy<Task<string>> s_program = new(CompileAsync);

    private readonly ChildProcess _process;
    private readonly Channel<ErlangMessage> _notifications = Channel.CreateUnbounded<ErlangMessage>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private int _lastId;

    private ErlangApplicationServer(ChildProcess process, string identity, IPAddress address)
    {
        (_process, Identity, Address) = (process, identity, address);
        _reading = ReadAsync();
    }

    public string Identity { get; }

    public IPAddress Address { get; }

    public string Log => $"---- {Identity}\n{_process.Output}";

    /// <summary>Starts it, compiled once for all tests; it dials until it has a connection.</summary>
    public static async Task<ErlangApplicationServer> StartAsync(string folder, string name, IPAddress address, IPEndPoint peer)
    {
        var program = await s_program.Value;
        var identity = $"{name}.{KamailioRig.Realm}";
        var process = ChildProcess.Start("erl",
            ["-noshell", "-pa", program, "-run", "application_server", "main", identity, KamailioRig.Realm, $"{address}", $"{peer.Address}", $"{peer.Port}"], folder, takesLines: true);
        return new(process, identity, address);
    }

    public Task WaitForOpenAsync(string host) => _process.WaitForLineAsync(line => line == $"up {host}", Limit);

    /// <summary>UDR, PUR or SNR, and its answer.</summary>
    /// <param name="avps">AVPs by name; Group/Member for a member of a group.</param>
    public async Task<ErlangMessage> AskAsync(string command, params (string Name, string Value)[] avps)
    {
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        await _process.WriteLineAsync($"{command} {id}{string.Concat(avps.Select(avp => $" {avp.Name}={Uri.EscapeDataString(avp.Value)}"))}");
        var line = await _process.WaitForLineAsync(
            line => line.StartsWith($"answer {id} ", StringComparison.Ordinal) || line.StartsWith($"failed {id} ", StringComparison.Ordinal), Limit);
        return line.StartsWith("answer", StringComparison.Ordinal) ? ErlangMessage.Parse(line.Split(' ')[2..])
            : throw new InvalidOperationException($"{command} {id}: {line}\n{Log}");
    }

    /// <summary>What it answers every PNR from now on: 2001, or e5107 for an Experimental-Result.</summary>
    public Task AnswerAsync(string result) => _process.WriteLineAsync($"result {result}");

    /// <summary>The next PNR, past or future.</summary>
    public async Task<ErlangMessage> NextNotificationAsync()
    {
        using var late = new CancellationTokenSource(Limit);
        try
        {
            return await _notifications.Reader.ReadAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Identity} got no PNR within {Limit.TotalSeconds} s\n{Log}");
        }
    }

    /// <summary>What came and was not taken yet.</summary>
    public IReadOnlyList<ErlangMessage> TakeNotifications()
    {
        var all = new List<ErlangMessage>();
        while (_notifications.Reader.TryRead(out var message)) all.Add(message);
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var line in _process.LinesAsync(_stop.Token))
                if (line.StartsWith("request ", StringComparison.Ordinal)) _notifications.Writer.TryWrite(ErlangMessage.Parse(line.Split(' ')[1..]));
        }
        catch (OperationCanceledException)
        {
            // Disposed of.
        }
    }

    private static async Task<string> CompileAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "erlang-sh")).FullName;
        string[] sources = ["sh_dictionary.dia", "application_server.erl"];
        var generated = await ChildProcess.RunAsync("diameterc", ["-o", folder, Path.Combine(Repository.ErlangFolder, sources[0])], folder, Limit);
        var dictionary = Path.Combine(folder, "sh_dictionary.erl");
        if (generated.ExitCode != 0 || !File.Exists(dictionary)) throw new InvalidOperationException($"diameterc:\n{generated.Output}");
        var compiled = await ChildProcess.RunAsync("erlc", ["-o", folder, dictionary, Path.Combine(Repository.ErlangFolder, sources[1])], folder, Limit);
        return compiled.ExitCode == 0 ? folder : throw new InvalidOperationException($"erlc:\n{compiled.Output}");
    }
}

/// <summary>A message as the other stack understood it: its name, and its AVPs in their text form.</summary>
internal sealed record ErlangMessage(string Command, IReadOnlyList<(string Name, string Value)> Avps)
{
    /// <summary>"2001" for a Result-Code, "e5001" for an Experimental-Result of 3GPP.</summary>
    public string Result => this["Result-Code"] ?? (this["Experimental-Result/Vendor-Id"] == "10415" ? $"e{this["Experimental-Result/Experimental-Result-Code"]}" : "?");

    /// <summary>The first of that name; null: none.</summary>
    public string? this[string name] => Avps.Where(avp => avp.Name == name).Select(avp => avp.Value).FirstOrDefault();

    /// <param name="words">The command, then Name=value, values percent-encoded.</param>
    public static ErlangMessage Parse(string[] words) => new(words[0], [.. words[1..].Select(word => word.Split('=', 2)).Select(pair => (pair[0], Unescaped(pair[1])))]);

    public override string ToString() => $"{Command} {string.Join(' ', Avps.Select(avp => $"{avp.Name}={avp.Value}"))}";

    // Octets first: a value is UTF-8 only as a whole.
    private static string Unescaped(string text)
    {
        var octets = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                octets.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
            else octets.Add((byte)text[i]);
        }
        return Encoding.UTF8.GetString([.. octets]);
    }
}
