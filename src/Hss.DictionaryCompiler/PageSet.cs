namespace Hss.DictionaryCompiler;

/// <summary>All pages of a dictionary, read and checked against each other.</summary>
/// Errors: <see cref="Errors"/> holds everything wrong in all pages, by page and line; code is only made when it is empty.
public sealed class PageSet
{
    private static readonly string[] Types =
    [
        "OctetString", "Integer32", "Integer64", "Unsigned32", "Unsigned64", "Enumerated", "Grouped", "Address", "Time", "UTF8String",
        "DiameterIdentity", "DiameterURI",
    ];

    private static readonly string[] Marks = ["secret", "nonempty", "unchecked", "text"];

    private readonly List<PageError> _errors = [];

    private PageSet(IEnumerable<(string File, string Text)> pages)
    {
        Pages = [.. pages.Select(page => PageReader.Read(page.File, page.Text, _errors))];
        foreach (Page page in Pages) CheckNames(page);
        foreach (Page page in Pages) CheckContents(page);
        CheckAcrossPages();
    }

    /// <summary>The pages, in the order given.</summary>
    public IReadOnlyList<Page> Pages { get; }

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<PageError> Errors => [.. _errors.OrderBy(error => error.File, StringComparer.Ordinal).ThenBy(error => error.Line)];

    /// <summary>Reads pages from text.</summary>
    public static PageSet Read(IEnumerable<(string File, string Text)> pages) => new(pages);

    /// <summary>The AVP of that name in the page or in the pages it inherits; null when there is none.</summary>
    public (Page Page, PageAvp Avp)? Find(Page page, string avp)
    {
        foreach (Page candidate in Visible(page))
        {
            if (candidate.Avps.Find(a => a.Name == avp) is { } found) return (candidate, found);
        }

        return null;
    }

    private List<Page> Visible(Page page)
    {
        List<Page> visible = [page];
        for (int at = 0; at < visible.Count; at++)
        {
            foreach ((string name, _) in visible[at].Inherits)
            {
                if (Pages.FirstOrDefault(p => p.Name == name) is { } inherited && !visible.Contains(inherited)) visible.Add(inherited);
            }
        }

        return visible;
    }

    private void CheckNames(Page page)
    {
        foreach ((string name, int line) in page.Inherits)
        {
            if (Pages.All(p => p.Name != name)) Fail(page, line, $"there is no page '{name}' to inherit", "name a page that is compiled with this one");
        }

        foreach (PageAvp avp in page.Avps)
        {
            if (!Types.Contains(avp.Type)) Fail(page, avp.Line, $"'{avp.Type}' is no type", $"use one of {string.Join(", ", Types)}");
            foreach (string mark in avp.Marks.Where(mark => !Marks.Contains(mark)))
            {
                Fail(page, avp.Line, $"'{mark}' is no mark", $"use {string.Join(", ", Marks)} or 'as Name'");
            }
        }

        foreach (PageAvp again in page.Avps.GroupBy(avp => avp.Name).SelectMany(same => same.Skip(1)))
        {
            Fail(page, again.Line, $"'{again.Name}' is defined twice on this page", "remove one of the two lines");
        }
    }

