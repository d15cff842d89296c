namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 5.6 row by row; every pair that is not listed must change nothing.</summary>
public sealed class PeerStateMachineTests
{
    private const string Table = """
        Closed            Start                  Connect,StartTimer           WaitConnAck
        WaitConnAck       IRcvConnAck            SendCer,StartTimer           WaitICea
        WaitConnAck       IRcvConnNack           Cleanup                      Closed
        WaitConnAck       Timeout                Cleanup                      Closed
        WaitConnAck       Stop                   Cleanup                      Closed
        WaitICea          RcvCea                 ProcessCea,Open              IOpen
        WaitICea          RcvCeaRefused          Disconnect                   Closed
        WaitICea          WinElection            Disconnect                   Closed
        WaitICea          PeerDisc               Disconnect                   Closed
        WaitICea          Unreadable             Disconnect                   Closed
        WaitICea          RcvCer                 Disconnect                   Closed
        WaitICea          RcvMessage             Disconnect                   Closed
        WaitICea          RcvDwr                 Disconnect                   Closed
        WaitICea          RcvDwa                 Disconnect                   Closed
        WaitICea          RcvDpr                 Disconnect                   Closed
        WaitICea          RcvDpa                 Disconnect                   Closed
        WaitICea          Timeout                Disconnect                   Closed
        WaitICea          Stop                   Disconnect                   Closed
        WaitICea          Replaced               Abort                        Closed
        WaitICea          Lost                   Abort                        Closed
        WaitCer           RConnCer               SendCea,Open                 ROpen
        WaitCer           RConnCerBeforeConnAck  HoldCer,StartTimer           WaitConnAckElect
        WaitCer           RConnCerElectionLost   HoldCer,StartTimer           WaitReturns
        WaitCer           RConnCerRefused        SendRefusingCea,Disconnect   Closed
        WaitCer           RcvMessage             Disconnect                   Closed
        WaitCer           RcvCea                 Disconnect                   Closed
        WaitCer           RcvDwr                 Disconnect                   Closed
        WaitCer           RcvDwa                 Disconnect                   Closed
        WaitCer           RcvDpr                 Disconnect                   Closed
        WaitCer           RcvDpa                 Disconnect                   Closed
        WaitCer           PeerDisc               Disconnect                   Closed
        WaitCer           Unreadable             Disconnect                   Closed
        WaitCer           Stop                   Disconnect                   Closed
        WaitCer           Timeout                Disconnect                   Closed
        WaitCer           Replaced               Abort                        Closed
        WaitCer           Lost                   Abort                        Closed
        WaitConnAckElect  LoseElection           StartTimer                   WaitReturns
        WaitConnAckElect  WinElection            SendCea,Open                 ROpen
        WaitConnAckElect  DialledEnded           SendCea,Open                 ROpen
        WaitConnAckElect  DialledOpened          Disconnect                   Closed
        WaitConnAckElect  RcvCer                 Disconnect                   Closed
        WaitConnAckElect  RcvMessage             Disconnect                   Closed
        WaitConnAckElect  RcvCea                 Disconnect                   Closed
        WaitConnAckElect  RcvDwr                 Disconnect                   Closed
        WaitConnAckElect  RcvDwa                 Disconnect                   Closed
        WaitConnAckElect  RcvDpr                 Disconnect                   Closed
        WaitConnAckElect  RcvDpa                 Disconnect                   Closed
        WaitConnAckElect  PeerDisc               Disconnect                   Closed
        WaitConnAckElect  Unreadable             Disconnect                   Closed
        WaitConnAckElect  Stop                   Disconnect                   Closed
        WaitConnAckElect  Timeout                Disconnect                   Closed
        WaitConnAckElect  Replaced               Abort                        Closed
        WaitConnAckElect  Lost                   Abort                        Closed
        WaitReturns       WinElection            SendCea,Open                 ROpen
        WaitReturns       DialledEnded           SendCea,Open                 ROpen
        WaitReturns       DialledOpened          Disconnect                   Closed
        WaitReturns       RcvCer                 Disconnect                   Closed
        WaitReturns       RcvMessage             Disconnect                   Closed
        WaitReturns       RcvCea                 Disconnect                   Closed
        WaitReturns       RcvDwr                 Disconnect                   Closed
        WaitReturns       RcvDwa                 Disconnect                   Closed
        WaitReturns       RcvDpr                 Disconnect                   Closed
        WaitReturns       RcvDpa                 Disconnect                   Closed
        WaitReturns       PeerDisc               Disconnect                   Closed
        WaitReturns       Unreadable             Disconnect                   Closed
        WaitReturns       Stop                   Disconnect                   Closed
        WaitReturns       Timeout                Disconnect                   Closed
        WaitReturns       Replaced               Abort                        Closed
        WaitReturns       Lost                   Abort                        Closed
        IOpen             RcvMessage             Process                      IOpen
        IOpen             RcvDwr                 SendDwa                      IOpen
        IOpen             RcvDwa                 ProcessDwa                   IOpen
        IOpen             RcvCer                 RefuseCer                    IOpen
        IOpen             RcvDpr                 Withdraw,SendDpa,StartTimer  Closing
        IOpen             Stop                   Withdraw,SendDpr,StartTimer  Closing
        IOpen             PeerDisc               Withdraw,Disconnect          Closed
        IOpen             Unreadable             Withdraw,Disconnect          Closed
        IOpen             Replaced               Withdraw,Abort               Closed
        IOpen             Lost                   Withdraw,Abort               Closed
        ROpen             RcvMessage             Process                      ROpen
        ROpen             RcvDwr                 SendDwa                      ROpen
        ROpen             RcvDwa                 ProcessDwa                   ROpen
        ROpen             RcvCer                 RefuseCer                    ROpen
        ROpen             RcvDpr                 Withdraw,SendDpa,StartTimer  Closing
        ROpen             Stop                   Withdraw,SendDpr,StartTimer  Closing
        ROpen             PeerDisc               Withdraw,Disconnect          Closed
        ROpen             Unreadable             Withdraw,Disconnect          Closed
        ROpen             Replaced               Withdraw,Abort               Closed
        ROpen             Lost                   Withdraw,Abort               Closed
        Closing           RcvMessage             RefuseMessage                Closing
        Closing           RcvDwr                 SendDwa                      Closing
        Closing           RcvCer                 RefuseCer                    Closing
        Closing           RcvDpr                 SendDpa                      Closing
        Closing           RcvDpa                 Disconnect                   Closed
        Closing           PeerDisc               Disconnect                   Closed
        Closing           Unreadable             Disconnect                   Closed
        Closing           Timeout                Disconnect                   Closed
        Closing           Replaced               Abort                        Closed
        Closing           Lost                   Abort                        Closed
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
    public void A_state_that_is_only_waited_in_has_a_timer()
    {
        foreach (PeerState state in Enum.GetValues<PeerState>())
        {
            foreach (PeerEvent happened in Enum.GetValues<PeerEvent>())
            {
                PeerTransition transition = PeerStateMachine.Next(state, happened, armedFor: state);
                bool waits = transition.State is not (PeerState.Closed or PeerState.IOpen or PeerState.ROpen);
                if (waits && transition.State != state) Assert.Contains(PeerAction.StartTimer, transition.Actions);
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
    public void No_way_but_a_start_leads_out_of_Closed_and_every_way_leads_there()
    {
        foreach (PeerEvent happened in Enum.GetValues<PeerEvent>().Where(happened => happened is not PeerEvent.Start))
        {
            Assert.Equal(PeerState.Closed, PeerStateMachine.Next(PeerState.Closed, happened).State);
        }

        foreach (PeerState state in Enum.GetValues<PeerState>())
        {
            PeerEvent end = state is PeerState.WaitConnAck ? PeerEvent.IRcvConnNack : PeerEvent.PeerDisc;
            Assert.Equal(PeerState.Closed, PeerStateMachine.Next(state, end).State);
        }
    }

    [Fact]
    public void An_accepted_transport_waits_for_its_CER_with_a_timer()
    {
        PeerTransition start = PeerStateMachine.Accept();
        Assert.Equal(PeerState.WaitCer, start.State);
        Assert.Equal(PeerAction.StartTimer, Assert.Single(start.Actions));
    }
}
