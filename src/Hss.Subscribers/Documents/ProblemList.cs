using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Collects what is wrong with one document, so that its owner mends it in one go.</summary>
internal sealed class ProblemList
{
    private readonly List<DocumentProblem> _problems = [];
    private readonly List<DocumentProblem> _warnings = [];

    public bool IsEmpty => _problems.Count == 0;

    /// <summary>Problems found so far, those beyond the bound counted too.</summary>
    public int Count { get; private set; }

    public ImmutableArray<DocumentProblem> Problems => [.. _problems];

    public ImmutableArray<DocumentProblem> Warnings => [.. _warnings];

    public void Add(DocumentPath path, string message, string? rule = null) => Add(path.ToString(), message, rule);

    public void Warn(DocumentPath path, string message, string? rule = null) => Add(_warnings, path.ToString(), message, rule);

    /// <summary>Takes over what another list found, as said about one place of this document.</summary>
    public void AddAll(ProblemList inner, DocumentPath path, string about)
    {
        foreach (var problem in inner._problems) Add(path.ToString(), About(about, problem), problem.Rule);
        foreach (var warning in inner._warnings) Add(_warnings, path.ToString(), About(about, warning), warning.Rule);
    }

    /// <summary>Takes over what another list found in this document.</summary>
    public void AddAll(ProblemList inner)
    {
        foreach (var problem in inner._problems) Add(problem.Path, problem.Message, problem.Rule);
        AddWarnings(inner._warnings);
    }

    public void AddWarnings(IEnumerable<DocumentProblem> warnings)
    {
        foreach (var warning in warnings) Add(_warnings, warning.Path, warning.Message, warning.Rule);
    }

    /// <summary>Takes over one problem that another list found, place and all.</summary>
    public void Take(DocumentProblem problem) => Add(problem.Path, problem.Message, problem.Rule);

    // The rule is carried over, so it does not stand in the text as well.
    private static string About(string about, DocumentProblem problem) => $"{about}, {problem with { Rule = null }}";

    private void Add(string path, string message, string? rule)
    {
        Count++;
        Add(_problems, path, message, rule);
    }

    private static void Add(List<DocumentProblem> list, string path, string message, string? rule)
    {
        if (list.Count < SubscriptionJson.MaxProblems) list.Add(new(path, message, rule));
    }
}

/// <summary>A place in a document; its text is made only when something is wrong there.</summary>
internal sealed class DocumentPath
{
    public static readonly DocumentPath Root = new(null, "", -1);

    private readonly DocumentPath? _parent;
    private readonly string _name;
    private readonly int _index;

    private DocumentPath(DocumentPath? parent, string name, int index) => (_parent, _name, _index) = (parent, name, index);

    public DocumentPath Field(string name) => new(this, name, -1);

    public DocumentPath Item(string name, int index) => new(this, name, index);

    public override string ToString()
    {
        var before = _parent is null || _parent._parent is null ? "" : _parent + ".";
        return _index < 0 ? before + _name : $"{before}{_name}[{_index}]";
    }
}
