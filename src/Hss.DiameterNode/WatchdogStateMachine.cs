using System.Collections.Immutable;

namespace Hss.DiameterNode;

/// <summary>How far a peer is trusted to be alive.</summary>
/// Spec: RFC 3539 Appendix A.
public enum WatchdogState
{
    /// <summary>Never connected yet.</summary>
    Initial,

    /// <summary>Alive.</summary>
    Okay,

    /// <summary>A watchdog request is overdue.</summary>
    Suspect,

    /// <summary>No connection, or given up.</summary>
    Down,

    /// <summary>Connected again after it was given up; three watchdog answers make it Okay.</summary>
    Reopen,
}

/// <summary>What the watchdog hears of.</summary>
internal enum WatchdogEvent
{
    ConnectionUp,
    ConnectionDown,
    ReceiveDwa,
    ReceiveNonDwa,
    TimerExpires,
}

/// <summary>What the shell does for the watchdog.</summary>
internal enum WatchdogAction
{
    SendWatchdog,
    SetWatchdog,
    Failover,
    Failback,
    CloseConnection,
}

/// <summary>The variables of the appendix: state, Pending and NumDWA.</summary>
internal readonly record struct Watchdog(WatchdogState State, bool Pending, int NumDwa)
{
    /// <summary>A peer that was never connected.</summary>
    public static Watchdog Initial => new(WatchdogState.Initial, false, 0);

    /// <summary>A peer the watchdog gave up last time.</summary>
    public static Watchdog Down => new(WatchdogState.Down, false, 0);
}

/// <summary>The new variables and what to do, in this order.</summary>
internal readonly record struct WatchdogTransition(Watchdog Watchdog, ImmutableArray<WatchdogAction> Actions);

/// <summary>The watchdog above the peer machine: a pure function. Tw and its jitter belong to whoever carries out SetWatchdog.</summary>
/// Spec: RFC 3539 3.4.1 and Appendix A.
/// <remarks>
/// Where this differs from the table, and why:
/// 1. AttemptOpen does not exist: an accepted connection only the peer can attempt to open, and for a dialled one the peer
///    protocol has a timer of its own (Tc). So the rows "INITIAL and DOWN, Timer expires" are empty and nothing arms the
///    timer on the way to DOWN.
/// 2. REOPEN, Receive non-DWA: Throwaway(). The state protects this node's own requests from a peer that flaps. Throwing the
///    peer's requests away would leave them without an answer, which RFC 6733 does not allow a server; they are served.
/// 3. The appendix enters REOPEN after every DOWN. Here only a peer the watchdog itself gave up comes back through REOPEN. One that
///    closed its transport was not found ill, and it shall not be greeted with three probes each time it restarts.
/// 4. REOPEN to OKAY sets the watchdog, which the table leaves to the timer that runs already. Here a timer belongs to the state
///    it was set in, and that one would be stale.
/// </remarks>
internal static class WatchdogStateMachine
{
    /// <summary>NumDWA when the third answer arrives that makes the peer OKAY again.</summary>
    private const int NumDwaBeforeLast = 2;

