using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage.Sqlite;

/// <summary>Everything that one change writes, so that the commit thread only writes.</summary>
/// <param name="Versions">One per edit, in the order of the edits; unchanged ones too.</param>
/// <param name="Leaving">Private identities that no version of this change has any more.</param>
internal sealed record ChangePlan(ImmutableArray<PlannedVersion> Versions, ImmutableArray<PrivateIdentityInStore> Leaving, ChangeAuthor Author);

/// <summary>What becomes of one subscription.</summary>
internal sealed record PlannedVersion(string SubscriptionId, ChangeKind Kind, StoredVersion? Old)
{
    /// <summary>Null: it goes, or it stays as it is.</summary>
    public Subscription? Now { get; init; }

    public byte[] Document { get; init; } = [];

    public ImmutableArray<PlannedPrivateIdentity> PrivateIdentities { get; init; } = [];

    /// <summary>False: every public identity keeps its row.</summary>
    public bool WritesPublicIdentities { get; init; }

    /// <summary>Whether there are rows of registration state to replace.</summary>
    public bool HasStates { get; init; }

    public ImmutableArray<RegistrationState> States { get; init; } = [];

    public ImmutableArray<CxJob> Jobs { get; init; } = [];

    /// <summary>False: MSISDNs and External-Identifiers stay whose they are.</summary>
    public bool WritesUserIdentities { get; init; }

    /// <summary>Null: what application servers left stays as it is, or goes with its subscription.</summary>
    public ApplicationDataWrite? ApplicationData { get; init; }

    public ImmutableArray<Notification> Notifications { get; init; } = [];

    /// <summary>Keys of which what is pending is not to be sent any more.</summary>
    public ImmutableArray<NotificationKey> Overtaken { get; init; } = [];

    /// <summary>What takes the place of what is pending, and makes nothing new.</summary>
    public ImmutableArray<Notification> Refreshed { get; init; } = [];

    /// <summary>Of the old version, for the record.</summary>
    public byte[]? OldCredentials { get; init; }
}

/// <param name="Row">Its row, or 0: it gets one.</param>
/// <param name="SqnCeiling">The ceiling to write; of a new row the least it may have.</param>
/// <param name="WritesRow">False: ordinal, subscription and credentials stay.</param>
/// <param name="WritesCeiling">False: it stays.</param>
internal readonly record struct PlannedPrivateIdentity(
    PrivateIdentity Identity, long Row, byte[] SealedCredentials, ulong SqnCeiling, bool WritesRow, bool WritesCeiling);
