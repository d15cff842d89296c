using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What an application server may do. Spec: TS 29.328 6.2.</summary>
[Flags]
public enum ShOperations
{
    None = 0,
    Pull = 1,
    Update = 2,
    Notify = 4,
}

/// <summary>The AS permission list: one entry per application server. One that is not listed may do nothing.</summary>
/// Shape: DiameterHost is its Origin-Host in lower case, which also holds behind a relay. ServerNames are the SIP URIs under which filters know it
/// (canonical); besides them a SIP URI whose host is DiameterHost is its own. Operations by Data-Reference, never more than Table 7.6.1 allows.
/// Spec: TS 29.328 6.2 (not per user).
public sealed record ApplicationServerPermissions(
    string DiameterHost, ImmutableArray<string> ServerNames, ImmutableSortedDictionary<ShDataReference, ShOperations> Operations)
{
    /// <summary>Etag of its provisioning; 0 before it is written.</summary>
    public long Revision { get; init; }

    public bool Allows(ShDataReference reference, ShOperations operation) =>
        Operations.TryGetValue(reference, out var allowed) && (allowed & operation) == operation;

    /// <summary>Whether it may be told of that: it has the permission, and filters and services are its own.</summary>
    /// <param name="detail">As in <see cref="NotificationKey"/>.</param>
    /// Spec: TS 29.328 6.2, 7.6.5, 7.6.18.
    public bool MayWatch(ShDataReference reference, string detail) =>
        Allows(reference, ShOperations.Notify) && (NotificationKey.ServerNameOf(reference, detail) is not { } name || ApplicationServerName.IsOwn(this, name));
}
