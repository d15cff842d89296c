using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>What one RepositoryData of a PUR does to what is stored: the table of step 6, and nothing else.</summary>
/// Shape: pure. Code is None when it is carried out; After is then what is stored. Stored is what stood there before, or null.
/// Errors: 5105, 5008, 5101 (Experimental). Spec: TS 29.328 6.1.2.1 step 6.
internal readonly record struct RepositoryUpdate(ExperimentalResultCode Code, ImmutableArray<RepositoryData> After, RepositoryData? Stored)
{
    /// <summary>Longest Service-Indication: it is stored as a key, and comes back in every notification.</summary>
    public const int MaxServiceIndicationChars = 256;

    /// <param name="publicIdentity">As provisioned: new data are stored under it, and found by its aliases too.</param>
    public static RepositoryUpdate Of(ShSource source, string publicIdentity, ShRepositoryData update, ShOptions options)
    {
        var all = source.ApplicationData.Repository;
        var stored = AliasSet.FindRepositoryData(source, publicIdentity, update.ServiceIndication);
        var isTooMuch = update.ServiceData?.Length > options.MaxServiceDataBytes || update.ServiceIndication.Length > MaxServiceIndicationChars;

        // stored? | condition                                 | action
        // no      | s != 0                                    | 5105
        // no      | s = 0, ServiceData absent                 | 5101
        // no      | s = 0, ServiceData too big                | 5008; a user who has too many pieces already has no room for another one either
        // no      | s = 0, ServiceData present                | store with n = 0
        if (stored is null)
        {
            if (update.SequenceNumber != 0) return Refused(ExperimentalResultCode.ErrorTransparentDataOutOfSync);
            if (update.ServiceData is not { } created) return Refused(ExperimentalResultCode.ErrorOperationNotAllowed);
            if (isTooMuch || CountOf(source, publicIdentity) >= options.MaxRepositoryItems) return Refused(ExperimentalResultCode.ErrorTooMuchData);
            return new(ExperimentalResultCode.None, all.Add(new(publicIdentity, update.ServiceIndication, 0, created)), null);
        }

        // yes     | s = 0, or (s - 1) != (n mod 65535)        | 5105
        // yes     | ServiceData present, too big              | 5008, discard
        // yes     | ServiceData present, fits                 | replace, n := s
        // yes     | ServiceData absent                        | delete data, indication and number
        if (update.SequenceNumber != RepositoryData.Next(stored.SequenceNumber)) return Refused(ExperimentalResultCode.ErrorTransparentDataOutOfSync);
        if (isTooMuch) return Refused(ExperimentalResultCode.ErrorTooMuchData);
        var index = IndexOf(all, stored);
        return new(
            ExperimentalResultCode.None,
            update.ServiceData is { } data ? all.SetItem(index, stored with { SequenceNumber = update.SequenceNumber, ServiceData = data }) : all.RemoveAt(index),
            stored);

        RepositoryUpdate Refused(ExperimentalResultCode code) => new(code, all, stored);
    }

    private static int IndexOf(ImmutableArray<RepositoryData> all, RepositoryData one)
    {
        var index = 0;
        while (!ReferenceEquals(all[index], one)) index++;
        return index;
    }

    /// <summary>Pieces of the alias set.</summary>
    private static int CountOf(ShSource source, string publicIdentity)
    {
        foreach (var set in source.Subscription.ImplicitRegistrationSets)
            foreach (var identity in set.PublicIdentities)
            {
                if (!string.Equals(identity.Identity, publicIdentity, StringComparison.Ordinal)) continue;
                var names = set.PublicIdentities.Where(other => AliasSet.AreAliases(identity, other)).Select(other => other.Identity).ToHashSet(StringComparer.Ordinal);
                return source.ApplicationData.Repository.Count(piece => names.Contains(piece.PublicIdentity));
            }
        return 0;
    }
}
