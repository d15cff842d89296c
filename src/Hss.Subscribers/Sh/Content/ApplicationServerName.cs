namespace Hss.Subscribers;

/// <summary>Whether two SIP URIs name the same application server.</summary>
/// Shape: user part, host and port count, parameters and headers do not, and sips is as good as sip: filters are written with ;lr so that an S-CSCF can route by them,
/// and an application server asks for "its" filters by the name it knows itself by. Spec: TS 29.329 6.3.9 (Server-Name); RFC 3261 19.1.4, 10.3.
public static class ApplicationServerName
{
    /// <summary>The form to compare with; null: no SIP URI.</summary>
    public static string? Canonical(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return IsSip(uri) && CanonicalIdentity.TryPublic(uri, out var canonical, out _) ? canonical : null;
    }

    /// <param name="canonical">What <see cref="Canonical"/> gave.</param>
    public static bool IsSame(string uri, string canonical) =>
        string.Equals(uri, canonical, StringComparison.Ordinal) || string.Equals(Canonical(uri), canonical, StringComparison.Ordinal);

    /// <summary>Whether two names, as they were written, are of one application server.</summary>
    public static bool AreSame(string one, string other) =>
        string.Equals(one, other, StringComparison.Ordinal) || (Canonical(other) is { } canonical && string.Equals(Canonical(one), canonical, StringComparison.Ordinal));

    /// <summary>Whether an application server goes by that name: it was listed for it, or its host is the Diameter identity.</summary>
    /// Spec: TS 29.328 7.6.5, 7.6.18 (an application server is told of its own filters and services only).
    public static bool IsOwn(ApplicationServerPermissions server, string canonical)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(canonical);
        foreach (var name in server.ServerNames)
            if (string.Equals(name, canonical, StringComparison.Ordinal)) return true;
        var host = canonical.AsSpan(canonical.IndexOf(':', StringComparison.Ordinal) + 1);
        host = host[(host.LastIndexOf('@') + 1)..];
        if (host.LastIndexOf(':') is var colon and >= 0 && !host.EndsWith("]")) host = host[..colon];
        return host.Equals(server.DiameterHost, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsSip(string uri) =>
        uri.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("sips:", StringComparison.OrdinalIgnoreCase);
}
