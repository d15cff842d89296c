using System.Globalization;
using System.Net;

namespace Hss.Interop.Tests.Peers;

/// <summary>Looks into /proc/net, so that a port left occupied is told by the name of its owner and not by a bind error deep in a log.</summary>
internal static class LoopbackPorts
{
    private const string TcpListen = "0A";

    /// <summary>Fails with one line for each endpoint that somebody holds.</summary>
    public static void DemandFree(IEnumerable<(string Protocol, IPEndPoint Endpoint)> endpoints)
    {
        var held = endpoints.Where(e => IsHeld(e.Protocol, e.Endpoint))
            .Select(e => $"\n  {e.Endpoint}/{e.Protocol}: {OwnerOf(e.Protocol, e.Endpoint)}").ToList();
        if (held.Count > 0)
            throw new InvalidOperationException($"occupied, perhaps by a run that was cut off (end it by its process id):{string.Concat(held)}");
    }

    /// <summary>True when a socket is bound (udp) or listening (tcp) on exactly this address, or on all addresses.</summary>
    public static bool IsHeld(string protocol, IPEndPoint endpoint) => Inodes(protocol, endpoint).Any();

    private static IEnumerable<string> Inodes(string protocol, IPEndPoint endpoint)
    {
        // /proc/net writes the address as one hexadecimal number in the machine's own order.
        var address = BitConverter.ToUInt32(endpoint.Address.GetAddressBytes()).ToString("X8", CultureInfo.InvariantCulture);
        var port = endpoint.Port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines($"/proc/net/{protocol}").Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var isOpen = protocol == "udp" || columns[3] == TcpListen;
            if (isOpen && (columns[1] == $"{address}:{port}" || columns[1] == $"00000000:{port}")) yield return columns[9];
        }
    }

    private static string OwnerOf(string protocol, IPEndPoint endpoint)
    {
        var links = Inodes(protocol, endpoint).Select(inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])))
        {
            try
            {
                var files = Directory.EnumerateFiles(Path.Combine(process, "fd"));
                if (!files.Any(fd => links.Contains(File.ResolveLinkTarget(fd, returnFinalTarget: false)?.Name ?? ""))) continue;
                var command = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ').Trim();
                return $"process {Path.GetFileName(process)}, {command}";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked, or belongs to another user.
            }
        }
        return "owner unknown";
    }
}
