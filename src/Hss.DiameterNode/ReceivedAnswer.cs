using System.Text;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

/// <summary>What an answer to a request of this node says, and whether it can be believed.</summary>
/// Shape: <see cref="Fault"/> is empty for an answer that can be used. Spec: RFC 6733 3, 4.1, 6.2, 7.
internal readonly record struct ReceivedAnswer(byte[] Frame, ResultCode Code, ExperimentalResultCode ExperimentalCode, string Fault)
{
    private const int FlagsOffset = 4;

    /// <summary>Whether the peer could not deliver the request, or would not: another path may do better (RFC 6733 7.1.3).</summary>
    public bool IsRefusal => Code is ResultCode.UnableToDeliver or ResultCode.TooBusy;

    /// <summary>Whether it is about the way, and may come from any node on it (RFC 6733 7.1.3).</summary>
    public bool IsProtocolError => AnswerForm.IsProtocolError(Code);

    /// <summary>Whether the destination can have written it: its Origin-Host says so, or it says nothing (and then it is no usable answer).</summary>
    public bool MayBeFrom(string host)
    {
        AvpValue origin = AvpOccurrences.Find(Frame, Avp.OriginHost).First;
        return !origin.IsPresent || Ascii.EqualsIgnoreCase(origin.Span, host);
    }

    /// <summary>Reads an answer whose header belongs to the request.</summary>
    /// The result is read first and by itself: 3002 and 3004 mean another path however poorly the rest is written.
    public static ReceivedAnswer Read(ReadOnlySpan<byte> octets, CommandFlags requestFlags, string sessionId)
    {
        byte[] frame = octets.ToArray();

        // The P bit of an answer is the request's (RFC 6733 6.2). Where a stack clears it, nobody on this hop reads it.
        frame[FlagsOffset] = (byte)((frame[FlagsOffset] & ~(byte)CommandFlags.Proxiable) | (byte)(requestFlags & CommandFlags.Proxiable));

        DiameterHeader header = DiameterHeader.Read(frame);
        ResultCode code = (ResultCode)Number(AvpOccurrences.Find(frame, Avp.ResultCode).First);
        (uint vendor, uint experimental) = Experimental(AvpOccurrences.Find(frame, Avp.ExperimentalResult).First);

        // The names of ExperimentalResultCode are 3GPP's; a number of another vendor means something else.
        ExperimentalResultCode experimentalCode = vendor == Vendors.ThreeGpp ? (ExperimentalResultCode)experimental : ExperimentalResultCode.None;
        return new ReceivedAnswer(frame, code, experimentalCode, Judge(frame, header, code, experimental, sessionId));
    }

    private static string Judge(byte[] frame, in DiameterHeader header, ResultCode code, uint experimental, string sessionId)
    {
        if (code == ResultCode.None && experimental == 0) return "it has no result";
        bool isSuccess = IsSuccess((uint)code) || (code == ResultCode.None && IsSuccess(experimental));
        if (code != ResultCode.None && experimental != 0 && IsSuccess((uint)code) != IsSuccess(experimental)) return "its two results contradict each other";
        if (header.IsError && isSuccess) return "its E bit and its result contradict each other";

        // 6.2, 8.8: an answer repeats the Session-Id. One that names another session speaks of somebody else, whatever its identifiers say.
        AvpValue session = AvpOccurrences.Find(frame, Avp.SessionId).First;
        if (session.IsPresent && !Ascii.Equals(session.Span, sessionId)) return "its Session-Id is not the request's";
        if (DiameterDictionary.FindCommand(header) is not { } grammar) return "";
        if (grammar.TryCheck(frame, out GrammarFault fault)) return "";

        // What says clearly that the request failed is believed although something is missing: several stacks write their error answers
        // without the AVPs of the application, and calling that "no answer" would only make this node ask again.
        return fault.Code == ResultCode.MissingAvp && !isSuccess ? "" : fault.ToString();
    }

    private static bool IsSuccess(uint code) => code is >= 2000 and < 3000;

    private static uint Number(AvpValue value) => value.IsPresent && value.Span.Length == sizeof(uint) ? value.ToUnsigned32() : 0;

    private static (uint Vendor, uint Code) Experimental(AvpValue group) => !group.IsPresent
        ? default
        : (Number(AvpOccurrences.FindIn(group, Avp.VendorId).First), Number(AvpOccurrences.FindIn(group, Avp.ExperimentalResultCode).First));
}
