using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>SNR (Sh-Subs-Notif): an application server wants to hear of changes, or does not any more. All that it names, or nothing.</summary>
/// Order: TS 29.328 6.1.3.1; the first step that fails ends it. Errors: 4100, 5001, 5002, 5101, 5104, 5106, 5108 (Experimental); 5004, 5005, 5006, 5009,
/// 5012 (base). Spec: TS 29.328 6.1.3, TS 29.329 6.1.5.
internal sealed class SubscribeNotifications(ISubscriberStore store, ShOptions options, UnknownServerLog unknownServers, TimeProvider time, ILogger logger)
{
    public async ValueTask AnswerAsync(SubscribeNotificationsRequest request, ShFeatures negotiated, Answer answer, CancellationToken cancellationToken)
    {
        var asked = ShRequest.Of(request);
        var efficient = negotiated.HasFlag(ShFeatures.NotificationEfficiency);
        if (RequestForm.Refuses(asked, efficient, answer)) return;
        var subscribes = request.SubsReqType == SubsReqType.Subscribe;
        if (subscribes && asked.Asks(ShDataReference.UeReachabilityForIP) && request.OneTimeNotification is null)
        {
            // Reachability is told once or never (6.1.3).
            answer.Result(ResultCode.MissingAvp, FailedAvpContent.ExampleOf(Avp.OneTimeNotification));
            return;
        }

        // 1 to 3.
        var right = await AccessRight.DecideAsync(store, asked, cancellationToken).ConfigureAwait(false);
        if (!right.IsGranted)
        {
            if (right.IsUnknownServer) unknownServers.Report("SNR", asked.OriginHost.Span);
            answer.Refuse(right.Refusal);
            return;
        }

        if (await Patience.EnterAsync(store, right.User.Subscriber, options.UpdatePatience, time, cancellationToken).ConfigureAwait(false) is not { } entered)
        {
            answer.Refuse(ExperimentalResultCode.UserDataNotAvailable); // another change of this user takes too long: try again
            return;
        }
        using var turn = entered;
        // Provisioning may have come before this turn: what was checked above is checked again on what is true now.
        if (AccessRight.LeftMeanwhile(store, asked) is { } left)
        {
            answer.Refuse(left.Refusal);
            return;
        }
        if (right.User.PlacedAgain(turn.Subscriber) is not { } user)
        {
            answer.Refuse(ExperimentalResultCode.ErrorUserUnknown);
            return;
        }
        if (AccessRight.RefusedKey(asked, user) is not null)
        {
            answer.Refuse(ExperimentalResultCode.ErrorOperationNotAllowed);
            return;
        }

        // 3a, 5.
        var items = AskedItems.Of(asked, right.ServerName, negotiated.HasFlag(ShFeatures.AdditionalMsisdn));
        if (SubscriptionKeys.Of(user, items, right.ApplicationServer!.DiameterHost, mustExist: subscribes, out var keys) is not ExperimentalResultCode.None and var refusal)
        {
            answer.Refuse(refusal);
            return;
        }

        // 4. What is granted is never later than what was asked for.
        var now = time.GetUtcNow();
        var expiry = subscribes && request.ExpiryTime.IsPresent ? Granted(request.ExpiryTime.ToTime(), now) : (DateTimeOffset?)null;

        // 6, 7, 8 and 8a. A time in the past is a subscription that has ended: it takes the place of the one there was, as any other time would, and
        // nothing is left. Whoever asks so gets the data once, if he wants them, and the answer shows his time.
        var before = user.Subscriber.ApplicationData;
        var others = before.Subscriptions.RemoveAll(one => keys.Contains(one.Key) || (subscribes && one.Expiry <= now));
        var after = others;
        var leaves = !subscribes || expiry <= now;
        if (!leaves)
        {
            after = others.AddRange(keys.Select(key => new NotificationSubscription
            {
                Key = key,
                ApplicationServerRealm = request.OriginRealm.ToText(),
                AskedIdentity = user.AskedIdentity,
                Expiry = expiry,
                OneTime = request.OneTimeNotification is not null,
                CombinesChanges = efficient,
            }));
            // The text knows no bound. RESOURCES_EXCEEDED is the base protocol's word for it. Each application server has its own, and how many there are
            // is the operator's: one that subscribes without end takes nothing from the others.
            var own = CountOf(after, right.ApplicationServer.DiameterHost);
            if (own > options.MaxSubscriptions && own > CountOf(before.Subscriptions, right.ApplicationServer.DiameterHost))
            {
                logger.TooManySubscriptions(asked.OriginHost.ToText(), user.Identity.Value, options.MaxSubscriptions);
                answer.Result(ResultCode.ResourcesExceeded);
                answer.WriteReason("there are as many subscriptions to notifications of this application server for the user as there may be");
                return;
            }
        }
        // Also when the same stands already: the store then brings what is pending for this subscription up to what the SNA says. And when there is none to
        // take away: a one-time subscription has ended with what is still pending of it, and whoever unsubscribes wants to hear of neither. Not given up at
        // the deadline, for the sake of the copies: see ProfileUpdate.
        var change = new SubscriberChange([], []) { ApplicationData = after == before.Subscriptions ? null : before with { Subscriptions = after }, Unsubscribed = leaves ? keys : [] };
        await store.CommitAsync(turn, change, CancellationToken.None).ConfigureAwait(false);

        answer.Result(ResultCode.Success);
        answer.WriteWildcard(user);
        if (expiry is { } granted) answer.Writer.WriteTime(Avp.ExpiryTime, granted);
        if (subscribes && request.SendDataIndication == SendDataIndication.UserDataRequested) WriteData(answer, asked, user, items, now);
    }

    private static int CountOf(ImmutableArray<NotificationSubscription> subscriptions, string host) =>
        subscriptions.Count(one => string.Equals(one.Key.ApplicationServer, host, StringComparison.Ordinal));

    private DateTimeOffset Granted(DateTimeOffset asked, DateTimeOffset now) =>
        options.LongestSubscription is { } longest && asked > now + longest ? now + longest : asked;

    /// <summary>9 and 10. Still in the turn: no change comes between the subscription and what it begins with.</summary>
    /// Missing S-CSCF names and filters are told by empty elements whatever the features: a subscriber has to know what it starts from. To return data
    /// is the HSS's choice, so that data which do not fit are left out and the subscription stands; a UDR gets them.
    private void WriteData(Answer answer, ShRequest asked, AskedUser user, ImmutableArray<ShItem> items, DateTimeOffset now)
    {
        var told = items.RemoveAll(item => item.Reference == ShDataReference.UeReachabilityForIP);
        if (!UserDataAvp.TryWrite(answer, ShSource.Of(user.Subscriber), user, told, MissingData.Told, now, out var bytes))
            logger.DataLeftOut(asked.OriginHost.ToText(), user.Identity.Value, bytes, answer.RoomBytes);
    }
}
