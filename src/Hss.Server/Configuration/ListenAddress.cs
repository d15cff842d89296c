using System.Net;

namespace Hss.Server.Configuration;

/// <summary>One entry of Diameter:Listen or Provisioning:Listen.</summary>
/// Shape: written as the ready line shows it, ADDRESS:PORT or ADDRESS:PORT;tls.
public readonly record struct ListenAddress(IPEndPoint EndPoint, bool IsTls)
{
    private const string TlsMark = ";tls";

    internal static IReadOnlyList<ListenAddress> ReadAll(ConfigurationReader reader, string key, IReadOnlyList<string> entries)
    {
        var all = new List<ListenAddress>();
        for (var i = 0; i < entries.Count; i++)
        {
            var isTls = entries[i].EndsWith(TlsMark, StringComparison.OrdinalIgnoreCase);
            if (reader.EndPoint($"{key}:{i}", isTls ? entries[i][..^TlsMark.Length].TrimEnd() : entries[i]) is { } endPoint) all.Add(new(endPoint, isTls));
        }
        if (all.DistinctBy(one => one.EndPoint).Count() < all.Count) reader.Refuse(key, "an address is listed twice; remove one");
        return all;
    }

    public override string ToString() => EndPoint + (IsTls ? TlsMark : "");
}
