using Hss.DictionaryCompiler;

namespace Hss.Diameter.Tests.Compiler;

/// <summary>Each way to break a real page, and the one error it gives: its file, its line, its problem.</summary>
public sealed class PageErrorTests
{
    private static readonly (string File, string Text)[] Pages = [.. PageFiles.In(Path.Combine(VectorFiles.DiameterProject, "Dictionary"))];

    /// <summary>Page, what is replaced (once), by what, the text the line of the error begins with, and a part of the problem.</summary>
    public static TheoryData<string, string, string, string, string> Mutations => new()
    {
        // The page itself.
        { "cx.dia", "@dictionary Cx", "", "; Cx", "the page has no name" },
        { "cx.dia", "@dictionary Cx", "@dictionary Cx Dx", "@dictionary", "is no section" },
        { "cx.dia", "@dictionary Cx", "@dictionary Cx\n@dictionary Dx", "@dictionary Dx", "is no section" },
        { "cx.dia", "@dictionary Cx", "@dictionary Base", "; Cx", "two pages are called 'Base'" },
        { "cx.dia", "@inherits Base", "@inherits Bose", "@inherits", "no page 'Bose' to inherit" },
        { "cx.dia", "@inherits Base", "@inherits", "@inherits", "is no section" },
        { "cx.dia", "@inherits Base", "@inherit Base", "@inherit", "is no section" },
        { "cx.dia", "@inherits Base", "@inherits Base\nstray", "stray", "outside every section" },
        { "cx.dia", "@grouped", "@groups", "@groups", "is no section" },

        // @avps.
        { "cx.dia", "10415  OctetString      VM nonempty  (TS 29.229 6.3.1)", "10415  OctetString      VM nonempty", "Visited", "is no AVP" },
        { "cx.dia", "604  10415  Unsigned32", "99999999999  10415  Unsigned32", "Mandatory-Cap", "is no AVP" },
        { "cx.dia", "604  10415  Unsigned32", "604  10415", "Mandatory-Cap", "is no AVP" },
        { "cx.dia", "604  10415  Unsigned32       VM", "604  10415  Unsigned32       VMP", "Mandatory-Cap", "is no AVP" },
        { "cx.dia", "604  10415  Unsigned32       VM", "604  10415  Unsigned32       M", "Mandatory-Cap", "V flag and the vendor 10415" },
        { "base.dia", "25      0  OctetString      M", "25      0  OctetString      VM", "Class", "V flag and the vendor 0" },
        { "cx.dia", "604  10415  Unsigned32", "604  10415  Unsigned16", "Mandatory-Cap", "'Unsigned16' is no type" },
        { "cx.dia", "VM text ", "VM texts", "User-Data", "'texts' is no mark" },
        { "cx.dia", "    Mandatory-Capability  ", "    Optional-Capability   ", "Optional-Cap", "defined twice on this page" },
        { "cx.dia", "605  10415", "604  10415", "Optional-Cap", "code 604 of vendor 10415 is taken" },
        { "cx.dia", "    Path    ", "    SIP-authorization    ", "SIP-auth", "another AVP is called" },

        // @enum.
        { "cx.dia", "@enum Reason-Code  (TS 29.229 6.3.17)", "@enum Reason-Code", "@enum Reason-Code", "is no enumeration" },
        { "cx.dia", "@enum Reason-Code ", "@enum Reason-Info ", "@enum Reason-Info", "'Reason-Info' is no Enumerated AVP" },
        { "cx.dia", "ORIGINATING                                 0", "ORIGINATING zero", "ORIGINATING", "is no value" },
        { "cx.dia", "ORIGINATING                                 0", "ORIGINATING 4294967296", "ORIGINATING", "is no value" },
        { "cx.dia", "ORIGINATING                                 0", "", "@enum Originating-Request", "has no values" },
        { "cx.dia", "REMOVE_S-CSCF                               3", "REMOVE_S-CSCF 2", "REMOVE_S-CSCF", "stands twice in 'Reason-Code'" },
        { "cx.dia", "REMOVE_S-CSCF  ", "SERVER_CHANGE  ", "SERVER_CHANGE                               3", "stands twice in 'Reason-Code'" },

        // @grouped.
        { "cx.dia", "Deregistration-Reason ::= < AVP Header: 615 10415 >", "Deregistration-Reason ::= < 615 10415 >", "Deregistration-Reason ::=", "is no head" },
        { "cx.dia", "Deregistration-Reason ::= < AVP Header: 615 10415 >", "Deregistration-Reason ::= < AVP Header: 616 10415 >", "Deregistration-Reason ::=", "says 616 10415" },
        { "cx.dia", "Deregistration-Reason ::= < AVP Header: 615 10415 >", "Deregistration-Reason ::= < AVP Header: 615 >", "Deregistration-Reason ::=", "says 615 0" },
        { "cx.dia", "Deregistration-Reason ::= <", "Reason-Code ::= <", "Reason-Code ::=", "'Reason-Code' is no Grouped AVP" },
        { "cx.dia", "     { Reason-Code }", "     { Reason-Kode }", "{ Reason-Kode", "there is no AVP 'Reason-Kode'" },
        { "cx.dia", "     { Reason-Code }", "     { Reason-Code ]", "{ Reason-Code", "is no member" },
        { "cx.dia", "     { Reason-Code }", "     Reason-Code", "Reason-Code", "is no member" },
        { "cx.dia", "     { Reason-Code }", "    2{ Reason-Code }", "2{", "cannot be compiled" },
        { "cx.dia", "     { Reason-Code }", "    1*2{ Reason-Code }", "1*2{", "cannot be compiled" },
        { "cx.dia", "     { Reason-Code }", "    1*[ Reason-Code ]", "1*[", "optional and required at once" },
        { "cx.dia", "     { Reason-Code }", "     { Reason-Code }\n     [ Reason-Code ]", "[ Reason-Code", "stands twice in 'Deregistration-Reason'" },
        { "cx.dia", "     [ Reason-Info ]\n    *[ AVP ]", "     [ Reason-Info ]\n     [ AVP ]", "[ AVP ]", "any number of other AVPs" },

        // @commands.
        { "cx.dia", "MAR <Multimedia-Auth-Request> ::= < Diameter Header: 303, REQ,", "MAR ::= < Diameter Header: 303, REQ,", "MAR ::=", "is no head" },
        { "cx.dia", "MAR <Multimedia-Auth-Request> ::= < Diameter Header: 303, REQ,", "MAR <Multimedia-Auth-Request> ::= < Diameter Header: 303, REK,", "MAR <", "is no head" },
        { "cx.dia", "MAR <Multimedia-Auth-Request> ::= < Diameter Header: 303, REQ,", "MAR <Multimedia-Auth-Request> ::= < Diameter Header: 304, REQ,", "RTR <", "command 304 of application 16777216 is taken" },
        { "cx.dia", "UAA <User-Authorization-Answer> ::= < Diameter Header: 300,", "UAA <User-Authorization-Answer> ::= < Diameter Header: 399, REQ,", "UAA <", "REQ flag disagree" },
        { "cx.dia", "     { Visited-Network-Identifier }", "     { SIP-Visited-Network }", "{ SIP-Visited", "there is no AVP 'SIP-Visited-Network'" },
    };

