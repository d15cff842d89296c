using System.Text.Json;

namespace Hss.Authentication.Tests;

/// <summary>Reads tests/vectors/authentication. Tests assert the count too, so that an empty file does not pass.</summary>
internal static class Vectors
{
    public static IReadOnlyList<JsonElement> Read(string file, string group, int expectedCount)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", file);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement[] entries = [.. document.RootElement.GetProperty(group).Clone().EnumerateArray()];
        Assert.Equal(expectedCount, entries.Length);
        return entries;
    }

    public static byte[] Hex(this JsonElement entry, string name) => Convert.FromHexString(entry.Text(name));

    public static ulong Number(this JsonElement entry, string name) => Convert.ToUInt64(entry.Text(name), 16);

    public static string Text(this JsonElement entry, string name) => entry.GetProperty(name).GetString()!;

    public static string? TextOrNull(this JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>The key of an entry in every implementation this processor has.</summary>
    public static IEnumerable<MilenageKey> Keys(this JsonElement entry) => TestKeys.Everywhere(entry.Hex("k"), entry.Hex("opc"));
}
