using System.Text;
using Hss.Conformance.Tests.Support;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 6.1.3 to 6.1.6, 6.5, 6.6: which requests a node that forwards nothing serves, for every command of Cx and Sh.</summary>
public sealed class RequestRoutingTests
{
    private const string Elsewhere = "elsewhere.example";

    [Theory, MemberData(nameof(ServedRequests.ApplicationNames), MemberType = typeof(ServedRequests))]
    public async Task The_destination_decides(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        await using Conversation peer = Conversation.With(options => options with { Realms = ["second.example"] });
        ReceivedMessage served = await peer.AskAsync(To(command, null, Requests.Realm));
        Assert.False(served.Header.IsError);

        // Destination-Host, Destination-Realm, and what becomes of it: 0 is served.
        (string? Host, string Realm, ResultCode Code)[] table =
        [
            (Requests.Hss, Requests.Realm, 0),
            (Requests.Hss.ToUpperInvariant(), Requests.Realm, 0),
            (null, Requests.Realm.ToUpperInvariant(), 0),
            (null, "second.example", 0),
            (Requests.Hss, Elsewhere, 0), // 6.1.4: it names this host, so it is for this host.
            ("other." + Requests.Realm, Requests.Realm, ResultCode.UnableToDeliver),
            (null, Elsewhere, ResultCode.RealmNotServed),
            ("hss." + Elsewhere, Elsewhere, ResultCode.RealmNotServed),
        ];
        foreach ((string? host, string realm, ResultCode code) in table)
        {
            ReceivedMessage answer = await peer.AskAsync(To(command, host, realm));
            bool isServed = !answer.Header.IsError;
            Assert.True(isServed == (code == 0) && (isServed || answer.Result == code), $"{name} to {host} in {realm}: {answer}");
        }
    }

    private static byte[] To(CommandGrammar command, string? host, string realm)
    {
        List<byte[]> avps = [.. ServedRequests.Avps(command).Where(avp => avp[3] != (byte)Avp.DestinationRealm.Key.Code || avp[2] != Avp.DestinationRealm.Key.Code >> 8)];
        avps.Add(SampleMessages.Raw(Avp.DestinationRealm.Key, Avp.DestinationRealm.Flags, Encoding.ASCII.GetBytes(realm)));
        if (host is not null) avps.Add(SampleMessages.Raw(Avp.DestinationHost.Key, Avp.DestinationHost.Flags, Encoding.ASCII.GetBytes(host)));
        return ServedRequests.Write(command, avps);
    }
}