    [Theory, MemberData(nameof(Mutations))]
    public void A_broken_page_gives_an_error_with_its_line(string file, string find, string replace, string line, string problem)
    {
        (string File, string Text)[] pages = [.. Pages.Select(page => page.File == file ? (file, ReplaceOnce(page.Text, find, replace)) : page)];
        IReadOnlyList<PageError> errors = PageSet.Read(pages).Errors;
        string[] lines = pages.Single(page => page.File == file).Text.Split('\n');
        Assert.True(
            errors.Any(error => error.File == file
                && error.Problem.Contains(problem, StringComparison.Ordinal)
                && lines[error.Line - 1].Trim().StartsWith(line, StringComparison.Ordinal)),
            $"no such error among:\n{string.Join('\n', errors)}");
        Assert.All(errors, error => Assert.False(string.IsNullOrWhiteSpace(error.Mend)));
    }

    [Theory]
    [InlineData("Reason-Code                                   616", "Reason-Code                                   616  10415  Unsigned32       VM (x)\n;", "has 1 enumerations")]
    [InlineData("@enum Reason-Code  (TS 29.229 6.3.17)\n", "@enum User-Data-Already-Available (x)\n", "'Reason-Code' has 0 enumerations")]
    [InlineData("Reason-Info                                   617  10415  UTF8String ", "Reason-Info                                   617  10415  Grouped ", "'Reason-Info' has 0 grammars")]
    public void Types_enumerations_and_grammars_must_fit(string find, string replace, string problem)
    {
        PageSet set = PageSet.Read(Pages.Select(page => page.File == "cx.dia" ? ("cx.dia", ReplaceOnce(page.Text, find, replace)) : page));
        Assert.Contains(set.Errors, error => error.Problem.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_names_file_line_problem_and_mend() =>
        Assert.Equal("cx.dia:7: it is wrong. Mend: make it right.", new PageError("cx.dia", 7, "it is wrong", "make it right").ToString());

    [Fact]
    public void Pages_with_errors_make_no_code()
    {
        PageSet set = PageSet.Read([("x.dia", "nothing")]);
        Assert.Throws<ArgumentException>(() => CodeWriter.Write(set));
    }

    [Fact]
    public void A_page_can_use_the_AVPs_of_the_pages_its_own_parents_inherit_and_rename_a_name_that_is_taken()
    {
        const string other = """
            @dictionary Other
            @inherits Cx
            @avps
                User-Data  702  99999  OctetString  VM text as Other-User-Data  (TS 29.329 6.3.3)
            @commands
            UDR <User-Data-Request> ::= < Diameter Header: 306, REQ, PXY, 16799999 >  (TS 29.329 6.1.1)
                < Session-Id >
                [ Public-Identity ]
                { User-Data }
            """;
        PageSet set = PageSet.Read([.. Pages, ("other.dia", other)]);
        Assert.Empty(set.Errors);
        string code = CodeWriter.Write(set).Single(file => file.Path == "Other/UserDataRequest.g.cs").Text;
        Assert.Contains("public AvpValue OtherUserData =>", code, StringComparison.Ordinal);
        Assert.Contains("public AvpValue PublicIdentity =>", code, StringComparison.Ordinal);
    }

    private static string ReplaceOnce(string text, string find, string replace)
    {
        int place = text.IndexOf(find, StringComparison.Ordinal);
        Assert.True(place >= 0, $"the page does not hold '{find}'");
        return text[..place] + replace + text[(place + find.Length)..];
    }
}
