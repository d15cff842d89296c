namespace Hss.Subscribers;

/// <summary>How long the User-Data of a set can be at most, without rendering it.</summary>
/// Shape: octets, never less than any form of the document; generous, because only its order of magnitude is asked for.
/// Why: rendering both forms of every document to know that it is short took most of the time of an import.
internal static class UserDataBound
{
    /// <summary>What XML makes of one UTF-16 unit at most: "&amp;amp;" for an ampersand, "&amp;#xA;" for a line end; three octets for a letter.</summary>
    private const int OctetsPerUnit = 5;

    // Elements with nothing in them, rounded up; a test renders every one of them and compares.
    private const int DocumentOctets = 1024;
    private const int IdentityOctets = 1536;
    private const int ExtendedPriorityOctets = 192;
    private const int ProfileOctets = 512;
    private const int SharedSetOctets = 64;
    private const int ServiceOctets = 32;
    private const int FilterOctets = 512;
    private const int TriggerOctets = 384;
    private const int GroupOctets = 32;

    /// <summary>An S-CSCF may ask for an identity that fell into a wildcard; then there is one more, as long as an identity can be.</summary>
    private const int FallenOctets = IdentityOctets + (OctetsPerUnit * CanonicalIdentity.MaxLengthBytes);

    public static long Of(Subscription subscription, int setIndex)
    {
        var set = subscription.ImplicitRegistrationSets[setIndex];
        long octets = DocumentOctets + Text(subscription.Imsi) + (OctetsPerUnit * (long)CanonicalIdentity.MaxLengthBytes);
        if (subscription.ReferenceLocation is { } location) octets += Text(location.AccessType) + Text(location.AccessInfo) + Text(location.AccessValue);
        // Without alias groups the identities of one service profile stand together; with them each may stand alone, filters and all.
        var isGrouped = set.PublicIdentities.Any(identity => identity.AliasGroup is not null);
        foreach (var identity in set.PublicIdentities) octets += OfIdentity(set, identity);
        foreach (var profile in subscription.ServiceProfiles)
        {
            var users = set.PublicIdentities.Count(identity => identity.ServiceProfile == profile.Name);
            // So do those for which different filters of it are masked.
            if (users > 0) octets += (isGrouped || profile.HasDsaiTags ? users : 1) * OfProfile(profile);
        }
        return octets;
    }

    private static long OfIdentity(ImplicitRegistrationSet set, PublicIdentity identity)
    {
        var octets = IdentityOctets + Text(identity.Identity) + Text(identity.DisplayName) + Text(UserDataXml.AliasGroupOf(set, identity))
            + Text(identity.ServiceLevelTraceInfo);
        foreach (var priority in identity.ExtendedPriorities) octets += ExtendedPriorityOctets + Text(priority.Namespace) + Text(priority.Level);
        return identity.IsWildcarded ? (2 * octets) + FallenOctets : octets;
    }

    private static long OfProfile(ServiceProfile profile)
    {
        long octets = ProfileOctets + (SharedSetOctets * profile.SharedFilterSets.Length);
        foreach (var filter in profile.AllFilters) octets += OfFilter(filter);
        foreach (var service in profile.CoreNetworkServicesAuthorization?.ServiceIds ?? []) octets += ServiceOctets + Text(service);
        return octets;
    }

    private static long OfFilter(InitialFilterCriteria filter)
    {
        var octets = FilterOctets + Text(filter.ApplicationServer.ServerName) + Text(filter.ApplicationServer.ServiceInfo);
        foreach (var trigger in filter.TriggerPoint?.ServicePointTriggers ?? [])
            octets += TriggerOctets + (GroupOctets * trigger.Groups.Length) + Text(trigger.Method) + Text(trigger.RequestUri)
                + Text(trigger.SipHeader?.Header) + Text(trigger.SipHeader?.Content)
                + Text(trigger.SessionDescription?.Line) + Text(trigger.SessionDescription?.Content);
        return octets;
    }

    private static long Text(string? text) => text is null ? 0 : OctetsPerUnit * (long)text.Length;
}
