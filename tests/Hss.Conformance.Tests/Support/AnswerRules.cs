using Hss.DiameterNode;

namespace Hss.Conformance.Tests.Support;

/// <summary>What holds for every answer, whatever was asked and whatever is wrong with it.</summary>
/// Spec: RFC 6733 3, 6.2, 6.7.2, 7.1, 7.2, 8.8; TS 29.229 6.1; TS 29.228 Table 6.3.4.
internal static class AnswerRules
{
    private const uint Mar = 303;

    private static readonly AvpKey[] Repeated = [Avp.SessionId.Key, Avp.ProxyInfo.Key, Avp.UserName.Key, Avp.PublicIdentity.Key];

    public static void Check(byte[] request, ReceivedMessage answer, NodeOptions options)
    {
        string text = $"{MessageText.Of(request)}\n{answer}";
        DiameterHeader asked = DiameterHeader.Read(request), header = answer.Header;
        bool isPeerProtocol = asked is { ApplicationId: ApplicationIds.Base, CommandCode: 257 or 280 or 282 };

        // The header: identifiers and command as asked, R and T clear, P copied; nothing on this hop is proxied.
        Assert.True(
            (asked.CommandCode, asked.ApplicationId, asked.HopByHopId, asked.EndToEndId) ==
            (header.CommandCode, header.ApplicationId, header.HopByHopId, header.EndToEndId), text);
        Assert.True(header.Version == 1 && header.LengthBytes == answer.Frame.Length && header.LengthBytes % 4 == 0, text);
        Assert.True(isPeerProtocol ? !header.IsProxiable : header.IsProxiable == asked.IsProxiable, text);

        // One result, and the E bit for protocol errors alone.
        Assert.True(answer.All(Avp.ResultCode).Count + answer.All(Avp.ExperimentalResult).Count == 1, text);
        bool isProtocolError = answer.Unsigned(Avp.ResultCode) is >= 3000 and < 4000;
        CommandFlags expected = (header.Flags & CommandFlags.Proxiable) | (isProtocolError ? CommandFlags.Error : 0);
        Assert.True(header.Flags == expected, text);

        // Who answers.
        Assert.True(answer.All(Avp.OriginHost).Single().ToText() == options.Identity, text);
        Assert.True(answer.All(Avp.OriginRealm).Single().ToText() == options.Realm, text);

        // What goes back as it came.
        ReadOnlyMemory<byte> sessionId = FirstNonEmpty(request, Avp.SessionId);
        Assert.True(answer.All(Avp.SessionId).Count == (sessionId.IsEmpty ? 0 : 1), text);
        if (!sessionId.IsEmpty) Assert.True(answer.Keys[0] == Avp.SessionId.Key && IsRepeated(answer.Find(Avp.SessionId).RawAvp, sessionId), text);
        if (!isPeerProtocol)
        {
            AvpValue[] proxies = [.. AvpOccurrences.Find(request, Avp.ProxyInfo).Where(value => !value.Span.IsEmpty)];
            Assert.True(proxies.Zip(answer.All(Avp.ProxyInfo), (there, back) => IsRepeated(back.RawAvp, there.RawAvp)).All(same => same), text);
            Assert.True(proxies.Length == answer.All(Avp.ProxyInfo).Count, text);
        }

        if (asked is { CommandCode: Mar, ApplicationId: ApplicationIds.Cx })
        {
            foreach (AvpDefinition identity in new[] { Avp.UserName, Avp.PublicIdentity })
            {
                Assert.True(IsRepeated(answer.Find(identity).RawAvp, FirstNonEmpty(request, identity)), text);
            }
        }

        CheckGrammar(request, answer, sessionId.IsEmpty, text);
        CheckNoEmptyAvp(answer.Frame.AsSpan(DiameterHeader.SizeBytes), text);
    }

    /// <summary>The answer's own grammar; RFC 6733 7.2 has one for protocol errors of any command.</summary>
    private static void CheckGrammar(byte[] request, ReceivedMessage answer, bool isWithoutSessionId, string text)
    {
        if (CommandCase.For(answer.Frame) is not { } grammar) return;
        GrammarFault fault = grammar.Parse(answer.Frame);

        if (fault.Code == ResultCode.None) return;
        AvpReader at = new(fault.FailedAvp.Span);
        AvpKey key = at.Read() ? at.Key : default;

        // The answer to a request without a Session-Id has none to repeat, and what has to be repeated is repeated with its faults. What
        // is inside a Proxy-Info is nobody's business but the proxy's that left it (RFC 6733 6.7.2).
        bool isMissing = isWithoutSessionId && fault.Code == ResultCode.MissingAvp && key == Avp.SessionId.Key;
        bool isRepeated = (fault.Code != ResultCode.InvalidAvpBits || key == Avp.ProxyInfo.Key) && Repeated.Contains(key) && answer.All(DiameterDictionary.Find(key)!)
            .Any(back => AvpOccurrences.Find(request, key).Any(there => IsRepeated(back.RawAvp, there.RawAvp)));
        Assert.True(isMissing || isRepeated, $"{fault}\n{text}");
    }

    private static void CheckNoEmptyAvp(ReadOnlySpan<byte> avps, string text)
    {
        AvpReader reader = new(avps);
        while (reader.Read()) Assert.True(!reader.Data.IsEmpty, $"an empty AVP {reader.Code}\n{text}");
    }

    private static ReadOnlyMemory<byte> FirstNonEmpty(byte[] request, AvpDefinition definition) =>
        AvpOccurrences.Find(request, definition).First is { IsPresent: true } value && !value.Span.IsEmpty ? value.RawAvp : default;

    /// <summary>The same octets, but for reserved bits of the flags, which no sender may set (RFC 6733 4.1).</summary>
    private static bool IsRepeated(ReadOnlyMemory<byte> back, ReadOnlyMemory<byte> there)
    {
        if (there.IsEmpty) return back.IsEmpty;
        byte[] expected = there.ToArray();
        expected[4] &= unchecked((byte)~AvpFlags.Reserved);
        return back.Span.SequenceEqual(expected);
    }
}
