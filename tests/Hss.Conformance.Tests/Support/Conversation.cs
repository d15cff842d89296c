namespace Hss.Conformance.Tests.Support;

/// <summary>One peer asking a whole node for one command again and again, and holding every answer against what all answers must be.</summary>
/// Order: a DWR goes behind each request; what came when its answer is there is all that the request brought about.
internal sealed class Conversation : IAsyncDisposable
{
    private readonly WholeNode _node;
    private FakePeer? _peer;

    private Conversation(WholeNode node) => _node = node;

    public static Conversation With(Func<DiameterNode.NodeOptions, DiameterNode.NodeOptions>? options = null) => new(new WholeNode(options));

    public WholeNode Node => _node;

    /// <summary>Sends a request on an open connection, or a CER on a new one, and gives the one answer to it.</summary>
    public async Task<ReceivedMessage> AskAsync(byte[] request)
    {
        ReceivedMessage answer = await AskOnceAsync(request);
        AnswerRules.Check(request, answer, _node.Options);
        return answer;
    }

    /// <summary>Sends something that is no request: nothing may come back.</summary>
    public async Task TellAsync(byte[] message)
    {
        _peer ??= await _node.ConnectOpenAsync();
        await _peer.SendAsync(message);
        await _peer.FenceAsync();
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    private async Task<ReceivedMessage> AskOnceAsync(byte[] request)
    {
        DiameterHeader header = DiameterHeader.Read(request);
        bool isFirst = header is { CommandCode: 257, ApplicationId: ApplicationIds.Base };
        if (isFirst || _peer is null) _peer = isFirst ? _node.Connect() : await _node.ConnectOpenAsync();
        FakePeer peer = _peer;
        if (isFirst)
        {
            ReceivedMessage cea = await peer.AskAsync(request);

            // A CER that is refused ends its connection, without another word (RFC 6733 5.3).
            if (cea.Result == ResultCode.Success) await EndAsync(peer);
            else await peer.ExpectClosedAsync();
            return cea;
        }

        byte[] fence = Requests.Dwr();
        await peer.SendAsync(request, fence);
        ReceivedMessage? answer = null, dwa = null;
        while (answer is null || dwa is null)
        {
            ReceivedMessage? message = await peer.ReceiveAsync();
            Assert.NotNull(message);
            if (dwa is null && message.Header.HopByHopId == DiameterHeader.Read(fence).HopByHopId) dwa = message;
            else if (answer is null && message.Header.HopByHopId == DiameterHeader.Read(request).HopByHopId) answer = message;
            else Assert.Fail($"nobody asked for {message}");
        }

        // A DPR that was carried out ends the connection.
        if (header is { CommandCode: 282, ApplicationId: ApplicationIds.Base } && answer.Result == ResultCode.Success) await EndAsync(peer);
        return answer;
    }

    private async Task EndAsync(FakePeer peer)
    {
        await peer.SendAsync(Requests.Dwr());
        await peer.ExpectDwaAsync();
        await peer.CloseAsync();
        await peer.ExpectClosedAsync();
        _peer = null;
    }
}
