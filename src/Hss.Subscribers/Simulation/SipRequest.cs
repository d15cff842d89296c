using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>A SIP request as a person has it in a file or a trace: what filters look at, and no more.</summary>
/// Shape: header names in their long form, values unfolded; lines of every SDP body with their type letter.
public sealed record SipRequest
{
    public required string Method { get; init; }

    public required string RequestUri { get; init; }

    public required ImmutableArray<SipHeader> Headers { get; init; }

    /// <summary>Of all bodies of type application/sdp, also inside a multipart body.</summary>
    public ImmutableArray<SdpLine> SessionDescription { get; init; } = [];

    /// <summary>The body is SDP and nothing else; Kamailio looks into no other.</summary>
    public bool IsPlainSdp { get; init; }

    public string? Header(string name) => Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value;

    /// <summary>Reads a request, tolerant of bare line feeds, blank lines in front and what it does not know.</summary>
    /// Errors: null and the problem, which names the line.
    public static SipRequest? Read(string text, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new SipRequestReader(text);
        var request = reader.Read();
        problem = reader.Problem;
        return request;
    }
}

/// <summary>One header field; a repeated one stands here as often.</summary>
public sealed record SipHeader(string Name, string Value)
{
    // RFC 3261 7.3.1 and 20: these are no lists, and a comma in them separates nothing.
    private static readonly string[] s_single =
    [
        "Authorization", "Call-ID", "Content-Length", "Content-Type", "CSeq", "Date", "Event", "Expires", "From", "Max-Forwards", "MIME-Version", "Organization",
        "P-Charging-Vector", "Proxy-Authenticate", "Proxy-Authorization", "Retry-After", "Server", "Session-Expires", "Subject", "Timestamp", "To", "User-Agent", "WWW-Authenticate",
    ];

    /// <summary>The values between the commas, as each is matched by itself. Spec: TS 29.228 Annex F, RFC 3261 7.3.1.</summary>
    public IEnumerable<string> Values()
    {
        if (s_single.Contains(Name, StringComparer.OrdinalIgnoreCase)) return [Value];
        var values = new List<string>();
        var (start, quoted, angle) = (0, false, 0);
        for (var i = 0; i < Value.Length; i++)
            switch (Value[i])
            {
                case '\\' when quoted: i++; break;
                case '"': quoted = !quoted; break;
                case '<' when !quoted: angle++; break;
                case '>' when !quoted: angle = Math.Max(0, angle - 1); break;
                case ',' when !quoted && angle == 0:
                    values.Add(Value[start..i].Trim());
                    start = i + 1;
                    break;
            }
        values.Add(Value[start..].Trim());
        return values;
    }
}

/// <summary>One line of a session description: m=audio ... is 'm' and "audio ...".</summary>
public sealed record SdpLine(char Type, string Value)
{
    public override string ToString() => $"{Type}={Value}";
}
