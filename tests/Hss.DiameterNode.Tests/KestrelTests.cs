using System.Net;
using System.Net.Sockets;
using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode.Tests;

/// <summary>The node behind Kestrel on a real loopback socket, over its own transport.</summary>
public sealed class KestrelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_thousand_requests_over_a_socket_are_answered_and_the_stop_is_in_good_order()
    {
        NodeOptions options = new() { Identity = Requests.Hss, Realm = Requests.Realm, AllowUnknownPeers = true };
        RecordingLog log = new();
        await using DiameterNode node = new(options, [TestNode.Cx(TestNode.Succeed)], TimeProvider.System, log);
        await using WebApplication server = Build(node);
        await server.StartAsync();

        using TcpClient client = new();
        await client.ConnectAsync(EndPointOf(server));
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Requests.Cer());
        ReceivedMessage cea = await ReadAsync(stream);
        Assert.Equal(ResultCode.Success, cea.Result);
        Assert.Equal(IPAddress.Loopback, cea.Find(Avp.HostIpAddress).ToAddress());

        byte[] requests = [.. Enumerable.Range(0, 1000).SelectMany(i => Requests.Mar($"{i}"))];
        Task sending = stream.WriteAsync(requests).AsTask();
        HashSet<string> sessions = [];
        for (int i = 0; i < 1000; i++) Assert.True(sessions.Add((await ReadAsync(stream)).Text(Avp.SessionId)!));
        await sending;
        Assert.Equal(1000, sessions.Count);

        using TcpClient stranger = new();
        await stranger.ConnectAsync(EndPointOf(server));
        await stranger.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        Assert.Equal(0, await ReadSomeAsync(stranger.GetStream()));

        Task stopping = server.StopAsync();
        ReceivedMessage dpr = await ReadAsync(stream);
        Assert.Equal(282u, dpr.Header.CommandCode);
        await stream.WriteAsync(Requests.Dpa(dpr));
        Assert.Equal(0, await ReadSomeAsync(stream));
        await stopping.WaitAsync(Patience);
        Assert.Equal(0, node.RequestsInProgress);
        Assert.Empty(node.OpenPeers);
    }

    private static WebApplication Build(DiameterNode node)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConnectionListenerFactory, SocketTransport>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Run(node.HandleAsync)));
        return builder.Build();
    }

    private static IPEndPoint EndPointOf(WebApplication server)
    {
        string address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new IPEndPoint(IPAddress.Loopback, new Uri(address).Port);
    }

    private static async Task<ReceivedMessage> ReadAsync(NetworkStream stream)
    {
        byte[] header = new byte[DiameterHeader.SizeBytes];
        await stream.ReadExactlyAsync(header).AsTask().WaitAsync(Patience);
        byte[] frame = new byte[DiameterHeader.Read(header).LengthBytes];
        header.CopyTo(frame, 0);
        await stream.ReadExactlyAsync(frame.AsMemory(DiameterHeader.SizeBytes)).AsTask().WaitAsync(Patience);
        return new ReceivedMessage(frame);
    }

    private static async Task<int> ReadSomeAsync(NetworkStream stream) => await stream.ReadAsync(new byte[64]).AsTask().WaitAsync(Patience);
}
