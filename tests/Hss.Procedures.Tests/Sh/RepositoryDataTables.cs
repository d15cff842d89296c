using System.Globalization;
using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.Procedures.Sh;
using Hss.Procedures.Tests.Tables;
using Hss.Subscribers;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>Steps 4c, 5 and 6 of a PUR. Spec: TS 29.328 6.1.2.1, 7.6.1.</summary>
public sealed class RepositoryDataTables
{
    // n stored (or "no"), s received, ServiceData: fits, big (more than is allowed) or none. "is" is what is stored behind it.
    public static TheoryData<string> Rows => DecisionTable.Rows("""
        | n     | s     | ServiceData | answer | is         |
        | no    | 0     | fits        | R:2001 | 0 new      |
        | no    | 0     | none        | E:5101 |            |
        | no    | 0     | big         | E:5008 |            |
        | no    | 1     | fits        | E:5105 |            |
        | no    | 65535 | none        | E:5105 |            |
        | no    | 1     | big         | E:5105 |            | the number goes before the size
        | 0     | 0     | fits        | E:5105 | 0 old      | 0 only creates
        | 0     | 1     | fits        | R:2001 | 1 new      |
        | 0     | 2     | fits        | E:5105 | 0 old      |
        | 0     | 1     | none        | R:2001 |            | deleted
        | 0     | 0     | none        | E:5105 | 0 old      |
        | 0     | 1     | big         | E:5008 | 0 old      |
        | 41    | 41    | fits        | E:5105 | 41 old     |
        | 41    | 42    | fits        | R:2001 | 42 new     |
        | 41    | 43    | fits        | E:5105 | 41 old     |
        | 41    | 42    | none        | R:2001 |            |
        | 41    | 40    | none        | E:5105 | 41 old     |
        | 65534 | 65535 | fits        | R:2001 | 65535 new  |
        | 65535 | 0     | fits        | E:5105 | 65535 old  |
        | 65535 | 1     | fits        | R:2001 | 1 new      | behind the last number comes 1
        | 65535 | 1     | none        | R:2001 |            |
        | 65535 | 65535 | fits        | E:5105 | 65535 old  |
        """);

