using System.Text;
using System.Text.Json.Nodes;

namespace Hss.Fuzz.Tests;

/// <summary>Damages JSON documents: values, structure, and the text itself.</summary>
internal static class DocumentMutator
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1e400", "1.5", "4294967295", "4294967296", "18446744073709551616", "\"\"", "\" \"", "\"0\"", "\"sip:\"",
        "\"sip:a@b\"", "\"tel:+1\"", "\"sip:a!.*!@b\"", "\"8000\"", "\"FFFFFFFFFFFF\"", "\"{as_uri}\"", "\"]]>\"", "\"<&>\"", "\"\\u0000\"", "\"\\uffff\"",
        "\"((((((((\"", "\"[[:alpha:]\"", "\"a{1,99999}\"", "\"MILENAGE\"", "\"SIP Digest\"", "\"Digest-MD5\"", "\"INVITE\"", "[]", "{}", "[[]]", "[null]", "[\"\"]", "[1,2]", "{\"\":1}",
    ];

    public static byte[] Next(Random random, IReadOnlyList<string> corpus)
    {
        string document = corpus[random.Next(corpus.Count)];
        if (random.Next(3) != 0) document = Restructured(random, document, corpus);
        if (random.Next(200) == 0) document = Nested(document, random.Next(1, 2_000));
        byte[] octets = Encoding.UTF8.GetBytes(document);
        for (int changes = random.Next(3) == 0 ? random.Next(1, 4) : 0; changes > 0; changes--) octets = Damaged(random, octets);
        return octets;
    }

    private static string Restructured(Random random, string document, IReadOnlyList<string> corpus)
    {
        JsonNode root = JsonNode.Parse(document)!;
        List<JsonNode> nodes = All(root), others = All(JsonNode.Parse(corpus[random.Next(corpus.Count)])!);
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            JsonNode place = nodes[random.Next(nodes.Count)];
            JsonNode other = others[random.Next(others.Count)];
            JsonNode? value = random.Next(3) == 0 && !IsSecret(other) ? other.DeepClone() : JsonNode.Parse(Values[random.Next(Values.Length)]);
            if (place is JsonObject { Count: > 0 } members)
            {
                string name = members.ElementAt(random.Next(members.Count)).Key;
                switch (random.Next(6))
                {
                    case 0: members.Remove(name); break;
                    case 1: members[name + "2"] = value; break;
                    default: members[name] = value; break;
                }
            }
            else if (place is JsonArray { Count: > 0 } items)
            {
                int index = random.Next(items.Count);
                switch (random.Next(5))
                {
                    case 0: items.RemoveAt(index); break;
                    case 1: items.Add(value); break;
                    case 2: for (int times = random.Next(1, 40); times > 0; times--) items.Add(items[index]?.DeepClone()); break;
                    default: items[index] = value; break;
                }
            }
        }

        return root.ToJsonString();
    }

    // A key in the place of a name would be shown, and rightly, as a name.
    private static bool IsSecret(JsonNode node) => node is JsonValue { Parent: JsonObject } && node.GetPropertyName() is "k" or "op" or "opc" or "password";

    private static string Nested(string document, int depth) => document.Insert(1, $"\"x\":{new string('[', depth)}{new string(']', depth)},");

    private static byte[] Damaged(Random random, byte[] octets)
    {
        if (octets.Length == 0) return [(byte)'{'];
        int place = random.Next(octets.Length), length = Math.Min(random.Next(1, 60), octets.Length - place);
        return random.Next(7) switch
        {
            0 => [.. octets[..place], (byte)random.Next(256), .. octets[(place + 1)..]],
            1 => [.. octets[..place], .. octets[(place + length)..]],
            2 => [.. octets[..(place + length)], .. octets[place..]],
            3 => octets[..place],
            4 => [.. octets[..place], "\"{}[],:\\0-e"u8.ToArray()[random.Next(11)], .. octets[place..]],
            5 => [.. octets[..place], .. "\\ud800"u8, .. octets[place..]],
            _ => [.. "\uFEFF"u8, .. octets],
        };
    }

    private static List<JsonNode> All(JsonNode root)
    {
        List<JsonNode> nodes = [root];
        for (int i = 0; i < nodes.Count; i++)
        {
            IEnumerable<JsonNode?> children = nodes[i] switch
            {
                JsonObject members => members.Select(member => member.Value),
                JsonArray items => items,
                _ => [],
            };
            nodes.AddRange(children.OfType<JsonNode>());
        }

        return nodes;
    }
}
