namespace Hss.Server.Configuration;

/// <summary>The configuration cannot be used. The message is one line: the key, what is wrong, and the mend.</summary>
public sealed class ConfigurationException(string key, string problem) : Exception($"configuration {key}: {problem}")
{
    public string Key { get; } = key;
}
