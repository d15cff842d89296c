using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 2.9: who may send what for whom, and how the others are told.</summary>
public sealed class PeerRightsTests
{
    private const string Other = "other.example";

    public static TheoryData<string, string, string, string, string> Rights => new()
    {
        // the peer's entry          its CER     Origin-Host   Origin-Realm    result and what is at fault
        { "none",                    "endpoint", "own",        Requests.Realm, "2001" },
        { "none",                    "endpoint", "OWN",        Requests.Realm, "2001" },
        { "none",                    "endpoint", "another",    Requests.Realm, "5003 Origin-Host" },
        { "none",                    "endpoint", "own",        Other,          "5003 Origin-Realm" },
        { "none",                    "relay",    "another",    Other,          "2001" },
        { "endpoint",                "endpoint", "own",        Requests.Realm, "2001" },
        { "endpoint",                "endpoint", "another",    Requests.Realm, "5003 Origin-Host" },
        { "endpoint",                "relay",    "another",    Requests.Realm, "5003 Origin-Host" },
        { "endpoint",                "relay",    "own",        Requests.Realm, "2001" },
        { "relay",                   "endpoint", "another",    Other,          "2001" },
        { "relay",                   "relay",    "another",    Other,          "2001" },
        { "relay, Realms=own",       "relay",    "another",    Requests.Realm, "2001" },
        { "relay, Realms=own",       "relay",    "another",    Other,          "5003 Origin-Realm" },
        { "endpoint, Realms=other",  "endpoint", "own",        "OTHER.example", "2001" },
        { "endpoint, Realms=other",  "endpoint", "own",        Requests.Realm, "5003 Origin-Realm" },
        { "endpoint, Commands=mar",  "endpoint", "own",        Requests.Realm, "2001" },
        { "endpoint, Commands=UAR",  "endpoint", "own",        Requests.Realm, "5003" },
        { "relay, Commands=UAR",     "relay",    "another",    Other,          "5003" },
    };

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task A_peer_sends_what_its_entry_allows(string entry, string cer, string host, string realm, string expected)
    {
        const string own = "peer.example";
        PeerOptions listed = new()
        {
            Identity = own,
            Role = entry.StartsWith("relay", StringComparison.Ordinal) ? PeerRole.Relay : PeerRole.Endpoint,
            Commands = entry.Contains("Commands", StringComparison.Ordinal) ? [entry[^3..]] : [],
            Realms = entry.EndsWith("=own", StringComparison.Ordinal) ? [Requests.Realm] : entry.EndsWith("=other", StringComparison.Ordinal) ? [Other] : [],
        };
        await using NodeOfTwoCommands node = new(entry == "none" ? [] : [listed]);
        FakePeer peer = new(node.Node, new MemoryConnection(0, 65536));
        await peer.OpenAsync(own, cer == "relay" ? Requests.Relay : null);
        byte[] request = Requests.WithOrigin(Requests.Mar(), host switch { "own" => own, "OWN" => "PEER.example", _ => Requests.Scscf }, realm);
        ReceivedMessage answer = await peer.AskAsync(request);

        string failed = answer.Failed is { } avp ? " " + NameOf(avp) : "";
        Assert.Equal(expected, $"{(uint)answer.Result}{failed}");
        Assert.False(answer.Header.IsError);
        Assert.True(answer.Find(Avp.VendorSpecificApplicationId).IsPresent);
        Assert.Equal("alice@" + Requests.Realm, answer.Text(Avp.UserName));
        Assert.Equal(expected == "2001" ? 0 : 1, node.Node.OpenPeers.Single().Unauthorized);
        Assert.Equal(expected == "2001", answer.Text(Avp.ErrorMessage) is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public async Task What_is_no_name_at_all_is_a_fault_of_the_grammar(string host)
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await peer.AskAsync(Requests.WithOrigin(Requests.Mar(), host, Requests.Realm));
        Assert.Equal(ResultCode.InvalidAvpValue, answer.Result);
        answer = await peer.AskAsync(Requests.WithoutAvp(Requests.Mar(), Avp.OriginHost));
        Assert.Equal(ResultCode.MissingAvp, answer.Result);
        answer = await peer.AskAsync(Requests.WithoutAvp(Requests.Mar(), Avp.OriginRealm));
        Assert.Equal(ResultCode.MissingAvp, answer.Result);
    }

    [Fact]
    public async Task A_protocol_error_is_told_before_who_may_ask()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        Assert.Equal(ResultCode.RealmNotServed, (await peer.AskAsync(Requests.Mar(originHost: Requests.Icscf, destinationRealm: Other))).Result);
    }

