using System.Globalization;
using System.Text;

namespace Hss.Diameter;

/// <summary>Prints messages and AVPs by the dictionary, for logs, traces and tests.</summary>
/// Shape: <see cref="Of"/> one line per AVP, members indented; <see cref="OfAvp"/> everything on one line.
/// Errors: none, whatever the bytes. Secrets are ***; what cannot be delimited is only counted, because a secret may be in it.
public static class MessageText
{
    private const int IndentSpaces = 2;

    /// <summary>A whole message.</summary>
    public static string Of(ReadOnlySpan<byte> frame)
    {
        StringBuilder text = new();
        if (frame.Length < DiameterHeader.SizeBytes) return text.Append(CultureInfo.InvariantCulture, $"({frame.Length} octets are no message)").ToString();
        AppendHeader(text, DiameterHeader.Read(frame), frame.Length);
        AppendAvps(text, AvpReader.OverMessage(frame), depth: 1, lines: true);
        return text.ToString();
    }

    /// <summary>One AVP: header and data.</summary>
    public static string OfAvp(ReadOnlySpan<byte> avp)
    {
        StringBuilder text = new();
        AppendAvps(text, new AvpReader(avp), depth: 1, lines: false);
        return text.ToString();
    }

    private static void AppendHeader(StringBuilder text, DiameterHeader header, int lengthBytes)
    {
        CommandGrammar? grammar = DiameterDictionary.FindCommand(header);
        if (grammar is null || grammar.IsForAnyCommand) text.Append(header.IsRequest ? "request " : header.IsError ? "error answer " : "answer ");
        else text.Append(grammar.Name).Append(" (").Append(grammar.Abbreviation).Append(") ");
        text.Append(CultureInfo.InvariantCulture, $"{header.CommandCode}, application {header.ApplicationId}, flags ");
        AppendFlag(text, header.Flags, CommandFlags.Request, 'R');
        AppendFlag(text, header.Flags, CommandFlags.Proxiable, 'P');
        AppendFlag(text, header.Flags, CommandFlags.Error, 'E');
        AppendFlag(text, header.Flags, CommandFlags.Retransmitted, 'T');
        text.Append(CultureInfo.InvariantCulture, $", hop-by-hop {header.HopByHopId:x8}, end-to-end {header.EndToEndId:x8}, {lengthBytes} octets");
        if (header.Version != DiameterHeader.CurrentVersion) text.Append(CultureInfo.InvariantCulture, $", version {header.Version}");
        if (header.LengthBytes != lengthBytes) text.Append(CultureInfo.InvariantCulture, $", stated length {header.LengthBytes}");
    }

    private static void AppendAvps(StringBuilder text, AvpReader reader, int depth, bool lines)
    {
        bool first = true;
        while (reader.Read())
        {
            Separate(text, depth, lines, ref first);
            AvpDefinition? definition = DiameterDictionary.Find(reader.Key);
            AppendName(text, definition, reader);
            if (definition?.Type == AvpType.Grouped && depth < DiameterLimits.MaxNestingDepth)
            {
                text.Append(lines ? ":" : " {");
                AppendAvps(text, new AvpReader(reader.RawAvp, reader.HeaderLengthBytes), depth + 1, lines);
                if (!lines) text.Append(" }");
            }
            else
            {
                text.Append(lines ? ": " : " = ");
                AvpText.Append(text, definition, reader.Code, reader.Data);
            }
        }

        if (!reader.IsMalformed) return;
        Separate(text, depth, lines, ref first);
        text.Append(CultureInfo.InvariantCulture, $"({reader.Rest.Length} octets cannot be read)");
    }

    private static void AppendName(StringBuilder text, AvpDefinition? definition, AvpReader reader)
    {
        text.Append(definition?.Name ?? "Unknown").Append(" (").Append(reader.Code);
        if (reader.VendorId != 0) text.Append(" of ").Append(reader.VendorId);
        text.Append(')');

        // Flags are shown where they differ from what this node would write.
        AvpFlags usual = definition?.Flags ?? AvpFlags.None;
        if (reader.Flags == usual) return;
        text.Append(' ');
        if ((reader.Flags & AvpFlags.Vendor) != 0) text.Append('V');
        if ((reader.Flags & AvpFlags.Mandatory) != 0) text.Append('M');
        if ((reader.Flags & AvpFlags.Protected) != 0) text.Append('P');
        if ((reader.Flags & AvpFlags.Reserved) != 0) text.Append(CultureInfo.InvariantCulture, $"+{(byte)(reader.Flags & AvpFlags.Reserved):x2}");
        if (reader.Flags == AvpFlags.None) text.Append('-');
    }

    private static void Separate(StringBuilder text, int depth, bool lines, ref bool first)
    {
        if (lines) text.Append('\n').Append(' ', depth * IndentSpaces);
        else if (!first) text.Append(", ");
        else if (depth > 1) text.Append(' ');
        first = false;
    }

    private static void AppendFlag(StringBuilder text, CommandFlags flags, CommandFlags flag, char letter) =>
        text.Append((flags & flag) != 0 ? letter : '-');
}
