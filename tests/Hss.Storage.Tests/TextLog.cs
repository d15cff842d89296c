using System.Text;
using Microsoft.Extensions.Logging;

namespace Hss.Storage.Tests;

/// <summary>Keeps what was logged, with the exceptions, so that a test can say what must and what must not be in it.</summary>
internal sealed class TextLog : ILogger<SubscriberStore>
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_text) _text.AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
    }
}
