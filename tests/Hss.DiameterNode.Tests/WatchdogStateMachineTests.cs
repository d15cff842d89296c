namespace Hss.DiameterNode.Tests;

/// <summary>RFC 3539 Appendix A row by row; every combination that is not listed must change nothing.</summary>
public sealed class WatchdogStateMachineTests
{
    // state pending numDwa | event | actions | state pending numDwa. "*" stands for any value and, at the end, for the value it had.
    private const string Table = """
        Okay     *      *   ReceiveDwa      SetWatchdog                    Okay     False  *
        Okay     *      *   ReceiveNonDwa   SetWatchdog                    Okay     *      *
        Okay     False  *   TimerExpires    SendWatchdog,SetWatchdog       Okay     True   *
        Okay     True   *   TimerExpires    Failover,SetWatchdog           Suspect  True   *
        Okay     *      *   ConnectionDown  Failover                       Down     False  0
        Suspect  *      *   ReceiveDwa      Failback,SetWatchdog           Okay     False  *
        Suspect  *      *   ReceiveNonDwa   Failback,SetWatchdog           Okay     *      *
        Suspect  *      *   TimerExpires    CloseConnection                Down     False  0
        Suspect  *      *   ConnectionDown  -                              Down     False  0
        Reopen   *      -1  ReceiveDwa      -                              Reopen   False  0
        Reopen   *      0   ReceiveDwa      -                              Reopen   False  1
        Reopen   *      1   ReceiveDwa      -                              Reopen   False  2
        Reopen   *      2   ReceiveDwa      Failback,SetWatchdog           Okay     False  3
        Reopen   False  *   TimerExpires    SendWatchdog,SetWatchdog       Reopen   True   *
        Reopen   True   -1  TimerExpires    CloseConnection                Down     False  0
        Reopen   True   0   TimerExpires    SetWatchdog                    Reopen   True   -1
        Reopen   True   1   TimerExpires    SetWatchdog                    Reopen   True   -1
        Reopen   True   2   TimerExpires    SetWatchdog                    Reopen   True   -1
        Reopen   *      *   ConnectionDown  -                              Down     False  0
        Initial  *      *   ConnectionUp    SetWatchdog                    Okay     False  0
        Down     *      *   ConnectionUp    SendWatchdog,SetWatchdog       Reopen   True   0
        """;

    [Fact]
    public void Every_state_and_event_does_what_the_table_says()
    {
        string[][] rows = [.. Table.Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        int matched = 0;
        foreach (Watchdog now in All())
        {
            foreach (WatchdogEvent happened in Enum.GetValues<WatchdogEvent>())
            {
                string[]? row = rows.SingleOrDefault(row =>
                    row[0] == now.State.ToString() && Matches(row[1], now.Pending) && Matches(row[2], now.NumDwa) && row[3] == happened.ToString());
                if (row is not null) matched++;
                string expected = row is null
                    ? $"- {now}"
                    : $"{row[4]} {new Watchdog(
                        Enum.Parse<WatchdogState>(row[5]),
                        row[6] == "*" ? now.Pending : bool.Parse(row[6]),
                        row[7] == "*" ? now.NumDwa : int.Parse(row[7], System.Globalization.CultureInfo.InvariantCulture))}";
                WatchdogTransition transition = WatchdogStateMachine.Next(now, happened, armedFor: now.State);
                string actions = transition.Actions.IsEmpty ? "-" : string.Join(',', transition.Actions);
                Assert.Equal($"{now} {happened}: {expected}", $"{now} {happened}: {actions} {transition.Watchdog}");
            }
        }

        Assert.True(matched >= rows.Length);
    }

    [Fact]
    public void A_timer_of_another_state_is_stale_and_ignored()
    {
        foreach (Watchdog now in All())
        {
            foreach (WatchdogState armedFor in Enum.GetValues<WatchdogState>().Where(other => other != now.State))
            {
                WatchdogTransition transition = WatchdogStateMachine.Next(now, WatchdogEvent.TimerExpires, armedFor);
                Assert.Equal(now, transition.Watchdog);
                Assert.Empty(transition.Actions);
            }
        }
    }

    [Fact]
    public void Whoever_waits_for_a_timer_has_set_one()
    {
        // In a state whose timer does something, every way into it or through it that ends the old timer's arming sets a new one.
        foreach (Watchdog now in All())
        {
            foreach (WatchdogEvent happened in Enum.GetValues<WatchdogEvent>())
            {
                WatchdogTransition transition = WatchdogStateMachine.Next(now, happened, armedFor: now.State);
                bool waits = transition.Watchdog.State is WatchdogState.Okay or WatchdogState.Suspect or WatchdogState.Reopen;
                bool isUnarmed = transition.Watchdog.State != now.State || happened is WatchdogEvent.TimerExpires;
                if (waits && isUnarmed) Assert.Contains(WatchdogAction.SetWatchdog, transition.Actions);
            }
        }
    }

    private static IEnumerable<Watchdog> All() =>
        from state in Enum.GetValues<WatchdogState>()
        from pending in new[] { false, true }
        from numDwa in new[] { -1, 0, 1, 2 }
        select new Watchdog(state, pending, numDwa);

    private static bool Matches<T>(string pattern, T value) => pattern == "*" || pattern == value!.ToString();
}
