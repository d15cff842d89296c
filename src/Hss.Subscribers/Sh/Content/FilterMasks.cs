using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Dynamic Service Activation: which filters of one subscription are masked for which of its public identities.</summary>
/// Shape: a view of <see cref="ApplicationData.InactiveServices"/>. A filter is masked for an identity while all of its tags are INACTIVE: one that is ACTIVE
/// is a service that needs it.
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
        foreach (var tag in filter.DsaiTags)
            if (!DsaiInstances.IsInactive(inactive, publicIdentity, filter.ApplicationServer.ServerName, tag)) return false;
        return true;
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
