using System.Collections.Immutable;
using System.Globalization;
using Hss.Subscribers;

namespace Hss.Storage.Sqlite;

/// <summary>Lists of private identities as they stand in registration_set: row numbers separated by commas, NULL for none.</summary>
/// Why numbers: an IMPI has 40 to 70 octets and this table is rewritten by every registration.
internal static class RowNumbers
{
    public static string? Write(ImmutableArray<string> identities, Subscription subscription, ImmutableArray<long> rows)
    {
        if (identities.IsEmpty) return null;
        if (identities.Length == 1) return RowOf(identities[0], subscription, rows).ToString(CultureInfo.InvariantCulture);
        return string.Join(',', identities.Select(identity => RowOf(identity, subscription, rows).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>A number that names no private identity of the subscription any more is left out.</summary>
    public static ImmutableArray<string> Read(string? list, IReadOnlyList<PrivateIdentityInStore> identities)
    {
        if (string.IsNullOrEmpty(list)) return [];
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (var part in list.AsSpan().Split(','))
            if (long.TryParse(list.AsSpan(part), CultureInfo.InvariantCulture, out var row))
                foreach (var identity in identities)
                    if (identity.Row == row) found.Add(identity.Identity);
        return found.DrainToImmutable();
    }

    public static long RowOf(string identity, Subscription subscription, ImmutableArray<long> rows)
    {
        for (var i = 0; i < rows.Length; i++)
            if (string.Equals(subscription.PrivateIdentities[i].Identity, identity, StringComparison.Ordinal)) return rows[i];
        throw new ArgumentException($"{identity} is no private identity of subscription {subscription.SubscriptionId}", nameof(identity));
    }
}

/// <summary>One row of private_identity with its ceiling; the credentials still sealed.</summary>
internal readonly record struct PrivateIdentityInStore(long Row, string Identity, byte[] SealedCredentials, ulong SqnCeiling);
