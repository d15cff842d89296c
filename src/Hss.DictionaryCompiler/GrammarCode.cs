using System.Text;

namespace Hss.DictionaryCompiler;

/// <summary>The code of one command or one group: its grammar, its slots and one accessor per AVP.</summary>
internal static class GrammarCode
{
    public static GeneratedFile Command(PageSet set, Page page, PageCommand command)
    {
        StringBuilder code = CodeWriter.Begin(page, CodeWriter.NamespaceOf(page));
        string type = command.CodeName;
        code.Append($"/// <summary>{command.Name} ({command.Abbreviation}).</summary>\n/// Spec: {command.Clause}.\n");
        code.Append($"public readonly struct {type} : IDiameterCommand<{type}>\n{{\n");
        code.Append("    private readonly ReadOnlyMemory<byte> _frame;\n    private readonly Slots _slots;\n\n");
        code.Append($"    private {type}(ReadOnlyMemory<byte> frame, in Slots slots)\n    {{\n        _frame = frame;\n        _slots = slots;\n    }}\n\n");
        code.Append("    /// <inheritdoc/>\n    public static CommandGrammar Grammar { get; } = new(\n");
        code.Append($"        \"{command.Name}\", \"{command.Abbreviation}\", {(command.Code is { } c ? $"{c}" : "null")}, {command.ApplicationId}, {Flags(command)}, \"{command.Clause}\",\n");
        AppendRules(code, set, page, command.Members);
        code.Append($"    /// <inheritdoc/>\n    public static uint ApplicationId => {command.ApplicationId};\n\n");
        code.Append($"    /// <inheritdoc/>\n    public static uint CommandCode => {command.Code ?? 0};\n\n");
        code.Append("    /// <inheritdoc/>\n    public ReadOnlyMemory<byte> Frame => _frame;\n\n");
        code.Append("    /// <summary>The header of the message.</summary>\n    public DiameterHeader Header => DiameterHeader.Read(_frame.Span);\n\n");
        AppendAccessors(code, set, page, command.Members, "_frame");
        code.Append($$"""
                /// <inheritdoc/>
                public static bool TryParse(ReadOnlyMemory<byte> frame, out {{type}} command, out GrammarFault fault)
                {
                    Slots slots = default;
                    bool good = GrammarParser.TryParse(Grammar, frame, slots, out fault);
                    command = good ? new {{type}}(frame, in slots) : default;
                    return good;
                }


            """.Replace("\r", "", StringComparison.Ordinal));
        AppendSlots(code, command.Members);
        return new GeneratedFile($"{page.Name}/{type}.g.cs", code.ToString());
    }

    public static GeneratedFile Group(PageSet set, Page page, PageGroup group)
    {
        StringBuilder code = CodeWriter.Begin(page, CodeWriter.NamespaceOf(page));
        string type = page.Avps.Find(avp => avp.Name == group.Avp)!.CodeName;
        code.Append($"/// <summary>The members of {group.Avp}.</summary>\n/// Spec: {group.Clause}.\n");
        code.Append($"public readonly struct {type}\n{{\n    private readonly AvpValue _group;\n    private readonly Slots _slots;\n\n");
        code.Append($"    private {type}(AvpValue group, in Slots slots)\n    {{\n        _group = group;\n        _slots = slots;\n    }}\n\n");
        code.Append("    /// <summary>The grammar of the group.</summary>\n    public static Grammar Grammar { get; } = new(\n");
        AppendRules(code, set, page, group.Members);
        code.Append("    /// <summary>The group as one AVP.</summary>\n    public AvpValue Group => _group;\n\n");
        AppendAccessors(code, set, page, group.Members, "_group.RawAvp");
        code.Append($$"""
                /// <summary>Reads the members of a group out of a message that was parsed without fault.</summary>
                public static {{type}} Read(AvpValue group)
                {
                    Slots slots = default;
                    GrammarParser.ReadGroup(Grammar, group, slots);
                    return new {{type}}(group, in slots);
                }


            """.Replace("\r", "", StringComparison.Ordinal));
        AppendSlots(code, group.Members);
        return new GeneratedFile($"{page.Name}/{type}.g.cs", code.ToString());
    }

    private static IEnumerable<PageMember> Named(List<PageMember> members) => members.Where(member => !member.IsAnyAvp);

    private static void AppendRules(StringBuilder code, PageSet set, Page page, List<PageMember> members)
    {
        code.Append($"        open: {(members.Exists(member => member.IsAnyAvp) ? "true" : "false")},\n        [\n");
        foreach (PageMember member in Named(members))
        {
            code.Append($"            new(Avp.{set.Find(page, member.Avp)!.Value.Avp.CodeName}, Required: {Bool(member.Required)}, Repeatable: {Bool(member.Repeatable)}),\n");
        }

        code.Append("        ]);\n\n");
    }

    private static void AppendAccessors(StringBuilder code, PageSet set, Page page, List<PageMember> members, string container)
    {
        int slot = 0;
        foreach (PageMember member in Named(members))
        {
            (Page home, PageAvp avp) = set.Find(page, member.Avp)!.Value;
            string rule = member.Repeatable ? $"{(member.Required ? "1*{" : "*[")} {avp.Name} {(member.Required ? "}" : "]")}"
                : member.Required ? $"{{ {avp.Name} }}" : $"[ {avp.Name} ]";
            code.Append($"    /// <summary>{rule}</summary>\n");
            code.Append($"    public {Accessor(home, avp, member, $"{container}, _slots[{slot++}]")};\n\n");
        }
    }

    private static string Accessor(Page home, PageAvp avp, PageMember member, string place)
    {
        string name = avp.CodeName;
        if (member.Repeatable) return $"AvpOccurrences {name} => Slot.All({place}, Avp.{name})";
        string type = $"{home.Name}.{name}";
        string at = $"Slot.Value({place})";
        return (avp.Type, member.Required) switch
        {
            ("Unsigned32", true) => $"uint {name} => {at}.ToUnsigned32()",
            ("Unsigned32", false) => $"uint? {name} => {at} is {{ IsPresent: true }} value ? value.ToUnsigned32() : null",
            ("Unsigned64", true) => $"ulong {name} => {at}.ToUnsigned64()",
            ("Unsigned64", false) => $"ulong? {name} => {at} is {{ IsPresent: true }} value ? value.ToUnsigned64() : null",
            ("Enumerated", true) => $"{type} {name} => ({type}){at}.ToInteger32()",
            ("Enumerated", false) => $"{type}? {name} => {at} is {{ IsPresent: true }} value ? ({type})value.ToInteger32() : null",
            ("Grouped", true) => $"{type} {name} => {type}.Read({at})",
            ("Grouped", false) => $"{type}? {name} => {at} is {{ IsPresent: true }} value ? {type}.Read(value) : null",
            _ => $"AvpValue {name} => {at}",
        };
    }

    private static void AppendSlots(StringBuilder code, List<PageMember> members)
    {
        code.Append($"    [System.Runtime.CompilerServices.InlineArray({Math.Max(Named(members).Count(), 1)})]\n");
        code.Append("    private struct Slots\n    {\n        private ushort _first;\n    }\n}\n");
    }

    private static string Flags(PageCommand command)
    {
        List<string> flags = [];
        if (command.Request) flags.Add("CommandFlags.Request");
        if (command.Proxiable) flags.Add("CommandFlags.Proxiable");
        if (command.Error) flags.Add("CommandFlags.Error");
        return flags.Count == 0 ? "CommandFlags.None" : string.Join(" | ", flags);
    }

    private static string Bool(bool value) => value ? "true" : "false";
}
