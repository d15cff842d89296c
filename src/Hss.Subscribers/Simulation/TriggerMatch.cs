using System.Globalization;

namespace Hss.Subscribers;

/// <summary>Whether one service point trigger holds for a request, and why in words. The negation is in it.</summary>
/// Spec: TS 29.228 B.2.3, Annex F.
internal readonly record struct TriggerMatch(bool Holds, string Why)
{
    /// <summary>Kamailio refuses request URIs from this length on.</summary>
    private const int KamailioBuffer = 256;

    /// <summary>By the letter of Annex F. What it leaves open:
    /// header names compare without case, since they have none (RFC 3261 7.3.1); patterns for anything else keep it, as POSIX does unless told otherwise;
    /// a request URI that is neither sip nor tel, such as urn:service:sos, is matched whole, since the annex names no part of it.</summary>
    public static TriggerMatch Standard(ServicePointTrigger trigger, SimulatedRequest simulated, MatchBudget budget)
    {
        var request = simulated.Request;
        var match = trigger switch
        {
            { Method: { } method } => Method(trigger, simulated, request.Method == method),
            { SessionCase: { } sessionCase } => Case(simulated, simulated.SessionCase == sessionCase),
            { RequestUri: { } pattern } => Uri(pattern, UriPart(request.RequestUri), false, budget),
            { SipHeader: { } header } => Header(header.Header, header.Content, header => header.Values(), false, request, budget),
            { SessionDescription: { } description } => Description(description, request, budget),
            _ => new(false, "it names nothing"),
        };
        return trigger.Negated ? match with { Holds = !match.Holds } : match;
    }

    /// <summary>As Kamailio's ims_isc does it: patterns without case, the whole request URI and the whole header value, methods by their beginning,
    /// quotes around a content taken off, SDP as one text and only where it is the whole body.</summary>
    public static TriggerMatch Kamailio(ServicePointTrigger trigger, SimulatedRequest simulated, MatchBudget budget)
    {
        var request = simulated.Request;
        // A test for absence asks there whether the header is absent and turns the answer round once more.
        if (trigger is { Negated: true, SipHeader.Content: null }) return new(true, "a negated header without content always holds there; write the content \".\" to test for absence");
        var match = trigger switch
        {
            { Method: { } method } => Method(trigger, simulated, request.Method.StartsWith(method, StringComparison.OrdinalIgnoreCase)),
            { SessionCase: { } sessionCase } => Case(simulated, simulated.SessionCase == sessionCase),
            { RequestUri: not null } when request.RequestUri.Length >= KamailioBuffer => new(false, $"a request URI of {KamailioBuffer} characters or more is not looked at there"),
            { RequestUri: { } pattern } => Uri(pattern, request.RequestUri, true, budget),
            { SipHeader: { } header } => Header(header.Header, Unquoted(header.Content), header => [header.Value], true, request, budget),
            { SessionDescription: { } description } => KamailioDescription(description, request, budget),
            _ => new(false, "it names nothing"),
        };
        return trigger.Negated ? match with { Holds = !match.Holds } : match;
    }

    public static bool IsKnownToKamailio(SessionCase sessionCase) => sessionCase <= SessionCase.TerminatingUnregistered;

    /// <summary>The trigger as a person would say it.</summary>
    public static string Name(ServicePointTrigger trigger)
    {
        var name = trigger switch
        {
            { Method: { } method } => $"method {method}" + (trigger.RegistrationTypes.IsEmpty ? "" : $" ({string.Join(" or ", trigger.RegistrationTypes.Select(NameOf))})"),
            { SessionCase: { } sessionCase } => $"session case {NameOf(sessionCase)}",
            { RequestUri: { } pattern } => $"request URI ~ {pattern}",
            { SipHeader: { } header } => $"header {header.Header}" + (header.Content is null ? "" : $" ~ {header.Content}"),
            { SessionDescription: { } description } => $"SDP line {description.Line}" + (description.Content is null ? "" : $" ~ {description.Content}"),
            _ => "nothing",
        };
        return trigger.Negated ? "not " + name : name;
    }

    private static TriggerMatch Method(ServicePointTrigger trigger, SimulatedRequest simulated, bool isMethod)
    {
        if (!isMethod) return new(false, $"the request is {simulated.Request.Method}");
        if (trigger.RegistrationTypes.IsEmpty || simulated.RegistrationType is not { } type) return new(true, $"the request is {simulated.Request.Method}");
        return new(trigger.RegistrationTypes.Contains(type), $"the request is REGISTER, {NameOf(type)}");
    }

    private static TriggerMatch Case(SimulatedRequest simulated, bool isCase) => new(isCase, $"the session case is {NameOf(simulated.SessionCase)}");

    private static TriggerMatch Uri(string pattern, string part, bool ignoreCase, MatchBudget budget)
    {
        if (ExpressionMatcher.Create(pattern, ignoreCase, out var problem) is not { } matcher) return new(false, $"the pattern {problem}");
        return matcher.IsMatch(part, budget) ? new(true, $"{DocumentText.Quote(part)} matches") : new(false, $"{DocumentText.Quote(part)} does not match");
    }

    // The hostport of a sip URI, the telephone-subscriber of a tel URI.
    private static string UriPart(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        var (scheme, rest) = colon < 0 ? ("", uri) : (uri[..colon].ToLowerInvariant(), uri[(colon + 1)..]);
        if (scheme == "tel") return rest;
        if (scheme is not ("sip" or "sips")) return uri;
        // A user part may hold semicolons and question marks, so it goes first; an @ that is no end of one is written %40 (RFC 3261 25.1).
        var host = rest[(rest.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var end = host.IndexOfAny([';', '?']);
        return end < 0 ? host : host[..end];
    }

    private static TriggerMatch Header(
        string name, string? content, Func<SipHeader, IEnumerable<string>> values, bool ignoreCase, SipRequest request, MatchBudget budget)
    {
        if (ExpressionMatcher.Create(name, ignoreCase: true, out var problem) is not { } nameMatcher) return new(false, $"the pattern of the name {problem}");
        var headers = request.Headers.Where(header => nameMatcher.IsMatch(header.Name, budget)).ToList();
        if (headers.Count == 0) return new(false, "the request has no such header");
        if (content is null) return new(true, $"the request has {headers[0].Name}");
        if (ExpressionMatcher.Create(content, ignoreCase, out problem) is not { } matcher) return new(false, $"the pattern of the content {problem}");
        foreach (var header in headers)
            foreach (var value in values(header))
                if (matcher.IsMatch(value, budget)) return new(true, $"{header.Name} has {DocumentText.Quote(value)}");
        return new(false, headers.Count == 1 ? $"{headers[0].Name} has {DocumentText.Quote(headers[0].Value)}" : $"none of its {headers.Count} headers of that name matches");
    }

    private static TriggerMatch Description(SessionDescriptionCondition condition, SipRequest request, MatchBudget budget)
    {
        if (request.SessionDescription.IsEmpty) return new(false, "the request has no SDP");
        if (ExpressionMatcher.Create(condition.Line, ignoreCase: false, out var problem) is not { } line) return new(false, $"the pattern of the line {problem}");
        var lines = request.SessionDescription.Where(sdp => line.IsMatch(sdp.Type.ToString(CultureInfo.InvariantCulture), budget)).ToList();
        if (lines.Count == 0) return new(false, "the SDP has no such line");
        if (condition.Content is null) return new(true, $"the SDP has {DocumentText.Quote(lines[0].ToString())}");
        if (ExpressionMatcher.Create(condition.Content, ignoreCase: false, out problem) is not { } content) return new(false, $"the pattern of the content {problem}");
        return lines.Find(sdp => content.IsMatch(sdp.Value, budget)) is { } found
            ? new(true, $"the SDP has {DocumentText.Quote(found.ToString())}") : new(false, $"the SDP has {string.Join(", ", lines.Take(4).Select(sdp => DocumentText.Quote(sdp.ToString())))}");
    }

    private static TriggerMatch KamailioDescription(SessionDescriptionCondition condition, SipRequest request, MatchBudget budget)
    {
        if (!request.IsPlainSdp || request.Header("Content-Type")?.Contains(';', StringComparison.Ordinal) != false)
            return new(false, "SDP is only looked at there when Content-Type is application/sdp and nothing else");
        if (ExpressionMatcher.Create($"{condition.Line}={Unquoted(condition.Content)}", ignoreCase: true, out var problem) is not { } matcher) return new(false, $"the pattern {problem}");
        // One text, in which '.' crosses lines and '^' is its very beginning.
        return matcher.IsMatch(string.Join("\r\n", request.SessionDescription) + "\r\n", budget)
            ? new(true, "the SDP as one text matches line=content") : new(false, "the SDP as one text does not match line=content");
    }

    private static string? Unquoted(string? content) => content is ['"', _, .., '"'] ? content[1..^1] : content;

    private static string NameOf(SessionCase sessionCase) => FilterReader.SessionCases.First(c => c.Item2 == sessionCase).Item1;

    private static string NameOf(RegistrationType type) => FilterReader.RegistrationTypes.First(t => t.Item2 == type).Item1;
}
