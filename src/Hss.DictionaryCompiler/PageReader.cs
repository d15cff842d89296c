using System.Globalization;
using System.Text.RegularExpressions;

namespace Hss.DictionaryCompiler;

/// <summary>Reads one page of text.</summary>
/// Shape: see the head of base.dia. Errors: all of the page are collected, each with its line and a mend.
public sealed partial class PageReader
{
    private readonly Page _page;
    private readonly List<PageError> _errors;
    private List<PageMember>? _members;
    private PageEnum? _enum;
    private string _section = "";
    private int _line;

    private PageReader(string file, List<PageError> errors)
    {
        _page = new Page { File = file };
        _errors = errors;
    }

    /// <summary>Reads the text of a page; what is wrong is added to <paramref name="errors"/>.</summary>
    public static Page Read(string file, string text, List<PageError> errors)
    {
        PageReader reader = new(file, errors);
        foreach (string line in text.Split('\n')) reader.ReadLine(line);
        if (reader._page.Name.Length == 0) reader.Fail("the page has no name", "begin it with '@dictionary Name'", line: 1);
        return reader._page;
    }

    [GeneratedRegex(@"^(?<name>[A-Za-z0-9-]+)\s+(?<code>\d+)\s+(?<vendor>\d+)\s+(?<type>\w+)\s+(?<flags>-|[VM]+)(?<marks>(\s+[A-Za-z-]+)*)\s*\((?<clause>[^)]+)\)$")]
    private static partial Regex AvpLine();

    [GeneratedRegex(@"^@enum\s+(?<name>[A-Za-z0-9-]+)\s*\((?<clause>[^)]+)\)$")]
    private static partial Regex EnumLine();

    [GeneratedRegex(@"^(?<name>[A-Za-z0-9_-]+)\s+(?<value>-?\d+)$")]
    private static partial Regex ValueLine();

    [GeneratedRegex(@"^(?<name>[A-Za-z0-9-]+)\s*::=\s*<\s*AVP Header:\s*(?<code>\d+)(\s+(?<vendor>\d+))?\s*>\s*\((?<clause>[^)]+)\)$")]
    private static partial Regex GroupLine();

    [GeneratedRegex(@"^(?<abbr>[A-Z]+)\s*<(?<name>[A-Za-z0-9-]+)>\s*::=\s*<\s*Diameter Header:\s*(?<code>\d+|any)(?<flags>(,\s*(REQ|PXY|ERR))*)(,\s*(?<app>\d+))?\s*>\s*\((?<clause>[^)]+)\)$")]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^(?<least>\d*)(?<many>\*?)(?<most>\d*)\s*(?<open>[<{\[])\s*(?<name>[A-Za-z0-9-]+)\s*(?<close>[>}\]])$")]
    private static partial Regex MemberLine();

    private void ReadLine(string raw)
    {
        _line++;
        int comment = raw.IndexOf(';', StringComparison.Ordinal);
        string line = (comment < 0 ? raw : raw[..comment]).Trim();
        if (line.Length == 0) return;
        if (line[0] == '@') ReadSection(line);
        else if (_section == "avps") ReadAvp(line);
        else if (_section == "enum") ReadValue(line);
        else if (line.Contains("::=", StringComparison.Ordinal)) ReadHead(line);
        else if (_members is not null) ReadMember(line);
        else Fail($"'{line}' stands outside every section", "put it under @avps, @enum, @grouped or @commands");
    }

