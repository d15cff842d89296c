namespace Hss.Server.Configuration;

/// <summary>A section "Tls": files in PEM form.</summary>
/// <param name="CaFile">The authorities that are believed; null where nobody has to be.</param>
public sealed record TlsSettings(string CertificateFile, string KeyFile, string? CaFile)
{
    /// <summary>The section when all of it is there; null when nothing is and nobody needs it.</summary>
    /// <param name="reader">The configuration.</param>
    /// <param name="section">What the section belongs to.</param>
    /// <param name="neededBy">The key that asks for TLS; null when none does.</param>
    /// <param name="needsCa">Whether certificates of others are to be verified.</param>
    /// Errors: refused when it is given in part, or needed and not given; then it is null as well.
    internal static TlsSettings? Read(ConfigurationReader reader, string section, string? neededBy, bool needsCa = true)
    {
        string[] keys = [$"{section}:Tls:CertificateFile", $"{section}:Tls:KeyFile", $"{section}:Tls:CaFile"];
        var files = keys.Select(reader.Present).ToArray();
        if (files.All(file => file is null) && neededBy is null) return null;
        for (var i = 0; i < (needsCa ? 3 : 2); i++)
            if (files[i] is null)
                reader.Refuse(keys[i], $"is missing{(neededBy is null ? " beside the others" : $" and {neededBy} needs it")}; name a PEM file ('certs dev' makes some to try with)");
        return files is [{ } certificate, { } key, var ca] ? new(certificate, key, ca) : null;
    }
}
