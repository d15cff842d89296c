using System.Text.Json.Nodes;

namespace Hss.Subscribers.Tests;

/// <summary>Seeded damage to documents: octets, and structure.</summary>
internal static class Mutations
{
    private static readonly string[] s_values =
    [
        "null", "true", "0", "-1", "1e9", "1.5", "99999999999999999999", "\"\"", "\"x\"", "\" \"", "\"sip:\"", "\"tel:1\"", "\"{as_uri}\"", "\"]]>\"",
        "\"\\u0000\"", "\"\\uffff\"", "[]", "{}", "[[]]", "[null]", "[\"x\"]", "{\"x\":1}", "\"((((\"", "\"INVITE\"", "\"SIP Digest\"", "\"alice@example.com\"",
    ];

    public static byte[] Damage(Random random, byte[] original)
    {
        var octets = original.ToList();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(octets.Count);
            switch (random.Next(5))
            {
                case 0: octets[at] = (byte)random.Next(256); break;
                case 1: octets.RemoveRange(at, Math.Min(random.Next(1, 40), octets.Count - at)); break;
                case 2: octets.Insert(at, (byte)random.Next(256)); break;
                case 3: octets.InsertRange(at, octets.GetRange(at, Math.Min(random.Next(1, 40), octets.Count - at))); break;
                default: octets[at] = (byte)"\"{}[],:\\0"[random.Next(9)]; break;
            }
            if (octets.Count == 0) octets.Add(0x7b);
        }
        return [.. octets];
    }

    /// <summary>Replaces, removes, duplicates or moves some nodes of a document.</summary>
    public static string Restructure(Random random, string json)
    {
        var root = JsonNode.Parse(json)!;
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var nodes = new List<JsonNode>();
            Collect(root, nodes);
            var node = nodes[random.Next(nodes.Count)];
            // A key put where a name belongs would be repeated, rightly, as a name.
            var copied = nodes[random.Next(nodes.Count)];
            var isSecret = copied.GetPath().Split('.')[^1] is "k" or "op" or "password";
            var value = random.Next(3) == 0 && !isSecret ? copied.DeepClone() : JsonNode.Parse(s_values[random.Next(s_values.Length)]);
            switch (node)
            {
                case JsonObject map when map.Count > 0:
                    var name = map.ElementAt(random.Next(map.Count)).Key;
                    if (random.Next(4) == 0) map.Remove(name);
                    else if (random.Next(6) == 0) map[name + "x"] = value;
                    else map[name] = value;
                    break;
                case JsonArray list when list.Count > 0:
                    var index = random.Next(list.Count);
                    if (random.Next(4) == 0) list.RemoveAt(index);
                    else if (random.Next(3) == 0) list.Add(value);
                    else list[index] = value;
                    break;
            }
        }
        return root.ToJsonString();
    }

    private static void Collect(JsonNode? node, List<JsonNode> nodes)
    {
        if (node is null) return;
        nodes.Add(node);
        if (node is JsonObject map) foreach (var (_, child) in map) Collect(child, nodes);
        if (node is JsonArray list) foreach (var child in list) Collect(child, nodes);
    }
}
