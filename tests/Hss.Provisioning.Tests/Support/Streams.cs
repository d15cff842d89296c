using System.Threading.Channels;
using Grpc.Core;

namespace Hss.Provisioning.Tests.Support;

/// <summary>What a client sends, from a list.</summary>
internal sealed class Sent<T>(IEnumerable<T> messages) : IAsyncStreamReader<T>
{
    private readonly IEnumerator<T> _messages = messages.GetEnumerator();

    public T Current => _messages.Current;

    /// <summary>How many were taken.</summary>
    public int Taken { get; private set; }

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_messages.MoveNext()) return Task.FromResult(false);
        Taken++;
        return Task.FromResult(true);
    }
}

/// <summary>What a server sends, to a client that takes at most so many messages before it reads.</summary>
internal sealed class Received<T>(int window = int.MaxValue) : IServerStreamWriter<T>
{
    private readonly Channel<T> _messages = window == int.MaxValue ? Channel.CreateUnbounded<T>() : Channel.CreateBounded<T>(window);

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken) => _messages.Writer.WriteAsync(message, cancellationToken).AsTask();

    public async Task<T> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _messages.Reader.ReadAsync(patience.Token);
    }

    public List<T> All()
    {
        var all = new List<T>();
        while (_messages.Reader.TryRead(out var message)) all.Add(message);
        return all;
    }
}