    /// <summary>The next state and the actions on the way.</summary>
    /// <param name="now">The variables as they are.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="armedFor">For TimerExpires: the state the timer was set in. A timer of another state is stale and ignored.</param>
    public static WatchdogTransition Next(Watchdog now, WatchdogEvent happened, WatchdogState armedFor = WatchdogState.Initial)
    {
        if (happened is WatchdogEvent.TimerExpires && armedFor != now.State)
            return new WatchdogTransition(now, []);
        return (now.State, happened) switch
        {
            // OKAY    Receive DWA    Pending = FALSE, SetWatchdog()    OKAY
            (WatchdogState.Okay, WatchdogEvent.ReceiveDwa) => To(now with { Pending = false }, WatchdogAction.SetWatchdog),

            // OKAY    Receive non-DWA    SetWatchdog()    OKAY
            (WatchdogState.Okay, WatchdogEvent.ReceiveNonDwa) => To(now, WatchdogAction.SetWatchdog),

            // SUSPECT    Receive DWA    Pending = FALSE, Failback(), SetWatchdog()    OKAY
            (WatchdogState.Suspect, WatchdogEvent.ReceiveDwa) =>
                To(now with { State = WatchdogState.Okay, Pending = false }, WatchdogAction.Failback, WatchdogAction.SetWatchdog),

            // SUSPECT    Receive non-DWA    Failback(), SetWatchdog()    OKAY
            (WatchdogState.Suspect, WatchdogEvent.ReceiveNonDwa) =>
                To(now with { State = WatchdogState.Okay }, WatchdogAction.Failback, WatchdogAction.SetWatchdog),

            // REOPEN    Receive DWA & NumDWA == 2    Pending = FALSE, NumDWA++, Failback()    OKAY (4)
            (WatchdogState.Reopen, WatchdogEvent.ReceiveDwa) when now.NumDwa == NumDwaBeforeLast =>
                To(new Watchdog(WatchdogState.Okay, false, now.NumDwa + 1), WatchdogAction.Failback, WatchdogAction.SetWatchdog),

            // REOPEN    Receive DWA & NumDWA < 2    Pending = FALSE, NumDWA++    REOPEN
            (WatchdogState.Reopen, WatchdogEvent.ReceiveDwa) => To(now with { Pending = false, NumDwa = now.NumDwa + 1 }),

            // REOPEN    Receive non-DWA    Throwaway()    REOPEN: served here (2), no effect on the watchdog.
            (WatchdogState.Reopen, WatchdogEvent.ReceiveNonDwa) => To(now),

            // OKAY    Timer expires & !Pending    SendWatchdog(), SetWatchdog(), Pending = TRUE    OKAY
            (WatchdogState.Okay, WatchdogEvent.TimerExpires) when !now.Pending =>
                To(now with { Pending = true }, WatchdogAction.SendWatchdog, WatchdogAction.SetWatchdog),

            // OKAY    Timer expires & Pending    Failover(), SetWatchdog()    SUSPECT
            (WatchdogState.Okay, WatchdogEvent.TimerExpires) =>
                To(now with { State = WatchdogState.Suspect }, WatchdogAction.Failover, WatchdogAction.SetWatchdog),

            // SUSPECT    Timer expires    CloseConnection(), SetWatchdog()    DOWN (1)
            (WatchdogState.Suspect, WatchdogEvent.TimerExpires) => To(Watchdog.Down, WatchdogAction.CloseConnection),

            // REOPEN    Timer expires & Pending & NumDWA < 0    CloseConnection(), SetWatchdog()    DOWN (1)
            (WatchdogState.Reopen, WatchdogEvent.TimerExpires) when now is { Pending: true, NumDwa: < 0 } =>
                To(Watchdog.Down, WatchdogAction.CloseConnection),

            // REOPEN    Timer expires & Pending & NumDWA >= 0    NumDWA = -1, SetWatchdog()    REOPEN
            (WatchdogState.Reopen, WatchdogEvent.TimerExpires) when now.Pending => To(now with { NumDwa = -1 }, WatchdogAction.SetWatchdog),

            // REOPEN    Timer expires & !Pending    SendWatchdog(), SetWatchdog(), Pending = TRUE    REOPEN
            (WatchdogState.Reopen, WatchdogEvent.TimerExpires) =>
                To(now with { Pending = true }, WatchdogAction.SendWatchdog, WatchdogAction.SetWatchdog),

            // INITIAL    Connection up    SetWatchdog()    OKAY
            (WatchdogState.Initial, WatchdogEvent.ConnectionUp) =>
                To(new Watchdog(WatchdogState.Okay, false, 0), WatchdogAction.SetWatchdog),

            // DOWN    Connection up    NumDWA = 0, SendWatchdog(), SetWatchdog(), Pending = TRUE    REOPEN
            (WatchdogState.Down, WatchdogEvent.ConnectionUp) =>
                To(new Watchdog(WatchdogState.Reopen, true, 0), WatchdogAction.SendWatchdog, WatchdogAction.SetWatchdog),

            // OKAY    Connection down    CloseConnection(), Failover(), SetWatchdog()    DOWN: it is closed already, and (1).
            (WatchdogState.Okay, WatchdogEvent.ConnectionDown) => To(Watchdog.Down, WatchdogAction.Failover),

            // SUSPECT, REOPEN    Connection down    CloseConnection(), SetWatchdog()    DOWN: as above.
            (WatchdogState.Suspect or WatchdogState.Reopen, WatchdogEvent.ConnectionDown) => To(Watchdog.Down),

            // INITIAL, DOWN    Receive, Timer expires, Connection down: nothing to do (1). A second Connection up cannot be.
            _ => To(now),
        };
    }

    private static WatchdogTransition To(Watchdog watchdog, params ImmutableArray<WatchdogAction> actions) => new(watchdog, actions);
}
