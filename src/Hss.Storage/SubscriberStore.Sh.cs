using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage;

// What application servers keep here, and what they are owed.
public sealed partial class SubscriberStore
{
    public event Action? NotificationsWritten;

    public ValueTask<Subscriber?> FindByUserIdentityAsync(ShUserIdentity user, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ApplicationServerPermissions? FindApplicationServer(ReadOnlySpan<byte> diameterHost) => throw new NotImplementedException();

    public Task<IReadOnlyList<Notification>> ReadNotificationsAsync(NotificationQuery query, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<IReadOnlyList<OpenNotifications>> ReadOpenNotificationsAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<int> WriteNotificationsAsync(ImmutableArray<NotificationUpdate> updates, CancellationToken cancellationToken)
    {
        NotificationsWritten?.Invoke();
        throw new NotImplementedException();
    }

    public Task<int> PruneNotificationsAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken) => throw new NotImplementedException();
}
