namespace Hss.Diameter;

/// <summary>The grammar of one command: its header and its AVPs.</summary>
/// Spec: RFC 6733 3.2.
public sealed class CommandGrammar : Grammar
{
    internal CommandGrammar(
        string name, string abbreviation, uint? code, uint applicationId, CommandFlags flags, string clause, bool open, MemberRule[] rules)
        : base(open, rules)
    {
        Name = name;
        Abbreviation = abbreviation;
        Code = code ?? 0;
        IsForAnyCommand = code is null;
        ApplicationId = applicationId;
        Flags = flags;
        Clause = clause;
    }

    /// <summary>The name as the standard writes it: Multimedia-Auth-Request.</summary>
    public string Name { get; }

    /// <summary>The short name: MAR.</summary>
    public string Abbreviation { get; }

    /// <summary>The command code; 0 for the answer-message.</summary>
    public uint Code { get; }

    /// <summary>True for the answer-message, which takes code, application and P bit from the request it answers.</summary>
    public bool IsForAnyCommand { get; }

    /// <summary>The application of the header.</summary>
    public uint ApplicationId { get; }

    /// <summary>R, P and E as the command has them; T may be added to a request.</summary>
    public CommandFlags Flags { get; }

    /// <summary>The clause that defines the command.</summary>
    public string Clause { get; }

    /// <summary>True for a request.</summary>
    public bool IsRequest => (Flags & CommandFlags.Request) != 0;

    /// <summary>Whether a message follows this grammar, for those who need none of its AVPs; on false <paramref name="fault"/> is its first fault.</summary>
    public bool TryCheck(ReadOnlyMemory<byte> frame, out GrammarFault fault)
    {
        Span<ushort> slots = stackalloc ushort[Rules.Length];
        slots.Clear();
        return GrammarParser.TryParse(this, frame, slots, out fault);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
