using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace Hss.Server.Configuration;

/// <summary>Reads single values. A problem names the key, what was found and what is wanted; it is kept, so that whoever mends a file sees all of them.</summary>
/// Order: the settings that were read are worth nothing before <see cref="ThrowIfRefused"/> has let them pass.
internal sealed class ConfigurationReader(IConfigurationRoot configuration)
{
    private readonly List<(string Key, string Problem)> _problems = [];

    /// <summary>For what several values mean together: looked at only while each could be read, as it would complain of what stands in for them.</summary>
    public int ProblemCount => _problems.Count;

    public bool IsRefused(string key) => _problems.Exists(one => string.Equals(one.Key, key, StringComparison.Ordinal));

    public void Refuse(string key, string problem) => _problems.Add((key, problem));

    /// <summary>Refuses a value, and gives what stands in for it.</summary>
    public T Refuse<T>(string key, string problem, T standIn)
    {
        Refuse(key, problem);
        return standIn;
    }

    /// Errors: <see cref="ConfigurationException"/> with all problems.
    public void ThrowIfRefused()
    {
        if (_problems.Count > 0) throw new ConfigurationException([.. _problems.Distinct()]);
    }

    public string Text(string key, string absent) => Present(key) ?? absent;

    public string? Present(string key)
    {
        var value = configuration[key];
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    /// <summary>Whether the key is given with nothing in it.</summary>
    public bool IsEmpty(string key) => configuration[key] is { } value && string.IsNullOrWhiteSpace(value);

    public bool Flag(string key, bool absent) => Present(key) is not { } text ? absent
        : bool.TryParse(text, out var value) ? value
        : Refuse(key, $"'{text}' is neither true nor false", absent);

    public int Number(string key, int absent, int least, int most)
    {
        if (Present(key) is not { } text) return absent;
        if (!int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) || value < least || value > most)
            return Refuse(key, $"'{text}' is not a whole number from {least} to {most}", absent);
        return value;
    }

    /// <summary>A list, either as key:0, key:1, ... or as one comma-separated value. Of the two forms the one given later counts; given in one place, the single value.</summary>
    public IReadOnlyList<string> List(string key)
    {
        var items = new SortedDictionary<string, string>(ConfigurationKeyComparer.Instance);
        foreach (var provider in configuration.Providers.Reverse())
        {
            if (provider.TryGet(key, out var text) && !string.IsNullOrWhiteSpace(text))
                // It takes the place of all that is listed before it, and what is listed after it takes its place.
                return items.Count > 0 ? Given() : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            foreach (var child in provider.GetChildKeys([], key).Distinct())
                if (provider.TryGet($"{key}:{child}", out var value)) items.TryAdd(child, value?.Trim() ?? "");
        }
        return Given();

        string[] Given() => [.. items.Values.Where(value => value.Length > 0)];
    }

    /// <summary>A list whose absence means no limit: given with nothing in it, it is a mistake that must not open what it was to close.</summary>
    public IReadOnlyList<string> Limits(string key)
    {
        var list = List(key);
        if (list.Count == 0 && (configuration[key] is not null || Children(key).Count > 0))
            Refuse(key, "is given but empty; name at least one, or leave the key out for no limit");
        return list;
    }

    public IReadOnlyList<string> Children(string key) => [.. configuration.GetSection(key).GetChildren().Select(child => child.Path)];

    public uint[] Numbers(string key) => [.. List(key).Select(text =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value : Refuse(key, $"'{text}' is not a whole number", 0u))];

    /// <summary>Null when it was refused.</summary>
    public IPEndPoint? EndPoint(string key, string text)
    {
        // IPEndPoint.TryParse takes a bare address and a bare number; a listener needs both parts said.
        if (!text.Contains(':', StringComparison.Ordinal) || !IPEndPoint.TryParse(text, out var endPoint) || endPoint.Port == 0)
            return Refuse<IPEndPoint?>(key, $"'{text}' is not an address and port such as 127.0.0.1:3868 or [::1]:3868", null);
        return endPoint;
    }
}
