using System.Buffers;
using Hss.Diameter;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>A scripted peer at the far end of a connection: sends what it is told, expects what it is told.</summary>
internal sealed class FakePeer
{
    // A guard against hanging, in real time; nothing waits for it when all is well.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly MemoryConnection _connection;

    public FakePeer(DiameterNode node, MemoryConnection connection)
    {
        _connection = connection;
        Served = node.HandleAsync(connection);
    }

    /// <summary>The far end of a connection that the node dials.</summary>
    public FakePeer(MemoryConnection connection)
    {
        _connection = connection;
        Served = Task.CompletedTask;
    }

    /// <summary>The node's side of the connection.</summary>
    public Task Served { get; }

    public MemoryConnection Connection => _connection;

    /// <summary>Sends messages in one write.</summary>
    public Task SendAsync(params byte[][] frames) => SendOctetsAsync(frames.SelectMany(frame => frame).ToArray());

    public async Task SendOctetsAsync(ReadOnlyMemory<byte> octets) => await _connection.ToNode.WriteAsync(octets);

    public async Task<ReceivedMessage> OpenAsync(string originHost = Requests.Scscf, Action<MessageWriter>? applications = null)
    {
        await SendAsync(Requests.Cer(originHost, applications));
        ReceivedMessage cea = await ExpectAsync(257, isRequest: false);
        Assert.Equal(ResultCode.Success, cea.Result);
        return cea;
    }

    public Task<ReceivedMessage> ExpectCeaAsync() => ExpectAsync(257, isRequest: false);

    public Task<ReceivedMessage> ExpectDwrAsync() => ExpectAsync(280, isRequest: true);

    public Task<ReceivedMessage> ExpectDwaAsync() => ExpectAsync(280, isRequest: false);

    public Task<ReceivedMessage> ExpectDprAsync() => ExpectAsync(282, isRequest: true);

    public Task<ReceivedMessage> ExpectDpaAsync() => ExpectAsync(282, isRequest: false);

    public Task<ReceivedMessage> ExpectMaaAsync() => ExpectAsync(303, isRequest: false);

    public Task<ReceivedMessage> ExpectRtrAsync() => ExpectAsync(304, isRequest: true);

    public async Task<ReceivedMessage> ExpectAsync(uint command, bool isRequest)
    {
        ReceivedMessage? message = await ReceiveAsync();
        Assert.NotNull(message);
        Assert.True(message.Header.CommandCode == command && message.Header.IsRequest == isRequest, $"expected command {command}, got {message}");
        return message;
    }

    /// <summary>Sends a request and expects the answer to it.</summary>
    public async Task<ReceivedMessage> AskAsync(byte[] request)
    {
        await SendAsync(request);
        ReceivedMessage? answer = await ReceiveAsync();
        Assert.NotNull(answer);
        DiameterHeader asked = DiameterHeader.Read(request);
        Assert.False(answer.Header.IsRequest);
        Assert.Equal(asked.CommandCode, answer.Header.CommandCode);
        Assert.Equal(asked.ApplicationId, answer.Header.ApplicationId);
        Assert.Equal(asked.HopByHopId, answer.Header.HopByHopId);
        Assert.Equal(asked.EndToEndId, answer.Header.EndToEndId);
        Assert.False(answer.Header.Flags.HasFlag(CommandFlags.Retransmitted));
        return answer;
    }

    /// <summary>A DWR and its DWA: when it is back, the node has read everything sent before.</summary>
    public async Task FenceAsync()
    {
        await SendAsync(Requests.Dwr());
        await ExpectDwaAsync();
    }

    /// <summary>The node closed the connection, and sent nothing more before.</summary>
    public async Task ExpectClosedAsync()
    {
        ReceivedMessage? message = await ReceiveAsync();
        Assert.True(message is null, $"expected the end, got {message}");
        await Served.WaitAsync(Patience);
    }

    /// <summary>The next message, or null when the node closed the connection.</summary>
    public async Task<ReceivedMessage?> ReceiveAsync()
    {
        while (true)
        {
            var result = await _connection.FromNode.ReadAsync().AsTask().WaitAsync(Patience);
            ReadOnlySequence<byte> buffer = result.Buffer;
            FrameOutcome outcome = FrameReader.TryCut(ref buffer, int.MaxValue, out ReadOnlySequence<byte> frame);
            Assert.NotEqual(FrameOutcome.Unreadable, outcome);
            if (outcome == FrameOutcome.Complete)
            {
                ReceivedMessage message = new(frame.ToArray());
                _connection.FromNode.AdvanceTo(buffer.Start);
                Assert.NotEmpty(message.Keys);
                return message;
            }

            if (result.IsCompleted)
            {
                Assert.True(buffer.IsEmpty, "the node stopped in the middle of a message");
                _connection.FromNode.AdvanceTo(buffer.Start);
                return null;
            }

            _connection.FromNode.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Closes the connection from the peer's side.</summary>
    public async Task CloseAsync()
    {
        await _connection.ToNode.CompleteAsync();
        await Served.WaitAsync(Patience);
    }
}
