namespace Hss.Server.Configuration;

/// <summary>The configuration cannot be used.</summary>
/// Shape: the message has one line for each problem: the key, what is wrong, and the mend.
public sealed class ConfigurationException(IReadOnlyList<(string Key, string Problem)> problems) : Exception(
    string.Join('\n', problems.Select(one => $"configuration {one.Key}: {one.Problem}".ReplaceLineEndings(" "))))
{
    public ConfigurationException(string key, string problem)
        : this([(key, problem)])
    {
    }

    public IReadOnlyList<(string Key, string Problem)> Problems { get; } = problems;
}
