using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>What a document may refer to by name.</summary>
public sealed record DocumentContext
{
    public IfcTemplates Templates { get; init; } = IfcTemplates.None;

    /// <summary>Keys under which K, OP and OPc may come encrypted.</summary>
    public TransportKeys TransportKeys { get; init; } = TransportKeys.None;
}
