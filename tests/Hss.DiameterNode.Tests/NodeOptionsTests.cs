using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>Bad configuration is named in one clear line each, and no node is made of it.</summary>
public sealed class NodeOptionsTests
{
    [Fact]
    public void The_defaults_are_good() => Assert.Empty(new NodeOptions().Validate());

    public static TheoryData<string, NodeOptions> Faults => new()
    {
        { "Diameter:Identity", new NodeOptions { Identity = "" } },
        { "Diameter:Identity", new NodeOptions { Identity = "with blank.example" } },
        { "Diameter:Realm", new NodeOptions { Realm = new string('x', 256) } },
        { "Diameter:Realms:1", new NodeOptions { Realms = ["good.example", "b\u00e4d.example"] } },
        { "Diameter:ProductName", new NodeOptions { ProductName = "" } },
        { "Diameter:Peers:0:Identity", new NodeOptions { Peers = [new PeerOptions()] } },
        { "Diameter:Peers:1:Identity", new NodeOptions { Peers = [new PeerOptions { Identity = "a.example" }, new PeerOptions { Identity = "A.example" }] } },
        { "Diameter:Peers:0:Identity", new NodeOptions { Identity = "me.example", Peers = [new PeerOptions { Identity = "Me.example" }] } },
        { "Diameter:Peers:0:Address", new NodeOptions { Peers = [new PeerOptions { Identity = "a.example", Address = "a.example:3868" }] } },
        { "Diameter:Peers:0:Address", new NodeOptions { Peers = [new PeerOptions { Identity = "a.example", Connect = true }] } },
        { "Diameter:Peers:0:Identity", new NodeOptions { Peers = [new PeerOptions { Identity = PeerOptions.AnyIdentity }] } },
        { "Diameter:Peers:0:Identity", new NodeOptions { Peers = [new PeerOptions { Identity = PeerOptions.AnyIdentity, Address = "127.0.0.10", Connect = true, Tls = true }] } },
        { "Diameter:MaxFrameLengthBytes", new NodeOptions { MaxFrameLengthBytes = 1 << 20 } },
        { "Diameter:MaxRequestsInFlightPerPeer", new NodeOptions { MaxRequestsInFlightPerPeer = 0 } },
        { "Diameter:WatchdogInterval", new NodeOptions { WatchdogInterval = TimeSpan.Zero } },
        { "Diameter:ReconnectInterval", new NodeOptions { ReconnectInterval = TimeSpan.Zero } },
        { "Diameter:AnswerTimeout", new NodeOptions { AnswerTimeout = TimeSpan.FromDays(2) } },
        { "Diameter:RequestDeadline", new NodeOptions { RequestDeadline = TimeSpan.FromSeconds(-1) } },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_one_line_that_names_its_key(string key, NodeOptions options)
    {
        string line = Assert.Single(options.Validate());
        Assert.StartsWith(key + ":", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        Assert.Throws<ArgumentException>(() => new DiameterNode(options, [TestNode.Cx(TestNode.Succeed)], new VirtualTime(), new RecordingLog()));
    }

    [Fact]
    public void A_node_needs_applications_that_can_be()
    {
        VirtualTime time = new();
        RecordingLog log = new();
        DiameterApplication cx = TestNode.Cx(TestNode.Succeed);
        Assert.Throws<ArgumentException>(() => new DiameterNode(new NodeOptions(), [], time, log));
        Assert.Throws<ArgumentException>(() => new DiameterNode(new NodeOptions(), [cx, cx], time, log));
        DiameterApplication foreign = new() { Name = "foreign", Id = 5, VendorId = 0, Procedures = cx.Procedures };
        Assert.Throws<ArgumentException>(() => new DiameterNode(new NodeOptions(), [foreign], time, log));
        NodeOptions unknown = new() { Peers = [new PeerOptions { Identity = "a.example", Applications = ["Gx"] }] };
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new DiameterNode(unknown, [cx], time, log));
        Assert.Contains("Diameter:Peers:0:Applications", fault.Message, StringComparison.Ordinal);
    }
}
