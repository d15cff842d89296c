using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Everything that Sh-Data of one subscription is made from, as it stood at one moment.</summary>
public sealed record ShSource(Subscription Subscription, ImmutableArray<RegistrationState> States, ApplicationData ApplicationData)
{
    public static ShSource Of(Subscriber subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        return new(subscriber.Subscription, subscriber.States, subscriber.ApplicationData);
    }
}
