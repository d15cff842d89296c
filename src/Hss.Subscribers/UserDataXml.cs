using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;

namespace Hss.Subscribers;

/// <summary>Writes the Cx user profile (User-Data, AVP 606) of one implicit registration set for one private identity.</summary>
/// Shape: UTF-8, XML declaration, no byte order mark, no blank between elements, no namespace. Order: as the schema has it; filters by priority.
/// Errors: none for a subscription that was checked when it was provisioned. Spec: TS 29.228 Annexes B, E, F.
public static class UserDataXml
{
    /// <summary>A subscription whose User-Data would be longer is refused when it is provisioned.</summary>
    /// A Diameter message for Kamailio ends at 65,536 octets; the rest of a SAA (restoration, identities, charging) needs far less than 16 KiB.
    public const int MaxUserDataBytes = 48 * 1024;

    /// <summary>Longer User-Data still works, but is worth a warning: it is copied into every SAA.</summary>
    public const int LargeUserDataBytes = 32 * 1024;

    private static readonly XmlWriterSettings s_settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        Indent = false,
        NewLineHandling = NewLineHandling.Entitize,
    };

    private static readonly XmlWriterSettings s_fragmentSettings = Fragment();

    /// <param name="nonDistinct">An identity that fell into a wildcard of this set; the S-CSCF asked for it and looks for it in the answer.</param>
    /// <param name="masks">Filters that are left out, by identity.</param>
    public static ReadOnlyMemory<byte> Write(
        Subscription subscription, int setIndex, string privateIdentity, UserDataForm form = UserDataForm.Base, NonDistinctIdentity? nonDistinct = null,
        FilterMasks masks = default) => Write(subscription, setIndex, privateIdentity, form, nonDistinct, masks, isLongest: false);

    /// <summary>At least as long as any document of this form, whatever services application servers switch off.</summary>
    /// Why: nobody can refuse a registration because a mask made its document too long, so it is the provisioning that leaves room for every mask.
    internal static ReadOnlyMemory<byte> WriteLongest(Subscription subscription, int setIndex, string privateIdentity, UserDataForm form, NonDistinctIdentity? nonDistinct) =>
        Write(subscription, setIndex, privateIdentity, form, nonDistinct, default, isLongest: true);

    private static ReadOnlyMemory<byte> Write(
        Subscription subscription, int setIndex, string privateIdentity, UserDataForm form, NonDistinctIdentity? nonDistinct, FilterMasks masks, bool isLongest)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        var set = subscription.ImplicitRegistrationSets[setIndex];
        using var buffer = new MemoryStream(2048);
        using (var xml = XmlWriter.Create(buffer, s_settings))
        {
            xml.WriteStartElement("IMSSubscription");
            xml.WriteElementString("PrivateID", privateIdentity);
            foreach (var group in Group(subscription, set, form, masks, isLongest))
            {
                xml.WriteStartElement("ServiceProfile");
                foreach (var identity in group) WriteIdentity(xml, set, identity, form, nonDistinct);
                if (subscription.FindServiceProfile(group[0].ServiceProfile) is { } profile) WriteServices(xml, profile, form, group[0].Identity, masks);
                xml.WriteEndElement();
            }
            WriteSubscriptionExtension(xml, subscription);
            xml.WriteEndElement();
        }
        return buffer.ToArray();
    }

    /// <summary>The alias group that an identity is said to belong to; null for a service, which has no aliases.</summary>
    /// Why one for those that were given none: with AliasInd every public user identity carries one (TS 29.229 7.1.1). They share the group
    /// they would be read as without the feature, where they share a ServiceProfile element. Its name is that of its first identity:
    /// unique, and the same as long as that identity is the first.
    internal static string? AliasGroupOf(ImplicitRegistrationSet set, PublicIdentity identity)
    {
        if (identity.IsPublicServiceIdentity) return null;
        if (identity.AliasGroup is not null) return identity.AliasGroup;
        foreach (var first in set.PublicIdentities)
            if (first.AliasGroup is null && first.ServiceProfile == identity.ServiceProfile) return first.Identity;
        return identity.Identity;
    }

    /// <summary>The identities of each ServiceProfile element: those with one service profile and one alias group, the default identity first of all.</summary>
    /// Why: a S-CSCF that does not know AliasIdentityGroupID reads the identities of one element as aliases of each other (TS 29.228 B.2.1),
    /// so identities of different alias groups are kept apart. Identities without any group share an element: they are the numbers and
    /// names of one subscriber (the usual sip, sip+number, tel), and repeating every filter per identity would treble the document.
    /// One that does know it is told in so many words, so that only the service profile makes an element.
    /// The default identity is the first non-barred one over the whole document (6.5), and grouping must not push another one before it.
    /// Filters that are masked for one and not for another keep them apart, too: an element has one list of filters. Their alias group stays
    /// what it was: to switch a service off for a while ends no alias.
    private static List<List<PublicIdentity>> Group(Subscription subscription, ImplicitRegistrationSet set, UserDataForm form, FilterMasks masks, bool isLongest)
    {
        var groups = new List<List<PublicIdentity>>(1);
        var first = set.DefaultIdentity;
        if (first is not null) groups.Add([first]);
        foreach (var identity in set.PublicIdentities)
        {
            if (ReferenceEquals(identity, first)) continue;
            var group = groups.Find(g => g[0].ServiceProfile == identity.ServiceProfile
                && (form.HasFlag(UserDataForm.AliasGroups) || g[0].AliasGroup == identity.AliasGroup)
                && (masks.IsEmpty || masks.AreSameFor(g[0].Identity, identity.Identity, subscription.FindServiceProfile(identity.ServiceProfile)))
                && !(isLongest && subscription.FindServiceProfile(identity.ServiceProfile)?.HasDsaiTags == true));
            if (group is null) groups.Add([identity]);
            else group.Add(identity);
        }
        return groups;
    }

    /// <summary>An identity; and when it is the wildcard, the one that fell into it.</summary>
    /// Kamailio answers 500 when the identity it asked for is not in the profile. A user identity stands beside its wildcard, with a type of its own
    /// (NON_DISTINCT_IMPU); a PSI stands in place of its wildcard, because the type is the same and WildcardedPSI says the rest (Annex E).
    private static void WriteIdentity(
        XmlWriter xml, ImplicitRegistrationSet set, PublicIdentity identity, UserDataForm form, NonDistinctIdentity? nonDistinct)
    {
        var aliasGroup = form.HasFlag(UserDataForm.AliasGroups) ? AliasGroupOf(set, identity) : null;
        var fallen = nonDistinct is { } asked && asked.Wildcard == identity.Identity ? asked.Identity : null;
        if (fallen is null || !identity.IsPublicServiceIdentity) PublicIdentityXml.Write(xml, identity, aliasGroup);
        if (fallen is not null) PublicIdentityXml.Write(xml, identity, aliasGroup, fallen);
    }

    /// <param name="identity">One of those that the element is about; all of them have the same masks.</param>
    private static void WriteServices(XmlWriter xml, ServiceProfile profile, UserDataForm form, string identity, FilterMasks masks)
    {
        if (profile.CoreNetworkServicesAuthorization is { } authorization) WriteAuthorization(xml, authorization);
        var byNumber = form.HasFlag(UserDataForm.SharedFilterSets) && !profile.SharedFilterSets.IsEmpty ? Whole(profile, identity, masks) : [];
        foreach (var filter in byNumber.IsEmpty ? profile.AllFilters : WithoutSets(profile, byNumber))
            if (!masks.Masks(identity, filter)) WriteFilter(xml, filter);
        if (byNumber.IsEmpty) return;
        xml.WriteStartElement("Extension");
        foreach (var shared in byNumber) WriteNumber(xml, "SharedIFCSetID", shared.Id);
        xml.WriteEndElement();
    }

    // A number stands for all filters of its set; one that lost a filter to a mask is written out.
    private static ImmutableArray<SharedFilterSet> Whole(ServiceProfile profile, string identity, FilterMasks masks) =>
        masks.IsEmpty ? profile.SharedFilterSets : profile.SharedFilterSets.RemoveAll(set => masks.MaskSomeOf(identity, set.InitialFilterCriteria));

    private static IEnumerable<InitialFilterCriteria> WithoutSets(ServiceProfile profile, ImmutableArray<SharedFilterSet> byNumber) =>
        byNumber.Length == profile.SharedFilterSets.Length
            ? profile.InitialFilterCriteria
            : (profile with { SharedFilterSets = profile.SharedFilterSets.RemoveAll(byNumber.Contains) }).AllFilters;

    private static void WriteAuthorization(XmlWriter xml, CoreNetworkServicesAuthorization authorization)
    {
        xml.WriteStartElement("CoreNetworkServicesAuthorization");
        if (authorization.SubscribedMediaProfileId is { } media) WriteNumber(xml, "SubscribedMediaProfileId", media);
        if (authorization.ServiceIds is { IsEmpty: false } services)
        {
            xml.WriteStartElement("Extension");
            xml.WriteStartElement("ListOfServiceIds");
            foreach (var service in services) xml.WriteElementString("ServiceId", service);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void WriteSubscriptionExtension(XmlWriter xml, Subscription subscription)
    {
        if (subscription.Imsi is null && subscription.ReferenceLocation is null) return;
        xml.WriteStartElement("Extension");
        if (subscription.Imsi is not null) xml.WriteElementString("IMSI", subscription.Imsi);
        if (subscription.ReferenceLocation is { } location)
        {
            xml.WriteStartElement("Extension");
            xml.WriteStartElement("ReferenceLocationInformation");
            if (location.AccessType is not null) xml.WriteElementString("AccessType", location.AccessType);
            if (location.AccessInfo is not null) xml.WriteElementString("AccessInfo", location.AccessInfo);
            if (location.AccessValue is not null) xml.WriteElementString("AccessValue", location.AccessValue);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static XmlWriterSettings Fragment()
    {
        var settings = s_settings.Clone();
        settings.ConformanceLevel = ConformanceLevel.Fragment;
        return settings;
    }

    /// <summary>InitialFilterCriteria elements one behind the other: Sh-Data has the same (TS 29.328 Annex C).</summary>
    internal static ReadOnlyMemory<byte> WriteFilters(ImmutableArray<InitialFilterCriteria> filters)
    {
        using var buffer = new MemoryStream(1024);
        using (var xml = XmlWriter.Create(buffer, s_fragmentSettings))
            foreach (var filter in filters) WriteFilter(xml, filter);
        return buffer.ToArray();
    }

    private static void WriteFilter(XmlWriter xml, InitialFilterCriteria filter)
    {
        xml.WriteStartElement("InitialFilterCriteria");
        WriteNumber(xml, "Priority", filter.Priority);
        if (filter.TriggerPoint is { } triggerPoint)
        {
            xml.WriteStartElement("TriggerPoint");
            WriteFlag(xml, "ConditionTypeCNF", triggerPoint.ConditionTypeCnf);
            foreach (var trigger in triggerPoint.ServicePointTriggers) WriteTrigger(xml, trigger);
            xml.WriteEndElement();
        }
        WriteApplicationServer(xml, filter.ApplicationServer);
        if (filter.ProfilePartIndicator is { } part) WriteNumber(xml, "ProfilePartIndicator", (int)part);
        xml.WriteEndElement();
    }

    private static void WriteTrigger(XmlWriter xml, ServicePointTrigger trigger)
    {
        xml.WriteStartElement("SPT");
        WriteFlag(xml, "ConditionNegated", trigger.Negated);
        foreach (var group in trigger.Groups) WriteNumber(xml, "Group", group);
        if (trigger.RequestUri is not null) xml.WriteElementString("RequestURI", trigger.RequestUri);
        if (trigger.Method is not null) xml.WriteElementString("Method", trigger.Method);
        if (trigger.SipHeader is { } header) WritePair(xml, "SIPHeader", "Header", header.Header, header.Content);
        if (trigger.SessionCase is { } sessionCase) WriteNumber(xml, "SessionCase", (int)sessionCase);
        if (trigger.SessionDescription is { } description)
            WritePair(xml, "SessionDescription", "Line", description.Line, description.Content);
        if (!trigger.RegistrationTypes.IsEmpty)
        {
            xml.WriteStartElement("Extension");
            foreach (var type in trigger.RegistrationTypes) WriteNumber(xml, "RegistrationType", (int)type);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void WriteApplicationServer(XmlWriter xml, ApplicationServer server)
    {
        xml.WriteStartElement("ApplicationServer");
        xml.WriteElementString("ServerName", server.ServerName);
        if (server.DefaultHandling is { } handling) WriteNumber(xml, "DefaultHandling", (int)handling);
        if (server.ServiceInfo is not null) xml.WriteElementString("ServiceInfo", server.ServiceInfo);
        if (server.IncludeRegisterRequest || server.IncludeRegisterResponse)
        {
            xml.WriteStartElement("Extension");
            if (server.IncludeRegisterRequest) WriteEmpty(xml, "IncludeRegisterRequest");
            if (server.IncludeRegisterResponse) WriteEmpty(xml, "IncludeRegisterResponse");
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void WritePair(XmlWriter xml, string element, string name, string value, string? content)
    {
        xml.WriteStartElement(element);
        xml.WriteElementString(name, value);
        if (content is not null) xml.WriteElementString("Content", content);
        xml.WriteEndElement();
    }

    // The only two elements that are empty by definition. Kamailio's reader sets a flag at their names and never asks for a text, which is
    // what crashes it elsewhere; a closing tag of their own serves readers that look for one.
    private static void WriteEmpty(XmlWriter xml, string name)
    {
        xml.WriteStartElement(name);
        xml.WriteFullEndElement();
    }

    private static void WriteNumber(XmlWriter xml, string name, int value) =>
        xml.WriteElementString(name, value.ToString(CultureInfo.InvariantCulture));

    private static void WriteFlag(XmlWriter xml, string name, bool value) => xml.WriteElementString(name, value ? "1" : "0");
}

/// <summary>An identity that is not provisioned itself, and the wildcard it falls into. Both canonical.</summary>
public readonly record struct NonDistinctIdentity(string Identity, string Wildcard);
