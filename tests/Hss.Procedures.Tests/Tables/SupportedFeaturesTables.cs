using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Procedures.Cx;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Tables;

/// <summary>Supported-Features in every command. Spec: TS 29.229 7.1.1, 7.2.1.</summary>
public sealed class SupportedFeaturesTables
{
    // Lists are 10415/1 unless they say otherwise; M is the M bit of the request's AVP. "served" is whatever the command answers without it.
    public static TheoryData<string> Rows => DecisionTable.Rows("""
        | features here                   | request                 | answer | Supported-Features in the answer |
        | SiFC AliasInd IMSRestorationInd | none                    | served | none |
        | SiFC AliasInd IMSRestorationInd | 0                       | served | 7    |
        | SiFC AliasInd IMSRestorationInd | 4                       | served | 7    |
        | SiFC AliasInd IMSRestorationInd | 7 M                     | served | 7    |
        | SiFC AliasInd IMSRestorationInd | 15                      | served | 7    | P-CSCF-Restoration-mechanism is not here
        | SiFC AliasInd IMSRestorationInd | 8 M                     | E:5011 | 7    |
        | SiFC AliasInd IMSRestorationInd | 15 M                    | E:5011 | 7    |
        | SiFC AliasInd IMSRestorationInd | 2147483649 M            | E:5011 | 7    | a bit of a later release
        | SiFC AliasInd IMSRestorationInd | list 2: 1               | served | none | a list that is not here
        | SiFC AliasInd IMSRestorationInd | list 2: 1 M             | E:5011 | 7    |
        | SiFC AliasInd IMSRestorationInd | list 2: 0 M             | served | none | demands nothing
        | SiFC AliasInd IMSRestorationInd | vendor 13019: 1 M       | E:5011 | 7    |
        | SiFC AliasInd IMSRestorationInd | 4 M; list 2: 1          | served | 7    |
        | SiFC AliasInd IMSRestorationInd | 4; list 2: 1 M          | E:5011 | 7    |
        | AliasInd                        | 2 M                     | served | 2    |
        | AliasInd                        | 4 M                     | E:5011 | 2    | switched off
        | none                            | 1 M                     | E:5011 | 0    |
        | none                            | 1                       | served | 0    |
        """);

    [Theory, MemberData(nameof(Rows))]
    public async Task Negotiation(string row)
    {
        var cells = DecisionTable.Cells(row);
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        await using var peer = await CxPeer.ConnectAsync(store, new CxOptions { Features = Here(cells[0]) });
        (byte[] Request, string Served)[] commands =
        [
            (Uar(Alice, AliceSip, more: Asked(cells[1])), "E:2001"),
            (Lir(AliceSip, more: Asked(cells[1])), "E:5003"),
            (Mar(Alice, AliceSip, more: Asked(cells[1])), "R:2001"),
            (Sar(1, Alice, [AliceSip], more: Asked(cells[1])), "R:2001"),
        ];
        foreach (var (request, served) in commands)
        {
            var reply = await peer.AskAsync(request);
            Assert.Equal(cells[2] == "served" ? served : cells[2], reply.Result);
            var lists = reply.All(Avp.SupportedFeatures);
            if (cells[3] == "none") { Assert.Equal(0, lists.Count); continue; }
            Assert.Equal(1, lists.Count);
            Assert.False(lists.First.Flags.HasFlag(AvpFlags.Mandatory)); // an answer demands nothing
            var list = SupportedFeatures.Read(lists.First);
            Assert.Equal((Vendors.ThreeGpp, 1u, cells[3]), (list.VendorId, list.FeatureListId, list.FeatureList.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
        Assert.Equal(cells[2] == "served" ? 2 : 0, store.Commits); // MAR and SAR
    }

    private static CxFeatures Here(string cell) =>
        (cell.Contains("SiFC", StringComparison.Ordinal) ? CxFeatures.SharedFilterSets : 0)
        | (cell.Contains("AliasInd", StringComparison.Ordinal) ? CxFeatures.AliasIndication : 0)
        | (cell.Contains("IMSRestorationInd", StringComparison.Ordinal) ? CxFeatures.Restoration : 0);

    private static Action<MessageWriter>? Asked(string cell)
    {
        if (cell == "none") return null;
        Action<MessageWriter>? all = null;
        foreach (var part in cell.Split(';', StringSplitOptions.TrimEntries))
        {
            var words = part.Split(' ', ':').Where(word => word.Length > 0).ToArray();
            var demanded = words[^1] == "M";
            var bits = uint.Parse(words[demanded ? ^2 : ^1], System.Globalization.CultureInfo.InvariantCulture);
            all += words[0] switch
            {
                "list" => Features(bits, demanded, list: 2),
                "vendor" => Features(bits, demanded, vendor: Vendors.Etsi),
                _ => Features(bits, demanded),
            };
        }
        return all;
    }
}
