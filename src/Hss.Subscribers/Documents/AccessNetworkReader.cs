using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>Reads what the access network vouches for: the lines of a NASS-bundled user, the address of a GIBA user. Neither is a secret.</summary>
/// Spec: TS 29.229 Tables 6.3.4 and 6.3.5, TS 33.203 Annexes R and T; RFC 4005 6.11, RFC 3162 2.3 (Framed-IPv6-Prefix).
internal sealed class AccessNetworkReader(ProblemList problems)
{
    private static readonly string[] s_addressFields = ["address", "prefix", "interfaceId"];

    public ImmutableArray<string> ReadLines(DocumentObject document) =>
        [.. document.Texts("lineIdentifiers", required: document.Has("lineIdentifiers")).Select(line => line.Text)];

    /// <summary>{"address":"10.1.2.3"}, or a prefix with perhaps an interface identifier; the address alone as a string, too.</summary>
    public FramedAddress? ReadAddress(DocumentObject document)
    {
        if (!document.TryValue("framedAddress", required: false, out var value)) return null;
        var path = document.At("framedAddress");
        if (value.ValueKind == JsonValueKind.String)
            return DocumentObject.TryText(value, path, problems, out var text) ? IPv4(text, path) : null;
        if (DocumentObject.Read(value, path, problems, s_addressFields) is not { } address) return null;
        if (!address.Has("address")) return ReadPrefix(address);
        if (address.Has("prefix") || address.Has("interfaceId"))
        {
            problems.Add(path, "has address beside prefix or interfaceId; address is for IPv4, the others are for IPv6");
            return null;
        }
        return address.TryText("address", required: true, out var ipv4) ? IPv4(ipv4, address.At("address")) : null;
    }

    /// <summary>The way back: in documents always an object, as protocol buffers want it; in the store as ever.</summary>
    public static void Write(Utf8JsonWriter json, FramedAddress address, bool stored)
    {
        if (address.Address.AddressFamily == AddressFamily.InterNetwork && stored)
        {
            json.WriteString("framedAddress", address.Address.ToString());
            return;
        }
        json.WriteStartObject("framedAddress");
        if (address.Address.AddressFamily == AddressFamily.InterNetwork) json.WriteString("address", address.Address.ToString());
        else json.WriteString("prefix", $"{address.Address}/{address.PrefixLengthBits.ToString(CultureInfo.InvariantCulture)}");
        if (address.InterfaceId is { } id) json.WriteString("interfaceId", id.ToString("X16", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    public static bool TryIPv4(string text, out IPAddress address) =>
        // .NET reads "10.1" and "0x0a000001" as addresses, too.
        IPAddress.TryParse(text, out address!) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;

    public static bool TryPrefix(string text, out IPAddress address, out int lengthBits)
    {
        (address, lengthBits) = (IPAddress.IPv6None, 0);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || text.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(text[..slash], out var parsed)
            || parsed.AddressFamily != AddressFamily.InterNetworkV6
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out lengthBits) || lengthBits is < 1 or > 128) return false;
        address = parsed;
        // Bits behind the prefix belong to nobody: RFC 3162 2.3 wants them zero.
        var octets = address.GetAddressBytes();
        for (var bit = lengthBits; bit < 128; bit++)
            if ((octets[bit / 8] & (0x80 >> (bit % 8))) != 0) return false;
        return true;
    }

    private FramedAddress? IPv4(string text, DocumentPath path)
    {
        if (TryIPv4(text, out var address)) return new(address, 32, null);
        problems.Add(path, $"{DocumentText.Quote(text)} is no IPv4 address; write it as 10.1.2.3, or as {{\"prefix\":\"2001:db8::/64\"}}");
        return null;
    }

    private FramedAddress? ReadPrefix(DocumentObject document)
    {
        var hasId = document.TryText("interfaceId", required: false, out var id);
        if (!document.TryText("prefix", required: true, out var prefix)) return null;
        if (!TryPrefix(prefix, out var address, out var lengthBits))
        {
            problems.Add(document.At("prefix"),
                $"{DocumentText.Quote(prefix)} is no IPv6 prefix; write it as 2001:db8::/64, with nothing but zeros behind the prefix");
            return null;
        }
        if (!hasId) return new(address, lengthBits, null);
        if (id!.Length == 16 && ulong.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
            return new(address, lengthBits, number);
        problems.Add(document.At("interfaceId"), $"{DocumentText.Quote(id)} is no interface identifier; 16 hexadecimal digits are needed");
        return null;
    }
}
