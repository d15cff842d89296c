using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Durability;

/// <summary>One subscriber under load: asks for vectors, registers and de-registers, and remembers everything it was told.</summary>
/// Order: requests for vectors run beside each other, assignments one after the other, so that what was answered last is known.
internal sealed class SimulatedSubscriber
{
    private readonly Random _random;
    private readonly TestSubscriber _subscriber;
    private int _serversUsed;

    // The S-CSCF the HSS must name; null: none. While an assignment is not answered, both are possible.
    private string? _server;
    private (bool IsOpen, string? Server) _asked;

    public SimulatedSubscriber(string imsi, int seed)
    {
        _random = new Random(seed);
        _subscriber = new TestSubscriber(imsi, _random);
    }

    public int SequenceNumbersSeen => _subscriber.SequenceNumbersSeen;

    /// <summary>The line to import.</summary>
    public string Document => _subscriber.Document;

    private string Imsi => _subscriber.Imsi;

    private string PrivateIdentity => _subscriber.PrivateIdentity;

    private string PublicIdentity => _subscriber.PublicIdentity;

    /// <summary>Load until the connection is gone. Calls <paramref name="answered"/> for every answer.</summary>
    public async Task RunAsync(DiameterClient client, Action answered)
    {
        try
        {
            while (true)
            {
                var server = _server ?? $"sip:scscf{++_serversUsed}.{KamailioRig.Realm}:6060";
                var requests = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => (uint)_random.Next(1, 4)).ToList();
                await Task.WhenAll(requests.Select(items => TakeVectorsAsync(client, server, answered, items)).ToList());
                await AssignAsync(client, server, answered);
            }
        }
        catch (IOException)
        {
            // The server is gone: what was told stays in this object.
        }
    }

    /// <summary>After a restart: what was answered must still be so; what was asked and not answered may be so or not.</summary>
    public async Task VerifyAsync(DiameterClient client)
    {
        var location = await client.LirAsync(PublicIdentity);
        var found = location.Result switch
        {
            "2001" => location.Find(Avp.ServerName).ToText(),
            "e5003" => null,
            _ => throw new InvalidOperationException($"{Imsi}: LIR after the restart:\n{location}"),
        };
        Assert.True(found == _server || (_asked.IsOpen && found == _asked.Server),
            $"{Imsi}: answered was {Shown(_server)}{(_asked.IsOpen ? $", open was {Shown(_asked.Server)}" : "")}, found is {Shown(found)}");
        _server = found;
        _asked = default;
        if (found is null) return;
        var authorization = await client.UarAsync(PrivateIdentity, PublicIdentity);
        Assert.True(authorization.Result == "e2002" && authorization.Find(Avp.ServerName).ToText() == found,
            $"{Imsi}: UAR after the restart:\n{authorization}");
    }

    private static string Shown(string? server) => server ?? "not registered";

    private async Task AssignAsync(DiameterClient client, string server, Action answered)
    {
        var type = _server is null ? ServerAssignmentType.Registration
            : _random.Next(3) == 0 ? ServerAssignmentType.ReRegistration
            : ServerAssignmentType.UserDeregistration;
        _asked = (true, type == ServerAssignmentType.UserDeregistration ? null : server);
        var answer = await client.SarAsync(PrivateIdentity, PublicIdentity, server, type);
        Assert.True(answer.Result == "2001", $"{Imsi}: SAR {type}:\n{answer}");
        _server = _asked.Server;
        _asked = default;
        answered();
    }

    private async Task TakeVectorsAsync(DiameterClient client, string server, Action answered, uint items)
    {
        var answer = await client.MarAsync(PrivateIdentity, PublicIdentity, server, items);
        Assert.True(answer.Result == "2001", $"{Imsi}: MAR:\n{answer}");
        var count = 0;
        foreach (var item in answer.All(Avp.SipAuthDataItem))
        {
            _subscriber.Take(AvpOccurrences.FindIn(item, Avp.SipAuthenticate).First.Memory.Span);
            count++;
        }
        _subscriber.DemandWithinDelta();
        Assert.True(count >= 1, $"{Imsi}: MAA without a vector:\n{answer}");
        answered();
    }
}
