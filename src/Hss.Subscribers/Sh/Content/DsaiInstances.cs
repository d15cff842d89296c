using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Instances of Dynamic Service Activation: which there are, and what stands when one is switched.</summary>
/// Shape: an instance is public identity, application server and tag; it exists while a filter of the identity's profile towards that server bears
/// the tag. Spec: TS 29.328 7.6.18, 6.1.2.1 step 4a, 6.1.3.1 step 3a.
public static class DsaiInstances
{
    /// <summary>The application servers, as filters name them, that have the tag for an identity. Empty: there is no such instance (5108).</summary>
    /// <param name="isAsked">Which of them are meant, by the name that a filter has: those of the one that asks, or the one it named.</param>
    public static ImmutableArray<string> ServersOf(Subscription subscription, PublicIdentity identity, string tag, Func<string, bool> isAsked)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(isAsked);
        if (subscription.FindServiceProfile(identity.ServiceProfile) is not { HasDsaiTags: true } profile) return [];
        var servers = ImmutableArray.CreateBuilder<string>();
        foreach (var filter in profile.AllFilters)
            if (filter.DsaiTags.Contains(tag, StringComparer.Ordinal) && filter.ApplicationServer.ServerName is var name
                && !servers.Contains(name) && isAsked(name)) servers.Add(name);
        return servers.ToImmutable();
    }

    /// <summary>The inactive instances behind a PUR. What does not change is the same object; nothing changed is the same array.</summary>
    /// <param name="servers">Of <see cref="ServersOf"/>. Why all of them: a PUR has no Server-Name, so that one tag of an application server with
    /// several names is one service, which is on or off as a whole.</param>
    public static ImmutableArray<InactiveService> With(
        ImmutableArray<InactiveService> current, string publicIdentity, ImmutableArray<string> servers, string tag, bool isActive)
    {
        foreach (var server in servers)
        {
            if (isActive) current = current.RemoveAll(service => IsInstance(service, publicIdentity, server, tag));
            else if (!IsInactive(current, publicIdentity, server, tag)) current = current.Add(new(publicIdentity, server, tag));
        }
        return current;
    }

    /// <summary>Whether the instance is INACTIVE.</summary>
    public static bool IsInactive(ImmutableArray<InactiveService> services, string publicIdentity, ImmutableArray<string> servers, string tag)
    {
        foreach (var server in servers)
            if (IsInactive(services, publicIdentity, server, tag)) return true;
        return false;
    }

    /// <inheritdoc cref="IsInactive(ImmutableArray{InactiveService}, string, ImmutableArray{string}, string)"/>
    /// <param name="server">As a filter names it; whoever provisions it anew may write the same server another way.</param>
    public static bool IsInactive(ImmutableArray<InactiveService> services, string publicIdentity, string server, string tag)
    {
        foreach (var service in services)
            if (IsInstance(service, publicIdentity, server, tag)) return true;
        return false;
    }

    private static bool IsInstance(InactiveService service, string publicIdentity, string server, string tag) =>
        string.Equals(service.PublicIdentity, publicIdentity, StringComparison.Ordinal) && string.Equals(service.Tag, tag, StringComparison.Ordinal)
        && ApplicationServerName.AreSame(service.ServerName, server);
}
