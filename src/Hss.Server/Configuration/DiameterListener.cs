using System.Net;

namespace Hss.Server.Configuration;

/// <summary>One entry of Diameter:Listen.</summary>
/// Shape: written as the ready line shows it, ADDRESS:PORT or ADDRESS:PORT;tls.
public readonly record struct DiameterListener(IPEndPoint EndPoint, bool IsTls)
{
    private const string TlsMark = ";tls";

    internal static DiameterListener Read(string key, string text)
    {
        var isTls = text.EndsWith(TlsMark, StringComparison.OrdinalIgnoreCase);
        return new(ConfigurationReader.EndPoint(key, isTls ? text[..^TlsMark.Length].TrimEnd() : text), isTls);
    }

    public override string ToString() => EndPoint + (IsTls ? TlsMark : "");
}
