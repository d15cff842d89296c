using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 7.3: what the node itself refuses, it says in words.</summary>
public sealed class ErrorMessageTests
{
    private const CommandFlags Rp = CommandFlags.Request | CommandFlags.Proxiable;

    public static TheoryData<string, uint, string> Texts => new()
    {
        { "command", 3001, "command 316 is not supported" },
        { "host", 3002, "host hss2.example is not reachable here" },
        { "long host", 3002, "host " + new string('h', 64) + " is not reachable here" },
        { "realm", 3003, "realm elsewhere.example is not served" },
        { "loop", 3005, "this node stands in Route-Record" },
        { "application", 3007, "application 4 is not supported" },
        { "flags", 3008, "the flags do not fit the command" },
        { "unknown AVP", 5001, "AVP 60000 of vendor 10415 is not supported" },
        { "unknown base AVP", 5001, "AVP 60001 is not supported" },
        { "value", 5004, "the value of User-Name is invalid" },
        { "missing", 5005, "Server-Name is missing" },
        { "twice", 5009, "Server-Name occurs too often" },
        { "version", 5011, "version 9 is not supported" },
        { "length", 5014, "the length of SIP-Number-Auth-Items is wrong" },
        { "fault", 5012, "the request could not be carried out" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task The_text_names_what_is_wrong(string what, uint code, string text)
    {
        byte[] request = what switch
        {
            "command" => Requests.Mar(command: 316),
            "host" => Requests.Mar(destinationHost: "hss2.example"),
            "long host" => Requests.Mar(destinationHost: new string('h', 500)),
            "realm" => Requests.Mar(destinationRealm: "elsewhere.example"),
            "loop" => Requests.Mar(more: writer => writer.WriteText(Avp.RouteRecord, Requests.Hss)),
            "application" => Requests.Mar(application: 4),
            "flags" => Requests.Mar(flags: CommandFlags.Request),
            "unknown AVP" => Requests.Mar(more: writer => writer.WriteAvp(new AvpKey(Vendors.ThreeGpp, 60000), AvpFlags.Vendor | AvpFlags.Mandatory, [1])),
            "unknown base AVP" => Requests.Mar(more: writer => writer.WriteAvp(new AvpKey(0, 60001), AvpFlags.Mandatory, [1])),
            "missing" => Requests.WithoutAvp(Requests.Mar(), Avp.ServerName),
            "twice" => Requests.Mar(more: writer => writer.WriteText(Avp.ServerName, "sip:again.example")),
            "value" => With(Avp.UserName, []),
            "length" => With(Avp.SipNumberAuthItems, [1]),
            _ => Requests.Mar(),
        };
        if (what == "version") request[0] = 9;
        await using TestNode node = new(what == "fault" ? (_, _, _) => throw new InvalidOperationException("a secret of the code") : null);
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await peer.AskAsync(request);
        Assert.Equal((code, text), ((uint)answer.Result, answer.Text(Avp.ErrorMessage)));
        Assert.Equal(code is >= 3000 and < 4000, answer.Header.IsError);
    }

    [Fact]
    public async Task What_a_procedure_decides_has_no_text()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Result(ResultCode.InvalidAvpValue);
            return default;
        });
        Assert.Null((await (await node.ConnectOpenAsync()).AskAsync(Requests.Mar())).Text(Avp.ErrorMessage));
    }

    [Fact]
    public void The_codes_that_are_looked_for_are_those_of_the_dictionary()
    {
        (uint Code, AvpDefinition Avp)[] pairs =
        [
            (RequestAvps.SessionIdCode, Avp.SessionId), (RequestAvps.OriginHostCode, Avp.OriginHost), (RequestAvps.OriginRealmCode, Avp.OriginRealm),
            (RequestAvps.DestinationHostCode, Avp.DestinationHost), (RequestAvps.DestinationRealmCode, Avp.DestinationRealm),
            (RequestAvps.ProxyInfoCode, Avp.ProxyInfo), (RequestAvps.RouteRecordCode, Avp.RouteRecord), (RequestAvps.DrmpCode, Avp.Drmp),
            (RequestAvps.OcSupportedFeaturesCode, Avp.OcSupportedFeatures),
        ];
        foreach ((uint code, AvpDefinition avp) in pairs) Assert.Equal(new AvpKey(0, code), avp.Key);
    }

    private static byte[] With(AvpDefinition definition, byte[] data)
    {
        byte[] good = Requests.Mar();
        return Requests.Write(Rp, 303, ApplicationIds.Cx, writer =>
        {
            AvpReader reader = AvpReader.OverMessage(good);
            while (reader.Read())
            {
                if (reader.Key == definition.Key) writer.WriteAvp(definition.Key, definition.Flags, data);
                else writer.WriteRawAvp(reader.RawAvp);
            }
        });
    }
}
