using System.Net;

namespace Hss.Server.Configuration;

/// <summary>One entry of Diameter:Listen or Provisioning:Listen.</summary>
/// Shape: written as the ready line shows it, ADDRESS:PORT or ADDRESS:PORT;tls.
public readonly record struct ListenAddress(IPEndPoint EndPoint, bool IsTls)
{
    private const string TlsMark = ";tls";

    internal static IReadOnlyList<ListenAddress> ReadAll(string key, IReadOnlyList<string> entries)
    {
        var all = entries.Select((text, index) => Read($"{key}:{index}", text)).ToArray();
        return all.DistinctBy(one => one.EndPoint).Count() == all.Length ? all : throw new ConfigurationException(key, "an address is listed twice; remove one");
    }

    private static ListenAddress Read(string key, string text)
    {
        var isTls = text.EndsWith(TlsMark, StringComparison.OrdinalIgnoreCase);
        return new(ConfigurationReader.EndPoint(key, isTls ? text[..^TlsMark.Length].TrimEnd() : text), isTls);
    }

    public override string ToString() => EndPoint + (IsTls ? TlsMark : "");
}
