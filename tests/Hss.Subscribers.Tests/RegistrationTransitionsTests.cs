using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Subscribers.Tests;

/// <summary>The table of RegistrationTransitions, row by row and as a full product of states and events. Spec: TS 29.228 6.1.2.1, 6.3.1.</summary>
public sealed class RegistrationTransitionsTests
{
    private const string One = "one@example.org";
    private const string Two = "two@example.org";
    private static readonly AssignedServer X = new("sip:x.example.org:6060", "x.example.org", "example.org");
    private static readonly AssignedServer Y = new("sip:y.example.org:6060", "y.example.org", "example.org");

    private static readonly RegistrationState NotRegistered = RegistrationState.Initial;
    private static readonly RegistrationState Pending = new() { Server = X, AuthenticationPendingPrivateIdentities = [One] };
    private static readonly RegistrationState PendingTwo = new() { Server = X, AuthenticationPendingPrivateIdentities = [One, Two] };
    private static readonly RegistrationState Unregistered = new() { Status = RegistrationStatus.Unregistered, Server = X };
    private static readonly RegistrationState RegisteredOne = new() { Status = RegistrationStatus.Registered, Server = X, RegisteredPrivateIdentities = [One] };
    private static readonly RegistrationState RegisteredBoth = new() { Status = RegistrationStatus.Registered, Server = X, RegisteredPrivateIdentities = [One, Two] };
    private static readonly RegistrationState RegisteredTwo = new() { Status = RegistrationStatus.Registered, Server = X, RegisteredPrivateIdentities = [Two] };

    public static TheoryData<string, RegistrationState, RegistrationState> BeginAuthenticationByX => new()
    {
        { "not registered: name stored, pending set", NotRegistered, Pending },
        { "pending already: nothing changes", Pending, Pending },
        { "unregistered: name kept, pending set", Unregistered, Unregistered with { AuthenticationPendingPrivateIdentities = [One] } },
        { "registered, same name: nothing changes", RegisteredOne, RegisteredOne },
    };

    [Theory, MemberData(nameof(BeginAuthenticationByX))]
    public void Begin_authentication(string row, RegistrationState before, RegistrationState after) =>
        Assert.True(RegistrationTransitions.BeginAuthentication(before, One, X).Equals(after), row);

    [Fact]
    public void Begin_authentication_by_another_server_takes_over_the_name_but_not_the_registration()
    {
        var after = RegistrationTransitions.BeginAuthentication(RegisteredOne, One, Y);
        Assert.Equal(RegisteredOne with { Server = Y, AuthenticationPendingPrivateIdentities = [One] }, after);
    }

    [Fact]
    public void A_scheme_without_authentication_stores_the_name_and_waits_for_nothing()
    {
        Assert.Equal(new() { Server = X }, RegistrationTransitions.BeginAuthentication(NotRegistered, null, X));
        Assert.Equal(Pending, RegistrationTransitions.BeginAuthentication(Pending, null, X)); // another attempt is still under way
        Assert.Equal(RegisteredOne with { Server = Y }, RegistrationTransitions.BeginAuthentication(RegisteredOne, null, Y));
    }

    [Fact]
    public void The_flag_lives_until_another_name_is_stored()
    {
        var flagged = RegistrationTransitions.AllowReassignment(RegisteredOne);
        Assert.Equal(RegisteredOne with { ReassignmentPending = true }, flagged);
        Assert.Equal(NotRegistered, RegistrationTransitions.AllowReassignment(NotRegistered));
        Assert.Equal(flagged, RegistrationTransitions.BeginAuthentication(flagged, One, X)); // same name, registered: nothing changes
        Assert.Equal(RegisteredOne with { Server = Y, AuthenticationPendingPrivateIdentities = [One] }, RegistrationTransitions.BeginAuthentication(flagged, One, Y));
        Assert.Equal(RegisteredOne with { Server = Y }, RegistrationTransitions.TakeOver(flagged, Y));
        Assert.Equal(RegisteredOne, RegistrationTransitions.Register(flagged, One, X)); // the assigned one lives after all
    }

    [Theory]
    [InlineData(Restoration.MaxEntryBytes, 0, true)]
    [InlineData(Restoration.MaxEntryBytes + 1, 0, false)]
    [InlineData(1000, Restoration.MaxSetBytes - 1000, true)]
    [InlineData(1001, Restoration.MaxSetBytes - 1000, false)]
    public void Restoration_data_beyond_the_bounds_is_not_kept_nor_is_what_it_should_replace(int bytes, int othersBytes, bool kept)
    {
        var state = RegisteredBoth with { RestorationData = [new(One, new byte[8]), new(Two, new byte[othersBytes])] };
        var after = Restoration.Store(state, new(One, new byte[bytes]));
        Assert.Equal(kept ? bytes : null, Restoration.Of(after, One)?.Avps.Length);
        Assert.Equal(othersBytes, Restoration.Of(after, Two)!.Avps.Length);
    }

