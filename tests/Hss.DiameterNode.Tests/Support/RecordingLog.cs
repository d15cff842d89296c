using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>Keeps every line that is logged.</summary>
internal sealed class RecordingLog : ILoggerFactory, ILogger
{
    public ConcurrentQueue<Line> Lines { get; } = new();

    /// <summary>Called with each line, by whoever logs it.</summary>
    public Action<Line>? Logged { get; set; }

    public IEnumerable<Line> Of(int id) => Lines.Where(line => line.Id == id);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Line line = new(eventId.Id, logLevel, formatter(state, exception), exception);
        Lines.Enqueue(line);
        Logged?.Invoke(line);
    }

    internal sealed record Line(int Id, LogLevel Level, string Text, Exception? Exception);
}
