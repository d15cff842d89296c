using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Hss.Subscribers;

/// <summary>Reads Sh-Data that others wrote: application servers in a PUR, reporters of access data, and the store.</summary>
/// Shape: UTF-8, with or without byte order mark and XML declaration; at most 65,536 octets. <see cref="ShXmlInput"/> says what is tolerated.
/// Errors: one problem that names the place and the mend, never the content; no exception whatever the octets.
/// Spec: TS 29.328 Annexes C and D.
public static class ShDataReader
{
    public static bool TryRead(ReadOnlySpan<byte> document, [NotNullWhen(true)] out ShData? data, [NotNullWhen(false)] out DocumentProblem? problem)
    {
        data = null;
        if (!ShXmlInput.TryOpen(document, out var xml, out problem)) return false;
        using var _ = xml;
        var read = new ShData();
        if (xml.Start("Sh-Data")) ReadDocument(xml, read);
        xml.Finish();
        problem = xml.Problem;
        if (problem is not null) return false;
        data = read;
        return true;
    }

    private static void ReadDocument(ShXmlInput xml, ShData data)
    {
        var access = new ShAccessData();
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "PublicIdentifiers": data.PublicIdentifiers = ReadIdentifiers(xml); break;
                case "RepositoryData": ReadRepository(xml, data); break;
                case "Sh-IMS-Data": access = ReadImsData(xml, data, access); break;
                // Table D.2 has the second spelling, Annex C the first.
                case "RegisteredIdentities" or "RegisteredIdentites": data.RegisteredIdentities = ReadIdentifiers(xml); break;
                case "ImplicitIdentities": data.ImplicitIdentities = ReadIdentifiers(xml); break;
                case "AllIdentities": data.AllIdentities = ReadIdentifiers(xml); break;
                case "AliasIdentities": data.AliasIdentities = ReadIdentifiers(xml); break;
                case "DeletedIdentities": data.DeletedIdentities = ReadIdentifiers(xml); break;
                case "IMSI": data.Imsi = xml.Value(ShValueRule.Imsi.OrEmpty()); break;
                case "IMSPrivateUserIdentity": data.PrivateIdentities = data.PrivateIdentities.Add(xml.Value(ShValueRule.Text, repeated: true)); break;
                default: access = ShAccessReader.Read(xml, access); break;
            }
        }
        xml.Leave();
        data.Access = access.IsEmpty ? null : access;
    }

    /// <summary>An element without ServiceData deletes what is stored, so nothing but its plain absence may mean that.</summary>
    /// An empty ServiceData breaks the schema, which has one child in it, and the text of TS 29.328 6.1.2.1 speaks only of an element that is absent:
    /// its sender may have meant "nothing" or have lost what it meant to store. It is refused. So is a RepositoryData in which an unknown element
    /// stands in the place of ServiceData: a misspelt name would delete what it was meant to replace.
    private static void ReadRepository(ShXmlInput xml, ShData data)
    {
        string? indication = null;
        int? number = null;
        ReadOnlyMemory<byte>? content = null;
        var hasUnknown = false;
        xml.Enter(data.RepositoryData.Length);
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "ServiceIndication":
                    // Kept with its blanks: it is compared with the Service-Indication AVP of other requests.
                    indication = xml.Text();
                    if (string.IsNullOrWhiteSpace(indication)) xml.FailChild(ShValueRule.Text.Need);
                    break;
                case "SequenceNumber": number = xml.Integer(0, ushort.MaxValue); break;
                case "ServiceData":
                    content = xml.Fragment();
                    if (content.Value.IsEmpty) xml.FailChild("is empty; leave it out to delete the data");
                    break;
                default: hasUnknown = true; xml.Skip(); break;
            }
        }
        xml.Need(indication is not null, "ServiceIndication");
        xml.Need(number is not null, "SequenceNumber");
        if (content is null && hasUnknown) xml.FailHere("has no ServiceData but an element that is not known; to delete the data, send neither");
        foreach (var other in data.RepositoryData)
            if (other.ServiceIndication == indication) xml.FailHere("has the ServiceIndication of an earlier one; each may stand in one");
        xml.Leave();
        data.RepositoryData = data.RepositoryData.Add(new(indication ?? "", (ushort)(number ?? 0), content));
    }

    private static ShAccessData ReadImsData(ShXmlInput xml, ShData data, ShAccessData access)
    {
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "SCSCFName": data.ServerName = xml.Value(ShValueRule.SipUri.OrEmpty()); break;
                case "IFCs": data.InitialFilterCriteria = ShFilterReader.Read(xml); break;
                case "IMSUserState": data.ImsUserState = (ImsUserState)xml.Integer(0, 3); break;
                case "ChargingInformation": data.Charging = ReadCharging(xml); break;
                case "PSIActivation": data.PsiActive = xml.Integer(0, 1) == 1; break;
                case "DSAI": ReadDsai(xml, data); break;
                case "ServiceLevelTraceInfo": data.ServiceLevelTraceInfo = xml.Text(); break;
                case "IPv4Address": data.IPv4Address = xml.Value(ShValueRule.IPv4.OrEmpty()); break;
                case "IPv6Prefix": data.IPv6Prefix = xml.Value(ShValueRule.IPv6.OrEmpty()); break;
                case "IPv6InterfaceIdentifier": data.IPv6InterfaceIdentifier = xml.Value(ShValueRule.IPv6.OrEmpty()); break;
                case "ServicePriorityLevel": data.ServicePriorityLevel = xml.Integer(0, 4); break;
                case "SMSRegistrationInfo": data.SmsRegistration = ReadSms(xml); break;
                case "STN-SR": data.StnSr = Number(xml, ShValueRule.Number.OrEmpty()); break;
                case "ExtendedPriority": ReadPriority(xml, data); break;
                case "ReferenceLocationInformation": ReadLocation(xml, data); break;
                default: access = ShAccessReader.ReadImsPart(xml, access); break;
            }
        }
        xml.Leave();
        return access;
    }

    private static ChargingAddresses ReadCharging(ShXmlInput xml)
    {
        var charging = new ChargingAddresses(null, null, null, null);
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "PrimaryEventChargingFunctionName": charging = charging with { PrimaryEvent = xml.Value(ShValueRule.Text) }; break;
                case "SecondaryEventChargingFunctionName": charging = charging with { SecondaryEvent = xml.Value(ShValueRule.Text) }; break;
                case "PrimaryChargingCollectionFunctionName": charging = charging with { PrimaryCollection = xml.Value(ShValueRule.Text) }; break;
                case "SecondaryChargingCollectionFunctionName": charging = charging with { SecondaryCollection = xml.Value(ShValueRule.Text) }; break;
                default: xml.Skip(); break;
            }
        }
        xml.Leave();
        return charging;
    }

    private static void ReadDsai(ShXmlInput xml, ShData data)
    {
        string? tag = null;
        int? value = null;
        xml.Enter(data.Dsai.Length);
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "DSAI-Tag": tag = xml.Value(ShValueRule.Text); break;
                case "DSAI-Value": value = xml.Integer(0, 1); break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(tag is not null, "DSAI-Tag");
        xml.Need(value is not null, "DSAI-Value");
        foreach (var other in data.Dsai)
            if (other.Tag == tag) xml.FailHere("has the DSAI-Tag of an earlier one; each may stand in one");
        xml.Leave();
        data.Dsai = data.Dsai.Add(new(tag ?? "", Active: value == 0));
    }

    private static ShSmsRegistration ReadSms(ShXmlInput xml)
    {
        string? number = null, centre = null;
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "IP-SM-GW-Number": number = Number(xml, ShValueRule.Number.OrEmpty()); break;
                case "SCAddress": centre = Number(xml, ShValueRule.Number); break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(number is not null, "IP-SM-GW-Number");
        xml.Leave();
        return new(number ?? "", centre);
    }

    private static void ReadPriority(ShXmlInput xml, ShData data)
    {
        string? name = null, level = null;
        xml.Enter(data.ExtendedPriorities.Length);
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "PriorityNamespace": name = xml.Value(ShValueRule.Text); break;
                case "PriorityLevel": level = xml.Value(ShValueRule.Text); break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(name is not null, "PriorityNamespace");
        xml.Need(level is not null, "PriorityLevel");
        xml.Leave();
        data.ExtendedPriorities = data.ExtendedPriorities.Add(new(name ?? "", level ?? ""));
    }

    // The schema lets it stand there several times, Table D.2 has one sent: the first one counts.
    private static void ReadLocation(ShXmlInput xml, ShData data)
    {
        var location = new ReferenceLocation(null, null, null);
        xml.Enter(index: 0);
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "AccessType": location = location with { AccessType = xml.Value(ShValueRule.Text) }; break;
                case "AccessInfo": location = location with { AccessInfo = xml.Value(ShValueRule.Text) }; break;
                case "AccessValue": location = location with { AccessValue = xml.Value(ShValueRule.Text) }; break;
                default: xml.Skip(); break;
            }
        }
        xml.Leave();
        data.ReferenceLocation ??= location;
    }

    private static ShPublicIdentifiers ReadIdentifiers(ShXmlInput xml)
    {
        var identities = ImmutableArray.CreateBuilder<string>();
        var msisdns = ImmutableArray.CreateBuilder<string>();
        var extended = ImmutableArray.CreateBuilder<ExtendedMsisdn>();
        var typed = ImmutableArray.CreateBuilder<ShTypedIdentity>();
        var list = ShPublicIdentifiers.Empty;
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "IMSPublicIdentity": identities.Add(xml.Value(ShValueRule.Identity, repeated: true)); break;
                case "MSISDN": msisdns.Add(Number(xml, ShValueRule.Number, repeated: true)); break;
                case "IdentityType": list = list with { Type = (ShIdentityType)xml.Integer(0, 3) }; break;
                case "WildcardedPSI": list = list with { WildcardedPsi = xml.Value(ShValueRule.Identity) }; break;
                case "WildcardedIMPU": list = list with { WildcardedImpu = xml.Value(ShValueRule.Identity) }; break;
                case "ExtendedMSISDN": extended.Add(ReadExtendedMsisdn(xml, extended.Count)); break;
                case "EnhancedIMSPublicIdentifiers": typed.Add(ReadTypedIdentity(xml, typed.Count)); break;
                default: xml.Skip(); break;
            }
        }
        xml.Leave();
        return list with
        {
            Identities = identities.ToImmutable(),
            Msisdns = msisdns.ToImmutable(),
            ExtendedMsisdns = extended.ToImmutable(),
            TypedIdentities = typed.ToImmutable(),
        };
    }

    private static ExtendedMsisdn ReadExtendedMsisdn(ShXmlInput xml, int index)
    {
        string? msisdn = null;
        int? type = null;
        xml.Enter(index);
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "MSISDN": msisdn = Number(xml, ShValueRule.Number); break;
                case "MSISDNType": type = xml.Integer(0, 1); break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(msisdn is not null, "MSISDN");
        xml.Need(type is not null, "MSISDNType");
        xml.Leave();
        return new(msisdn ?? "", Additional: type == 1);
    }

    private static ShTypedIdentity ReadTypedIdentity(ShXmlInput xml, int index)
    {
        string? identity = null;
        int? type = null;
        xml.Enter(index);
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "IMSPublicIdentity": identity = xml.Value(ShValueRule.Identity); break;
                case "IdentityType": type = xml.Integer(0, 3); break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(identity is not null, "IMSPublicIdentity");
        xml.Need(type is not null, "IdentityType");
        xml.Leave();
        return new(identity ?? "", (ShIdentityType)(type ?? 0));
    }

    internal static string Number(ShXmlInput xml, ShValueRule rule, bool repeated = false) => xml.Value(rule, repeated).TrimStart('+');
}
