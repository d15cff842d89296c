using Hss.Diameter;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>Of two faults the earlier step's is told, for every pair. Spec: TS 29.328 6.1.1.1, 6.1.2.1, 6.1.3.1.</summary>
public sealed class DecisionOrderTests
{
    // What the faults do to a request, in the order of the steps. Any of them may be made beside any other.
    private static readonly (string Step, string Code, Func<Draft, Draft> Make)[] Common =
    [
        ("features", "E:5011", draft => draft with { DemandedFeature = true }),
        ("form", "R:5004", draft => draft with { More = draft.More + (writer => { writer.WriteText(Avp.WildcardedPublicIdentity, Rooms); writer.WriteText(Avp.WildcardedImpu, Desks); }) }),
        ("1", "permission", draft => draft with { Host = "stranger." + ShRequests.Realm }),
        ("2", "E:5001", draft => draft with { User = "sip:nobody@" + ShRequests.Realm }),
        ("2a", "E:5002", draft => draft with { More = draft.More + Named("nobody@" + ShRequests.Realm) }),
        ("3", "E:5101", draft => draft with { References = [.. draft.References, 18] }), // alice is no service
    ];

    private static readonly Dictionary<string, (string Permission, (string Step, string Code, Func<Draft, Draft> Make)[] Own)> Commands = new()
    {
        ["UDR"] = ("E:5102", []),
        ["PUR"] = ("E:5103",
        [
            ("User-Data", "E:5100", draft => draft with { Broken = true }),
            ("4a", "E:5108", draft => draft with { References = [.. draft.References, 19], Parts = [.. draft.Parts, Services(("nothing", 0))] }),
            ("6", "E:5105", draft => draft with { Number = 7 }),
        ]),
        ["SNR"] = ("E:5104",
        [
            ("3a", "E:5108", draft => draft with { References = [.. draft.References, 19], More = draft.More + Tag("nothing") + Server(ShSubscriptions.ServerName) }),
            ("5", "E:5106", draft => draft with { Indication = "absent" }),
        ]),
    };

    public static TheoryData<string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string>();
            foreach (var command in Commands.Keys)
            {
                var steps = Steps(command);
                for (var i = 0; i < steps.Length; i++)
                {
                    pairs.Add($"{command}: {steps[i].Step}");
                    for (var j = i + 1; j < steps.Length; j++) pairs.Add($"{command}: {steps[i].Step} and {steps[j].Step}");
                }
            }
            return pairs;
        }
    }

    [Theory, MemberData(nameof(Pairs))]
    public async Task The_earlier_step_decides(string pair)
    {
        var command = pair[..3];
        var steps = Steps(command);
        var names = pair[5..].Split(" and ");
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("service", 3, AliceWork);

        var draft = names.Aggregate(new Draft(), (made, name) => steps.Single(step => step.Step == name).Make(made));
        var reply = await rig.AskAsync(draft.Write(command));

        var expected = steps.First(step => names.Contains(step.Step)).Code;
        Assert.Equal(expected == "permission" ? Commands[command].Permission : expected, reply.Result);
        Assert.Equal("service 3 <old/>", await rig.StoredAsync(AliceWork));
        Assert.Empty((await rig.SubscriberAsync(AliceWork)).ApplicationData.Subscriptions);
    }

    /// <summary>Without a fault all three are served, or the pairs would show nothing.</summary>
    [Theory]
    [InlineData("UDR")]
    [InlineData("PUR")]
    [InlineData("SNR")]
    public async Task Without_a_fault_it_is_served(string command)
    {
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("service", 3, AliceWork);
        Assert.Equal("R:2001", (await rig.AskAsync(new Draft().Write(command))).Result);
    }

    private static (string Step, string Code, Func<Draft, Draft> Make)[] Steps(string command) => [.. Common, .. Commands[command].Own];

    private sealed record Draft
    {
        public string User { get; init; } = AliceWork;
        public string Host { get; init; } = As;
        public int[] References { get; init; } = [0];
        public string Indication { get; init; } = "service";
        public int Number { get; init; } = 4;
        public string[] Parts { get; init; } = [];
        public bool Broken { get; init; }
        public bool DemandedFeature { get; init; }
        public Action<MessageWriter>? More { get; init; }

        public byte[] Write(string command)
        {
            var more = Features(DemandedFeature ? 0x8000_0007 : 7, DemandedFeature) + More;
            if (command == "PUR") return Pur(User, References, Broken ? "<Sh-Data>" : Document([Repository(Indication, Number), .. Parts]), more, Host);
            return Any(command, User, References, more + ShRequests.Indication(Indication), Host);
        }
    }
}
