using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>A subscription as the store holds it in memory: what was provisioned, where it is registered, and the counters of its keys.</summary>
/// Reading <see cref="States"/> needs no turn: it is a snapshot of what is durable. Counters, and every change, belong to the holder of the
/// turn: <see cref="ISubscriberStore.EnterAsync"/>, then <see cref="ISubscriberStore.CommitAsync"/>.
public sealed class Subscriber
{
    private readonly SequenceState[] _sequences;
    private readonly MilenageKey?[] _keys;
    private volatile RegistrationState[] _states; // never written to: an immutable array is this and a wrapper, which cannot be volatile

    private volatile ApplicationData _applicationData;
    private volatile UserDataCache _userData;

    public Subscriber(
        Subscription subscription, ImmutableArray<RegistrationState> states, IEnumerable<SequenceState> sequences, ApplicationData? applicationData = null)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        if (states.Length != subscription.ImplicitRegistrationSets.Length)
            throw new ArgumentException("one registration state per implicit registration set", nameof(states));
        _sequences = [.. sequences];
        if (_sequences.Length != subscription.PrivateIdentities.Length)
            throw new ArgumentException("one sequence state per private identity", nameof(sequences));
        _keys = new MilenageKey?[_sequences.Length];
        Subscription = subscription;
        _states = ImmutableCollectionsMarshal.AsArray(states)!;
        _applicationData = applicationData ?? ApplicationData.Empty;
        _userData = new(_applicationData.InactiveServices);
    }

    public Subscription Subscription { get; }

    /// <summary>One state per implicit registration set, in the order of <see cref="Subscription.ImplicitRegistrationSets"/>.</summary>
    public ImmutableArray<RegistrationState> States => ImmutableCollectionsMarshal.AsImmutableArray(_states);

    /// <summary>What application servers left here: a snapshot of what is durable, as <see cref="States"/>.</summary>
    public ApplicationData ApplicationData => _applicationData;

    /// <summary>Index of a canonical IMPI, or -1.</summary>
    public int IndexOfPrivateIdentity(string privateIdentity)
    {
        for (var i = 0; i < Subscription.PrivateIdentities.Length; i++)
            if (string.Equals(Subscription.PrivateIdentities[i].Identity, privateIdentity, StringComparison.Ordinal)) return i;
        return -1;
    }

    /// <summary>Index of the implicit registration set that holds a canonical identity and the identity itself, or -1.</summary>
    public int IndexOfSet(string publicIdentity, out PublicIdentity? identity)
    {
        for (var i = 0; i < Subscription.ImplicitRegistrationSets.Length; i++)
            foreach (var candidate in Subscription.ImplicitRegistrationSets[i].PublicIdentities)
                if (string.Equals(candidate.Identity, publicIdentity, StringComparison.Ordinal))
                {
                    identity = candidate;
                    return i;
                }
        identity = null;
        return -1;
    }

    /// <summary>Counter of one key. Only the holder of the subscriber's turn may act on it.</summary>
    public SequenceState SequenceOf(int privateIdentityIndex) => _sequences[privateIdentityIndex];

    /// <summary>Takes a reservation that needs no commit. Precondition: the caller holds the turn and MustCommit is false.</summary>
    public void Take(int privateIdentityIndex, in SequenceReservation reservation)
    {
        if (reservation.MustCommit) throw new InvalidOperationException("this reservation is not durable yet");
        _sequences[privateIdentityIndex] = reservation.After;
    }

    /// <summary>The expanded key of a private identity with AKA credentials, made on first use. A race makes it twice, which is harmless.</summary>
    public MilenageKey KeyOf(int privateIdentityIndex) =>
        _keys[privateIdentityIndex] ??= new MilenageKey(Subscription.PrivateIdentities[privateIdentityIndex].Credentials.Aka
            ?? throw new InvalidOperationException("this private identity has no AKA credentials"));

    /// <summary>User-Data (AVP 606) of one set for one private identity, rendered once and kept as UTF-8.</summary>
    public ReadOnlyMemory<byte> UserData(int setIndex, string privateIdentity, UserDataForm form = UserDataForm.Base) =>
        _userData.Get(Subscription, setIndex, privateIdentity, form);

    /// <summary>The same for an identity that fell into a wildcard of the set.</summary>
    /// Why it is not kept: anybody can make up such identities, and there is no end of them. A S-CSCF asks once and keeps the answer.
    public ReadOnlyMemory<byte> UserData(int setIndex, string privateIdentity, UserDataForm form, NonDistinctIdentity nonDistinct) =>
        _userData.Render(Subscription, setIndex, privateIdentity, form, nonDistinct);

    /// <summary>Whether an identity has services for the unregistered state that are not masked for it (LIA 2003 instead of 5003).</summary>
    /// Spec: TS 29.228 6.1.4.1, TS 29.328 7.6.18: a masked filter is one that the identity does not have.
    public bool HasUnregisteredServices(PublicIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (!Subscription.HasUnregisteredServices(identity)) return false;
        var masks = new FilterMasks(_applicationData.InactiveServices);
        if (masks.IsEmpty || Subscription.FindServiceProfile(identity.ServiceProfile) is not { HasDsaiTags: true } profile) return true;
        foreach (var filter in profile.AllFilters)
            if (UnregisteredServices.CanFire(filter) && !masks.Masks(identity.Identity, filter)) return true;
        return false;
    }

    /// <summary>For the store alone: publishes a change after it is durable.</summary>
    public void Publish(SubscriberChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (!change.Registrations.IsEmpty)
        {
            var builder = States.ToBuilder();
            foreach (var (setIndex, state) in change.Registrations) builder[setIndex] = state;
            _states = ImmutableCollectionsMarshal.AsArray(builder.MoveToImmutable())!;
        }
        foreach (var (index, after) in change.Sequences) _sequences[index] = after;
        if (change.ApplicationData is not { } applicationData) return;
        _applicationData = applicationData;
        // A document that is being rendered with the old masks goes into the old cache, which nobody asks any more.
        if (!_userData.IsFor(applicationData.InactiveServices)) _userData = new(applicationData.InactiveServices);
    }
}

