using System.Globalization;
using System.Text.RegularExpressions;

namespace Hss.Subscribers;

/// <summary>What a text of Sh-Data must look like; the simple types of sh-data.xsd say the same.</summary>
/// <param name="Need">For a problem: never shows the text itself.</param>
internal sealed partial record ShValueRule(Func<string, bool> Holds, string Need)
{
    public static readonly ShValueRule Text = new(text => text.Length > 0, "is empty; leave it out or give it a value");

    public static readonly ShValueRule Identity = new(text => IsIdentity().IsMatch(text), "is no SIP or tel URI");

    public static readonly ShValueRule SipUri = new(text => IsSipUri().IsMatch(text), "is no SIP URI");

    /// <summary>Some write the plus of the international form; it says nothing here.</summary>
    public static readonly ShValueRule Number = new(text => IsNumber().IsMatch(text), "is no international number: 1 to 15 digits are needed");

    public static readonly ShValueRule Imsi = new(text => IsImsi().IsMatch(text), "is no IMSI: 6 to 15 digits are needed");

    public static readonly ShValueRule Imeisv = new(text => IsImeisv().IsMatch(text), "is neither an IMEI (14 digits) nor an IMEISV (16 digits)");

    public static readonly ShValueRule IPv4 = new(text => IsIPv4().IsMatch(text), "is no IPv4 address");

    public static readonly ShValueRule IPv6 = new(text => IsIPv6().IsMatch(text), "is no IPv6 prefix or interface identifier");

    /// <summary>CellGlobalId, ServiceAreaId, E-UTRANCellGlobalId, GeographicalInformation.</summary>
    public static readonly ShValueRule TwelveOctets = Base64(12, 12);

    /// <summary>LocationAreaId, RoutingAreaId, TrackingAreaId, CSGId.</summary>
    public static readonly ShValueRule EightOctets = Base64(8, 8);

    public static readonly ShValueRule GeodeticInformation = Base64(16, 16);

    public static readonly ShValueRule AccessMode = Base64(4, 4);

    public static readonly ShValueRule LocationNumber = Base64(4, 16);

    public static readonly ShValueRule Address = Base64(4, 28);

    public static readonly ShValueRule NrCellGlobalId = new(text => IsNrCell().IsMatch(text), "is no NR cell identity: 14 or 15 letters and digits are needed");

    /// <summary>xs:dateTime of the years that have four digits, with or without a zone.</summary>
    public static readonly ShValueRule DateTime = new(IsDateTime, "is no date and time as in 2026-01-31T12:00:00Z");

    private static readonly string[] s_dateTimes = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>The same, or nothing at all, which says that there is none.</summary>
    public ShValueRule OrEmpty() => new(text => text.Length == 0 || Holds(text), Need);

    private static ShValueRule Base64(int least, int most) => new(
        text => text.Length >= least && text.Length <= most && IsBase64().IsMatch(text),
        least == most ? $"is no base64 of {least} characters" : $"is no base64 of {least} to {most} characters");

    private static bool IsDateTime(string text) =>
        IsDateTimeShaped().IsMatch(text) && DateTimeOffset.TryParseExact(text, s_dateTimes, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?(Z|[+-][0-9]{2}:[0-9]{2})?\z")]
    private static partial Regex IsDateTimeShaped();

    [GeneratedRegex(@"\A([sS][iI][pP][sS]?|[tT][eE][lL]):\S+\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsIdentity();

    [GeneratedRegex(@"\A[sS][iI][pP][sS]?:\S+\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsSipUri();

    [GeneratedRegex(@"\A\+?[0-9]{1,15}\z")]
    private static partial Regex IsNumber();

    [GeneratedRegex(@"\A[0-9]{6,15}\z")]
    private static partial Regex IsImsi();

    [GeneratedRegex(@"\A([0-9]{14}|[0-9]{16})\z")]
    private static partial Regex IsImeisv();

    [GeneratedRegex(@"\A([0-9]{1,3}\.){3}[0-9]{1,3}\z")]
    private static partial Regex IsIPv4();

    [GeneratedRegex(@"\A[0-9a-fA-F:]+(/[0-9]{1,3})?\z")]
    private static partial Regex IsIPv6();

    [GeneratedRegex(@"\A[0-9a-zA-Z]{14,15}\z")]
    private static partial Regex IsNrCell();

    [GeneratedRegex(@"\A([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)\z")]
    private static partial Regex IsBase64();
}
