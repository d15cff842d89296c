using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;

namespace Hss.Subscribers;

/// <summary>Reads the text of a SIP request.</summary>
/// Spec: RFC 3261 7, 7.3, 25.1; RFC 2046 5.1.1 (multipart); RFC 8866 5 (SDP).
internal sealed class SipRequestReader(string text)
{
    /// <summary>A request over UDP has 64 KiB at most, and traces of real ones some 2 KiB.</summary>
    private const int MaxCharacters = 64 * 1024;

    private const int MaxHeaders = 500;

    private const int MaxSdpLines = 1000;

    private static readonly FrozenDictionary<string, string> s_compact = new Dictionary<string, string>
    {
        ["a"] = "Accept-Contact", ["b"] = "Referred-By", ["c"] = "Content-Type", ["d"] = "Request-Disposition", ["e"] = "Content-Encoding", ["f"] = "From",
        ["i"] = "Call-ID", ["j"] = "Reject-Contact", ["k"] = "Supported", ["l"] = "Content-Length", ["m"] = "Contact", ["o"] = "Event", ["r"] = "Refer-To",
        ["s"] = "Subject", ["t"] = "To", ["u"] = "Allow-Events", ["v"] = "Via", ["x"] = "Session-Expires", ["y"] = "Identity",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private readonly string[] _lines = text.Length > MaxCharacters ? [] : text.ReplaceLineEndings("\n").Split('\n');
    private int _at;

    public string? Problem { get; private set; }

    public SipRequest? Read()
    {
        if (text.Length > MaxCharacters) return Refuse($"has {text.Length} characters, at most {MaxCharacters} are allowed");
        while (_at < _lines.Length && _lines[_at].Trim().Length == 0) _at++;
        if (_at == _lines.Length) return Refuse("is empty; it begins with a line such as INVITE sip:user@example.com SIP/2.0");
        var start = _lines[_at].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (start[0].StartsWith("SIP/", StringComparison.OrdinalIgnoreCase)) return Refuse($"begins with the status line of an answer in line {_at + 1}; filters look at requests");
        if (start.Length is not (2 or 3) || !start[0].All(IsToken) || (start.Length == 3 && !start[2].StartsWith("SIP/", StringComparison.OrdinalIgnoreCase)))
            return Refuse($"has no request line in line {_at + 1}; write one such as INVITE sip:user@example.com SIP/2.0");
        _at++;
        if (ReadHeaders() is not { } headers) return null;
        var request = new SipRequest { Method = start[0], RequestUri = start[1], Headers = headers };
        var type = request.Header("Content-Type");
        var body = _lines.AsSpan(_at);
        var isSdp = type is null ? body is ["v=0", ..] : MediaType(type) == "application/sdp";
        var sdp = isSdp ? ReadSdp(body) : type is not null && MediaType(type).StartsWith("multipart/", StringComparison.Ordinal) ? ReadParts(type, body) : [];
        return request with { SessionDescription = [.. sdp.Take(MaxSdpLines)], IsPlainSdp = isSdp };
    }

    private ImmutableArray<SipHeader>? ReadHeaders()
    {
        var headers = ImmutableArray.CreateBuilder<SipHeader>();
        StringBuilder? value = null;
        string? name = null;
        for (; _at < _lines.Length; _at++)
        {
            var line = _lines[_at];
            if (line.Length > 0 && line[0] is ' ' or '\t' && name is not null && line.Trim().Length > 0)
            {
                // Folded: the line end and the blanks around it are one blank.
                value!.Append(' ').Append(line.Trim());
                continue;
            }
            if (name is not null) headers.Add(new(name, Unspaced(value!.ToString())));
            name = null;
            if (line.Trim().Length == 0)
            {
                _at++;
                return headers.ToImmutable();
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var written = colon < 0 ? "" : line[..colon].Trim();
            if (written.Length == 0 || !written.All(IsToken))
            {
                Problem = $"has no header in line {_at + 1}; a header is written Name: value, and a blank line ends them";
                return null;
            }
            if (headers.Count == MaxHeaders)
            {
                Problem = $"has more than {MaxHeaders} headers";
                return null;
            }
            (name, value) = (s_compact.GetValueOrDefault(written, written), new StringBuilder(line[(colon + 1)..].Trim()));
        }
        if (name is not null) headers.Add(new(name, Unspaced(value!.ToString())));
        return headers.ToImmutable();
    }

    private static List<SdpLine> ReadSdp(ReadOnlySpan<string> lines)
    {
        var sdp = new List<SdpLine>();
        foreach (var line in lines)
            if (line.Length > 1 && line[1] == '=') sdp.Add(new(line[0], line[2..].TrimEnd()));
        return sdp;
    }

    // Parts inside parts are not looked into: no phone and no server sends SDP that deep.
    private static List<SdpLine> ReadParts(string type, ReadOnlySpan<string> lines)
    {
        var parameter = type.Split(';').Select(p => p.Trim()).FirstOrDefault(p => p.StartsWith("boundary=", StringComparison.OrdinalIgnoreCase));
        if (parameter is null) return [];
        var boundary = "--" + parameter["boundary=".Length..].Trim('"');
        var sdp = new List<SdpLine>();
        var (start, isSdp, isHead) = (0, false, false);
        for (var i = 0; i <= lines.Length; i++)
        {
            if (i == lines.Length || lines[i].StartsWith(boundary, StringComparison.Ordinal))
            {
                if (isSdp && !isHead) sdp.AddRange(ReadSdp(lines[start..i]));
                (isSdp, isHead) = (false, true);
            }
            else if (isHead && lines[i].Trim().Length == 0) (isHead, start) = (false, i + 1);
            else if (isHead && lines[i].Split(':', 2) is [var name, var value] && name.Trim() is var trimmed
                && (trimmed.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) || trimmed.Equals("c", StringComparison.OrdinalIgnoreCase)))
                isSdp = MediaType(value) == "application/sdp";
        }
        return sdp;
    }

    // RFC 3261 7.3.1: whatever the white space is, it reads as one blank; Annex F asks for that before matching.
    private static string Unspaced(string value) => string.Join(' ', value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries));

    private static string MediaType(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant();

    private static bool IsToken(char character) => char.IsAsciiLetterOrDigit(character) || "-.!%*_+`'~".Contains(character, StringComparison.Ordinal);

    private SipRequest? Refuse(string problem)
    {
        Problem = problem;
        return null;
    }
}
