namespace Hss.Diameter;

/// <summary>Digits as telephony has them: two in an octet, the first one in the low half, a filler of ones behind an odd number.</summary>
/// Shape: without indicators for the nature of address and the numbering plan. Spec: TS 29.002 (TBCD-STRING), TS 29.329 6.3.2.
public static class TelephonyBcd
{
    private const int Filler = 0xF;

    /// Errors: <see cref="ArgumentException"/> for what is no digit; whoever takes numbers from outside has checked them.
    public static byte[] Encode(ReadOnlySpan<char> digits)
    {
        var octets = new byte[(digits.Length + 1) / 2];
        for (var i = 0; i < octets.Length; i++)
        {
            var high = (2 * i) + 1 < digits.Length ? Value(digits[(2 * i) + 1]) : Filler;
            octets[i] = (byte)((high << 4) | Value(digits[2 * i]));
        }

        return octets;
    }

    /// <summary>False: something in it is no digit, or stands behind the filler.</summary>
    /// <param name="digits">Room for two per octet.</param>
    public static bool TryDecode(ReadOnlySpan<byte> octets, Span<char> digits, out int count)
    {
        count = 0;
        foreach (var octet in octets)
        {
            if (count % 2 != 0) return false;
            var (low, high) = (octet & 0xF, octet >> 4);
            if (low > 9 || high is > 9 and < Filler) return false;
            digits[count++] = (char)('0' + low);
            if (high != Filler) digits[count++] = (char)('0' + high);
        }

        return count > 0;
    }

    private static int Value(char digit) =>
        char.IsAsciiDigit(digit) ? digit - '0' : throw new ArgumentException("a number has digits only", nameof(digit));
}
