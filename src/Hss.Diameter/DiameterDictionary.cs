using System.Collections.Frozen;

namespace Hss.Diameter;

/// <summary>All AVPs and commands of all compiled pages.</summary>
public static class DiameterDictionary
{
    private static readonly FrozenDictionary<ulong, AvpDefinition> ByKey = Hss.Diameter.Commands.AllCommands.Avps().ToFrozenDictionary(avp => avp.Key.Packed);

    private static readonly FrozenDictionary<(uint Application, uint Code, bool IsRequest), CommandGrammar> ByCommand =
        AllCommands().Where(c => !c.IsForAnyCommand).ToFrozenDictionary(c => (c.ApplicationId, c.Code, c.IsRequest));

    /// <summary>Every AVP, by page and in the order of the page.</summary>
    public static IReadOnlyList<AvpDefinition> Avps { get; } = [.. Hss.Diameter.Commands.AllCommands.Avps()];

    /// <summary>Every command, by page and in the order of the page.</summary>
    public static IReadOnlyList<CommandGrammar> Commands { get; } = [.. AllCommands()];

    /// <summary>The definition of an AVP, or null when no page has it.</summary>
    public static AvpDefinition? Find(AvpKey key) => ByKey.GetValueOrDefault(key.Packed);

    /// <summary>The grammar that a message with this header has to follow, or null when no page has it.</summary>
    public static CommandGrammar? FindCommand(in DiameterHeader header) =>
        header is { IsError: true, IsRequest: false }
            ? Hss.Diameter.Commands.Base.AnswerMessage.Grammar
            : ByCommand.GetValueOrDefault((header.ApplicationId, header.CommandCode, header.IsRequest));

    private static CommandGrammar[] AllCommands() => Hss.Diameter.Commands.AllCommands.Grammars();
}
