using System.Globalization;
using System.Xml;

namespace Hss.Subscribers;

/// <summary>Writes one PublicIdentity element of the Cx user profile, with the chain of extensions that every Release added a link to.</summary>
/// Shape: a link is there only when something stands in it or behind it: an S-CSCF with an older schema gets nothing it does not know unless
/// that was provisioned or negotiated. Order: as the schema has it. Spec: TS 29.228 B.2.1, Annex E.
internal static class PublicIdentityXml
{
    /// <param name="aliasGroup">AliasIdentityGroupID, or null when it is not to be sent.</param>
    /// <param name="fallen">The identity that fell into this wildcard, to be sent in its place; null: the identity as provisioned.</param>
    public static void Write(XmlWriter xml, PublicIdentity identity, string? aliasGroup, string? fallen = null)
    {
        xml.WriteStartElement("PublicIdentity");
        if (identity.Barred) xml.WriteElementString("BarringIndication", "1");
        xml.WriteElementString("Identity", fallen ?? identity.Identity);
        WriteExtension(xml, identity, aliasGroup, fallen is null ? null : identity.Identity);
        xml.WriteEndElement();
    }

    private static void WriteExtension(XmlWriter xml, PublicIdentity identity, string? aliasGroup, string? wildcard)
    {
        var isPsi = identity.Type == PublicIdentityType.WildcardedPsi;
        // A PSI keeps the type of its wildcard and names it; a user identity has a type of its own for this (Annex E, IdentityType).
        var type = wildcard is null || isPsi ? identity.Type : PublicIdentityType.NonDistinctImpu;
        var wildcardedImpu = isPsi ? null : wildcard;
        var hasFifth = identity.MaxSimultaneousRegistrations is not null;
        var hasFourth = hasFifth || !identity.ExtendedPriorities.IsEmpty;
        var hasThird = hasFourth || wildcardedImpu is not null || identity.ServiceLevelTraceInfo is not null || identity.ServicePriorityLevel is not null;
        var hasSecond = hasThird || identity.DisplayName is not null || aliasGroup is not null;
        if (!hasSecond && type == PublicIdentityType.DistinctPublicIdentity) return;

        xml.WriteStartElement("Extension");
        if (type != PublicIdentityType.DistinctPublicIdentity) WriteNumber(xml, "IdentityType", (int)type);
        if (isPsi) WriteText(xml, "WildcardedPSI", wildcard);
        if (hasSecond)
        {
            xml.WriteStartElement("Extension");
            WriteText(xml, "DisplayName", identity.DisplayName);
            WriteText(xml, "AliasIdentityGroupID", aliasGroup);
            if (hasThird)
            {
                xml.WriteStartElement("Extension");
                WriteText(xml, "WildcardedIMPU", wildcardedImpu);
                WriteText(xml, "ServiceLevelTraceInfo", identity.ServiceLevelTraceInfo);
                if (identity.ServicePriorityLevel is { } level) WriteNumber(xml, "ServicePriorityLevel", level);
                if (hasFourth) WriteFourth(xml, identity);
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void WriteFourth(XmlWriter xml, PublicIdentity identity)
    {
        xml.WriteStartElement("Extension");
        foreach (var priority in identity.ExtendedPriorities)
        {
            xml.WriteStartElement("ExtendedPriority");
            xml.WriteElementString("PriorityNamespace", priority.Namespace);
            xml.WriteElementString("PriorityLevel", priority.Level);
            xml.WriteEndElement();
        }
        if (identity.MaxSimultaneousRegistrations is { } most)
        {
            xml.WriteStartElement("Extension");
            WriteNumber(xml, "MaxNumOfAllowedSimultRegistrations", most);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void WriteText(XmlWriter xml, string name, string? text)
    {
        if (text is not null) xml.WriteElementString(name, text);
    }

    private static void WriteNumber(XmlWriter xml, string name, int value) =>
        xml.WriteElementString(name, value.ToString(CultureInfo.InvariantCulture));
}
