namespace Hss.Cli.Foreign;

/// <summary>What became of a foreign file: documents made, records refused, and what had no equal here, counted and named.</summary>
/// Shape: filled while the documents are read; complete when the last of them is. No message holds a key.
public sealed class ForeignReport
{
    /// <summary>Problems kept; all are counted.</summary>
    public const int MaxProblems = 1000;

    /// <summary>Kinds of remarks kept; a file that makes more is damaged or hostile.</summary>
    public const int MaxRemarks = 200;

    private readonly List<string> _problems = [];
    private readonly List<ForeignRemark> _remarks = [];
    private readonly Dictionary<(string, string), int> _indices = [];

    public int Documents { get; private set; }

    /// <summary>Records of which no document could be made.</summary>
    public int Refused { get; private set; }

    /// <summary>"PLACE: what is wrong and the mend", in the order of the file.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>What was left out or changed, in the order of its first appearance.</summary>
    public IReadOnlyList<ForeignRemark> Remarks => _remarks;

    internal void Made() => Documents++;

    internal void Refuse(string place, params IEnumerable<string> messages)
    {
        Refused++;
        foreach (var message in messages)
            if (_problems.Count < MaxProblems) _problems.Add($"{place}: {message}");
    }

    /// <param name="subject">The foreign name: a table, a column, an element.</param>
    /// <param name="explanation">What was done instead, or how to mend it.</param>
    internal void Remark(string subject, string explanation, long count = 1)
    {
        if (count == 0) return;
        if (_indices.TryGetValue((subject, explanation), out var index)) _remarks[index] = _remarks[index] with { Count = _remarks[index].Count + count };
        else if (_remarks.Count < MaxRemarks)
        {
            _indices[(subject, explanation)] = _remarks.Count;
            _remarks.Add(new(subject, explanation, count));
        }
    }
}

/// <summary>Something that has no equal here, or not the same one.</summary>
public sealed record ForeignRemark(string Subject, string Explanation, long Count)
{
    public override string ToString() => $"{Subject}: {Count}: {Explanation}";
}
