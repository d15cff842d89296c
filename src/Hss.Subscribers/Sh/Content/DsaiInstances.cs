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
            var service = new InactiveService(publicIdentity, server, tag);
            if (isActive) current = current.Remove(service);
            else if (!current.Contains(service)) current = current.Add(service);
        }
        return current;
    }

    /// <summary>Whether the instance is INACTIVE.</summary>
    public static bool IsInactive(ImmutableArray<InactiveService> services, string publicIdentity, ImmutableArray<string> servers, string tag)
    {
        foreach (var service in services)
            if (string.Equals(service.PublicIdentity, publicIdentity, StringComparison.Ordinal) && string.Equals(service.Tag, tag, StringComparison.Ordinal)
                && servers.Contains(service.ServerName)) return true;
        return false;
    }
}
