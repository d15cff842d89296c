namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 5.6 row by row; every pair that is not listed must change nothing.</summary>
public sealed class PeerStateMachineTests
{
    private const string Table = """
        WaitCer  RConnCer         SendCea,Open                   ROpen
        WaitCer  RConnCerRefused  SendRefusingCea,Disconnect     Closed
        WaitCer  RRcvMessage      Disconnect                     Closed
        WaitCer  RRcvDwr          Disconnect                     Closed
        WaitCer  RRcvDwa          Disconnect                     Closed
        WaitCer  RRcvDpr          Disconnect                     Closed
        WaitCer  RRcvDpa          Disconnect                     Closed
        WaitCer  RPeerDisc        Disconnect                     Closed
        WaitCer  RUnreadable      Disconnect                     Closed
        WaitCer  Stop             Disconnect                     Closed
        WaitCer  Timeout          Disconnect                     Closed
        WaitCer  Lost             Abort                          Closed
        ROpen    RRcvMessage      Process                        ROpen
        ROpen    RRcvDwr          SendDwa                        ROpen
        ROpen    RRcvDwa          ProcessDwa                     ROpen
        ROpen    RRcvCer          RefuseCer                      ROpen
        ROpen    RRcvDpr          Withdraw,SendDpa,StartTimer    Closing
        ROpen    Stop             Withdraw,SendDpr,StartTimer    Closing
        ROpen    RPeerDisc        Withdraw,Disconnect            Closed
        ROpen    RUnreadable      Withdraw,Disconnect            Closed
        ROpen    Replaced         Withdraw,Abort                 Closed
        ROpen    Lost             Withdraw,Abort                 Closed
        Closing  RRcvMessage      RefuseMessage                  Closing
        Closing  RRcvDwr          SendDwa                        Closing
        Closing  RRcvCer          RefuseCer                      Closing
        Closing  RRcvDpr          SendDpa                        Closing
        Closing  RRcvDpa          Disconnect                     Closed
        Closing  RPeerDisc        Disconnect                     Closed
        Closing  RUnreadable      Disconnect                     Closed
        Closing  Timeout          Disconnect                     Closed
        Closing  Replaced         Abort                          Closed
        Closing  Lost             Abort                          Closed
        """;

    [Fact]
    public void Every_state_and_event_does_what_the_table_says()
    {
        Dictionary<(PeerState, PeerEvent), (string Actions, PeerState Next)> rows = Table
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(
                row => (Enum.Parse<PeerState>(row[0]), Enum.Parse<PeerEvent>(row[1])),
                row => (row[2], Enum.Parse<PeerState>(row[3])));

        foreach (PeerState state in Enum.GetValues<PeerState>())
        {
            foreach (PeerEvent happened in Enum.GetValues<PeerEvent>())
            {
                (string actions, PeerState next) = rows.GetValueOrDefault((state, happened), ("", state));
                PeerTransition transition = PeerStateMachine.Next(state, happened, armedFor: state);
                Assert.Equal(($"{state} {happened}", actions, next), ($"{state} {happened}", string.Join(',', transition.Actions), transition.State));
            }
        }
    }

    [Fact]
    public void A_timer_of_another_state_is_stale_and_ignored()
    {
        foreach (PeerState state in Enum.GetValues<PeerState>())
        {
            foreach (PeerState armedFor in Enum.GetValues<PeerState>().Where(other => other != state))
            {
                Assert.Equal(new PeerTransition(state, []), PeerStateMachine.Next(state, PeerEvent.Timeout, armedFor) with { Actions = [] });
                Assert.Empty(PeerStateMachine.Next(state, PeerEvent.Timeout, armedFor).Actions);
            }
        }
    }

    [Fact]
    public void No_way_leads_out_of_Closed_and_every_way_leads_there()
    {
        foreach (PeerEvent happened in Enum.GetValues<PeerEvent>())
        {
            Assert.Equal(PeerState.Closed, PeerStateMachine.Next(PeerState.Closed, happened).State);
        }

        foreach (PeerState state in Enum.GetValues<PeerState>())
        {
            Assert.Equal(PeerState.Closed, PeerStateMachine.Next(state, PeerEvent.RPeerDisc).State);
        }
    }

    [Fact]
    public void The_start_waits_for_the_CER_with_a_timer()
    {
        PeerTransition start = PeerStateMachine.Start();
        Assert.Equal(PeerState.WaitCer, start.State);
        Assert.Equal(PeerAction.StartTimer, Assert.Single(start.Actions));
    }
}
