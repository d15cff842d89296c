using System.Buffers.Binary;
using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage.Sqlite;

/// <summary>Restoration data of one set as it stands in registration_set.restoration; NULL for none.</summary>
/// Shape: one after the other: row number of the private identity (8 octets), length (4 octets), the AVPs.
internal static class RestorationColumn
{
    private const int HeaderBytes = 12;

    public static byte[]? Write(ImmutableArray<RestorationData> restoration, Subscription subscription, ImmutableArray<long> rows)
    {
        if (restoration.IsEmpty) return null;
        var octets = new byte[restoration.Sum(data => HeaderBytes + data.Avps.Length)];
        var rest = octets.AsSpan();
        foreach (var data in restoration)
        {
            BinaryPrimitives.WriteInt64BigEndian(rest, RowNumbers.RowOf(data.PrivateIdentity, subscription, rows));
            BinaryPrimitives.WriteInt32BigEndian(rest[8..], data.Avps.Length);
            data.Avps.Span.CopyTo(rest[HeaderBytes..]);
            rest = rest[(HeaderBytes + data.Avps.Length)..];
        }
        return octets;
    }

    /// <summary>Data of a private identity that the subscription no longer has is left out.</summary>
    /// Errors: <see cref="InvalidDataException"/> when the octets are not what <see cref="Write"/> wrote.
    public static ImmutableArray<RestorationData> Read(byte[]? octets, IReadOnlyList<PrivateIdentityInStore> identities)
    {
        if (octets is null) return [];
        var found = ImmutableArray.CreateBuilder<RestorationData>(1);
        for (var rest = octets.AsMemory(); !rest.IsEmpty;)
        {
            if (rest.Length < HeaderBytes || BinaryPrimitives.ReadUInt32BigEndian(rest.Span[8..]) is var length && length > rest.Length - HeaderBytes)
                throw new InvalidDataException("stored restoration data ends too early");
            var row = BinaryPrimitives.ReadInt64BigEndian(rest.Span);
            foreach (var identity in identities)
                if (identity.Row == row) found.Add(new(identity.Identity, rest.Slice(HeaderBytes, (int)length)));
            rest = rest[(HeaderBytes + (int)length)..];
        }
        return found.DrainToImmutable();
    }
}
