using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Dynamic Service Activation: which filters of one subscription are masked for which of its public identities.</summary>
/// Shape: a view of <see cref="ApplicationData.InactiveServices"/>. A filter is masked while any of its tags is INACTIVE for the identity: a tag
/// names a service, and a filter with two of them is part of both, so that either one without it is not whole and not invoked.
/// Spec: TS 29.328 7.6.18, TS 29.228 6.6.
public readonly struct FilterMasks(ImmutableArray<InactiveService> inactive)
{
    public bool IsEmpty => inactive.IsDefaultOrEmpty;

    public ImmutableArray<InactiveService> Inactive => inactive.IsDefault ? [] : inactive;

    /// <param name="publicIdentity">As provisioned; what fell into a wildcard shares the masks of the wildcard.</param>
    public bool Masks(string publicIdentity, InitialFilterCriteria filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (IsEmpty || filter.DsaiTags.IsEmpty) return false;
        foreach (var service in inactive)
            if (string.Equals(service.PublicIdentity, publicIdentity, StringComparison.Ordinal)
                && string.Equals(service.ServerName, filter.ApplicationServer.ServerName, StringComparison.Ordinal)
                && filter.DsaiTags.Contains(service.Tag, StringComparer.Ordinal)) return true;
        return false;
    }

    /// <summary>Whether two identities with this profile have the same filters left.</summary>
    public bool AreSameFor(string one, string other, ServiceProfile? profile)
    {
        if (IsEmpty || profile is null) return true;
        foreach (var filter in profile.AllFilters)
            if (Masks(one, filter) != Masks(other, filter)) return false;
        return true;
    }

    public bool MaskSomeOf(string publicIdentity, ImmutableArray<InitialFilterCriteria> filters)
    {
        if (IsEmpty) return false;
        foreach (var filter in filters)
            if (Masks(publicIdentity, filter)) return true;
        return false;
    }
}
