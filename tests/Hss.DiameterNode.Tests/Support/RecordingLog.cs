using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>Keeps every line that is logged.</summary>
internal sealed class RecordingLog : ILoggerFactory, ILogger
{
    public ConcurrentQueue<Line> Lines { get; } = new();

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

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(new Line(eventId.Id, logLevel, formatter(state, exception), exception));

    internal sealed record Line(int Id, LogLevel Level, string Text, Exception? Exception);
}
