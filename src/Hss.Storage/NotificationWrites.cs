using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>What one change writes into the table of notifications.</summary>
/// Order: Updates, Withdrawn, Refreshed, New; so that what ended with the change is not what a new one takes the place of.
public sealed record NotificationWrites
{
    public static readonly NotificationWrites None = new();

    /// <summary>Why what was pending of a key is not sent any more, for people.</summary>
    public const string Unsubscribed = "unsubscribed, run out, or overtaken by a change that this application server made itself";

    /// <summary>What was pending when the permission went, for people.</summary>
    public const string NotPermitted = "not permitted any more";

    /// <summary>Each takes the place of the pending one with its key and subscription, or is a new one.</summary>
    public ImmutableArray<Notification> New { get; init; } = [];

    public ImmutableArray<NotificationUpdate> Updates { get; init; } = [];

    /// <summary>Keys whose pending notification is not to be sent any more.</summary>
    public ImmutableArray<NotificationKey> Withdrawn { get; init; } = [];

    /// <summary>What stands now under keys that are subscribed to anew, or whose application server changed it by what it wrote elsewhere, or that
    /// outlived their subscription: takes the place of what is pending, and makes nothing new.</summary>
    public ImmutableArray<Notification> Refreshed { get; init; } = [];

    public bool IsEmpty => New.IsEmpty && Updates.IsEmpty && Withdrawn.IsEmpty && Refreshed.IsEmpty;
}

/// <summary>What application servers left at one subscription, as it stands and as it is to stand.</summary>
/// Shape: elements that are the same object in both need no writing.
public sealed record ApplicationDataWrite(ApplicationData Before, ApplicationData After);
