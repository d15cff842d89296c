namespace Hss.DictionaryCompiler;

/// <summary>One dictionary page as it was read, before names are resolved.</summary>
/// Shape: the order of every list is the order of the page.
public sealed class Page
{
    /// <summary>The file the page came from, for errors.</summary>
    public required string File { get; init; }

    /// <summary>The name of the page; the last part of the generated namespace.</summary>
    public string Name { get; set; } = "";

    /// <summary>The pages whose AVPs this page uses.</summary>
    public List<(string Name, int Line)> Inherits { get; } = [];

    /// <summary>@avps.</summary>
    public List<PageAvp> Avps { get; } = [];

    /// <summary>@enum.</summary>
    public List<PageEnum> Enums { get; } = [];

    /// <summary>@grouped.</summary>
    public List<PageGroup> Groups { get; } = [];

    /// <summary>@commands.</summary>
    public List<PageCommand> Commands { get; } = [];
}

/// <summary>One line of @avps.</summary>
public sealed record PageAvp(
    string Name, uint Code, uint VendorId, string Type, bool MandatoryBit, IReadOnlyList<string> Marks, string CodeName, string Clause, int Line);

/// <summary>One @enum: the values of an Enumerated AVP.</summary>
public sealed record PageEnum(string Avp, List<PageValue> Values, string Clause, int Line);

/// <summary>One value of an @enum.</summary>
public sealed record PageValue(string Name, int Value, int Line);

/// <summary>One group of @grouped.</summary>
public sealed record PageGroup(string Avp, uint Code, uint VendorId, List<PageMember> Members, string Clause, int Line);

/// <summary>One command of @commands; its code is null for the answer-message.</summary>
public sealed record PageCommand(
    string Abbreviation, string Name, uint? Code, uint ApplicationId, bool Request, bool Proxiable, bool Error,
    List<PageMember> Members, string Clause, int Line)
{
    /// <summary>The name of the generated type: Multimedia-Auth-Request becomes MultimediaAuthRequest.</summary>
    public string CodeName => CodeNames.Of(Name);
}

/// <summary>One member line of a grammar. The AVP named "AVP" stands for any other AVP.</summary>
public sealed record PageMember(string Avp, bool Required, bool Repeatable, int Line)
{
    /// <summary>Whether the line is *[ AVP ].</summary>
    public bool IsAnyAvp => Avp == "AVP";
}
