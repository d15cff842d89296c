using System.Globalization;
using System.Net;
using System.Xml.Linq;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Decode;

/// <summary>One Diameter message as tshark understood it.</summary>
/// Complaints: what tshark calls malformed, unknown or wrong anywhere inside the message, one line each, empty when it is content.
internal sealed record DecodedMessage(
    int Frame, bool IsRequest, uint CommandCode, uint HopByHopId, uint EndToEndId,
    IReadOnlyList<string> AvpNames, IReadOnlyList<string> Complaints)
{
    // The fields under which tshark 4.0 files what it cannot make sense of. Most of them come with an expert message;
    // the plain ones (unknown, invalid-data) are asked for as well, so that nothing hangs on the expert system alone.
    private static readonly HashSet<string> SuspectFields = new(StringComparer.Ordinal)
    {
        "_ws.expert", "_ws.malformed",
        "diameter.avp.unknown", "diameter.avp.code.unknown", "diameter.avp.invalid-data", "diameter.avp.invalid-len", "diameter.avp.no_data",
        "diameter.avp.pad.missing", "diameter.avp.pad.non_zero", "diameter.invalid_avp_len", "diameter.unknown_vendor",
        "diameter.applicationId.unknown", "diameter.cmd.code.unknown", "diameter.version.unknown", "diameter.reserved_bit_set",
    };

    // AVPs of TS 29.229 that are younger than the dictionary of tshark 4.0: Alternate-Digest-Algorithm and Alternate-Digest-HA1 (Release 15).
    private static readonly string[] TooYoung = ["Unknown AVP 662 (vendor=3GPP)", "Unknown AVP 663 (vendor=3GPP)"];

    /// <summary>Runs tshark over a capture file and keeps what <paramref name="source"/> sent.</summary>
    public static async Task<IReadOnlyList<DecodedMessage>> ReadAsync(string file, IPEndPoint source)
    {
        // Two passes, so that answers know their requests; no name look-ups; PDML names every field. Into a file, because it is long.
        var decoded = file + ".xml";
        var outcome = await ChildProcess.RunAsync("/bin/bash",
            ["-c", "exec tshark \"$@\" > \"$0\"", decoded, "-n", "-2", "-r", file, "-d", $"tcp.port=={source.Port},diameter",
                "-Y", $"diameter && ip.src=={source.Address}", "-T", "pdml"],
            Path.GetDirectoryName(file)!, TimeSpan.FromMinutes(2));
        if (outcome.ExitCode != 0) throw new InvalidOperationException($"tshark ended with {outcome.ExitCode}:\n{outcome.Output}");
        using var reader = File.OpenRead(decoded);
        return [.. XDocument.Load(reader).Root!.Elements("packet").SelectMany(Read)];
    }

    // A packet may carry several messages, and a message tshark gave up on is followed by a "_ws.malformed" of its own.
    private static IEnumerable<DecodedMessage> Read(XElement packet)
    {
        var protocols = packet.Elements("proto").ToList();
        var number = protocols[0].Elements("field").First(f => Name(f) == "num").Attribute("show")!.Value;
        var frame = int.Parse(number, CultureInfo.InvariantCulture);
        for (var i = 0; i < protocols.Count; i++)
        {
            if (Name(protocols[i]) != "diameter") continue;
            var message = protocols[i];
            List<string> complaints = [.. ComplaintsIn(message)];
            for (var next = i + 1; next < protocols.Count && Name(protocols[next]) != "diameter"; next++)
                if (Name(protocols[next]).StartsWith("_ws.", StringComparison.Ordinal))
                    complaints.Add(protocols[next].Attribute("showname")?.Value ?? Name(protocols[next]));
            yield return new DecodedMessage(frame, Field(message, "diameter.flags.request") == "1",
                Parse(Field(message, "diameter.cmd.code")), Parse(Field(message, "diameter.hopbyhopid")), Parse(Field(message, "diameter.endtoendid")),
                [.. message.Descendants("field").Where(f => Name(f) == "diameter.avp").Select(AvpName)], complaints);
        }
    }

    private static IEnumerable<string> ComplaintsIn(XElement message)
    {
        foreach (var field in message.Descendants("field"))
        {
            if (SuspectFields.Contains(Name(field)) && !IsTooYoung(field))
                yield return $"{Name(field)}: {field.Attribute("showname")?.Value} (in {AvpName(field.Ancestors("field").LastOrDefault() ?? field)})";
            // An Enumerated value or a result code that its dictionary does not know, for instance "Result-Code: Unknown (7777)".
            // Not in Failed-AVP: a bad value that stands there is the peer's own, returned.
            else if (field.Attribute("showname")?.Value.Contains(": Unknown (", StringComparison.Ordinal) == true
                && !field.Ancestors("field").Any(f => AvpName(f) == "Failed-AVP(279)"))
                yield return $"value not known to tshark: {field.Attribute("showname")!.Value}";
        }
    }

    // The complaint stands at the AVP's code, the value beside it: whatever is said about that AVP itself, and nothing around it.
    private static bool IsTooYoung(XElement field) =>
        field.Ancestors("field").FirstOrDefault(f => Name(f) == "diameter.avp") is { } avp
        && avp.Descendants("field").Any(f => TooYoung.Any(young => f.Attribute("showname")?.Value.Contains(young, StringComparison.Ordinal) == true));

    // "AVP: Session-Id(263) l=60 f=-M- val=..." -> "Session-Id(263)"
    private static string AvpName(XElement avp)
    {
        var shown = avp.Attribute("showname")?.Value ?? "";
        return shown.StartsWith("AVP: ", StringComparison.Ordinal) ? shown["AVP: ".Length..].Split(' ')[0] : Name(avp);
    }

    private static string Name(XElement element) => element.Attribute("name")?.Value ?? "";

    private static string Field(XElement message, string name) =>
        message.Descendants("field").FirstOrDefault(f => Name(f) == name)?.Attribute("show")?.Value ?? "0";

    private static uint Parse(string number) => number.StartsWith("0x", StringComparison.Ordinal)
        ? uint.Parse(number.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : uint.Parse(number, CultureInfo.InvariantCulture);
}
