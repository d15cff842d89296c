namespace Hss.DictionaryCompiler;

/// <summary>What is wrong in a page, where, and how to mend it.</summary>
public sealed record PageError(string File, int Line, string Problem, string Mend)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}: {Problem}. Mend: {Mend}.";
}
