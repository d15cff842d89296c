using System.IO.Pipelines;
using System.Net.Security;
using Hss.Diameter;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>A scripted peer behind TLS: the far end of a connection that the node's transport secures.</summary>
internal sealed class TlsPeer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly SslStream _stream;

    public TlsPeer(TestNode node, TlsTransport transport, int number)
    {
        Connection = new MemoryConnection(number, 64 * 1024);
        _stream = new SslStream(new DuplexPipeStream(new FarEnd(Connection.FromNode, Connection.ToNode)));
        Served = ServeAsync(node, transport);
    }

    public MemoryConnection Connection { get; }

    public SslStream Stream => _stream;

    /// <summary>The node's side; when it ends the pipe to the peer is closed, as Kestrel does.</summary>
    public Task Served { get; }

    public async Task AuthenticateAsync(SslClientAuthenticationOptions options) =>
        await _stream.AuthenticateAsClientAsync(options).WaitAsync(Patience);

    public async Task SendAsync(params byte[][] frames) => await _stream.WriteAsync(frames.SelectMany(frame => frame).ToArray());

    public async Task<ReceivedMessage> ReceiveAsync()
    {
        byte[] header = new byte[DiameterHeader.SizeBytes];
        await _stream.ReadExactlyAsync(header).AsTask().WaitAsync(Patience);
        byte[] frame = new byte[DiameterHeader.Read(header).LengthBytes];
        header.CopyTo(frame, 0);
        await _stream.ReadExactlyAsync(frame.AsMemory(DiameterHeader.SizeBytes)).AsTask().WaitAsync(Patience);
        return new ReceivedMessage(frame);
    }

    public async Task<ReceivedMessage> OpenAsync(string originHost = Requests.Scscf)
    {
        await SendAsync(Requests.Cer(originHost));
        return await ReceiveAsync();
    }

    /// <summary>The node ends the connection without a single octet of Diameter.</summary>
    /// A client on TLS 1.3 is done before the node has judged its certificate: the refusal shows at its first read.
    public async Task ExpectRefusedAsync(SslClientAuthenticationOptions options)
    {
        byte[] buffer = new byte[64];
        int received = 0;
        try
        {
            await AuthenticateAsync(options);
            await SendAsync(Requests.Cer());
            received = await _stream.ReadAsync(buffer).AsTask().WaitAsync(Patience);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
        }

        Assert.Equal(0, received);
        await Served.WaitAsync(Patience);
    }

    public async Task CloseAsync()
    {
        await Connection.ToNode.CompleteAsync();
        await Served.WaitAsync(Patience);
    }

    private async Task ServeAsync(TestNode node, TlsTransport transport)
    {
        await transport.HandleAsync(Connection, node.Node.HandleAsync);
        await Connection.Transport.Output.CompleteAsync();
    }

    private sealed record FarEnd(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
