using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Hss.DiameterNode;

/// <summary>Dials one configured peer, for as long as the node runs: never twice at once, never too often, and it never gives up.</summary>
/// Shape: the shell of the states Closed and Wait-Conn-Ack; from I-Rcv-Conn-Ack on the connection has a session.
/// Order: one task. Spec: RFC 6733 2.1, 5.6; Tc is 12.
internal sealed class Dialler(
    DiameterNode node, PeerOptions peer, Func<PeerOptions, CancellationToken, ValueTask<ConnectionContext>> connect, Func<double> jitter)
{
    private PeerState _state = PeerState.Closed;

    /// <summary>The peer to dial.</summary>
    public PeerOptions Peer { get; } = peer;

    /// <summary>What becomes of a connection that the peer opens meanwhile.</summary>
    public Election Election { get; } = new(node.Options.Identity, peer.Identity, node.Time, node.Options.CapabilitiesTimeout);

    /// <summary>Why the dialled connection did not open, for the log; written by its session.</summary>
    public string? Failure { get; set; }

    /// <summary>Whether the dialled connection opened; written by its session.</summary>
    public bool HasOpened { get; set; }

    /// <summary>Dials until the node stops.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        int failures = 0;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (Election.TryBegin() is { } vacant)
                {
                    await vacant.WaitAsync(stop);
                    failures = 0;
                }
                else
                {
                    await DialAsync(stop);
                    failures = HasOpened ? 0 : failures + 1;
                }

                TimeSpan wait = ReconnectDelay.After(node.Options.ReconnectInterval, failures, Election.LastCause, jitter());
                Task waiting = Task.Delay(wait, node.Time, stop);
                if (Failure is { } failure) node.Log.DialFailed(Peer.Identity, Peer.Address, failure, wait);
                else if (!stop.IsCancellationRequested) node.Log.DialLater(Peer.Identity, Peer.Address, wait);
                await waiting;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    /// <summary>The address to dial. Spec: RFC 6733 2.1 (3868; for TLS it says 5658, which an erratum and IANA correct to 5868).</summary>
    public static IPEndPoint EndPointOf(PeerOptions peer)
    {
        IPEndPoint endPoint = IPEndPoint.Parse(peer.Address);
        if (endPoint.Port == 0) endPoint.Port = peer.Tls ? 5868 : 3868;
        return endPoint;
    }

    private async Task DialAsync(CancellationToken stop)
    {
        HasOpened = false;
        Failure = null;
        Follow(PeerEvent.Start);
        using CancellationTokenSource timeout = new(node.Options.CapabilitiesTimeout, node.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        ConnectionContext connection;
        try
        {
            connection = await connect(Peer, either.Token);
        }
        catch (Exception e)
        {
            // Whatever a network or a handshake can do wrong; the peer stays configured and is dialled again.
            bool isTimeout = timeout.IsCancellationRequested && !stop.IsCancellationRequested;
            if (!stop.IsCancellationRequested) Failure = isTimeout ? "no connection in time" : e.Message;
            Follow(stop.IsCancellationRequested ? PeerEvent.Stop : isTimeout ? PeerEvent.Timeout : PeerEvent.IRcvConnNack);
            return;
        }

        try
        {
            // From here on the session follows the machine. What ends it ends the dial, so this is Closed again.
            await node.RunDialledAsync(connection, this);
        }
        catch (Exception e)
        {
            // Our bug, or a transport that does not even close. Either way the peer is dialled again.
            node.Log.SessionFault(Peer.Identity, e);
        }

        _state = PeerState.Closed;
    }

    private void Follow(PeerEvent happened)
    {
        PeerTransition transition = PeerStateMachine.Next(_state, happened, armedFor: _state);
        _state = transition.State;

        // Connect and its timer are the lines behind the call.
        if (transition.Actions.Contains(PeerAction.Cleanup)) Election.EndDial(null, cause: null);
    }
}
