using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 5.3, TS 29.229 5.6: who is let in, and what the CEA says.</summary>
public sealed class CapabilitiesExchangeTests
{
    [Fact]
    public async Task The_CEA_shows_all_that_Kamailio_and_29229_want()
    {
        await using TestNode node = new(options: options => options with { FirmwareRevision = 7 });
        FakePeer peer = node.Connect();
        ReceivedMessage cea = await peer.AskAsync(Requests.Cer());

        Assert.Equal(CommandFlags.None, cea.Header.Flags);
        Assert.Equal(ResultCode.Success, cea.Result);
        Assert.Equal(Requests.Hss, cea.Text(Avp.OriginHost));
        Assert.Equal(Requests.Realm, cea.Text(Avp.OriginRealm));
        Assert.Equal("127.0.0.10", cea.Find(Avp.HostIpAddress).ToAddress()!.ToString());
        Assert.Equal(0u, cea.Unsigned(Avp.VendorId));
        Assert.Equal("Hss", cea.Text(Avp.ProductName));
        Assert.Equal((uint)node.Time.GetUtcNow().ToUnixTimeSeconds(), cea.Unsigned(Avp.OriginStateId));
        Assert.Equal([10415u, 13019u], cea.All(Avp.SupportedVendorId).Select(value => value.ToUnsigned32()));
        Assert.Equal(7u, cea.Unsigned(Avp.FirmwareRevision));
        Assert.False(cea.Find(Avp.InbandSecurityId).IsPresent);
        Assert.False(cea.Find(Avp.AuthApplicationId).IsPresent);
        Assert.Equal(
            [(10415u, (uint?)16777216u), (13019u, 16777216u)],
            cea.All(Avp.VendorSpecificApplicationId).Select(Hss.Diameter.Commands.Base.VendorSpecificApplicationId.Read).Select(group => (group.VendorId, group.AuthApplicationId)));
        Assert.True(Hss.Diameter.Commands.Base.CapabilitiesExchangeAnswer.TryParse(cea.Frame, out _, out GrammarFault fault), fault.ToString());
    }

    [Fact]
    public async Task An_open_peer_is_in_the_table()
    {
        await using TestNode node = new();
        await node.ConnectOpenAsync();
        PeerSnapshot peer = Assert.Single(node.Node.OpenPeers);
        Assert.Equal(Requests.Scscf, peer.Identity);
        Assert.Equal(Requests.Realm, peer.Realm);
        Assert.Equal("scripted peer", peer.ProductName);
        Assert.Equal(WatchdogState.Okay, peer.State);
        Assert.Equal(["Cx"], peer.Applications);
        Assert.False(peer.IsRelay);
    }

    public static TheoryData<string> RelayForms => ["auth", "acct", "vendor"];

