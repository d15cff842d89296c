using System.Text;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>What putting a notification back came to.</summary>
public enum NotificationRetry
{
    /// <summary>It is pending again, as if it were new.</summary>
    Written,

    /// <summary>There is none of that number, or it has not failed.</summary>
    NotFailed,

    /// <summary>There is a newer one: sent now, it would take the application server back to older data.</summary>
    Superseded,

    /// <summary>The application server may not be told of this any more.</summary>
    NotPermitted,

    /// <summary>The time of its subscription has run out.</summary>
    NotSubscribed,

    /// <summary>It does not say what stands now, such as behind an update by the application server itself.</summary>
    Outdated,
}

/// <summary>What operators may do to notifications.</summary>
/// Order: every command is durable when it returns; sending is the work of <see cref="NotificationRunner"/>, in this process or after the next start.
/// Errors: <see cref="StoreUnavailableException"/>. Spec: TS 29.328 6.1.4.
public sealed class NotificationControl
{
    private readonly ISubscriberStore _store;
    private readonly TimeProvider _time;
    private readonly ShInstruments _instruments;
    private readonly NotificationSettlement _settlement;

    public NotificationControl(ISubscriberStore store, ShInstruments instruments, TimeProvider time, ILoggerFactory loggers)
    {
        (_store, _time, _instruments) = (store, time, instruments);
        _settlement = new(store, new(), instruments, time, loggers.CreateLogger("Hss.Procedures.Sh"));
    }

    public Task<IReadOnlyList<Notification>> ListAsync(NotificationQuery query, CancellationToken cancellationToken) => _store.ReadNotificationsAsync(query, cancellationToken);

    /// <summary>Makes a failed notification pending again.</summary>
    public async Task<NotificationRetry> RetryAsync(long id)
    {
        var (now, whyNot) = (_time.GetUtcNow(), (NotificationRetry?)null);
        var isWritten = await _settlement.ChangeAsync(id, [NotificationState.Failed], async (failed, subscriber) =>
        {
            whyNot = await WhyNotAsync(failed, subscriber, now).ConfigureAwait(false);
            return whyNot is not null ? null : failed with
            {
                State = NotificationState.Pending, Attempts = 0, Created = now, NextAttempt = now, Finished = null, LastResult = $"put back by an operator; before: {failed.LastResult}",
            };
        }).ConfigureAwait(false);
        return whyNot ?? (isWritten ? NotificationRetry.Written : NotificationRetry.NotFailed);
    }

    /// <summary>Gives up a pending or failed notification: it is not sent any more. False: there is no such notification.</summary>
    public async Task<bool> WithdrawAsync(long id)
    {
        var now = _time.GetUtcNow();
        var isWritten = await _settlement.ChangeAsync(id, [NotificationState.Pending, NotificationState.Failed], (current, _) => Task.FromResult<Notification?>(current with
        {
            State = NotificationState.Withdrawn, Finished = now, LastResult = $"withdrawn by an operator; before: {current.LastResult ?? "never sent"}",
        })).ConfigureAwait(false);
        if (isWritten) _instruments.CountNotifications(NotificationState.Withdrawn, 1);
        return isWritten;
    }

    /// <summary>Null: it may be sent.</summary>
    /// Why a subscription that is not there is no reason against it: a one-time one ended with this notification, and nothing that is kept tells that end
    /// from an unsubscription. Who has unsubscribed answers 5107, and hears nothing but what is so.
    private async Task<NotificationRetry?> WhyNotAsync(Notification failed, Subscriber? subscriber, DateTimeOffset now)
    {
        var key = failed.Key;
        if (_store.FindApplicationServer(Encoding.ASCII.GetBytes(key.ApplicationServer))?.MayWatch(key.Reference, key.Detail) != true) return NotificationRetry.NotPermitted;
        if (await IsSupersededAsync(failed).ConfigureAwait(false)) return NotificationRetry.Superseded;
        if (subscriber?.ApplicationData.Subscriptions.FirstOrDefault(one => one.Key == key)?.Expiry <= now) return NotificationRetry.NotSubscribed;
        return NotifiedContent.Stands(failed, subscriber is null ? null : ShSource.Of(subscriber), now) ? null : NotificationRetry.Outdated;
    }

    /// <summary>Whatever became of the newer one: it was made because this one was not true any more.</summary>
    private async Task<bool> IsSupersededAsync(Notification failed)
    {
        var newer = await _store.ReadNotificationsAsync(
            new()
            {
                After = failed.Id, SubscriptionId = failed.SubscriptionId, ApplicationServer = failed.Key.ApplicationServer, User = failed.Key.User.Value,
                Most = NotificationQuery.MaxNotifications,
            }, CancellationToken.None).ConfigureAwait(false);
        return newer.Any(one => one.Key == failed.Key);
    }
}
