using System.Text;
using System.Xml.Linq;

namespace Hss.Fuzz.Tests;

/// <summary>Damages XML documents: values, structure, namespaces, and the octets themselves.</summary>
internal static class XmlMutator
{
    private static readonly string[] Values =
    [
        "", " ", "0", "1", "-1", "+1", "2", "3", "4", "7", "65535", "65536", "32767", "32768", "99999999999", "1.0", "1e3", "true", "sip:", "sip:a@b", "sips:\u00A0", "tel:+1", "TEL: 1",
        "AAAA", "AAA=", "A===", "AAAAAAAAAAA=", "AAAA AAAA", "2026-01-31T12:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:00:00+1:00", "0000-01-01T00:00:00", "12345678901234",
        "١٢٣٤٥٦", "<&>", "]]>", "\uFFFD", "\u0085", "\ud83d\ude00", "192.0.2.1", "::1/64",
    ];

    private static readonly string[] Pieces =
    [
        "<", ">", "/>", "</", "&", "&lt;", "&#0;", "&x;", "'", "\"", "=", ":", "p:", "xmlns=\"urn:a\"", " xmlns:p='urn:p'", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>", "<?xml version='1.0'?>",
        "<!DOCTYPE a>", "\r", "\n", "\t", "\uFEFF", "<a/>", "<Extension>", "</Extension>", "<ServiceData/>", "é",
    ];

    public static byte[] Next(Random random, IReadOnlyList<byte[]> corpus)
    {
        byte[] octets = corpus[random.Next(corpus.Count)];
        if (random.Next(3) != 0) octets = Restructured(random, octets, corpus);
        for (int changes = random.Next(3) == 0 ? random.Next(1, 4) : 0; changes > 0; changes--) octets = Damaged(random, octets);
        return octets;
    }

    private static byte[] Restructured(Random random, byte[] octets, IReadOnlyList<byte[]> corpus)
    {
        XElement root = Parse(octets);
        List<XElement> elements = [.. root.DescendantsAndSelf()], others = [.. Parse(corpus[random.Next(corpus.Count)]).DescendantsAndSelf()];
        for (int changes = random.Next(1, 3); changes > 0; changes--)
        {
            XElement element = elements[random.Next(elements.Count)], other = others[random.Next(others.Count)];
            switch (random.Next(9))
            {
                case 0 when element.Parent is not null: element.Remove(); break;
                case 1: element.Add(new XElement(other)); break;
                case 2 when element.Parent is not null: element.AddBeforeSelf(new XElement(element)); break;
                case 3 when !element.HasElements: element.Value = Values[random.Next(Values.Length)]; break;
                case 4: element.Name = element.Name.Namespace + other.Name.LocalName; break;
                case 5: element.Name = element.Name.Namespace + (element.Name.LocalName + "x"); break;
                case 6 when element.Name.Namespace == XNamespace.None: element.SetAttributeValue(XNamespace.Xmlns + "p", random.Next(2) == 0 ? "urn:p" : "urn:\"<&>"); break;
                case 7: element.Add(new XCData(Values[random.Next(Values.Length)].Replace("]]>", "", StringComparison.Ordinal))); break;
                default: element.ReplaceNodes(element.Nodes().Reverse().ToList()); break;
            }
        }
        return Encoding.UTF8.GetBytes(root.ToString(random.Next(2) == 0 ? SaveOptions.DisableFormatting : SaveOptions.None));
    }

    private static byte[] Damaged(Random random, byte[] octets)
    {
        if (octets.Length == 0) return [(byte)'<'];
        int place = random.Next(octets.Length), length = Math.Min(random.Next(1, 60), octets.Length - place);
        return random.Next(6) switch
        {
            0 => [.. octets[..place], (byte)random.Next(256), .. octets[(place + 1)..]],
            1 => [.. octets[..place], .. octets[(place + length)..]],
            2 => [.. octets[..(place + length)], .. octets[place..]],
            3 => octets[..place],
            4 => [.. "\uFEFF"u8, .. octets],
            _ => [.. octets[..place], .. Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]), .. octets[place..]],
        };
    }

    private static XElement Parse(byte[] octets)
    {
        using var stream = new MemoryStream(octets);
        return XDocument.Load(stream, LoadOptions.PreserveWhitespace).Root!;
    }
}
