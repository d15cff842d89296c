namespace Hss.Cli.Foreign;

/// <summary>The home network domain name of an IMSI.</summary>
/// Spec: TS 23.003 13.2 (ims.mncMNC.mccMCC.3gppnetwork.org, a two-digit MNC with a zero before it).
internal static class HomeDomain
{
    // An IMSI does not say how long its MNC is. North America has three digits (ITU-T E.212 Annex); elsewhere two are the rule.
    private static bool HasThreeDigits(string mcc) => mcc is "302" || string.CompareOrdinal(mcc, "310") >= 0 && string.CompareOrdinal(mcc, "316") <= 0;

    /// <summary>Null when it is no IMSI.</summary>
    /// <param name="mncDigits">2 or 3, or null for what is usual in that country.</param>
    public static string? Of(string imsi, int? mncDigits)
    {
        if (imsi.Length is < 6 or > 15 || !imsi.All(char.IsAsciiDigit)) return null;
        var digits = mncDigits ?? (HasThreeDigits(imsi[..3]) ? 3 : 2);
        return $"ims.mnc{imsi.Substring(3, digits).PadLeft(3, '0')}.mcc{imsi[..3]}.3gppnetwork.org";
    }

    public static bool IsDomain(string text) => text.Length is > 0 and <= 253 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');
}
