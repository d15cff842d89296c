using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Unicode;

namespace Hss.Diameter;

/// <summary>Prints the data of one AVP by its type.</summary>
/// Errors: none; data that its type cannot have is printed as octets.
internal static class AvpText
{
    private const int MaxTextChars = 400;
    private const int MaxShownOctets = 48;

    /// <summary>The codes of all secrets: such a code under a wrong vendor is masked as well.</summary>
    private static readonly HashSet<uint> SecretCodes = [.. DiameterDictionary.Avps.Where(avp => avp.Secret).Select(avp => avp.Key.Code)];

    public static void Append(StringBuilder text, AvpDefinition? definition, uint code, ReadOnlySpan<byte> data)
    {
        if (definition is { Secret: true } || (definition is null && SecretCodes.Contains(code)))
        {
            text.Append("***");
            return;
        }

        switch (definition?.Type)
        {
            case AvpType.Unsigned32 when data.Length == 4:
                AppendNumber(text, definition, BinaryPrimitives.ReadUInt32BigEndian(data));
                break;
            case AvpType.Enumerated when data.Length == 4:
                int value = BinaryPrimitives.ReadInt32BigEndian(data);
                text.Append(CultureInfo.InvariantCulture, $"{definition.NameOf(value) ?? "?"} ({value})");
                break;
            case AvpType.Integer32 when data.Length == 4:
                text.Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadInt32BigEndian(data)}");
                break;
            case AvpType.Unsigned64 when data.Length == 8:
                text.Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt64BigEndian(data)}");
                break;
            case AvpType.Integer64 when data.Length == 8:
                text.Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadInt64BigEndian(data)}");
                break;
            case AvpType.Time when data.Length == 4:
                text.Append(CultureInfo.InvariantCulture, $"{NtpTime.Read(BinaryPrimitives.ReadUInt32BigEndian(data)):yyyy-MM-ddTHH:mm:ssZ}");
                break;
            case AvpType.Address when data is [0, 1, .. { Length: 4 }] or [0, 2, .. { Length: 16 }]:
                text.Append(new IPAddress(data[2..]));
                break;
            case AvpType.Utf8String or AvpType.DiameterIdentity or AvpType.DiameterUri when Utf8.IsValid(data):
                AppendText(text, data);
                break;
            case AvpType.OctetString when (definition.Marks & AvpMarks.Text) != 0 && Utf8.IsValid(data):
                AppendText(text, data);
                break;
            default:
                AppendOctets(text, data);
                break;
        }
    }

    private static void AppendNumber(StringBuilder text, AvpDefinition definition, uint value)
    {
        text.Append(value);
        string? name = definition == Avp.ResultCode ? Enum.GetName((ResultCode)value)
            : definition == Avp.ExperimentalResultCode ? Enum.GetName((ExperimentalResultCode)value)
            : null;
        if (name is not null) text.Append(" (").Append(name).Append(')');
    }

    private static void AppendText(StringBuilder text, ReadOnlySpan<byte> data)
    {
        string all = Encoding.UTF8.GetString(data);
        text.Append('"');
        foreach (char c in all.AsSpan(0, Math.Min(all.Length, MaxTextChars)))
        {
            // A line break in an identity must not begin a new line in a log.
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029') text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }

        text.Append('"');
        if (all.Length > MaxTextChars) text.Append(CultureInfo.InvariantCulture, $"... ({all.Length} characters)");
    }

    private static void AppendOctets(StringBuilder text, ReadOnlySpan<byte> data)
    {
        text.Append("0x").Append(Convert.ToHexStringLower(data[..Math.Min(data.Length, MaxShownOctets)]));
        if (data.Length > MaxShownOctets) text.Append(CultureInfo.InvariantCulture, $"... ({data.Length} octets)");
    }
}
