using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hss.Fuzz.Tests;

/// <summary>A log that formats every line, keeps those that speak of our own bugs, and those with a secret in them.</summary>
internal sealed class WatchingLog : ILoggerFactory, ILogger
{
    public ConcurrentQueue<string> Faults { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string line = $"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}";
        if (logLevel >= LogLevel.Critical || SecretWatch.IsIn(line)) Faults.Enqueue(line);
    }

    public void Dispose()
    {
    }
}
