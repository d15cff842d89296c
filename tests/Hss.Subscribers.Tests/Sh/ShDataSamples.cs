using System.Text;

namespace Hss.Subscribers.Tests;

/// <summary>The samples of tests/vectors/sh-data.</summary>
internal static class ShDataSamples
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "vectors", "sh-data");

    public static IEnumerable<string> Names => Directory.GetFiles(s_folder, "*.xml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    public static byte[] Octets(string name) => File.ReadAllBytes(Path.Combine(s_folder, name));

    public static ShData Read(string document) => Read(Encoding.UTF8.GetBytes(document));

    public static ShData Read(byte[] document)
    {
        Assert.True(ShDataReader.TryRead(document, out var data, out var problem), problem?.ToString());
        return data;
    }

    public static string Text(ShData data) => Encoding.UTF8.GetString(ShDataWriter.Write(data));

    public static string Text(ReadOnlyMemory<byte>? octets) => Encoding.UTF8.GetString(octets!.Value.Span);
}
