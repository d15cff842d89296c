namespace Hss.DiameterNode;

/// <summary>Where one connection stands in the peer protocol, in the words of RFC 6733 5.6.</summary>
/// Shape: WaitConnAck, WaitICea and IOpen are states of a dialled connection; WaitCer, WaitConnAckElect, WaitReturns and ROpen of an
/// accepted one; Closing and Closed of either.
internal enum PeerState
{
    /// <summary>No transport: not yet, or no more.</summary>
    Closed,

    /// <summary>The transport is being connected.</summary>
    WaitConnAck,

    /// <summary>The CER was sent.</summary>
    WaitICea,

    /// <summary>The Closed of the table while an accepted transport waits for its CER.</summary>
    WaitCer,

    /// <summary>A good CER came while the transport to the same peer is being connected; it waits for its CEA.</summary>
    WaitConnAckElect,

    /// <summary>A good CER came, the peer won the election; its CEA on the dialled connection decides.</summary>
    WaitReturns,

    IOpen,
    ROpen,
    Closing,
}
