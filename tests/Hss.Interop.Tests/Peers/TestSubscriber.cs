using System.Buffers.Binary;
using System.Text.Json;
using Hss.Authentication;

namespace Hss.Interop.Tests.Peers;

/// <summary>A subscription with one USIM whose key the test knows: it opens every challenge and lets no SEQ pass twice.</summary>
internal sealed class TestSubscriber
{
    private const int IndBits = 5;
    private const ulong Delta = 1UL << 28; // TS 33.102 C.3.2: a USIM does not follow a greater jump
    private const int RandBytes = 16;
    private const int AutsBytes = 14;

    private readonly HashSet<ulong> _issued = [];
    private readonly MilenageKey _key;
    private readonly byte[] _k = new byte[16];
    private readonly byte[] _opc = new byte[16];

    public TestSubscriber(string imsi, Random random)
    {
        Imsi = imsi;
        random.NextBytes(_k);
        random.NextBytes(_opc);
        _key = new MilenageKey(new Secret(_k), new Secret(_opc));
    }

    public string Imsi { get; }

    public string SubscriptionId => $"imsi-{Imsi}";

    public string PrivateIdentity => CxRequests.PrivateIdentity(Imsi);

    public string PublicIdentity => CxRequests.PublicIdentity(Imsi);

    public int SequenceNumbersSeen => _issued.Count;

    /// <summary>The line to import.</summary>
    public string Document => DocumentWith();

    /// <summary>The line to import, with mandatory capabilities of an S-CSCF and with an application server for originating calls.</summary>
    public string DocumentWith(uint[]? capabilities = null, string? applicationServer = null) => JsonSerializer.Serialize(new
    {
        subscriptionId = SubscriptionId,
        privateIdentities = new[]
        {
            new
            {
                identity = PrivateIdentity,
                aka = new { algorithm = "MILENAGE", k = Convert.ToHexString(_k), opc = Convert.ToHexString(_opc), amf = "8000" },
            },
        },
        implicitRegistrationSets = new[] { new { publicIdentities = new[] { new { identity = PublicIdentity, serviceProfile = "plain" } } } },
        serviceProfiles = new[]
        {
            new
            {
                name = "plain",
                initialFilterCriteria = applicationServer is null
                    ? Array.Empty<object>()
                    : [new { template = "mmtel-originating", parameters = new { as_uri = applicationServer } }],
            },
        },
        serverCapabilities = new { mandatory = capabilities ?? [] },
    });

    /// <summary>Opens RAND || AUTN (TS 33.102 6.3.2) and returns its SQN. Fails for a wrong MAC-A and for a SEQ that came before.</summary>
    public ulong Take(ReadOnlySpan<byte> challenge)
    {
        Assert.Equal(32, challenge.Length);
        ReadOnlySpan<byte> rand = challenge[..RandBytes], autn = challenge[RandBytes..];
        var sqn = (BinaryPrimitives.ReadUInt64BigEndian(autn) >> 16) ^ Milenage.F5(_key, rand);
        var amf = BinaryPrimitives.ReadUInt16BigEndian(autn[6..]);
        Assert.Equal(Milenage.F1(_key, rand, sqn, amf), BinaryPrimitives.ReadUInt64BigEndian(autn[8..]));
        var (seq, _) = SequenceNumber.Split(sqn, IndBits);
        lock (_issued) Assert.True(_issued.Add(seq), $"{Imsi}: SEQ {seq} was issued twice");
        return sqn;
    }

    /// <summary>Fails when a SEQ seen so far is further than a USIM follows that started at 0.</summary>
    public void DemandWithinDelta()
    {
        lock (_issued) Assert.True(_issued.Count == 0 || _issued.Max() < Delta, $"{Imsi}: SEQ {_issued.Max()} is further than a USIM follows");
    }

    /// <summary>SIP-Authorization of a resynchronisation: RAND || AUTS of a USIM that has accepted <paramref name="sqnMs"/> (TS 33.102 6.3.3).</summary>
    public byte[] Resynchronisation(ReadOnlySpan<byte> challenge, ulong sqnMs)
    {
        var authorization = new byte[RandBytes + AutsBytes];
        challenge[..RandBytes].CopyTo(authorization);
        Authentication.Resynchronisation.WriteAuts(_key, challenge[..RandBytes], sqnMs, authorization.AsSpan(RandBytes));
        return authorization;
    }
}
