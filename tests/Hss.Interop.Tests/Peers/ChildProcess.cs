using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace Hss.Interop.Tests.Peers;

/// <summary>A program started by a test: its output is kept, and only its own process id is ever signalled.</summary>
/// Errors: a program that is missing or does not do what was awaited is an exception that carries its output.
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int MaxOutputCharacters = 8 * 1024 * 1024;
    private const int SignalKill = 9;
    private const int SignalTerminate = 15;
    private const int SignalInterrupt = 2;

    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<(Predicate<string> Wanted, TaskCompletionSource<string> Found)> _awaited = [];

    private readonly bool _takesLines;

    private ChildProcess(Process process, bool takesLines) => (_process, _takesLines) = (process, takesLines);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Standard output and standard error so far, line by line as they came.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts a program. HSS_ variables of the caller are not handed on: they would configure a server under test.</summary>
    /// <param name="takesLines">Its input stays open for <see cref="WriteLineAsync"/>; otherwise it finds the end at once.</param>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string folder, bool takesLines = false)
    {
        var start = new ProcessStartInfo(Requirement.Locate(program) ?? program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HSS_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        var child = new ChildProcess(new Process { StartInfo = start }, takesLines);
        child._process.OutputDataReceived += (_, line) => child.Take(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Take(line.Data);
        child._process.Start();
        if (!takesLines) child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Outcome> RunAsync(string program, IEnumerable<string> arguments, string folder, TimeSpan limit)
    {
        await using var child = Start(program, arguments, folder);
        var exitCode = await child.WaitForExitAsync(limit);
        return new Outcome(exitCode, child.Output);
    }

    /// <summary>Every line from the first on, as they come; for one reader of a program that takes lines.</summary>
    public IAsyncEnumerable<string> LinesAsync(CancellationToken cancellationToken) => _lines.Reader.ReadAllAsync(cancellationToken);

    /// <summary>The first line, past or future, that is wanted.</summary>
    public async Task<string> WaitForLineAsync(Predicate<string> wanted, TimeSpan limit)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            foreach (var line in _output.ToString().Split('\n'))
                if (wanted(line)) return line;
            _awaited.Add((wanted, found));
        }
        var exit = _process.WaitForExitAsync();
        var first = await Task.WhenAny(found.Task, exit, Task.Delay(limit));
        if (first == found.Task) return await found.Task;
        var why = first == exit ? $"ended with exit code {_process.ExitCode}" : $"said nothing of the kind for {limit.TotalSeconds} s";
        throw new InvalidOperationException($"{_process.StartInfo.FileName} {why}:\n{Output}");
    }

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Signal(SignalKill);
            throw new TimeoutException($"{_process.StartInfo.FileName} was not done after {limit.TotalSeconds} s:\n{Output}");
        }
    }

    /// <summary>kill -9: what a power cut leaves of a process.</summary>
    public async Task KillAsync()
    {
        Signal(SignalKill);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then its exit code.</summary>
    public Task<int> TerminateAsync() => StopAsync(SignalTerminate);

    /// <summary>SIGINT (Ctrl-C), then its exit code.</summary>
    public Task<int> InterruptAsync() => StopAsync(SignalInterrupt);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private Task<int> StopAsync(int signal)
    {
        Signal(signal);
        return WaitForExitAsync(StopGrace);
    }

    private void Signal(int signal)
    {
        // Not reaped yet means that the number still names our own child.
        if (!_process.HasExited && kill(_process.Id, signal) != 0 && !_process.HasExited)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"kill -{signal} {_process.Id}");
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_output)
        {
            if (_output.Length < MaxOutputCharacters) _output.Append(line).Append('\n');
            foreach (var (wanted, found) in _awaited)
                if (wanted(line)) found.TrySetResult(line);
            if (_takesLines) _lines.Writer.TryWrite(line);
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
#pragma warning disable IDE1006, SYSLIB1054 // the C library's own name; two integers need no generated marshalling
    private static extern int kill(int pid, int signal);
#pragma warning restore IDE1006, SYSLIB1054
}

/// <summary>How a program ended and what it said.</summary>
internal readonly record struct Outcome(int ExitCode, string Output);