    [Theory]
    [MemberData(nameof(RelayForms))]
    public async Task A_peer_that_advertises_only_Relay_is_let_in(string form)
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        await peer.OpenAsync("dra.example", writer =>
        {
            if (form == "auth") writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Relay);
            else if (form == "acct") writer.WriteUnsigned32(Avp.AcctApplicationId, ApplicationIds.Relay);
            else Requests.VendorApplication(writer, Vendors.ThreeGpp, ApplicationIds.Relay);
        });
        Assert.True(Assert.Single(node.Node.OpenPeers).IsRelay);
    }

    [Fact]
    public async Task Cx_as_a_plain_Auth_Application_Id_is_common_too()
    {
        await using TestNode node = new();
        await node.Connect().OpenAsync(applications: writer => writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Cx));
    }

    [Fact]
    public async Task No_common_application_is_5010_and_the_end()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        ReceivedMessage cea = await peer.AskAsync(Requests.Cer(applications: writer => Requests.VendorApplication(writer, Vendors.ThreeGpp, ApplicationIds.Sh)));
        Assert.Equal(ResultCode.NoCommonApplication, cea.Result);
        Assert.False(cea.Header.IsError);
        await peer.ExpectClosedAsync();
        Assert.Single(node.Log.Of(2102));
    }

    [Fact]
    public async Task An_unknown_peer_is_3010_in_an_answer_message_and_the_end()
    {
        await using TestNode node = new(options: options => options with { AllowUnknownPeers = false });
        FakePeer peer = node.Connect();
        ReceivedMessage cea = await peer.AskAsync(Requests.Cer());
        Assert.Equal(ResultCode.UnknownPeer, cea.Result);
        Assert.True(cea.Header.IsError);
        Assert.Equal(Requests.Hss, cea.Text(Avp.OriginHost));
        Assert.False(cea.Find(Avp.VendorSpecificApplicationId).IsPresent);
        await peer.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_listed_peer_is_let_in_whatever_the_case_of_its_name()
    {
        await using TestNode node = new(options: options => options with
        {
            AllowUnknownPeers = false,
            Peers = [new PeerOptions { Identity = Requests.Scscf, Address = "127.0.0.30", Applications = ["cx"], Quirks = PeerQuirks.Kamailio }],
        });
        await node.ConnectOpenAsync(Requests.Scscf.ToUpperInvariant());
        Assert.Equal(PeerQuirks.Kamailio, Assert.Single(node.Node.OpenPeers).Quirks);
    }

    [Fact]
    public async Task A_listed_peer_from_another_address_is_3010()
    {
        await using TestNode node = new(options: options => options with { Peers = [new PeerOptions { Identity = Requests.Scscf, Address = "127.0.0.31:3868" }] });
        ReceivedMessage cea = await node.Connect().AskAsync(Requests.Cer());
        Assert.Equal(ResultCode.UnknownPeer, cea.Result);
    }

    [Fact]
    public async Task A_listed_peer_that_must_use_TLS_is_5017_without_it()
    {
        await using TestNode node = new(options: options => options with { Peers = [new PeerOptions { Identity = Requests.Scscf, Tls = true }] });
        ReceivedMessage cea = await node.Connect().AskAsync(Requests.Cer());
        Assert.Equal(ResultCode.NoCommonSecurity, cea.Result);
    }

    [Fact]
    public async Task Inband_security_other_than_none_is_5017()
    {
        await using TestNode node = new();
        ReceivedMessage cea = await node.Connect().AskAsync(Requests.Cer(more: writer => writer.WriteUnsigned32(Avp.InbandSecurityId, 1)));
        Assert.Equal(ResultCode.NoCommonSecurity, cea.Result);
        cea = await node.Connect().AskAsync(Requests.Cer(more: writer =>
        {
            writer.WriteUnsigned32(Avp.InbandSecurityId, 1);
            writer.WriteUnsigned32(Avp.InbandSecurityId, 0);
        }));
        Assert.Equal(ResultCode.Success, cea.Result);
    }

    [Fact]
    public async Task A_peer_with_our_own_identity_is_refused_with_its_Origin_Host()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        ReceivedMessage cea = await peer.AskAsync(Requests.Cer(Requests.Hss.ToUpperInvariant()));
        Assert.Equal(ResultCode.InvalidAvpValue, cea.Result);
        Assert.Equal(Requests.Hss.ToUpperInvariant(), System.Text.Encoding.ASCII.GetString(cea.Failed!.AsSpan(8)));
        await peer.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_grammar_fault_is_answered_with_its_Failed_AVP()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        ReceivedMessage cea = await peer.AskAsync(Requests.WithoutAvp(Requests.Cer(), Avp.OriginRealm));
        Assert.Equal(ResultCode.MissingAvp, cea.Result);
        Assert.Equal(Avp.OriginRealm.Key.Code, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(cea.Failed));
        await peer.ExpectClosedAsync();
    }

    [Fact]
    public async Task Kamailios_CER_without_Host_IP_Address_is_let_in_and_its_other_faults_are_still_found()
    {
        await using TestNode node = new();
        await node.ConnectOpenAsync();
        ReceivedMessage cea = await node.Connect().AskAsync(Requests.Cer("other.example", hostIpAddress: false));
        Assert.Equal(ResultCode.Success, cea.Result);
        cea = await node.Connect().AskAsync(Requests.WithoutAvp(Requests.Cer("third.example", hostIpAddress: false), Avp.VendorId));
        Assert.Equal(ResultCode.MissingAvp, cea.Result);
        Assert.Equal(Avp.VendorId.Key.Code, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(cea.Failed));
    }

    [Fact]
    public async Task A_P_bit_in_the_peer_protocol_turns_nobody_away()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        byte[] cer = Requests.Cer();
        cer[4] |= 0x40;
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(cer)).Result);
        byte[] dwr = Requests.Dwr();
        dwr[4] |= 0x40;
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(dwr)).Result);
    }

    [Fact]
    public async Task A_second_CER_is_5012_and_changes_nothing()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage cea = await peer.AskAsync(Requests.Cer("impostor.example"));
        Assert.Equal(ResultCode.UnableToComply, cea.Result);
        Assert.Equal(Requests.Scscf, Assert.Single(node.Node.OpenPeers).Identity);
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
    }

    [Fact]
    public async Task A_name_that_no_host_has_is_5004_and_does_not_break_the_log()
    {
        await using TestNode node = new();
        ReceivedMessage cea = await node.Connect().AskAsync(Requests.Cer("evil\nPeer is open"));
        Assert.Equal(ResultCode.InvalidAvpValue, cea.Result);
        Assert.NotNull(cea.Failed);
        Assert.DoesNotContain(node.Log.Lines, line => line.Text.Contains('\n', StringComparison.Ordinal));
    }
}