    public static TheoryData<string, RegistrationState, string?, RegistrationState> ClearRows => new()
    {
        { "not registered: idempotent", NotRegistered, One, NotRegistered },
        { "not registered, pending: the attempt goes on", Pending, One, Pending },
        { "unregistered: cleared", Unregistered, null, NotRegistered },
        { "last private identity: cleared", RegisteredOne, One, NotRegistered },
        { "without private identity: the only one", RegisteredOne, null, NotRegistered },
        { "one of two: dropped", RegisteredBoth, One, RegisteredTwo },
        { "registered by another one only: left alone", RegisteredTwo, One, RegisteredTwo },
    };

    [Theory, MemberData(nameof(ClearRows))]
    public void Clear(string row, RegistrationState before, string? privateIdentity, RegistrationState after) =>
        Assert.True(RegistrationTransitions.Clear(before, privateIdentity).Equals(after), row);

    public static TheoryData<string, RegistrationState, string?, RegistrationState> ClearKeepingRows => new()
    {
        { "not registered: nothing to keep", NotRegistered, One, NotRegistered },
        { "unregistered: stays", Unregistered, One, Unregistered },
        { "last private identity: unregistered, name kept", RegisteredOne, One, Unregistered },
        { "one of two: dropped", RegisteredBoth, One, RegisteredTwo },
        { "registered by another one only: left alone", RegisteredTwo, One, RegisteredTwo },
    };

    [Theory, MemberData(nameof(ClearKeepingRows))]
    public void Clear_keeping_the_server(string row, RegistrationState before, string? privateIdentity, RegistrationState after) =>
        Assert.True(RegistrationTransitions.ClearKeepingServer(before, privateIdentity).Equals(after), row);

    public static TheoryData<string, RegistrationState, RegistrationState> FailureRows => new()
    {
        { "not registered, pending: pending reset, name cleared", Pending, NotRegistered },
        { "another attempt is pending: the name stays for it", PendingTwo, new() { Server = X, AuthenticationPendingPrivateIdentities = [Two] } },
        { "registered: the registration survives", RegisteredOne with { AuthenticationPendingPrivateIdentities = [One] }, RegisteredOne },
        { "unregistered: stays", Unregistered with { AuthenticationPendingPrivateIdentities = [One] }, Unregistered },
    };

    [Theory, MemberData(nameof(FailureRows))]
    public void Authentication_failed(string row, RegistrationState before, RegistrationState after) =>
        Assert.True(RegistrationTransitions.AuthenticationFailed(before, One).Equals(after), row);

    /// <summary>Over every state and every event, also repeated three deep: what must hold of any state that can be stored.</summary>
    [Fact]
    public void Every_reachable_state_is_consistent()
    {
        Func<RegistrationState, RegistrationState>[] events =
        [
            s => RegistrationTransitions.BeginAuthentication(s, One, X), s => RegistrationTransitions.BeginAuthentication(s, Two, Y),
            s => RegistrationTransitions.Register(s, One, X), s => RegistrationTransitions.Register(s, Two, X),
            s => RegistrationTransitions.RegisterUnregistered(s, X),
            RegistrationTransitions.AllowReassignment, s => RegistrationTransitions.TakeOver(s, s.ReassignmentPending ? Y : s.Server!),
            s => s.RegisteredPrivateIdentities.Contains(One) ? Restoration.Store(s, new(One, new byte[8])) : s,
            s => s.RegisteredPrivateIdentities.Contains(Two) ? Restoration.Store(s, new(Two, new byte[8])) : s,
            s => RegistrationTransitions.Clear(s, One), s => RegistrationTransitions.Clear(s, Two), s => RegistrationTransitions.Clear(s, null),
            s => RegistrationTransitions.ClearKeepingServer(s, One), s => RegistrationTransitions.ClearKeepingServer(s, null),
            s => RegistrationTransitions.AuthenticationFailed(s, One), s => RegistrationTransitions.AuthenticationFailed(s, Two),
        ];
        var reached = new List<RegistrationState> { NotRegistered };
        for (var i = 0; i < reached.Count && reached.Count < 10_000; i++)
            foreach (var apply in events)
            {
                var next = apply(reached[i]);
                AssertConsistent(next);
                if (!reached.Exists(known => known.Equals(next))) reached.Add(next);
            }
        Assert.InRange(reached.Count, 10, 500); // small and closed: the walk ended because nothing new appeared
    }

    private static void AssertConsistent(RegistrationState state)
    {
        Assert.Equal(state.Status == RegistrationStatus.Registered, !state.RegisteredPrivateIdentities.IsEmpty);
        if (state.Status != RegistrationStatus.NotRegistered) Assert.NotNull(state.Server);
        if (state.Status == RegistrationStatus.NotRegistered) Assert.Equal(state.Server is not null, !state.AuthenticationPendingPrivateIdentities.IsEmpty);
        if (state.Server is null) Assert.False(state.ReassignmentPending);
        Assert.All(state.RestorationData, data => Assert.Contains(data.PrivateIdentity, state.RegisteredPrivateIdentities));
    }
}