/// <summary>What one procedure changes in one subscriber: registration states by set index, counters by private identity index. All or nothing.</summary>
public sealed record SubscriberChange(
    ImmutableArray<(int SetIndex, RegistrationState State)> Registrations,
    ImmutableArray<(int PrivateIdentityIndex, SequenceState After)> Sequences)
{
    public static readonly SubscriberChange None = new([], []);

    /// <summary>RTRs and PPRs that follow from the change: written with it, sent when it is durable.</summary>
    public ImmutableArray<CxJob> Jobs { get; init; } = [];

    /// <summary>Ends and retries of jobs, written with the states they change.</summary>
    public ImmutableArray<CxJobUpdate> JobUpdates { get; init; } = [];

    /// <summary>All of it as it is behind the change; null: it stays. Subscriptions that the change itself ends are the store's to take out.</summary>
    public ApplicationData? ApplicationData { get; init; }

    /// <summary>Origin-Host (lower case) of the application server that changed the data: it is told of none of it (TS 29.328 6.1.2.1 step 6).</summary>
    public string? ChangedBy { get; init; }

    /// <summary>Ends and retries of notifications. The notifications that follow from the change are the store's to work out.</summary>
    public ImmutableArray<NotificationUpdate> NotificationUpdates { get; init; } = [];

    /// <summary>Keys that an application server unsubscribed: what is pending of them is not sent, also where the subscription ended before.</summary>
    public ImmutableArray<NotificationKey> Unsubscribed { get; init; } = [];

    /// <summary>What stands now of notifications that outlived their subscriptions: takes the place of what is pending, and makes nothing new.</summary>
    public ImmutableArray<Notification> Renewed { get; init; } = [];

    /// <summary>The audit record of an operator's change; null: it gets none, such as every change by a procedure.</summary>
    public AuditNote? Audit { get; init; }

    public bool IsEmpty =>
        Audit is null && Registrations.IsEmpty && Sequences.IsEmpty && Jobs.IsEmpty && JobUpdates.IsEmpty && ApplicationData is null && NotificationUpdates.IsEmpty
        && Unsubscribed.IsEmpty && Renewed.IsEmpty;
}
