using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>Which pending notifications one PNR can stand for, and what it says then.</summary>
/// Spec: TS 29.329 7.1.1 (Notif-Eff).
internal static class CombinedNotification
{
    /// <summary>What is left of the longest message beside identities, features and what the node writes.</summary>
    public const int MaxContentBytes = DiameterLimits.MaxFrameLengthBytes - 4096;

    /// <summary>The first one and those right behind it that go into the same message.</summary>
    /// <param name="pending">Of one application server and one user, by number.</param>
    public static IReadOnlyList<Notification> Of(IReadOnlyList<Notification> pending)
    {
        var first = pending[0];
        if (!first.CombinesChanges) return [first];
        List<Notification> together = [first];
        long length = first.Content.Length;
        foreach (var one in pending.Skip(1))
        {
            length += one.Content.Length;
            if (length > MaxContentBytes || !IsAddressedAlike(first, one) || together.Any(other => IsSamePlace(other.Key, one.Key))) break;
            // What cannot be read goes alone, as it was written: it must not hold up the others.
            if (!NotifiedContent.CanBeRead(one) || (together.Count == 1 && !NotifiedContent.CanBeRead(first))) break;
            together.Add(one);
        }
        return together;
    }

    public static ReadOnlyMemory<byte> ContentOf(IReadOnlyList<Notification> sent) =>
        sent is [var only] ? only.Content : ShDataWriter.Write(ShData.Merge(sent.Select(Read)));

    private static bool IsAddressedAlike(Notification one, Notification other) => other.CombinesChanges
        && one.Key.PrivateIdentity == other.Key.PrivateIdentity && one.AskedIdentity == other.AskedIdentity
        && string.Equals(one.ApplicationServerRealm, other.ApplicationServerRealm, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether both stand in an element that a document has once, so that only one of them could be said.</summary>
    /// Repository data are told apart by their Service-Indication, DSAI by the tag; filters, for example, have one list whatever the Server-Name.
    private static bool IsSamePlace(NotificationKey one, NotificationKey other) => one.Reference == other.Reference && one.Reference switch
    {
        ShDataReference.RepositoryData => one.Detail == other.Detail,
        ShDataReference.Dsai => TagOf(one) == TagOf(other),
        _ => true,
    };

    /// <summary>Detail of DSAI is Server-Name, a space and DSAI-Tag; a SIP URI has no space.</summary>
    private static string TagOf(NotificationKey dsai) => dsai.Detail[(dsai.Detail.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static ShData Read(Notification notification) =>
        ShDataReader.TryRead(notification.Content.Span, out var data, out _)
            ? data
            : throw new InvalidOperationException("the content of a notification, written by this HSS, cannot be read");
}
