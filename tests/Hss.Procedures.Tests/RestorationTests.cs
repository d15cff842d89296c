using Hss.Diameter;
using Hss.Procedures.Tests.Tables;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>S-CSCF restoration beside its decision tables: the octets, the odd inputs, and the whole story. Spec: TS 23.380 4, TS 29.228 6.1.2.1.</summary>
public sealed class RestorationTests
{
    [Fact]
    public async Task What_an_s_cscf_left_comes_back_octet_for_octet_and_the_newest_of_it()
    {
        var (store, _) = ServerAssignmentTables.Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        await peer.AskAsync(Sar(1, Alice, [AliceSip], more: RestorationInfo(Alice, "first")));
        await peer.AskAsync(Sar(2, Alice, [AliceSip], more: RestorationInfo(Alice, "moved")));
        var info = (await peer.AskAsync(Sar(0, Alice, [AliceSip], more: Features(4)))).All(Avp.ScscfRestorationInfo);
        Assert.Equal(1, info.Count);
        Assert.Equal(Restoration(Alice, "moved"), info.First.Span.ToArray());
    }

    [Fact]
    public async Task The_same_data_again_needs_no_commit()
    {
        var (store, _) = ServerAssignmentTables.Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        await peer.AskAsync(Sar(1, Alice, [AliceSip], more: RestorationInfo(Alice)));
        await peer.AskAsync(Sar(2, Alice, [AliceSip], more: RestorationInfo(Alice)));
        Assert.Equal(1, store.Commits);
    }

    [Fact]
    public async Task Data_of_another_user_is_5004_and_registers_nobody()
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(1, Alice, [AliceSip], more: RestorationInfo(AliceTablet)));
        Assert.Equal("R:5004", reply.Result);
        Assert.Contains("SCSCF-Restoration-Info", MessageText.OfAvp(reply.All(Avp.FailedAvp).First.RawAvp.Span), StringComparison.Ordinal);
        Assert.Equal(RegistrationState.Initial, subscriber.States[0]);
    }

    // An empty AVP makes Kamailio drop the whole message, so one that came in never leaves again. The registration is good all the same.
    [Theory]
    [InlineData("empty Path")]
    [InlineData("empty header of a subscription")]
    [InlineData("longer than is kept")]
    public async Task Data_that_cannot_be_kept_is_forgotten_and_the_user_registered(string what)
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(1, Alice, [AliceSip], more: writer =>
        {
            writer.BeginGroup(Avp.ScscfRestorationInfo);
            writer.WriteText(Avp.UserName, Alice);
            writer.BeginGroup(Avp.RestorationInfo);
            writer.WriteAvp(Avp.Path.Key, Avp.Path.Flags, what == "empty Path" ? default : "<sip:term@pcscf.example.org;lr>"u8);
            writer.WriteText(Avp.Contact, "<sip:" + new string('a', what == "longer than is kept" ? Subscribers.Restoration.MaxEntryBytes : 5) + "@192.0.2.1>");
            if (what == "empty header of a subscription")
            {
                writer.BeginGroup(Avp.SubscriptionInfo);
                foreach (var header in (AvpDefinition[])[Avp.CallIdSipHeader, Avp.FromSipHeader, Avp.ToSipHeader, Avp.RecordRoute, Avp.Contact])
                    writer.WriteAvp(header.Key, header.Flags, header == Avp.RecordRoute ? default : "x"u8);
                writer.EndGroup();
            }
            writer.EndGroup();
            writer.EndGroup();
        }));
        Assert.Equal("R:2001", reply.Result);
        Assert.Equal("registered alice, S1", StateText.Of(subscriber.States[0]));
    }

    // Those of a re-registration take the place of what was there, and must do so also when they cannot be kept: contacts of yesterday call into the void.
    [Fact]
    public async Task Data_of_a_re_registration_that_cannot_be_kept_end_the_older_ones()
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("R:2001", (await peer.AskAsync(Sar(1, Alice, [AliceSip], more: RestorationInfo(Alice, "old")))).Result);
        Assert.NotEmpty(subscriber.States[0].RestorationData);
        Assert.Equal("R:2001", (await peer.AskAsync(Sar(2, Alice, [AliceSip], more: writer =>
        {
            writer.BeginGroup(Avp.ScscfRestorationInfo);
            writer.WriteText(Avp.UserName, Alice);
            writer.BeginGroup(Avp.RestorationInfo);
            writer.WriteAvp(Avp.Path.Key, Avp.Path.Flags, default);
            writer.WriteText(Avp.Contact, "<sip:alice@192.0.2.1>");
            writer.EndGroup();
            writer.EndGroup();
        }))).Result);
        Assert.Empty(subscriber.States[0].RestorationData);
    }

    [Fact]
    public async Task Without_user_name_the_answer_names_a_registered_one()
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        StateText.Put(subscriber, 0, "registered tablet, S1");
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal(AliceTablet, (await peer.AskAsync(Sar(0, null, [AliceSip]))).TextOf(Avp.UserName));
    }

    // The S-CSCF that served alice is gone. A call for her finds another one, and her phone is still reachable.
    [Fact]
    public async Task A_call_finds_the_contacts_that_the_lost_s_cscf_left()
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        await peer.AskAsync(Sar(1, Alice, [AliceSip], more: RestorationInfo(Alice)));

        Assert.Equal(ScscfName, (await peer.AskAsync(Lir(AliceSip))).ServerName);
        Assert.Equal("E:5005", (await peer.AskAsync(Sar(3, null, [AliceSip], OtherScscfName, more: Features(4)))).Result); // nobody said it is gone
        var anew = await peer.AskAsync(Lir(AliceSip, type: 2));
        Assert.Equal("R:2001 + Server-Capabilities", AnswerText.Of(anew, Avp.ServerName, Avp.ServerCapabilities));
        var restored = await peer.AskAsync(Sar(3, null, [AliceSip], OtherScscfName, originHost: "other." + CxRequests.Realm, more: Features(4)));

        Assert.Equal("E:5007", restored.Result);
        Assert.Equal(Alice, restored.TextOf(Avp.UserName));
        Assert.True(restored.Has(Avp.UserData));
        Assert.Equal(Restoration(Alice, "new"), restored.All(Avp.ScscfRestorationInfo).First.Span.ToArray());
        Assert.Equal("registered alice, S2, data alice", StateText.Of(subscriber.States[0]));
        Assert.Equal(OtherScscfName, (await peer.AskAsync(Lir(AliceSip))).ServerName);
        // The lost one comes back with what it remembers: it is not the serving one any more.
        Assert.Equal("E:5005", (await peer.AskAsync(Sar(5, Alice, [AliceSip], more: Features(4)))).Result);
    }
}
