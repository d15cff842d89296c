using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage;

// Provisioning: changes with their audit records, lists, and tokens.
public sealed partial class SubscriberStore
{
    /// <summary>Changes were written and are durable. Any thread; handlers return at once.</summary>
    public event Action? SubscriptionsChanged { add { } remove { } }

    /// <summary>Creates, replaces and removes subscriptions, all or none, with one audit record each and the jobs that follow.</summary>
    /// Errors: <see cref="SubscriptionRefusedException"/>, <see cref="RequestIdReusedException"/>, <see cref="StoreUnavailableException"/>,
    /// and whatever an edit throws; nothing is written then.
    public Task<ImmutableArray<ChangeOutcome>> ChangeAsync(IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Writes an audit record of something that changes no subscription.</summary>
    public Task<long> RecordActionAsync(string subscriptionId, string summary, ChangeAuthor author, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<StoredSubscription?> ReadAsync(string subscriptionId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<StoredSubscription>> ListAsync(SubscriptionQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<ChangeRecord>> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Number of the newest change; 0: there was none.</summary>
    public Task<long> NewestChangeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<AccessToken>> ReadAccessTokensAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>False: there is one of that name already.</summary>
    public Task<bool> AddAccessTokenAsync(AccessToken token, ChangeAuthor author, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>False: there is none of that name.</summary>
    public Task<bool> RemoveAccessTokenAsync(string name, ChangeAuthor author, CancellationToken cancellationToken) => throw new NotSupportedException();
}
