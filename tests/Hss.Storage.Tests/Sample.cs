using System.Security.Cryptography;
using System.Text;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Storage.Tests;

/// <summary>Subscriptions and changes that the tests need again and again.</summary>
internal static class Sample
{
    public const string Realm = "ims.mnc001.mcc001.3gppnetwork.org";
    public static readonly IndRange Ind = new(5, 24, 27);
    public static readonly AssignedServer Server = new($"sip:scscf.{Realm}:6060", $"scscf.{Realm}", Realm);

    public static string Impi(int number) => $"{number:D15}@{Realm}";

    public static string Impu(int number) => $"sip:{number:D15}@{Realm}";

    public static string Tel(int number) => $"tel:+1212{number:D7}";

    public static string Id(int number) => $"imsi-{number:D15}";

    /// <summary>A key that depends on the number alone, so that every test can say which one it means.</summary>
    public static byte[] K(int number) => SHA256.HashData(BitConverter.GetBytes(number))[..16];

    public static byte[] Opc(int number) => SHA256.HashData(BitConverter.GetBytes(number))[16..];

    public static Subscription Subscription(int number, ulong sqn = 0, byte[]? k = null) => new()
    {
        SubscriptionId = Id(number),
        PrivateIdentities = [Aka(number, sqn, k)],
        ImplicitRegistrationSets = [Set(Impu(number), Tel(number))],
        ServiceProfiles = [new() { Name = "voice", InitialFilterCriteria = [] }],
    };

    public static PrivateIdentity Aka(int number, ulong sqn = 0, byte[]? k = null) => new()
    {
        Identity = Impi(number),
        Credentials = new(new(new Secret(k ?? K(number)), new Secret(Opc(number)), 0x8000), null),
        AllowedSchemes = AuthenticationSchemes.DigestAkaV1Md5,
        DefaultScheme = AuthenticationSchemes.DigestAkaV1Md5,
        InitialSqn = sqn,
    };

    public static PrivateIdentity FixedLine(int number, string password) => new()
    {
        Identity = Impi(number),
        Credentials = new(null, DigestCredentials.FromPassword(Impi(number), Realm, Encoding.UTF8.GetBytes(password), keepPassword: true)),
        AllowedSchemes = AuthenticationSchemes.SipDigest | AuthenticationSchemes.LegacyDigestMd5,
        DefaultScheme = AuthenticationSchemes.SipDigest,
    };

    public static ImplicitRegistrationSet Set(params string[] publicIdentities) => new()
    {
        PublicIdentities = [.. publicIdentities.Select(identity => new PublicIdentity { Identity = identity, ServiceProfile = "voice" })],
    };

    public static RegistrationState Registered(params string[] privateIdentities) => new()
    {
        Status = RegistrationStatus.Registered,
        Server = Server,
        RegisteredPrivateIdentities = [.. privateIdentities],
    };

    public static SubscriberChange Register(int set, RegistrationState state) => new([(set, state)], []);

    public static SequenceReservation Reserve(Subscriber subscriber, int index = 0, int count = 1, int ahead = 8) =>
        SequenceAllocator.TryReserve(subscriber.SequenceOf(index), count, Ind, ahead, out var reservation)
            ? reservation
            : throw new InvalidOperationException("SEQ is used up");

    /// <summary>What MAR does with the store: a turn, a reservation, a commit when it is needed. Gives the SEQ that was issued.</summary>
    public static async Task<ulong> IssueAsync(ISubscriberStore store, Subscriber subscriber, int index = 0, int ahead = 8, CancellationToken cancellationToken = default)
    {
        using var turn = await store.EnterAsync(subscriber, cancellationToken).ConfigureAwait(false);
        var reservation = Reserve(turn.Subscriber!, index, 1, ahead);
        if (reservation.MustCommit) await store.CommitAsync(turn, new([], [(index, reservation.After)]), cancellationToken).ConfigureAwait(false);
        else turn.Subscriber!.Take(index, reservation);
        return reservation.FirstSeq;
    }

    public static async Task CommitAsync(ISubscriberStore store, Subscriber subscriber, SubscriberChange change, CancellationToken cancellationToken = default)
    {
        using var turn = await store.EnterAsync(subscriber, cancellationToken).ConfigureAwait(false);
        await store.CommitAsync(turn, change, cancellationToken).ConfigureAwait(false);
    }

    public static async Task<Subscriber> FindAsync(ISubscriberStore store, int number) =>
        await store.FindByPrivateIdentityAsync(Impi(number), CancellationToken.None)
        ?? throw new InvalidOperationException($"subscriber {number} is not in the store");
}