    private void ReadSection(string line)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        _section = words[0][1..];
        _members = null;
        switch (_section)
        {
            case "dictionary" when words.Length == 2 && _page.Name.Length == 0:
                _page.Name = words[1];
                break;
            case "inherits" when words.Length > 1:
                foreach (string name in words[1..]) _page.Inherits.Add((name, _line));
                break;
            case "enum":
                ReadEnum(line);
                break;
            case "avps" or "grouped" or "commands" when words.Length == 1:
                break;
            default:
                Fail($"'{line}' is no section",
                    "use '@dictionary Name' once, '@inherits Name ...', '@avps', '@enum Avp-Name (clause)', '@grouped' or '@commands'");
                break;
        }
    }

    private void ReadAvp(string line)
    {
        Match m = AvpLine().Match(line);
        if (!m.Success || !TryNumber(m, "code", out uint code) || !TryNumber(m, "vendor", out uint vendor))
        {
            Fail($"'{line}' is no AVP", "write 'Name Code Vendor Type Flags [marks] (clause)', flags V, M, VM or -");
            return;
        }

        string flags = m.Groups["flags"].Value;
        if (flags.Contains('V', StringComparison.Ordinal) != (vendor != 0))
        {
            Fail($"the V flag and the vendor {vendor} of '{m.Groups["name"].Value}' disagree", "set V exactly when the vendor is not 0");
        }

        List<string> marks = [.. m.Groups["marks"].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        string name = m.Groups["name"].Value, codeName = name;
        int alias = marks.IndexOf("as");
        if (alias >= 0 && alias + 1 < marks.Count)
        {
            codeName = marks[alias + 1];
            marks.RemoveRange(alias, 2);
        }

        _page.Avps.Add(new PageAvp(
            name, code, vendor, m.Groups["type"].Value, flags.Contains('M', StringComparison.Ordinal), marks,
            CodeNames.Of(codeName), m.Groups["clause"].Value, _line));
    }

    private void ReadEnum(string line)
    {
        Match m = EnumLine().Match(line);
        if (!m.Success) Fail($"'{line}' is no enumeration", "write '@enum Avp-Name (clause)'");
        _enum = new PageEnum(m.Groups["name"].Value, [], m.Groups["clause"].Value, _line);
        if (m.Success) _page.Enums.Add(_enum);
    }

    private void ReadValue(string line)
    {
        Match m = ValueLine().Match(line);
        if (m.Success && int.TryParse(m.Groups["value"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
        {
            _enum!.Values.Add(new PageValue(m.Groups["name"].Value, value, _line));
            return;
        }

        Fail($"'{line}' is no value", "write 'NAME number', the number within 32 bits");
    }

    private void ReadHead(string line)
    {
        _members = [];
        Match group = GroupLine().Match(line), command = CommandLine().Match(line);
        if (_section == "grouped" && group.Success && TryNumber(group, "code", out uint code) && TryNumber(group, "vendor", out uint vendor))
        {
            _page.Groups.Add(new PageGroup(group.Groups["name"].Value, code, vendor, _members, group.Groups["clause"].Value, _line));
        }
        else if (_section == "commands" && command.Success && TryNumber(command, "app", out uint application)
            && (TryNumber(command, "code", out uint commandCode) || command.Groups["code"].Value == "any"))
        {
            string flags = command.Groups["flags"].Value;
            _page.Commands.Add(new PageCommand(
                command.Groups["abbr"].Value, command.Groups["name"].Value, command.Groups["code"].Value == "any" ? null : commandCode, application,
                flags.Contains("REQ", StringComparison.Ordinal), flags.Contains("PXY", StringComparison.Ordinal),
                flags.Contains("ERR", StringComparison.Ordinal), _members, command.Groups["clause"].Value, _line));
        }
        else
        {
            Fail($"'{line}' is no head of a grammar here", _section == "commands"
                ? "write 'ABBR <Full-Name> ::= < Diameter Header: code, REQ, PXY, application > (clause)'"
                : "write 'Name ::= < AVP Header: code vendor > (clause)' under @grouped");
        }
    }

    private void ReadMember(string line)
    {
        Match m = MemberLine().Match(line);
        if (!m.Success || "<{[".IndexOf(m.Groups["open"].Value, StringComparison.Ordinal) != ">}]".IndexOf(m.Groups["close"].Value, StringComparison.Ordinal))
        {
            Fail($"'{line}' is no member", "write '< Name >', '{ Name }', '[ Name ]', '*[ Name ]' or '1*{ Name }'");
            return;
        }

        bool many = m.Groups["many"].Length > 0;
        string least = m.Groups["least"].Value, most = m.Groups["most"].Value;
        if (most.Length > 0 || (least.Length > 0 && !many) || least is not ("" or "0" or "1"))
        {
            Fail($"the qualifier of '{line}' cannot be compiled", "use none, '*' or '1*'; the parser knows no other bounds");
        }

        bool optional = m.Groups["open"].Value == "[";
        if (optional && least == "1") Fail($"'{line}' is optional and required at once", "write '1*{ Name }' or '*[ Name ]'");
        bool required = !optional && (!many || least == "1");
        _members!.Add(new PageMember(m.Groups["name"].Value, required, many, _line));
    }

    private static bool TryNumber(Match match, string group, out uint number)
    {
        number = 0;
        string digits = match.Groups[group].Value;
        return digits.Length == 0 || uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private void Fail(string problem, string mend, int? line = null) => _errors.Add(new PageError(_page.File, line ?? _line, problem, mend));
}
