using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

/// <summary>How long to wait before a peer is dialled again: a pure function.</summary>
/// Spec: RFC 6733 2.1, 5.4, 5.4.3, 12.
/// <remarks>
/// Tc is the least wait in every case (2.1 wants no more attempts than that). A peer that cannot be reached is dialled at growing
/// intervals up to four times Tc: long enough to be no load on a network in trouble, short enough that nobody waits for a relay that is
/// back. REBOOTING is an ordinary end, the peer expects to be dialled again. BUSY wants to be spared: the longest ordinary wait at once.
/// DO_NOT_WANT_TO_TALK_TO_YOU forbids to reconnect without a new reason (5.4). Configuration says that the peer is wanted, and a peer
/// that is never dialled again is an outage that only a restart ends; so it is asked again, but only after an hour. A peer that comes
/// by itself has changed its mind, and what it says last counts.
/// The jitter only adds: the nodes that lost a relay at the same moment shall not all come back at the same moment.
/// </remarks>
internal static class ReconnectDelay
{
    private const int MostTimes = 4;
    private const double MostJitter = 0.1;
    private static readonly TimeSpan WhenUnwanted = TimeSpan.FromHours(1);

    /// <param name="tc">Tc.</param>
    /// <param name="failures">Attempts in a row that did not open the peer; 0 when it was open.</param>
    /// <param name="cause">The cause of the DPR that ended the last open connection, if one did.</param>
    /// <param name="jitter">A number from 0 to 1.</param>
    public static TimeSpan After(TimeSpan tc, int failures, DisconnectCause? cause, double jitter)
    {
        TimeSpan wait = tc * Math.Min(1 << Math.Clamp(failures - 1, 0, 2), MostTimes);
        if (cause == DisconnectCause.Busy) wait = tc * MostTimes;
        if (cause == DisconnectCause.DoNotWantToTalkToYou && wait < WhenUnwanted) wait = WhenUnwanted;
        return wait + (tc * (MostJitter * jitter));
    }
}
