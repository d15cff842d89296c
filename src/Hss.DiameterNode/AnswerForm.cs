using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>What all answers have in common: header, Session-Id, the application's preamble, origin, echoed AVPs, Proxy-Info.</summary>
/// Spec: RFC 6733 6.2 (answers), 7.1.3 and 7.2 (E bit, answer-message).
internal sealed class AnswerForm(NodeIdentity identity, OverloadControl overload, int maxFrameLengthBytes)
{
    /// <summary>Begins an answer in the normal form, up to where the procedure takes over.</summary>
    public void Begin(MessageWriter writer, in DiameterHeader request, ReadOnlySpan<byte> frame, in RequestAvps avps, Command command)
    {
        writer.Begin(request.ToAnswer());
        WriteSessionId(writer, frame, avps);
        foreach (byte[] avp in command.AnswerPreamble) writer.WriteRawAvp(avp);
        WriteOrigin(writer);
        Echo(writer, frame, command.EchoedAvps);
    }

    /// <summary>Completes an answer.</summary>
    public void End(MessageWriter writer, ReadOnlySpan<byte> frame, in RequestAvps avps)
    {
        if (avps.TakesOverloadReports)
        {
            foreach (byte[] avp in overload.Report.Avps) writer.WriteRawAvp(avp);
        }

        // The proxies' state goes back "in the same order" (RFC 6733 6.2).
        if (avps.HasProxyInfo) CopyAll(writer, frame, Avp.ProxyInfo.Key);
        writer.End();
    }

    /// <summary>How much <see cref="End"/> will add at most.</summary>
    public int EndBytes(ReadOnlySpan<byte> frame, in RequestAvps avps)
    {
        int bytes = 0;
        if (avps.TakesOverloadReports)
        {
            foreach (byte[] avp in overload.Report.Avps) bytes += Padded(avp.Length);
        }

        if (!avps.HasProxyInfo) return bytes;
        AvpReader reader = AvpReader.OverMessage(frame);
        while (reader.Read())
        {
            if (reader.Key == Avp.ProxyInfo.Key) bytes += Padded(reader.LengthBytes);
        }

        return bytes;

        static int Padded(int length) => (length + 3) & ~3;
    }

    /// <summary>A whole answer without the procedure.</summary>
    /// Shape: 3xxx are protocol errors and go out as answer-message with the E bit (RFC 6733 7.1.3, 7.2); all else has the normal form.
    public MessageWriter Refusal(
        in DiameterHeader request, ReadOnlySpan<byte> frame, in RequestAvps avps, Command? command, ResultCode code, ReadOnlySpan<byte> failedAvp,
        string errorMessage)
    {
        MessageWriter writer = MessageWriter.Rent();
        Write(writer, request, frame, avps, command, command?.EchoedAvps ?? [], code, failedAvp, errorMessage);

        // A request near the limit may hold more to repeat than an answer may carry. The result matters most: first goes the AVP at
        // fault, then the identities (a MAA without them hides its result from Kamailio); then, for a Session-Id or Proxy-Info that
        // fills a frame alone, all that is the request's. The sender still has its hop-by-hop identifier, where a longer message would
        // make it close the connection.
        if (writer.LengthBytes > maxFrameLengthBytes) Write(writer, request, frame, avps, command, command?.EchoedAvps ?? [], code, default, errorMessage);
        if (writer.LengthBytes > maxFrameLengthBytes) Write(writer, request, frame, avps, command, [], code, default, errorMessage);
        if (writer.LengthBytes > maxFrameLengthBytes) Write(writer, request, default, default, command, [], code, default, errorMessage);
        return writer;
    }

    /// <summary>Copies the AVPs of another answer.</summary>
    public static void CopyAll(MessageWriter writer, ReadOnlySpan<byte> avps)
    {
        AvpReader reader = new(avps);
        while (reader.Read()) writer.WriteRawAvp(reader.RawAvp);
    }

    /// <summary>Result-Code, and the AVP that caused it.</summary>
    public static void WriteResult(MessageWriter writer, ResultCode code, ReadOnlySpan<byte> failedAvp)
    {
        writer.WriteUnsigned32(Avp.ResultCode, (uint)code);
        WriteFailedAvp(writer, failedAvp);
    }

    private static void WriteFailedAvp(MessageWriter writer, ReadOnlySpan<byte> failedAvp)
    {
        if (failedAvp.IsEmpty) return;
        writer.BeginGroup(Avp.FailedAvp);
        writer.WriteRawAvp(failedAvp);
        writer.EndGroup();
    }

    /// <summary>Whether the code makes the answer an answer-message.</summary>
    public static bool IsProtocolError(ResultCode code) => (uint)code is >= 3000 and < 4000;

    private void Write(
        MessageWriter writer, in DiameterHeader request, ReadOnlySpan<byte> frame, in RequestAvps avps, Command? command, AvpKey[] echoed,
        ResultCode code, ReadOnlySpan<byte> failedAvp, string errorMessage)
    {
        DiameterHeader header = request.ToAnswer();
        bool isProtocolError = IsProtocolError(code);
        if (isProtocolError) header = header with { Flags = header.Flags | CommandFlags.Error };

        writer.Begin(header);
        WriteSessionId(writer, frame, avps);
        if (!isProtocolError && command is not null)
        {
            foreach (byte[] avp in command.AnswerPreamble) writer.WriteRawAvp(avp);
        }

        WriteOrigin(writer);
        writer.WriteUnsigned32(Avp.ResultCode, (uint)code);
        if (errorMessage.Length > 0) writer.WriteText(Avp.ErrorMessage, errorMessage);
        WriteFailedAvp(writer, failedAvp);
        Echo(writer, frame, echoed);
        End(writer, frame, avps);
    }

    private static void WriteSessionId(MessageWriter writer, ReadOnlySpan<byte> frame, in RequestAvps avps)
    {
        ReadOnlySpan<byte> sessionId = avps.SessionIdAvp(frame);
        AvpReader reader = new(sessionId);
        if (reader.Read()) Repeat(writer, reader);
    }

    private void WriteOrigin(MessageWriter writer)
    {
        writer.WriteRawAvp(identity.OriginHost);
        writer.WriteRawAvp(identity.OriginRealm);
    }

    private static void Echo(MessageWriter writer, ReadOnlySpan<byte> frame, AvpKey[] keys)
    {
        foreach (AvpKey key in keys)
        {
            AvpReader reader = AvpReader.OverMessage(frame);
            while (reader.Read())
            {
                if (reader.Key != key) continue;
                if (!reader.Data.IsEmpty) Repeat(writer, reader);
                break;
            }
        }
    }

    // An empty one is left out, as everywhere: Kamailio throws away a message that holds an empty AVP.
    private static void CopyAll(MessageWriter writer, ReadOnlySpan<byte> frame, AvpKey key)
    {
        AvpReader reader = AvpReader.OverMessage(frame);
        while (reader.Read())
        {
            if (reader.Key == key && !reader.Data.IsEmpty) Repeat(writer, reader);
        }
    }

    // As it came but for reserved bits: whoever sends an AVP, for the second time too, sets them to 0 (RFC 6733 4.1).
    private static void Repeat(MessageWriter writer, in AvpReader avp) => writer.WriteAvp(avp.Key, avp.Flags & ~AvpFlags.Reserved, avp.Data);
}
