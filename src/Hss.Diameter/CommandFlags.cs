namespace Hss.Diameter;

/// <summary>The flag octet of a message header.</summary>
/// Shape: the low four bits are reserved; receivers ignore them. Spec: RFC 6733 3.
[Flags]
public enum CommandFlags : byte
{
    /// <summary>An answer that agents may not proxy.</summary>
    None = 0,

    /// <summary>R: a request; clear in an answer.</summary>
    Request = 0x80,

    /// <summary>P: agents may proxy, relay or redirect it.</summary>
    Proxiable = 0x40,

    /// <summary>E: the answer reports a protocol error and follows the grammar of the answer-message.</summary>
    Error = 0x20,

    /// <summary>T: perhaps sent before, over a connection that failed.</summary>
    Retransmitted = 0x10,
}
