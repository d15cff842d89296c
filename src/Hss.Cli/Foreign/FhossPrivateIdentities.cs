using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Hss.Cli.Foreign;

/// <summary>Makes private identities of rows of impi.</summary>
/// Shape of impi.k: 16 octets of a card's key, or a password as text, which FHoSS fills up with zeros when it needs a key.
/// Spec: TS 29.229 6.3.9 (schemes); the bits of impi.auth_scheme are FHoSS's own.
internal sealed class FhossPrivateIdentities(ForeignReport report)
{
    private const int Akav1 = 1, Akav2 = 2, DigestMd5 = 4, CableLabsDigest = 8, HttpDigestMd5 = 16, EarlyIms = 32, NassBundled = 64, SipDigest = 128;
    private const int KeyOctets = 16;

    public JsonObject Make(FhossRow impi, List<string> problems)
    {
        var place = $"impi {impi.Number("id")}";
        var identity = new JsonObject { ["identity"] = impi.Text("identity") };
        var allowed = new List<string>();
        var schemes = impi.Number("auth_scheme") ?? 0;
        var k = Octets(impi, "k", KeyOctets);
        var password = Password(k);
        if ((schemes & (Akav1 | Akav2)) != 0) AddAka(identity, impi, k, place, allowed, problems);
        if ((schemes & (DigestMd5 | CableLabsDigest | HttpDigestMd5 | SipDigest)) != 0) AddDigest(identity, schemes, password, allowed);
        if ((schemes & NassBundled) != 0 && impi.Text("line_identifier") is { Length: > 0 } line)
        {
            identity["lineIdentifiers"] = new JsonArray(line);
            allowed.Add("NASS-Bundled");
        }
        if ((schemes & EarlyIms) != 0 && impi.Text("ip") is { Length: > 0 } address)
        {
            identity["framedAddress"] = new JsonObject { [address.Contains('/', StringComparison.Ordinal) ? "prefix" : "address"] = address };
            allowed.Add("Early-IMS-Security");
        }
        if (allowed.Count == 0) problems.Add($"{place}: has no authentication scheme with an equal here; allow Digest-AKAv1-MD5 or SIP Digest in FHoSS");
        identity["allowedSchemes"] = new JsonArray([.. allowed.Select(scheme => (JsonNode)scheme)]);
        if (Usual(impi.Number("default_auth_scheme") ?? 0) is { } usual && allowed.Contains(usual)) identity["defaultScheme"] = usual;
        return identity;
    }

    private void AddAka(JsonObject identity, FhossRow impi, byte[] k, string place, List<string> allowed, List<string> problems)
    {
        if (k.Length < KeyOctets) report.Remark("impi.k shorter than 16 octets", "filled up with zeros, as FHoSS does");
        else if (k.Length > KeyOctets) report.Remark("impi.k longer than 16 octets", "the first 16 were taken, as FHoSS does");
        Array.Resize(ref k, KeyOctets);
        var aka = new JsonObject { ["k"] = Convert.ToHexString(k), ["amf"] = Convert.ToHexString(Octets(impi, "amf", 2)) };
        var (op, opc) = (Octets(impi, "op", KeyOctets), Octets(impi, "opc", KeyOctets));
        var (hasOp, hasOpc) = (op.AsSpan().ContainsAnyExcept((byte)0), opc.AsSpan().ContainsAnyExcept((byte)0));
        if (hasOp && hasOpc) report.Remark("impi.opc beside impi.op", "op was taken; FHoSS takes opc only where op is the OPERATOR_ID of its configuration, compare a fingerprint");
        // Zeros are an OP that test cards really have.
        aka[hasOpc && !hasOp ? "opc" : "op"] = Convert.ToHexString(hasOpc && !hasOp ? opc : op.Length == 0 ? new byte[KeyOctets] : op);
        // The column is the SQN of the last vector.
        var text = impi.Text("sqn");
        var sqn = text.Length <= 12 && ulong.TryParse(text.Length == 0 ? "0" : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? SequenceNumberText.Of(number) : null;
        if (sqn is null) problems.Add($"{place}: sqn is no number of 12 hexadecimal digits; set it to 000000000000 there, the first registration resynchronises");
        aka["sqn"] = sqn;
        identity["aka"] = aka;
        allowed.Add("Digest-AKAv1-MD5");
    }

    private void AddDigest(JsonObject identity, int schemes, string? password, List<string> allowed)
    {
        if (password is null)
        {
            // A card's key as a password would be handed out by Digest-MD5, and FHoSS allows every scheme unless it is told otherwise.
            report.Remark("impi.auth_scheme Digest with a card's key", "the digest schemes were left out; a key of a card is no password");
            return;
        }
        identity["sipDigest"] = new JsonObject { ["password"] = password };
        if ((schemes & (CableLabsDigest | HttpDigestMd5)) != 0) report.Remark("impi.auth_scheme Digest, HTTP_DIGEST_MD5", "served as SIP Digest only, which has the same HA1");
        if ((schemes & (CableLabsDigest | HttpDigestMd5 | SipDigest)) != 0) allowed.Add("SIP Digest");
        if ((schemes & DigestMd5) == 0) return;
        identity["sipDigest"]!["keepPasswordForLegacyDigestMd5"] = true;
        allowed.Add("Digest-MD5");
    }

    private static string? Usual(int scheme) => scheme switch
    {
        Akav1 or Akav2 => "Digest-AKAv1-MD5",
        DigestMd5 => "Digest-MD5",
        CableLabsDigest or HttpDigestMd5 or SipDigest => "SIP Digest",
        EarlyIms => "Early-IMS-Security",
        NassBundled => "NASS-Bundled",
        _ => null,
    };

    // Some tools write the hexadecimal digits themselves into the column.
    private static byte[] Octets(FhossRow impi, string column, int length)
    {
        var octets = impi.Octets(column);
        if (octets.Length != 2 * length) return octets;
        var text = Encoding.Latin1.GetString(octets);
        return text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : octets;
    }

    /// <summary>The text, when k is one.</summary>
    private static string? Password(byte[] k)
    {
        var text = Encoding.UTF8.GetString(k).TrimEnd('\0');
        return text.Length > 0 && !text.Any(c => char.IsControl(c) || c == '\uFFFD') ? text : null;
    }
}
