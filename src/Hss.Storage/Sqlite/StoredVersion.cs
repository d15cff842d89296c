using System.Buffers.Binary;
using System.Text;
using Hss.Subscribers;

namespace Hss.Storage.Sqlite;

/// <summary>The rows of one version of a subscription, as they lie in the store.</summary>
internal sealed record StoredVersion(
    long Row, string SubscriptionId, byte[] Document, long Revision, long Created, long Updated, List<PrivateIdentityInStore> PrivateIdentities,
    bool HasApplicationData)
{
    public StoredSubscription With(Subscription subscription) =>
        new(subscription, Revision, DateTimeOffset.FromUnixTimeSeconds(Created), DateTimeOffset.FromUnixTimeSeconds(Updated));
}

/// <summary>The private identities of an old version as they stand in subscription_change.before_credentials.</summary>
/// Shape: of each: length (2 octets), identity in UTF-8, SQN ceiling (8), length (4), the sealed credentials.
/// Why sealed as they lay: nothing is opened to be put away, and the identity beside it is what they open with.
/// Why the ceiling: when an undo brings a K back, the ceiling at which it left is all that is known of what was issued under it (TS 33.102 C.1).
internal static class OldCredentials
{
    private const int FixedBytes = sizeof(ushort) + sizeof(ulong) + sizeof(int);

    public static byte[] Write(IReadOnlyList<PrivateIdentityInStore> identities)
    {
        var octets = new byte[identities.Sum(identity => FixedBytes + Encoding.UTF8.GetByteCount(identity.Identity) + identity.SealedCredentials.Length)];
        var rest = octets.AsSpan();
        foreach (var identity in identities)
        {
            var length = Encoding.UTF8.GetBytes(identity.Identity, rest[sizeof(ushort)..]);
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)length));
            rest = rest[(sizeof(ushort) + length)..];
            BinaryPrimitives.WriteUInt64BigEndian(rest, identity.SqnCeiling);
            BinaryPrimitives.WriteInt32BigEndian(rest[sizeof(ulong)..], identity.SealedCredentials.Length);
            rest = rest[(sizeof(ulong) + sizeof(int))..];
            identity.SealedCredentials.CopyTo(rest);
            rest = rest[identity.SealedCredentials.Length..];
        }
        return octets;
    }

    /// Errors: <see cref="InvalidDataException"/> when the octets are not what <see cref="Write"/> wrote.
    public static List<PrivateIdentityInStore> Read(ReadOnlySpan<byte> octets)
    {
        var identities = new List<PrivateIdentityInStore>(1);
        while (!octets.IsEmpty)
        {
            var name = Take(ref octets, BinaryPrimitives.ReadUInt16BigEndian(Take(ref octets, sizeof(ushort))));
            var ceiling = BinaryPrimitives.ReadUInt64BigEndian(Take(ref octets, sizeof(ulong)));
            var credentials = Take(ref octets, BinaryPrimitives.ReadUInt32BigEndian(Take(ref octets, sizeof(int))));
            identities.Add(new(0, Encoding.UTF8.GetString(name), credentials.ToArray(), ceiling));
        }
        return identities;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> octets, uint length)
    {
        if (length > octets.Length) throw new InvalidDataException("the credentials of an old version end too early");
        var taken = octets[..(int)length];
        octets = octets[(int)length..];
        return taken;
    }
}
