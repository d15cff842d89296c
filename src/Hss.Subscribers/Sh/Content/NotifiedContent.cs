namespace Hss.Subscribers;

/// <summary>Whether a notification that was not sent in its time still says what stands.</summary>
/// Spec: TS 29.328 6.1.4.
public static class NotifiedContent
{
    /// <summary>Not so where what is provisioned cannot be said as the schema has it, such as an S-CSCF name without a scheme.</summary>
    public static bool CanBeRead(Notification notification)
    {
        ArgumentNullException.ThrowIfNull(notification);
        return ShDataReader.TryRead(notification.Content.Span, out _, out _);
    }

    /// <param name="source">What stands; null: the subscription it tells of is gone.</param>
    public static bool Stands(Notification notification, ShSource? source, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(notification);
        // That somebody could be reached is an event: it has happened, whatever came after it.
        if (notification.Key.Reference == ShDataReference.UeReachabilityForIP) return true;
        return ShDataReader.TryRead(notification.Content.Span, out var told, out _) && Stands(told, source, notification.Key, now);
    }

    /// <summary>The same with what stands, where it says something else; null: there is nothing left that could be told.</summary>
    public static Notification? Renewed(Notification notification, ShSource source, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(notification);
        ArgumentNullException.ThrowIfNull(source);
        if (!ShDataReader.TryRead(notification.Content.Span, out var told, out _)) return null;
        var isOneOfSeveralSets = (told.RegisteredIdentities ?? told.ImplicitIdentities ?? told.AliasIdentities ?? told.AllIdentities) is not null;
        var standing = Standing(told, source, notification.Key, isOneOfSeveralSets, now);
        if (!Stands(standing, source, notification.Key, now)) return null;
        if (told.DeletedIdentities is { } gone && !IsAnyBack(gone, source.Subscription)) standing.DeletedIdentities = gone;
        return notification with { Content = ShDataWriter.Write(standing) };
    }

    private static bool Stands(ShData told, ShSource? source, NotificationKey key, DateTimeOffset now)
    {
        // Each list is whole; what left it is said besides, and how several are told apart is no matter of what they say.
        told.DeletedIdentities = null;
        return Says(told, Standing(told, source, key, isOneOfSeveralSets: false, now), key)
            || (key.Reference == ShDataReference.ImsPublicIdentity && Says(told, Standing(told, source, key, isOneOfSeveralSets: true, now), key));
    }

    private static bool Says(ShData told, ShData standing, NotificationKey key)
    {
        if (key.Reference == ShDataReference.RepositoryData && standing.RepositoryData is [{ ServiceData: null }]) return told.RepositoryData is [{ ServiceData: null }];
        var written = ShDataWriter.Write(told);
        return written.AsSpan().SequenceEqual(ShDataWriter.Write(standing)) && !written.AsSpan().SequenceEqual(ShDataWriter.Write(new ShData()));
    }

    private static ShData Standing(ShData told, ShSource? source, NotificationKey key, bool isOneOfSeveralSets, DateTimeOffset now)
    {
        var (standing, item) = (new ShData(), NotifiedChange.ItemOf(key, isOneOfSeveralSets));
        if (source is null || !ShUser.TryFind(source.Subscription, key.User, key.PrivateIdentity, out var user)
            || !ShDataContent.Add(standing, source, user, item, now, pendingCounts: false))
        {
            // Which number the deletion had is stored nowhere; 0, which no deletion has, is what a UDA says then.
            if (key.Reference == ShDataReference.RepositoryData) ShMissingContent.Mark(standing, item);
            else NotifiedChange.TryTellRemoved(standing, told, item);
        }
        if (key.Reference == ShDataReference.IPAddressSecureBinding) NotifiedChange.MarkUnbound(told, standing);
        return standing;
    }

    private static bool IsAnyBack(ShPublicIdentifiers gone, Subscription subscription) => subscription.ImplicitRegistrationSets.Any(set => set.PublicIdentities.Any(identity =>
        !identity.Barred && (gone.Identities.Contains(identity.Identity) || gone.TypedIdentities.Any(one => one.Identity == identity.Identity))));
}