    [Fact]
    public async Task It_is_logged_once_a_minute_and_always_counted()
    {
        await using TestNode node = new(options: options => options with { WatchdogInterval = TimeSpan.FromHours(1) });
        FakePeer peer = await node.ConnectOpenAsync();
        FakePeer second = await node.ConnectOpenAsync(Requests.Icscf);
        for (int i = 0; i < 10; i++) await peer.AskAsync(Requests.Mar(originHost: Other));
        await second.AskAsync(Requests.Mar(originHost: Other));
        Assert.Equal(2, node.Log.Of(2206).Count());
        Assert.Empty(node.Log.Of(2202));
        node.Time.Advance(59.9);
        await peer.AskAsync(Requests.Mar(originHost: Other));
        Assert.Equal(2, node.Log.Of(2206).Count());
        node.Time.Advance(0.1);
        await peer.AskAsync(Requests.Mar(originHost: Other));
        Assert.Equal(3, node.Log.Of(2206).Count());
        Assert.Contains("and 10 more", node.Log.Of(2206).Last().Text, StringComparison.Ordinal);
        Assert.Equal(12, node.Node.OpenPeers.Single(one => one.Identity == Requests.Scscf).Unauthorized);
    }

    [Theory]
    [InlineData("MAX", "choose from UAR, MAR")]
    [InlineData("RTR", "choose from UAR, MAR")]
    public void A_command_that_is_not_served_is_a_fault_of_the_configuration(string command, string mend)
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new NodeOfTwoCommands([new PeerOptions { Identity = "peer.example", Commands = [command] }]));
        Assert.StartsWith($"Diameter:Peers:0:Commands: '{command}' is not served here", fault.Message, StringComparison.Ordinal);
        Assert.Contains(mend, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_realm_that_is_no_name_is_a_fault_of_the_configuration()
    {
        NodeOptions options = new() { Peers = [new PeerOptions { Identity = "peer.example", Realms = ["a realm"] }] };
        Assert.StartsWith("Diameter:Peers:0:Realms:0: 'a realm' is no host or realm name", Assert.Single(options.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_does_not_learn_where_the_true_peer_is()
    {
        await using TestNode node = new(options: options => options with { Peers = [new PeerOptions { Identity = Requests.Scscf, Address = "192.0.2.7" }] });
        ReceivedMessage cea = await node.Connect().AskAsync(Requests.Cer());
        Assert.Equal(ResultCode.UnknownPeer, cea.Result);
        Assert.Equal("unknown peer", cea.Text(Avp.ErrorMessage));
        Assert.Contains("192.0.2.7", Assert.Single(node.Log.Of(2102)).Text, StringComparison.Ordinal);
    }

    private static string NameOf(byte[] avp)
    {
        AvpReader reader = new(avp);
        Assert.True(reader.Read());
        return DiameterDictionary.Find(reader.Key)!.Name;
    }

    /// <summary>A node that serves UAR and MAR.</summary>
    private sealed class NodeOfTwoCommands : IAsyncDisposable
    {
        public NodeOfTwoCommands(IReadOnlyList<PeerOptions> peers)
        {
            DiameterApplication one = TestNode.Cx(TestNode.Succeed);
            DiameterApplication cx = new()
            {
                Name = one.Name,
                Id = one.Id,
                VendorId = one.VendorId,
                AnswerPreamble = one.AnswerPreamble,
                Procedures = [new ProcedureRegistration<Hss.Diameter.Commands.Cx.UserAuthorizationRequest>((_, _, _) => default), .. one.Procedures],
            };
            NodeOptions options = new() { Identity = Requests.Hss, Realm = Requests.Realm, AllowUnknownPeers = true, Peers = peers };
            Node = new DiameterNode(options, [cx], new VirtualTime(), new RecordingLog());
        }

        public DiameterNode Node { get; }

        public ValueTask DisposeAsync() => Node.DisposeAsync();
    }
}
