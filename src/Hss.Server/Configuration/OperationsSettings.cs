using System.Net;

namespace Hss.Server.Configuration;

/// <summary>The section "Operations".</summary>
/// Shape: Listen is null when the listener is off.
public sealed record OperationsSettings(IPEndPoint? Listen)
{
    internal static OperationsSettings Read(ConfigurationReader reader)
    {
        const string Key = "Operations:Listen";
        // Empty is not the same as absent here: several servers on one machine want it off, or elsewhere.
        if (reader.IsEmpty(Key)) return new((IPEndPoint?)null);
        return new(reader.EndPoint(Key, reader.Text(Key, "127.0.0.1:8080")));
    }
}
