namespace Hss.Subscribers;

/// <summary>One thing that is wrong with a document: where it stands and how to mend it.</summary>
/// Shape: Path as in "privateIdentities[0].aka.k"; empty means the document as a whole. Never holds a value of K, OP, OPc, HA1 or a password.
/// <param name="Rule">The name of the rule that found it, where rules have names (E1 ...); null elsewhere.</param>
public sealed record DocumentProblem(string Path, string Message, string? Rule = null)
{
    public override string ToString() => (Path.Length == 0 ? Message : $"{Path}: {Message}") + (Rule is null ? "" : $" ({Rule})");
}
