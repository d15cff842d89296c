using Hss.Diameter;
using Hss.Diameter.Tests;

namespace Hss.Fuzz.Tests;

/// <summary>What is true of every answer, whatever was asked.</summary>
/// Spec: RFC 6733 3, 6.2, 7.1, 7.2; TS 29.229 6.1; the habits of Kamailio (no empty AVP, identities in every MAA).
internal static class AnswerRules
{
    /// <summary>Requests up to this size leave room for everything that an answer repeats of them.</summary>
    private const int RoomyBytes = 32 * 1024;

    private static readonly uint[] Served = [257, 280, 282, 300, 301, 302, 303];

    private static readonly AvpKey[] Repeated = [Avp.SessionId.Key, Avp.UserName.Key, Avp.PublicIdentity.Key, Avp.ProxyInfo.Key];

    public static void Check(byte[] request, byte[] answer)
    {
        DiameterHeader asked = DiameterHeader.Read(request), answered = DiameterHeader.Read(answer);
        Assert.Equal(
            (asked.CommandCode, asked.ApplicationId, asked.HopByHopId, asked.EndToEndId),
            (answered.CommandCode, answered.ApplicationId, answered.HopByHopId, answered.EndToEndId));
        Assert.Equal(DiameterHeader.CurrentVersion, answered.Version);
        Assert.True(answer.Length <= DiameterLimits.MaxFrameLengthBytes, $"the answer has {answer.Length} octets");
        Assert.Equal(0, answer.Length % 4);

        uint result = Result(answer, out bool isExperimental);
        CommandFlags expected = asked.Flags & CommandFlags.Proxiable;
        if (result is >= 3000 and < 4000) expected |= CommandFlags.Error;
        if (!PeerModel.IsOfPeerProtocol(asked)) Assert.Equal(expected, answered.Flags);
        else Assert.Equal(expected & CommandFlags.Error, answered.Flags & ~CommandFlags.Proxiable);

        CheckAvps(answer);
        bool isJudgedByHeader = result is (uint)ResultCode.UnsupportedVersion or (uint)ResultCode.InvalidMessageLength;

        // A CER whose header cannot be trusted is refused as any request is, without this node's capabilities.
        if (!isJudgedByHeader || asked.ApplicationId != ApplicationIds.Base) CheckGrammar(answer, answered, isServed: isExperimental || result is 2001 or 2002);
        CheckRepeated(request, asked, answer, result);
        SecretWatch.CheckAnswer(answer);
    }

    private static uint Result(byte[] answer, out bool isExperimental)
    {
        AvpOccurrences code = AvpOccurrences.Find(answer, Avp.ResultCode), experimental = AvpOccurrences.Find(answer, Avp.ExperimentalResult);
        Assert.Equal(1, code.Count + experimental.Count);
        isExperimental = code.Count == 0;
        if (isExperimental)
        {
            Assert.Equal(Vendors.ThreeGpp, AvpOccurrences.FindIn(experimental.First, Avp.VendorId).First.ToUnsigned32());
            return AvpOccurrences.FindIn(experimental.First, Avp.ExperimentalResultCode).First.ToUnsigned32();
        }

        uint value = code.First.ToUnsigned32();
        Assert.True(Enum.IsDefined((ResultCode)value), $"Result-Code {value}");
        return value;
    }

    private static void CheckAvps(byte[] answer)
    {
        AvpReader reader = AvpReader.OverMessage(answer);
        while (reader.Read())
        {
            Assert.False(reader.Data.IsEmpty, $"{reader.Key} is empty");
            if (reader.Key != Avp.FailedAvp.Key) continue;
            AvpReader inside = new(reader.Data);
            Assert.True(inside.Read(), "an empty or unreadable Failed-AVP");
        }

        Assert.False(reader.IsMalformed, "the answer cannot be read to its end");
        Assert.Equal(FuzzedNode.Identity, AvpOccurrences.Find(answer, Avp.OriginHost).First.ToText());
    }

    /// <summary>The answer follows its grammar. Only what was repeated of a request that was refused may break it as the request did.</summary>
    private static void CheckGrammar(byte[] answer, DiameterHeader answered, bool isServed)
    {
        if (DiameterDictionary.FindCommand(answered) is not { } grammar) return;
        if (!grammar.IsForAnyCommand && !Served.Contains(grammar.Code)) return; // What a command needs is known only where it is served.
        if (!grammar.IsForAnyCommand && (answered.Flags & CommandFlags.Proxiable) != (grammar.Flags & CommandFlags.Proxiable)) return; // Copied from the request.
        if (CommandCase.All[grammar.Abbreviation].TryParse(answer, out _, out GrammarFault fault)) return;
        AvpReader failed = new(fault.FailedAvp.Span);
        bool isRepeated = failed.Read() && Repeated.Contains(failed.Key);
        Assert.True(isRepeated && !isServed, $"{fault}\n{MessageText.Of(answer)}");
    }

    private static void CheckRepeated(byte[] request, DiameterHeader asked, byte[] answer, uint result)
    {
        if (request.Length > RoomyBytes || PeerModel.IsOfPeerProtocol(asked)) return;
        Assert.Equal(First(request, Avp.SessionId.Key), First(answer, Avp.SessionId.Key));
        Assert.Equal(All(request, Avp.ProxyInfo.Key), All(answer, Avp.ProxyInfo.Key));

        bool isMar = asked is { CommandCode: 303, ApplicationId: ApplicationIds.Cx, Version: DiameterHeader.CurrentVersion, IsError: false } && asked.LengthBytes % 4 == 0;
        if (!isMar) return;
        Assert.Equal(First(request, Avp.UserName.Key), First(answer, Avp.UserName.Key));
        Assert.Equal(First(request, Avp.PublicIdentity.Key), First(answer, Avp.PublicIdentity.Key));
        Assert.True(result != 0);
    }

    private static string? First(byte[] message, AvpKey key) => All(message, key).FirstOrDefault();

    private static List<string> All(byte[] message, AvpKey key)
    {
        List<string> all = [];
        bool isOnce = key != Avp.ProxyInfo.Key, isFirst = true;
        AvpReader reader = AvpReader.OverMessage(message);
        while (reader.Read())
        {
            if (reader.Key != key) continue;
            if (!reader.Data.IsEmpty)
            {
                // Octet for octet, but for the reserved flag bits, which a sender sets to zero (RFC 6733 4.1).
                byte[] avp = reader.RawAvp.ToArray();
                avp[4] &= unchecked((byte)~AvpFlags.Reserved);
                all.Add(Convert.ToHexString(avp));
            }
            else if (isOnce && isFirst) return all; // The first one counts, and an empty AVP is never sent.
            isFirst = false;
        }

        return all;
    }
}
