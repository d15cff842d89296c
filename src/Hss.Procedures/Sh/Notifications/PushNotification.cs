using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>PNR: the HSS tells an application server what changed of a user.</summary>
/// Order: the content is what the change left; where a newer one took its place before the PNR left, that one is sent. Where its subscription ended
/// with it, what stands when it leaves.
/// Errors: no answer is retried, then the notification has failed: nothing is taken for delivered without a PNA.
/// Spec: TS 29.328 6.1.4, TS 29.329 6.1.7, 6.1.8.
internal sealed class PushNotification(
    NotificationSettlement settlement, Func<OutgoingRequest, CancellationToken, Task<OutgoingAnswer>> send, ShOptions options)
{
    /// <param name="pending">All that is pending for one application server and one user, by number, the first of it due.</param>
    public async Task<DeliveryContact> RunAsync(IReadOnlyList<Notification> pending, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var subscriber = await settlement.FindAsync(pending[0], cancellationToken).ConfigureAwait(false);
        ImmutableArray<NotificationSubscription> seen = subscriber?.ApplicationData.Subscriptions ?? [];
        // 6.1.3: no notifications after the expiry, however long they waited for their application server.
        if (pending.Where(one => HasExpired(one, seen, now)).ToArray() is [_, ..] expired)
        {
            await settlement.EndAsync(expired, NotificationState.Withdrawn, "its subscription ran out before it could be sent", wasSent: false).ConfigureAwait(false);
            return DeliveryContact.None;
        }

        // What outlived its subscription nobody keeps up to date: it must not tell what is not so, least of all behind the application server's own update.
        var source = subscriber is null ? null : ShSource.Of(subscriber);
        if (pending.Where(one => HasOutlived(one, seen) && NotifiedContent.CanBeRead(one) && !NotifiedContent.Stands(one, source, now)).ToArray() is [_, ..] outlived)
        {
            await settlement.RenewAsync(outlived).ConfigureAwait(false);
            return DeliveryContact.None;
        }

        var sent = CombinedNotification.Of(pending);
        while (true)
        {
            var answer = await send(Request(sent, subscriber), cancellationToken).ConfigureAwait(false);
            if (sent.Count > 1 && SpeaksOfContent(answer))
            {
                // One of them was too much, unknown or not subscribed to; the others are none of that. Half of them shows which.
                sent = [.. sent.Take(sent.Count / 2)];
                continue;
            }
            await SettleAsync(sent, seen, answer).ConfigureAwait(false);
            return DeliveryResult.ContactOf(answer);
        }
    }

    private async Task SettleAsync(IReadOnlyList<Notification> sent, ImmutableArray<NotificationSubscription> seen, OutgoingAnswer answer)
    {
        var result = DeliveryResult.Describe(answer);
        var key = sent[0].Key;
        if (answer.Outcome == OutgoingOutcome.Stopped) return;
        if (answer.Outcome == OutgoingOutcome.Undeliverable) await settlement.NoteAsync(sent, result).ConfigureAwait(false);
        else if (answer.IsSuccess) await settlement.EndAsync(sent, NotificationState.Acknowledged, result).ConfigureAwait(false);
        else if (answer.ExperimentalCode == ExperimentalResultCode.ErrorUserUnknown)
            // 6.1.4: the application server does not know the user, so all that it subscribed to of that user is pointless.
            await settlement.EndWithSubscriptionsAsync(sent, result, seen, one => one.ApplicationServer == key.ApplicationServer && one.User == key.User).ConfigureAwait(false);
        else if (answer.ExperimentalCode == ExperimentalResultCode.ErrorNoSubscriptionToData)
            // No clause says so, but it is what the code means: it has no such subscription, and would answer the same to every change.
            await settlement.EndWithSubscriptionsAsync(sent, result, seen, one => one == key).ConfigureAwait(false);
        else if (DeliveryResult.MayPass(answer)) await settlement.RetryAsync(sent, result).ConfigureAwait(false);
        else await settlement.EndAsync(sent, NotificationState.Failed, result, wasSent: answer.Outcome != OutgoingOutcome.TooLong).ConfigureAwait(false);
    }

    /// <summary>Whether a refusal can be about one part of what was sent and not about the rest.</summary>
    private static bool SpeaksOfContent(OutgoingAnswer answer) => answer.Outcome == OutgoingOutcome.TooLong
        || answer.ExperimentalCode is ExperimentalResultCode.ErrorTooMuchData or ExperimentalResultCode.ErrorUserDataNotRecognized
            or ExperimentalResultCode.ErrorNoSubscriptionToData;

    private static bool HasExpired(Notification notification, ImmutableArray<NotificationSubscription> subscriptions, DateTimeOffset now)
    {
        foreach (var subscription in subscriptions)
            if (subscription.Key == notification.Key) return subscription.Expiry <= now;
        // It ended with this notification (one time, removed data), so there is nothing left that could run out.
        return false;
    }

    private static bool HasOutlived(Notification notification, ImmutableArray<NotificationSubscription> subscriptions)
    {
        foreach (var subscription in subscriptions)
            if (subscription.Key == notification.Key) return false;
        return true;
    }

    private OutgoingRequest Request(IReadOnlyList<Notification> sent, Subscriber? subscriber)
    {
        var first = sent[0];
        var userData = CombinedNotification.ContentOf(sent);
        return new()
        {
            ApplicationId = ApplicationIds.Sh,
            CommandCode = PushNotificationRequest.CommandCode,
            CommandName = PushNotificationRequest.Grammar.Abbreviation,
            // HSS-initiated: to whoever subscribed, by the names in the SNR (TS 29.329 5.5).
            DestinationHost = first.Key.ApplicationServer,
            DestinationRealm = first.ApplicationServerRealm,
            Write = writer =>
            {
                // Only to one that spoke of features itself: others might not know the AVP (TS 29.329 7.2).
                if (first.CombinesChanges) FeatureNegotiation.WriteOwnList(writer, (uint)options.Features);
                WriteUser(writer, first);
                if (WildcardOf(first.Key.User, subscriber) is { } wildcard) writer.WriteText(wildcard, first.Key.User.Value);
                if (first.Key.PrivateIdentity is { } userName) writer.WriteText(Avp.UserName, userName);
                writer.WriteOctets(Avp.ShUserData, userData.Span);
            },
        };
    }

    /// <summary>User-Identity as in the SNR: the identity that was asked with, also where the subscription is to the wildcard it fell into.</summary>
    private static void WriteUser(MessageWriter writer, Notification notification)
    {
        var user = notification.Key.User;
        writer.BeginGroup(Avp.UserIdentity);
        switch (user.Kind)
        {
            case ShUserIdentityKind.Msisdn:
                writer.WriteOctets(Avp.Msisdn, TelephonyBcd.Encode(user.Value));
                break;
            case ShUserIdentityKind.ExternalIdentifier:
                writer.WriteText(Avp.ExternalIdentifier, user.Value);
                break;
            default:
                writer.WriteText(Avp.PublicIdentity, notification.AskedIdentity ?? user.Value);
                break;
        }
        writer.EndGroup();
    }

    /// <summary>Wildcarded-Public-Identity for a PSI, Wildcarded-IMPU for a user; null when the user is no wildcard, or is gone: then nobody can tell which.</summary>
    private static AvpDefinition? WildcardOf(ShUserIdentity user, Subscriber? subscriber)
    {
        if (user.Kind != ShUserIdentityKind.PublicIdentity || subscriber is null || subscriber.IndexOfSet(user.Value, out var identity) < 0) return null;
        return identity!.Type switch
        {
            PublicIdentityType.WildcardedPsi => Avp.WildcardedPublicIdentity,
            PublicIdentityType.WildcardedImpu => Avp.WildcardedImpu,
            _ => null,
        };
    }
}
