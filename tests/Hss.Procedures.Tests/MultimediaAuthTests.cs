using System.Text;
using Hss.Authentication;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>MAR beside its decision tables: the vectors in its answers, and what an AUTS may do. Spec: TS 29.228 6.3.1, TS 33.203 6.1.</summary>
public sealed class MultimediaAuthTests
{
    private static readonly AssignedServer Stored = new(ScscfName, "scscf." + CxRequests.Realm, CxRequests.Realm);

    [Fact]
    public async Task A_grammar_fault_and_a_busy_store_echo_the_identities_too()
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        var withoutServerName = Mar(Alice, AliceSip, serverName: "x");
        withoutServerName = withoutServerName[..^16]; // Server-Name "x" is the last AVP: 12 octets of header, 1 of data, 3 of padding
        withoutServerName[3] = (byte)withoutServerName.Length;
        withoutServerName[2] = (byte)(withoutServerName.Length >> 8);
        var missing = await peer.AskAsync(withoutServerName);
        store.Unavailable = true;
        var busy = await peer.AskAsync(Mar(Alice, AliceSip));

        Assert.Equal("R:5005", missing.Result);
        Assert.Equal(602u, AvpKeyInside(missing.All(Avp.FailedAvp).First));
        Assert.Equal("R:5012", busy.Result);
        foreach (var reply in (Reply[])[missing, busy])
        {
            Assert.Equal(Alice, reply.TextOf(Avp.UserName));
            Assert.Equal(AliceSip, reply.TextOf(Avp.PublicIdentity));
            Assert.False(reply.Has(Avp.SipAuthDataItem));
        }
    }

    [Fact]
    public async Task Sip_digest_carries_ha1_and_nothing_that_belongs_to_another_scheme()
    {
        var store = new InMemorySubscriberStore();
        store.Add(PhoneSubscription(keepPassword: true));
        await using var peer = await CxPeer.ConnectAsync(store);
        var item = (await peer.AskAsync(Mar(Phone, PhoneSip, "SIP Digest"))).All(Avp.SipAuthDataItem).First;
        var digest = Inside(item, Avp.SipDigestAuthenticate);
        Assert.Equal(CxRequests.Realm, Inside(digest, Avp.DigestRealm).ToText());
        Assert.Equal("MD5", Inside(digest, Avp.DigestAlgorithm).ToText());
        Assert.Equal("auth", Inside(digest, Avp.DigestQoP).ToText());
        var ha1 = Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes($"{Phone}:{CxRequests.Realm}:opensesame")));
        Assert.Equal(ha1, Inside(digest, Avp.DigestHa1).ToText());
        Assert.False(Inside(item, Avp.SipAuthenticate).IsPresent || Inside(item, Avp.SipAuthorization).IsPresent);
    }

    [Fact]
    public async Task Legacy_digest_carries_a_fresh_nonce_and_the_kept_password()
    {
        var store = new InMemorySubscriberStore();
        store.Add(PhoneSubscription(keepPassword: true));
        await using var peer = await CxPeer.ConnectAsync(store);
        var one = (await peer.AskAsync(Mar(Phone, PhoneSip, "Digest-MD5"))).All(Avp.SipAuthDataItem).First;
        var two = (await peer.AskAsync(Mar(Phone, PhoneSip, "Digest-MD5"))).All(Avp.SipAuthDataItem).First;
        Assert.Equal("opensesame", Inside(one, Avp.SipAuthorization).ToText());
        Assert.Equal(16, Inside(one, Avp.SipAuthenticate).Span.Length);
        Assert.NotEqual(Inside(one, Avp.SipAuthenticate).Span.ToArray(), Inside(two, Avp.SipAuthenticate).Span.ToArray());
    }

    [Theory]
    [InlineData(0u, 1)]
    [InlineData(1u, 1)]
    [InlineData(3u, 3)]
    [InlineData(5u, 5)]
    [InlineData(4_000_000_000u, 5)]
    public async Task Several_vectors_rise_share_one_ind_and_differ_in_rand(uint asked, int given)
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Mar(Alice, AliceSip, items: asked));
        var sqns = reply.All(Avp.SipAuthDataItem).Select(item => SqnOf(Inside(item, Avp.SipAuthenticate).Span)).ToArray();
        Assert.Equal(given, sqns.Length);
        Assert.Equal((uint)given, reply.All(Avp.SipNumberAuthItems).First.ToUnsigned32());
        Assert.Equal(Enumerable.Range(1, given).Select(i => (uint)i), reply.All(Avp.SipAuthDataItem).Select(item => Inside(item, Avp.SipItemNumber).ToUnsigned32()));
        Assert.Single(sqns.Select(sqn => sqn & 31).Distinct());
        Assert.InRange(sqns[0] & 31, 24UL, 27UL);
        for (var i = 1; i < sqns.Length; i++) Assert.Equal((sqns[i - 1] >> 5) + 1, sqns[i] >> 5);
        Assert.Equal(given, reply.All(Avp.SipAuthDataItem).Select(item => Convert.ToHexString(Inside(item, Avp.SipAuthenticate).Span[..16])).Distinct().Count());
    }

    [Fact]
    public async Task Kamailio_gets_one_vector_whatever_it_asks()
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        await using var peer = await CxPeer.ConnectAsync(store, quirks: PeerQuirks.Kamailio);
        Assert.Equal(1, (await peer.AskAsync(Mar(Alice, AliceSip, items: 4))).All(Avp.SipAuthDataItem).Count);
    }

    [Fact]
    public async Task The_vector_is_the_one_the_usim_computes()
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        var item = (await peer.AskAsync(Mar(Alice, AliceSip))).All(Avp.SipAuthDataItem).First;
        var challenge = Inside(item, Avp.SipAuthenticate).Span;
        AuthenticationVector.Generate(Key, 0x8000, challenge[..16], SqnOf(challenge), out var expected);
        Assert.Equal(expected.Challenge.ToArray(), challenge.ToArray());
        Assert.Equal(expected.Xres.ToArray(), Inside(item, Avp.SipAuthorization).Span.ToArray());
        Assert.Equal(expected.Ck.ToArray(), Inside(item, Avp.ConfidentialityKey).Span.ToArray());
        Assert.Equal(expected.Ik.ToArray(), Inside(item, Avp.IntegrityKey).Span.ToArray());
    }

    [Fact]
    public async Task A_failing_store_gives_no_vector_and_no_sqn_is_used_twice_afterwards()
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        var first = SqnOf(Inside((await peer.AskAsync(Mar(Alice, AliceSip))).All(Avp.SipAuthDataItem).First, Avp.SipAuthenticate).Span);
        store.Unavailable = true;
        Assert.Equal("R:5012", (await peer.AskAsync(Mar(Alice, AliceSip))).Result);
        store.Unavailable = false;
        var next = SqnOf(Inside((await peer.AskAsync(Mar(Alice, AliceSip))).All(Avp.SipAuthDataItem).First, Avp.SipAuthenticate).Span);
        Assert.True(next >> 5 > first >> 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // where OpenSIPS puts it
    public async Task A_genuine_auts_ahead_of_us_moves_the_counter_behind_it(bool atTopLevel)
    {
        var (store, subscriber) = RegisteredAlice();
        await using var peer = await CxPeer.ConnectAsync(store);
        const ulong SqnMs = (5_000UL << 5) | 7;
        var before = subscriber.States;

        var reply = await peer.AskAsync(Mar(Alice, AliceSip, authorization: Auts(SqnMs), authorizationAtTopLevel: atTopLevel));

        Assert.Equal("R:2001", reply.Result);
        var sqn = SqnOf(Inside(reply.All(Avp.SipAuthDataItem).First, Avp.SipAuthenticate).Span);
        Assert.Equal(5_001UL, sqn >> 5);
        Assert.Equal(1, store.Commits);
        Assert.Equal(before, subscriber.States); // name, state and pending are not touched
    }

    [Fact]
    public async Task A_replayed_auts_changes_nothing()
    {
        var (store, subscriber) = RegisteredAlice();
        await using var peer = await CxPeer.ConnectAsync(store);
        var auts = Auts((5_000UL << 5) | 7);
        await peer.AskAsync(Mar(Alice, AliceSip, authorization: auts));
        for (var i = 0; i < 3; i++) await peer.AskAsync(Mar(Alice, AliceSip, authorization: auts));
        Assert.Equal(5_004UL, subscriber.SequenceOf(0).Seq); // four vectors, none of them again
    }

    [Fact]
    public async Task An_auts_behind_us_gives_a_vector_and_leaves_the_counter()
    {
        var (store, subscriber) = RegisteredAlice(sqn: 9_000UL << 5);
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Mar(Alice, AliceSip, authorization: Auts(100UL << 5)));
        Assert.Equal("R:2001", reply.Result);
        Assert.Equal(9_001UL, subscriber.SequenceOf(0).Seq);
    }

    [Fact]
    public async Task A_counter_that_is_too_far_ahead_for_the_usim_comes_back()
    {
        var (store, subscriber) = RegisteredAlice(sqn: (1UL << 30) << 5);
        await using var peer = await CxPeer.ConnectAsync(store);
        await peer.AskAsync(Mar(Alice, AliceSip, authorization: Auts(100UL << 5)));
        Assert.Equal(101UL, subscriber.SequenceOf(0).Seq);
    }

    [Fact]
    public async Task No_flipped_bit_of_an_auts_changes_anything()
    {
        var (store, subscriber) = RegisteredAlice();
        var log = new RecordingLoggerFactory();
        await using var peer = await CxPeer.ConnectAsync(store, loggers: log);
        var genuine = Auts((5_000UL << 5) | 7);
        var sequence = subscriber.SequenceOf(0);
        for (var bit = 0; bit < genuine.Length * 8; bit++)
        {
            var forged = (byte[])genuine.Clone();
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            var reply = await peer.AskAsync(Mar(Alice, AliceSip, authorization: forged));
            Assert.Equal("R:5012", reply.Result);
            Assert.False(reply.Has(Avp.SipAuthDataItem));
        }
        Assert.Equal(sequence, subscriber.SequenceOf(0));
        Assert.Equal(0, store.Commits);
        Assert.Contains(log.Lines, line => line.Contains("K or OPc is wrong", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(Convert.ToHexString(K), StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(29)]
    [InlineData(31)]
    [InlineData(16)]
    [InlineData(1)]
    public async Task An_authorization_that_is_not_30_octets_is_5004_with_the_avp(int length)
    {
        var (store, subscriber) = RegisteredAlice();
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Mar(Alice, AliceSip, authorization: new byte[length]));
        Assert.Equal("R:5004", reply.Result);
        Assert.Contains("SIP-Authorization", MessageText.OfAvp(reply.All(Avp.FailedAvp).First.RawAvp.Span), StringComparison.Ordinal);
        Assert.Equal(0UL, subscriber.SequenceOf(0).Seq);
    }

    [Fact]
    public async Task An_auts_from_an_s_cscf_that_is_not_the_stored_one_is_5012()
    {
        var (store, subscriber) = RegisteredAlice();
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Mar(Alice, AliceSip, serverName: OtherScscfName, authorization: Auts(5_000UL << 5)));
        Assert.Equal("R:5012", reply.Result);
        Assert.Equal(0UL, subscriber.SequenceOf(0).Seq);
        Assert.Equal(ScscfName, subscriber.States[0].Server!.Name);
    }

    [Fact]
    public async Task A_server_name_that_is_too_long_to_keep_is_5004_and_not_stored()
    {
        var (store, subscriber) = RegisteredAlice();
        await using var peer = await CxPeer.ConnectAsync(store);
        var tooLong = "sip:" + new string('x', 60_000);
        foreach (var request in (byte[][])[Mar(Alice, AliceSip, serverName: tooLong), Sar(1, Alice, [AliceSip], serverName: tooLong)])
        {
            var reply = await peer.AskAsync(request);
            Assert.Equal("R:5004", reply.Result);
            Assert.Equal(602u, AvpKeyInside(reply.All(Avp.FailedAvp).First));
        }
        Assert.Equal(ScscfName, subscriber.States[0].Server!.Name);
    }

    [Fact]
    public async Task Op_given_as_opc_is_told_in_the_log()
    {
        var store = new InMemorySubscriberStore();
        var alice = AliceSubscription();
        var op = new Secret(Convert.FromHexString("8E27B6AF0E692E750F32667A3B14605D"));
        store.Add(alice with
        {
            PrivateIdentities = [alice.PrivateIdentities[0] with { Credentials = new(new AkaCredentials(new Secret(K), op, 0x8000), null) }, alice.PrivateIdentities[1]],
        }).Publish(new([(0, new() { Server = Stored, AuthenticationPendingPrivateIdentities = [Alice] })], []));
        var log = new RecordingLoggerFactory();
        await using var peer = await CxPeer.ConnectAsync(store, loggers: log);
        Assert.Equal("R:5012", (await peer.AskAsync(Mar(Alice, AliceSip, authorization: Auts(5_000UL << 5)))).Result);
        Assert.Contains(log.Lines, line => line.Contains("provisioned as OPc is OP", StringComparison.Ordinal));
    }

    private static (InMemorySubscriberStore Store, Subscriber Subscriber) RegisteredAlice(ulong sqn = 0)
    {
        var store = new InMemorySubscriberStore();
        var alice = AliceSubscription();
        var subscriber = store.Add(alice with { PrivateIdentities = [Aka(Alice, sqn), alice.PrivateIdentities[1]] });
        subscriber.Publish(new([(0, new() { Status = RegistrationStatus.Registered, Server = Stored, RegisteredPrivateIdentities = [Alice] })], []));
        return (store, subscriber);
    }

    private static byte[] Auts(ulong sqnMs)
    {
        var authorization = new byte[30];
        authorization.AsSpan(0, 16).Fill(0x5A);
        Resynchronisation.WriteAuts(Key, authorization.AsSpan(0, 16), sqnMs, authorization.AsSpan(16));
        return authorization;
    }

    private static ulong SqnOf(ReadOnlySpan<byte> challenge)
    {
        ulong concealed = 0;
        foreach (var octet in challenge[16..22]) concealed = (concealed << 8) | octet;
        return concealed ^ Milenage.F5(Key, challenge[..16]);
    }

    private static AvpValue Inside(AvpValue group, AvpDefinition definition) => AvpOccurrences.FindIn(group, definition).First;

    private static uint AvpKeyInside(AvpValue failedAvp) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(failedAvp.Span);
}
