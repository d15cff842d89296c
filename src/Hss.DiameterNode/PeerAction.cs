namespace Hss.DiameterNode;

/// <summary>What the shell does for the machine.</summary>
internal enum PeerAction
{
    /// <summary>I-Snd-Conn-Req.</summary>
    Connect,

    /// <summary>Nothing is being connected any more.</summary>
    Cleanup,

    SendCer,

    /// <summary>The capabilities of the CEA become the peer's.</summary>
    ProcessCea,

    /// <summary>Keeps the CER until its CEA may be sent.</summary>
    HoldCer,

    SendCea,
    SendRefusingCea,

    /// <summary>A CEA 5012 to a CER that may not come now.</summary>
    RefuseCer,

    /// <summary>The peer becomes usable: peer table, watchdog Connection up.</summary>
    Open,

    /// <summary>The peer stops being usable: peer table, watchdog Connection down.</summary>
    Withdraw,

    Process,

    /// <summary>3004 to a request that came too late to be served here.</summary>
    RefuseMessage,

    SendDwa,
    ProcessDwa,
    SendDpr,
    SendDpa,

    /// <summary>Arm the timer of the new state.</summary>
    StartTimer,

    /// <summary>Disconnect after what is owed was answered and flushed (bounded).</summary>
    Disconnect,

    /// <summary>Disconnect at once; queued answers are dropped.</summary>
    Abort,
}
