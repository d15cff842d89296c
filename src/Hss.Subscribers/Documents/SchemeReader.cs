using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>Reads which authentication schemes a private identity may use, of those its credentials can serve.</summary>
/// Spec: TS 29.229 6.3.9.
internal sealed class SchemeReader(ProblemList problems)
{
    public AuthenticationSchemes ReadAllowed(IReadOnlyList<(string Name, DocumentPath Path)>? names, Credentials credentials)
    {
        var possible = AuthenticationScheme.PossibleFor(credentials);
        if (names is null) return possible;
        var allowed = AuthenticationSchemes.None;
        foreach (var (name, path) in names) allowed |= Read(name, path, possible);
        return allowed;
    }

    public AuthenticationSchemes ReadDefault(string? name, DocumentPath path, Credentials credentials, AuthenticationSchemes allowed)
    {
        if (name is not null)
        {
            var scheme = Read(name, path, AuthenticationScheme.PossibleFor(credentials));
            if (scheme != AuthenticationSchemes.None && !allowed.HasFlag(scheme))
                problems.Add(path, $"{DocumentText.Quote(name)} is not among allowedSchemes; add it there or choose another");
            return scheme;
        }
        // The usual default, or the first that is left when allowedSchemes leaves that one out.
        var usual = AuthenticationScheme.DefaultFor(credentials);
        return allowed.HasFlag(usual) ? usual
            : allowed.HasFlag(AuthenticationSchemes.SipDigest) ? AuthenticationSchemes.SipDigest
            // One of the others, the lowest when there are several.
            : (AuthenticationSchemes)((int)allowed & -(int)allowed);
    }

    private AuthenticationSchemes Read(string name, DocumentPath path, AuthenticationSchemes possible)
    {
        if (!AuthenticationScheme.TryParseProvisioned(name, out var scheme))
        {
            problems.Add(path, $"{DocumentText.Quote(name)} is not served; it is one of {AuthenticationScheme.DigestAkaV1Md5}, "
                + $"{AuthenticationScheme.SipDigest}, {AuthenticationScheme.LegacyDigestMd5}, {AuthenticationScheme.NassBundled}, "
                + AuthenticationScheme.EarlyImsSecurity);
            return AuthenticationSchemes.None;
        }
        if (possible.HasFlag(scheme)) return scheme;
        problems.Add(path, scheme switch
        {
            AuthenticationSchemes.DigestAkaV1Md5 => $"{name} needs aka, and there is none",
            AuthenticationSchemes.SipDigest => $"{name} needs sipDigest, and there is none",
            AuthenticationSchemes.NassBundled => $"{name} needs lineIdentifiers, and there are none",
            AuthenticationSchemes.EarlyImsSecurity => $"{name} needs framedAddress, and there is none",
            _ => $"{name} hands out a clear password; it needs sipDigest with password and keepPasswordForLegacyDigestMd5",
        });
        return AuthenticationSchemes.None;
    }
}
