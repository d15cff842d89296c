namespace Hss.Procedures.Sh;

/// <summary>Digits as telephony has them: two in an octet, the first one in the low half, a filler of ones behind an odd number.</summary>
/// Shape: without indicators for the nature of address and the numbering plan. Spec: TS 29.002 (TBCD-STRING), TS 29.329 6.3.2.
internal static class TelephonyBcd
{
    public static byte[] Encode(string digits)
    {
        var octets = new byte[(digits.Length + 1) / 2];
        for (var i = 0; i < octets.Length; i++)
        {
            var high = (2 * i) + 1 < digits.Length ? Value(digits[(2 * i) + 1]) : 0xF;
            octets[i] = (byte)((high << 4) | Value(digits[2 * i]));
        }
        return octets;
    }

    private static int Value(char digit) =>
        char.IsAsciiDigit(digit) ? digit - '0' : throw new ArgumentException("an MSISDN has digits only", nameof(digit));
}
