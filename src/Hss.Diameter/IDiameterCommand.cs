namespace Hss.Diameter;

/// <summary>A generated command: a message that was read by its grammar.</summary>
/// Shape: the frame and one slot per AVP of the grammar; nothing is copied, so the frame must stay as it is. Implemented by
/// generated code only.
public interface IDiameterCommand<TSelf>
    where TSelf : struct, IDiameterCommand<TSelf>
{
    /// <summary>The grammar it was generated from.</summary>
    static abstract CommandGrammar Grammar { get; }

    /// <summary>The application of the header.</summary>
    static abstract uint ApplicationId { get; }

    /// <summary>The command code.</summary>
    static abstract uint CommandCode { get; }

    /// <summary>The whole message.</summary>
    ReadOnlyMemory<byte> Frame { get; }

    /// <summary>The header of the message.</summary>
    DiameterHeader Header { get; }

    /// <summary>Reads a frame; on false <paramref name="fault"/> is its first fault and <paramref name="command"/> is empty.</summary>
    static abstract bool TryParse(ReadOnlyMemory<byte> frame, out TSelf command, out GrammarFault fault);
}
