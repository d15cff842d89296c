using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>Process-CEA: decides whether the peer that was dialled is taken.</summary>
/// Order: what the peer says of this node's CER, then whether it is the peer that was dialled, then what is asked of a CER too.
/// Spec: RFC 6733 5.3, 5.6.1.
internal static class CapabilitiesAnswer
{
    private const int FlagsOffset = 4;

    public static CapabilitiesVerdict Judge(
        CapabilitiesExchange exchange, PeerOptions expected, uint hopByHopId, ReadOnlyMemory<byte> frame, in CapabilitiesSource source)
    {
        DiameterHeader header = DiameterHeader.Read(frame.Span);
        if (header.HopByHopId != hopByHopId) return Refuse(ResultCode.UnableToComply, "its CEA answers another request");

        AvpValue result = AvpOccurrences.Find(frame, Avp.ResultCode).First;
        uint code = result.IsPresent && result.Span.Length == sizeof(uint) ? result.ToUnsigned32() : 0;
        if (header.IsError || code is < 2000 or >= 3000)
        {
            string message = LoggedText.Of(AvpOccurrences.Find(frame, Avp.ErrorMessage).First.Span);
            return Refuse((ResultCode)code, $"it answered the CER with {code}{(message.Length > 0 ? $": {message}" : "")}");
        }

        string name = LoggedText.Of(AvpOccurrences.Find(frame, Avp.OriginHost).First.Span);
        if (expected.Identity != PeerOptions.AnyIdentity && !string.Equals(name, expected.Identity, StringComparison.OrdinalIgnoreCase))
        {
            return Refuse(ResultCode.UnknownPeer, $"it calls itself '{name}'; correct Diameter:Peers, Identity or Address");
        }

        // Beyond its result a CEA says what a CER says, and a CER may hold any other AVP: with the R bit it is one, and is judged by the
        // same rules (grammar, rights, security, applications).
        byte[] capabilities = frame.ToArray();
        capabilities[FlagsOffset] = (byte)CommandFlags.Request;
        return exchange.Judge(capabilities, source);

        CapabilitiesVerdict Refuse(ResultCode refusal, string reason) => new(refusal, default, reason, expected.Identity, null);
    }
}