    [Theory, MemberData(nameof(Rows))]
    public async Task Sequence_numbers(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync(new ShOptions { MaxServiceDataBytes = 100 });
        if (cells[0] != "no") await rig.StoreAsync("service", ushort.Parse(cells[0], CultureInfo.InvariantCulture));
        var data = cells[2] switch { "fits" => "<new/>", "none" => null, _ => $"<big>{new string('x', 100)}</big>" };

        var reply = await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("service", int.Parse(cells[1], CultureInfo.InvariantCulture), data))));

        Assert.Equal(cells[3], reply.Result);
        var number = cells[4].Split(' ');
        Assert.Equal(cells[4].Length == 0 ? "" : $"service {number[0]} <{number[1]}/>", await rig.StoredAsync());
        // With OUT_OF_SYNC comes what is stored; without anything stored there is nothing to show.
        Assert.Equal(cells[3] == "E:5105" && cells[0] != "no" ? Document(Repository("service", int.Parse(cells[0], CultureInfo.InvariantCulture), "<old/>")) : null, reply.UserData);
    }

    [Theory]
    [InlineData(100, "R:2001")]
    [InlineData(101, "E:5008")]
    public async Task The_limit_is_that_of_the_octets_between_the_tags(int bytes, string answer)
    {
        await using var rig = await ShRig.StartAsync(new ShOptions { MaxServiceDataBytes = 100 });
        var data = $"<a>{new string('x', bytes - 7)}</a>";
        Assert.Equal(answer, (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("service", 0, data))))).Result);
    }

    [Fact]
    public async Task The_largest_piece_that_can_be_allowed_comes_back_in_a_UDA_and_with_OUT_OF_SYNC()
    {
        await using var rig = await ShRig.StartAsync(new ShOptions { MaxServiceDataBytes = RepositoryData.MaxServiceDataBytes });
        var data = $"<a>{new string('x', RepositoryData.MaxServiceDataBytes - 7)}</a>";
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("service", 0, data))))).Result);
        Assert.Equal(Document(Repository("service", 0, data)), (await rig.AskAsync(Udr(AliceSip, [0], Indication("service")))).UserData);
        var refused = await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("service", 0))));
        Assert.Equal(("E:5105", Document(Repository("service", 0, data))), (refused.Result, refused.UserData));
    }

    [Fact]
    public async Task Who_may_not_read_does_not_learn_the_data_by_a_wrong_number()
    {
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("service", 5);
        await rig.PermitAsync(As, new() { [ShDataReference.RepositoryData] = ShOperations.Update });
        var reply = await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("service", 5))));
        Assert.Equal(("E:5105", null), (reply.Result, reply.UserData));
    }

    [Fact]
    public async Task The_octets_come_back_as_they_came_with_their_white_space_and_namespaces()
    {
        await using var rig = await ShRig.StartAsync();
        const string Data = "<s:mmtel xmlns:s=\"urn:x\">\n  <s:cdiv active='true'/>\t<!-- kept --> <![CDATA[<&]]>\n</s:mmtel>";
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("service", 0, Data))))).Result);
        Assert.Equal(Document(Repository("service", 0, Data)), (await rig.AskAsync(Udr(AliceSip, [0], Indication("service")))).UserData);
    }

    // Table 7.6.1 note 3: any identity of an alias set is a key of the same data.
    public static TheoryData<string> AliasRows => DecisionTable.Rows("""
        | stored under         | asked by             | finds |
        | sip:alice@HOME       | sip:alice@HOME       | yes   |
        | sip:alice@HOME       | tel:+12125550001     | yes   |
        | tel:+12125550001     | sip:alice@HOME       | yes   |
        | sip:alice@HOME       | sip:alice.home@HOME  | no    | of the set, and no alias
        | sip:alice.home@HOME  | sip:alice@HOME       | no    |
        | sip:alice@HOME       | sip:alice.work@HOME  | no    |
        | sip:room-!.*!@HOME   | sip:room-7@HOME      | yes   | as the wildcard
        | sip:room-!.*!@HOME   | sip:room-8@HOME      | yes   |
        | sip:service@HOME     | sip:hosted@HOME      | no    |
        """);

    [Theory, MemberData(nameof(AliasRows))]
    public async Task Aliases_and_wildcards(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("service", 5, cells[0]);
        var finds = DecisionTable.IsYes(cells[2]);
        Assert.Equal(finds ? Document(Repository("service", 5, "<old/>")) : null, (await rig.AskAsync(Udr(cells[1], [0], Indication("service")))).UserData);
        Assert.Equal(finds ? "R:2001" : "E:5105", (await rig.AskAsync(Pur(cells[1], [0], Document(Repository("service", 6, "<new/>"))))).Result);
        Assert.Equal(finds ? "service 6 <new/>" : "service 5 <old/>", await rig.StoredAsync(cells[0]));
    }

    [Fact]
    public async Task A_user_has_so_many_pieces_and_no_more()
    {
        await using var rig = await ShRig.StartAsync(new ShOptions { MaxRepositoryItems = 2 });
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("one", 0))))).Result);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceTel, [0], Document(Repository("two", 0))))).Result);
        Assert.Equal("E:5008", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("three", 0))))).Result);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("two", 1))))).Result);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceHome(), [0], Document(Repository("three", 0))))).Result); // another alias set
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("one", 1, null))))).Result);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("three", 0))))).Result);

        static string AliceHome() => ShSubscriptions.AliceHome;
    }

    // 4c. Update-Eff: all instances or none; the answer names the one that failed.
    public static TheoryData<string> SeveralRows => DecisionTable.Rows("""
        | features | instances       | answer | names     | is                     |
        | none     | a 4, b 8        | E:5100 |           | a 3 <old/>; b 7 <old/> |
        | 2        | a 4, b 8        | R:2001 |           | a 4 <a/>; b 8 <a/>     |
        | 2        | a 4, b 9        | E:5105 | b 9       | a 3 <old/>; b 7 <old/> |
        | 2        | a 3, b 8        | E:5105 | a 3       | a 3 <old/>; b 7 <old/> |
        | 2        | a 4, c 1        | E:5105 | c 1       | a 3 <old/>; b 7 <old/> |
        | 2        | a 4, c 0        | R:2001 |           | a 4 <a/>; b 7 <old/>; c 0 <a/> |
        | 2        | a 4, a 5        | E:5100 |           | a 3 <old/>; b 7 <old/> | one indication, one instance
        | 6        | a 4, b 9        | E:5105 | 0 b 9     | a 3 <old/>; b 7 <old/> |
        """);

    [Theory, MemberData(nameof(SeveralRows))]
    public async Task Several_instances(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("a", 3);
        await rig.StoreAsync("b", 7);
        var commits = rig.Database.Commits;
        var instances = cells[1].Split(", ").Select(one => one.Split(' ')).Select(one => Repository(one[0], int.Parse(one[1], CultureInfo.InvariantCulture)));
        var more = cells[0] == "none" ? null : Features(uint.Parse(cells[0], CultureInfo.InvariantCulture));

        var reply = await rig.AskAsync(Pur(AliceSip, [0], Document([.. instances]), more));

        Assert.Equal(cells[2], reply.Result);
        Assert.Equal(cells[4], await rig.StoredAsync());
        Assert.Equal(cells[2] == "R:2001" ? 1 : 0, rig.Database.Commits - commits);
        var named = new List<string>();
        if (reply.Reply.All(Avp.DataReference).First is { IsPresent: true } reference) named.Add(reference.ToInteger32().ToString(CultureInfo.InvariantCulture));
        if (reply.Reply.All(Avp.RepositoryDataId).First is { IsPresent: true } group)
        {
            var id = RepositoryDataId.Read(group);
            named.Add($"{id.ServiceIndication.ToText()} {id.SequenceNumber}");
        }
        Assert.Equal(cells[3], string.Join(' ', named));
    }
}
