namespace Hss.Subscribers;

/// <summary>Whether a notification that was not sent in its time still says what stands.</summary>
/// Spec: TS 29.328 6.1.4.
public static class NotifiedContent
{
    /// <param name="source">What stands; null: the subscription it tells of is gone.</param>
    public static bool Stands(Notification notification, ShSource? source, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(notification);
        var key = notification.Key;
        // That somebody could be reached is an event: it has happened, whatever came after it.
        if (key.Reference == ShDataReference.UeReachabilityForIP) return true;
        if (!ShDataReader.TryRead(notification.Content.Span, out var told, out _)) return false;
        // Each list is whole; what left it is said besides, and how several are told apart is no matter of what they say.
        told.DeletedIdentities = null;
        return Says(told, source, key, isOneOfSeveralSets: false, now)
            || (key.Reference == ShDataReference.ImsPublicIdentity && Says(told, source, key, isOneOfSeveralSets: true, now));
    }

    private static bool Says(ShData told, ShSource? source, NotificationKey key, bool isOneOfSeveralSets, DateTimeOffset now)
    {
        var (standing, item) = (new ShData(), NotifiedChange.ItemOf(key, isOneOfSeveralSets));
        if (source is null || !ShUser.TryFind(source.Subscription, key.User, key.PrivateIdentity, out var user)
            || !ShDataContent.Add(standing, source, user, item, now, pendingCounts: false))
        {
            // The number is that of the deletion, which is stored nowhere.
            if (key.Reference == ShDataReference.RepositoryData) return told.RepositoryData is [{ ServiceData: null }];
            NotifiedChange.TryTellRemoved(standing, told, item);
        }
        if (key.Reference == ShDataReference.IPAddressSecureBinding) NotifiedChange.MarkUnbound(told, standing);
        return ShDataWriter.Write(told).AsSpan().SequenceEqual(ShDataWriter.Write(standing));
    }
}