    private void CheckContents(Page page)
    {
        foreach (PageEnum values in page.Enums)
        {
            if (page.Avps.Find(avp => avp.Name == values.Avp) is not { Type: "Enumerated" })
            {
                Fail(page, values.Line, $"'{values.Avp}' is no Enumerated AVP of this page", "name one that stands under @avps here");
            }

            if (values.Values.Count == 0) Fail(page, values.Line, $"'{values.Avp}' has no values", "list them under @enum");
            foreach (PageValue again in values.Values.GroupBy(v => v.Value).Concat<IEnumerable<PageValue>>(values.Values.GroupBy(v => v.Name)).SelectMany(same => same.Skip(1)))
            {
                Fail(page, again.Line, $"'{again.Name}' or its number stands twice in '{values.Avp}'", "give each value one name and one number");
            }
        }

        foreach (PageGroup group in page.Groups)
        {
            PageAvp? avp = page.Avps.Find(a => a.Name == group.Avp);
            if (avp is not { Type: "Grouped" }) Fail(page, group.Line, $"'{group.Avp}' is no Grouped AVP of this page", "name one that stands under @avps here");
            else if (avp.Code != group.Code || avp.VendorId != group.VendorId)
            {
                Fail(page, group.Line, $"the header of '{group.Avp}' says {group.Code} {group.VendorId}, @avps says {avp.Code} {avp.VendorId}", "make them equal");
            }

            CheckMembers(page, group.Members, group.Avp, group.Line);
        }

        foreach (PageCommand command in page.Commands)
        {
            if (command.Request != command.Name.EndsWith("-Request", StringComparison.Ordinal))
            {
                Fail(page, command.Line, $"the name of '{command.Name}' and its REQ flag disagree", "set REQ for requests only");
            }

            CheckMembers(page, command.Members, command.Name, command.Line);
        }

        foreach (PageAvp avp in page.Avps)
        {
            int enums = page.Enums.Count(e => e.Avp == avp.Name), groups = page.Groups.Count(g => g.Avp == avp.Name);
            if (enums != (avp.Type == "Enumerated" ? 1 : 0)) Fail(page, avp.Line, $"'{avp.Name}' has {enums} enumerations", "give each Enumerated AVP exactly one @enum");
            if (groups != (avp.Type == "Grouped" ? 1 : 0)) Fail(page, avp.Line, $"'{avp.Name}' has {groups} grammars", "give each Grouped AVP exactly one grammar under @grouped");
        }
    }

    private void CheckMembers(Page page, List<PageMember> members, string owner, int line)
    {
        if (members.Count == 0) Fail(page, line, $"'{owner}' has no members", "list them below its head");
        foreach (PageMember member in members)
        {
            if (member.IsAnyAvp && !member.Repeatable) Fail(page, member.Line, "'AVP' stands for any number of other AVPs", "write '*[ AVP ]'");
            if (!member.IsAnyAvp && Find(page, member.Avp) is null)
            {
                Fail(page, member.Line, $"there is no AVP '{member.Avp}'", "define it under @avps or inherit the page that has it");
            }
        }

        foreach (PageMember again in members.GroupBy(member => member.Avp).SelectMany(same => same.Skip(1)))
        {
            Fail(page, again.Line, $"'{again.Avp}' stands twice in '{owner}'", "name each AVP once; use '*' for several");
        }
    }

    private void CheckAcrossPages()
    {
        foreach (IGrouping<string, Page> same in Pages.GroupBy(page => page.Name).Where(same => same.Count() > 1))
        {
            Fail(same.Last(), 1, $"two pages are called '{same.Key}'", "give each page its own name");
        }

        List<(Page Page, PageAvp Avp)> avps = [.. Pages.SelectMany(page => page.Avps.Select(avp => (page, avp)))];
        foreach ((Page page, PageAvp avp) in avps.GroupBy(a => (a.Avp.VendorId, a.Avp.Code)).SelectMany(same => same.Skip(1)))
        {
            Fail(page, avp.Line, $"code {avp.Code} of vendor {avp.VendorId} is taken", "correct the code, or inherit the page that has the AVP");
        }

        foreach ((Page page, PageAvp avp) in avps.GroupBy(a => a.Avp.CodeName).SelectMany(same => same.Skip(1)))
        {
            Fail(page, avp.Line, $"another AVP is called '{avp.CodeName}' in code", "add 'as Other-Name' behind the flags");
        }

        foreach ((Page page, PageCommand command) in Pages.SelectMany(page => page.Commands.Select(command => (page, command)))
            .GroupBy(c => (c.command.ApplicationId, c.command.Code, c.command.Request)).SelectMany(same => same.Skip(1)))
        {
            Fail(page, command.Line, $"command {command.Code} of application {command.ApplicationId} is taken", "correct the code or the REQ flag");
        }
    }

    private void Fail(Page page, int line, string problem, string mend) => _errors.Add(new PageError(page.File, line, problem, mend));
}
