using System.Buffers;
using System.IO.Pipelines;
using Hss.Authentication;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Diameter.Commands.Sh;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Subscribers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Tests;

/// <summary>A CSCF that is connected to a whole node through pipes: what it gets is what would be on the wire.</summary>
internal sealed class CxPeer : IAsyncDisposable
{
    private readonly Hss.DiameterNode.DiameterNode _node;
    private readonly IDuplexPipe _wire;
    private readonly Task _connection;

    private CxPeer(Hss.DiameterNode.DiameterNode node, IDuplexPipe wire, Task connection) => (_node, _wire, _connection) = (node, wire, connection);

    public static async Task<CxPeer> ConnectAsync(
        ISubscriberStore store, CxOptions? options = null, ILoggerFactory? loggers = null, PeerQuirks quirks = PeerQuirks.None, TimeSpan? deadline = null)
    {
        loggers ??= LoggerFactory.Create(_ => { });
        var nodeOptions = new NodeOptions
        {
            AllowUnknownPeers = true,
            RequestDeadline = deadline ?? TimeSpan.FromSeconds(20), // this machine may be busy
            // A relay, so that requests of other S-CSCFs may come this way too: an endpoint speaks for itself alone.
            Peers = [new PeerOptions { Identity = "scscf." + CxRequests.Realm, Role = PeerRole.Relay, Quirks = quirks }],
        };
        var application = CxApplication.Create(store, options ?? new(), new CxInstruments(), SystemRandomSource.Instance, loggers);
        return await ConnectAsync(application, nodeOptions, loggers);
    }

    /// <summary>The same for another application: the peer is what the application is for.</summary>
    public static async Task<CxPeer> ConnectAsync(DiameterApplication application, NodeOptions nodeOptions, ILoggerFactory loggers)
    {
        var node = new Hss.DiameterNode.DiameterNode(nodeOptions, [application], TimeProvider.System, loggers);
        var toNode = new Pipe();
        var fromNode = new Pipe();
        var context = new DefaultConnectionContext("test", new Duplex(toNode.Reader, fromNode.Writer), new Duplex(fromNode.Reader, toNode.Writer));
        var peer = new CxPeer(node, context.Application!, node.HandleAsync(context));
        await peer.AskAsync(Cer(application.Id));
        return peer;
    }

    /// <summary>Sends one request and gives the one answer to it, checked against the grammar of its command.</summary>
    public async Task<Reply> AskAsync(byte[] request)
    {
        await _wire.Output.WriteAsync(request);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            var read = await _wire.Input.ReadAsync(patience.Token);
            var octets = read.Buffer.ToArray();
            if (octets.Length >= 20 && DiameterHeader.Read(octets) is var header && octets.Length >= header.LengthBytes)
            {
                _wire.Input.AdvanceTo(read.Buffer.GetPosition(header.LengthBytes));
                return new Reply(request, octets[..(int)header.LengthBytes]);
            }
            _wire.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted) throw new InvalidOperationException("the node closed the connection instead of answering");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _wire.Output.CompleteAsync();
        await _wire.Input.CompleteAsync();
        await _connection;
        await _node.StopAsync(CancellationToken.None);
    }

    private static byte[] Cer(uint application)
    {
        var writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader { Flags = CommandFlags.Request, CommandCode = 257, HopByHopId = 1, EndToEndId = 1 });
        writer.WriteText(Avp.OriginHost, "scscf." + CxRequests.Realm);
        writer.WriteText(Avp.OriginRealm, CxRequests.Realm);
        writer.WriteAddress(Avp.HostIpAddress, System.Net.IPAddress.Loopback);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteText(Avp.ProductName, "test");
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, application);
        writer.EndGroup();
        writer.End();
        var frame = writer.Written.ToArray();
        writer.Return();
        return frame;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

/// <summary>One answer, with the few questions tests ask of it.</summary>
internal sealed class Reply
{
    private readonly byte[] _frame;

    public Reply(byte[] request, byte[] frame)
    {
        _frame = frame;
        var (asked, answered) = (DiameterHeader.Read(request), DiameterHeader.Read(frame));
        Assert.Equal((asked.HopByHopId, asked.EndToEndId, asked.CommandCode), (answered.HopByHopId, answered.EndToEndId, answered.CommandCode));
        Assert.False(answered.Flags.HasFlag(CommandFlags.Request));
        // Laundering: what was built must also be readable by the grammar of its command, or it is no answer at all.
        var fault = default(GrammarFault);
        var good = answered.CommandCode switch
        {
            300 => UserAuthorizationAnswer.TryParse(frame, out _, out fault),
            301 => ServerAssignmentAnswer.TryParse(frame, out _, out fault),
            302 => LocationInfoAnswer.TryParse(frame, out _, out fault),
            303 => MultimediaAuthAnswer.TryParse(frame, out _, out fault),
            306 => UserDataAnswer.TryParse(frame, out _, out fault),
            307 => ProfileUpdateAnswer.TryParse(frame, out _, out fault),
            308 => SubscribeNotificationsAnswer.TryParse(frame, out _, out fault),
            _ => true,
        };
        Assert.True(good, $"{fault}\n{MessageText.Of(frame)}");
        Assert.DoesNotContain(Convert.ToHexString(TestSubscriptions.K), Convert.ToHexString(frame), StringComparison.Ordinal);
    }

    public ReadOnlyMemory<byte> Frame => _frame;

    public string Text => MessageText.Of(_frame);

    /// <summary>"R:2001" or "E:5001", the notation of the decision tables.</summary>
    public string Result
    {
        get
        {
            var result = All(Avp.ResultCode);
            var experimental = All(Avp.ExperimentalResult);
            Assert.Equal(1, result.Count + experimental.Count); // exactly one of the two, never both
            if (result.Count == 1) return $"R:{result.First.ToUnsigned32()}";
            Assert.Equal(Vendors.ThreeGpp, AvpOccurrences.FindIn(experimental.First, Avp.VendorId).First.ToUnsigned32());
            return $"E:{AvpOccurrences.FindIn(experimental.First, Avp.ExperimentalResultCode).First.ToUnsigned32()}";
        }
    }

    public AvpOccurrences All(AvpDefinition definition) => AvpOccurrences.Find(_frame, definition);

    public bool Has(AvpDefinition definition) => All(definition).Count > 0;

    /// <summary>Text of the first such AVP, or null.</summary>
    public string? TextOf(AvpDefinition definition) => All(definition).First is { IsPresent: true } value ? value.ToText() : null;

    public string? ServerName => TextOf(Avp.ServerName);
}
