namespace Hss.Provisioning;

/// <summary>A Diameter identity as an operator writes it. Spec: RFC 6733 4.3.1 (DiameterIdentity), RFC 1123 2.1.</summary>
internal static class DiameterHost
{
    private const int MaxLength = 255;

    /// <summary>In lower case, as Origin-Hosts are compared. False: no host name.</summary>
    public static bool TryCanonical(string text, out string canonical)
    {
        canonical = text.ToLowerInvariant();
        return text.Length is > 0 and <= MaxLength
            && text.Split('.').All(label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
                && label.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'));
    }
}
