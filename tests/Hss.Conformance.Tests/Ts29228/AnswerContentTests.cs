using Hss.Conformance.Tests.Support;
using Hss.Diameter.Commands.Cx;
using Hss.Procedures.Tests;
using Xunit.Abstractions;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Conformance.Tests.Ts29228;

/// <summary>TS 29.228 6.1.1, 6.1.2, 6.1.4, 6.3 and 6.6, the tables of the answers: which AVPs an answer has beside which others, in any state.</summary>
/// Shape: histories of requests drawn at random over one subscriber, so that every state is met on ways that no table lists.
public sealed class AnswerContentTests(ITestOutputHelper output)
{
    private const int Seed = 29_228;
    private const int Histories = 40;
    private const int RequestsOfEach = 100;

    private static readonly string[] PrivateIdentities = [Alice, AliceTablet, "nobody@" + CxRequests.Realm];
    private static readonly string[] PublicIdentities = [AliceSip, AliceTel, AliceWork, "sip:nobody@" + CxRequests.Realm];
    private static readonly string[] ServerNames = [ScscfName, ScscfName, OtherScscfName];

    [Fact]
    public async Task What_an_answer_has_fits_together_in_every_state()
    {
        output.WriteLine($"seed {Seed}");
        Random random = new(Seed);
        Dictionary<string, int> seen = [];
        for (int history = 0; history < Histories; history++) await RunAsync(random, seen);
        foreach ((string key, int count) in seen.OrderBy(pair => pair.Key, StringComparer.Ordinal)) output.WriteLine($"{key}: {count}");

        // The run was worth something: every result that these requests can have was met.
        string[] least =
        [
            "UAR E:2001", "UAR E:2002", "UAR R:2001", "UAR E:5001", "UAR E:5002", "UAR E:5003", "LIR R:2001", "LIR E:2003", "LIR E:5001", "LIR E:5003",
            "MAR R:2001", "MAR E:5001", "MAR E:5002", "SAR R:2001", "SAR E:5001", "SAR E:5002", "SAR E:5005",
        ];
        Assert.Empty(least.Except(seen.Keys));
    }

    /// <summary>From a subscriber nobody has asked about yet.</summary>
    private static async Task RunAsync(Random random, Dictionary<string, int> seen)
    {
        await using Conversation peer = Conversation.With();
        for (int i = 0; i < RequestsOfEach; i++)
        {
            (string name, byte[] request) = Draw(random);
            ReceivedMessage answer = await peer.AskAsync(request);
            string result = answer.Result != 0 ? $"R:{(uint)answer.Result}" : $"E:{Experimental(answer)}";
            Action<ReceivedMessage, string> check = name switch { "UAR" or "LIR" => CheckAssignment, "MAR" => CheckVectors, _ => CheckProfile };
            check(answer, result);
            string key = $"{name} {result}";
            seen[key] = seen.GetValueOrDefault(key) + 1;
        }
    }

    private static (string Name, byte[] Request) Draw(Random random)
    {
        string user = Any(PrivateIdentities), identity = Any(PublicIdentities), server = Any(ServerNames);
        return random.Next(5) switch
        {
            0 => ("UAR", Uar(user, identity, (uint)random.Next(2))),
            1 => ("LIR", Lir(identity, random.Next(2) == 0)),
            2 => ("MAR", Mar(user, identity, items: (uint)random.Next(1, 4), serverName: server)),
            _ => ("SAR", Sar((uint)random.Next(12), random.Next(6) == 0 ? null : user, random.Next(8) == 0 ? [] : [identity], server, (uint)random.Next(2))),
        };

        string Any(string[] ones) => ones[random.Next(ones.Length)];
    }

    /// <summary>UAA, LIA: a name or capabilities and never both, and the name with the results that promise one.</summary>
    private static void CheckAssignment(ReceivedMessage answer, string result)
    {
        bool hasName = answer.Find(Avp.ServerName).IsPresent, hasCapabilities = answer.Find(Avp.ServerCapabilities).IsPresent;
        Assert.True(hasName == result is "R:2001" or "E:2002", answer.ToString());
        Assert.True(!hasCapabilities || result is "E:2001" or "E:2003", answer.ToString());
        Assert.False(answer.Find(Avp.UserData).IsPresent);
    }

    /// <summary>MAA: as many items as SIP-Number-Auth-Items says, numbered upwards; without success no key leaves the HSS.</summary>
    private static void CheckVectors(ReceivedMessage answer, string result)
    {
        IReadOnlyList<AvpValue> items = answer.All(Avp.SipAuthDataItem);
        Assert.Equal(result == "R:2001", items.Count > 0);
        if (items.Count == 0) return;
        Assert.Equal((uint)items.Count, answer.Unsigned(Avp.SipNumberAuthItems));
        uint last = 0;
        foreach (SipAuthDataItem item in items.Select(SipAuthDataItem.Read))
        {
            Assert.Equal(32, item.SipAuthenticate.Span.Length);
            Assert.Equal((8, 16, 16), (item.SipAuthorization.Span.Length, item.ConfidentialityKey.Span.Length, item.IntegrityKey.Span.Length));
            if (items.Count == 1) break;
            Assert.True(item.SipItemNumber > last);
            last = item.SipItemNumber!.Value;
        }
    }

    /// <summary>SAA: charging addresses beside every profile, neither without success, a name only when another S-CSCF has the user.</summary>
    private static void CheckProfile(ReceivedMessage answer, string result)
    {
        bool hasProfile = answer.Find(Avp.UserData).IsPresent;
        Assert.Equal(hasProfile, answer.Find(Avp.ChargingInformation).IsPresent);
        Assert.True(!hasProfile || result == "R:2001", answer.ToString());
        Assert.Equal(result == "E:5005", answer.Find(Avp.ServerName).IsPresent);
        Assert.False(answer.Find(Avp.ServerCapabilities).IsPresent);
        Assert.False(answer.Find(Avp.SipAuthDataItem).IsPresent);
    }

    private static uint Experimental(ReceivedMessage answer) =>
        AvpOccurrences.FindIn(answer.Find(Avp.ExperimentalResult), Avp.ExperimentalResultCode).First.ToUnsigned32();
}
