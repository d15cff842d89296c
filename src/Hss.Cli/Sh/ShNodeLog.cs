using Microsoft.Extensions.Logging;

namespace Hss.Cli.Sh;

/// <summary>What the node writes into its log, as far as an engineer waits for it: that the connection is open, why it is not, that it ended.</summary>
/// Shape: by the event numbers that docs/diameter-node.md lists. Order: any thread.
internal sealed class ShNodeLog(Action<string> note) : ILoggerFactory, ILogger
{
    private const int PeerOpen = 2100;
    private const int PeerClosed = 2101;
    private const int DialFailed = 2700;

    private readonly TaskCompletionSource<string?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile bool _isLeaving;

    /// <summary>Null: the connection is open; else why the first attempt failed.</summary>
    public Task<string?> Opened => _opened.Task;

    /// <summary>From now on the end of the connection is no news: it is this end that goes.</summary>
    public void Leave() => _isLeaving = true;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var wasOpened = _opened.Task.IsCompleted;
        switch (eventId.Id)
        {
            case PeerOpen:
                if (!_opened.TrySetResult(null)) note("connected again");
                break;
            case DialFailed:
                _opened.TrySetResult(Reason(state) ?? formatter(state, exception));
                break;
            case PeerClosed when wasOpened && !_isLeaving:
                note(formatter(state, exception));
                break;
        }
    }

    public void Dispose()
    {
    }

    private static string? Reason<TState>(TState state) =>
        (state as IReadOnlyList<KeyValuePair<string, object?>>)?.FirstOrDefault(pair => pair.Key == "Reason").Value?.ToString();
}
