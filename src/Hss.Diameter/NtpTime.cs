namespace Hss.Diameter;

/// <summary>The Time format: the seconds part of an NTP timestamp.</summary>
/// Shape: 32 bits since 1900-01-01 with the top bit set, since 2036-02-07T06:28:16Z with it clear. Units: seconds.
/// Spec: RFC 6733 4.3.1, RFC 5905 6.
internal static class NtpTime
{
    private const long SecondsFrom1900To1970 = 2_208_988_800;

    public static DateTimeOffset Read(uint seconds)
    {
        long era = (seconds & 0x8000_0000) == 0 ? 1L << 32 : 0;
        return DateTimeOffset.FromUnixTimeSeconds(era + seconds - SecondsFrom1900To1970);
    }

    public static uint Write(DateTimeOffset time) => unchecked((uint)(time.ToUnixTimeSeconds() + SecondsFrom1900To1970));
}
