using System.Buffers;
using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Writes Sh-Data (User-Data, AVP 702).</summary>
/// Shape: UTF-8, XML declaration, no byte order mark, no blank between elements, no namespace. Order: as the schema has it.
/// Errors: none. Spec: TS 29.328 Annexes C and D; where Table D.2 prints RegisteredIdentites and Extention, Annex C has the English words.
public static class ShDataWriter
{
    /// <summary>How many octets the document has. Costs as much as writing it.</summary>
    public static int Measure(ShData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var xml = new ShXmlOutput(null);
        return WriteDocument(ref xml, data);
    }

    /// <returns>How many octets were written.</returns>
    public static int Write(ShData data, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(destination);
        var xml = new ShXmlOutput(destination);
        return WriteDocument(ref xml, data);
    }

    public static byte[] Write(ShData data)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Write(data, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static int WriteDocument(ref ShXmlOutput xml, ShData data)
    {
        xml.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Sh-Data>"u8);
        WriteIdentifiers(ref xml, "PublicIdentifiers"u8, data.PublicIdentifiers);
        foreach (var repository in data.RepositoryData) WriteRepository(ref xml, repository);
        if (HasImsData(data)) WriteImsData(ref xml, data, data.Access);
        if (data.Access is { } access) ShAccessWriter.WriteCircuitAndPacket(ref xml, access);
        WriteExtension(ref xml, data, data.Access);
        xml.Append("</Sh-Data>"u8);
        return xml.Length;
    }

    private static void WriteExtension(ref ShXmlOutput xml, ShData data, ShAccessData? access)
    {
        var outer = xml.BeginExtensions();
        xml.Extend();
        WriteIdentifiers(ref xml, "RegisteredIdentities"u8, data.RegisteredIdentities);
        WriteIdentifiers(ref xml, "ImplicitIdentities"u8, data.ImplicitIdentities);
        WriteIdentifiers(ref xml, "AllIdentities"u8, data.AllIdentities);
        WriteIdentifiers(ref xml, "AliasIdentities"u8, data.AliasIdentities);
        xml.Extend();
        WriteIdentifiers(ref xml, "DeletedIdentities"u8, data.DeletedIdentities);
        xml.Extend();
        if (access?.Tads is { } tads) ShAccessWriter.WriteTads(ref xml, tads);
        xml.Extend();
        xml.Number("EPSUserState"u8, (int?)access?.EpsUserState);
        if (access?.EpsLocation is { } eps) ShAccessWriter.WriteEps(ref xml, eps);
        xml.Extend();
        xml.Text("IMSI"u8, data.Imsi);
        if (access?.TwanLocation is { } twan) ShAccessWriter.WriteTwan(ref xml, twan);
        foreach (var identity in data.PrivateIdentities) xml.Text("IMSPrivateUserIdentity"u8, identity);
        xml.Extend();
        xml.Text("IMEISV"u8, access?.Imeisv);
        xml.Extend();
        if (access?.FiveGsLocation is { } fiveGs) ShAccessWriter.WriteFiveGs(ref xml, fiveGs);
        xml.Number("Sh-5GSUserState"u8, (int?)access?.FiveGsUserState);
        xml.EndExtensions(outer);
    }

    private static void WriteRepository(ref ShXmlOutput xml, ShRepositoryData data)
    {
        xml.Start("RepositoryData"u8);
        xml.Text("ServiceIndication"u8, data.ServiceIndication);
        xml.Number("SequenceNumber"u8, data.SequenceNumber);
        if (data.ServiceData is { } serviceData)
        {
            xml.Start("ServiceData"u8);
            xml.Append(serviceData.Span);
            xml.End("ServiceData"u8);
        }
        xml.End("RepositoryData"u8);
    }

    private static bool HasImsData(ShData data) =>
        data.ServerName is not null || data.InitialFilterCriteria is not null || data.ImsUserState is not null || data.Charging is not null
        || data.PsiActive is not null || !data.Dsai.IsEmpty || data.ServiceLevelTraceInfo is not null || data.IPv4Address is not null
        || data.IPv6Prefix is not null || data.IPv6InterfaceIdentifier is not null || data.ServicePriorityLevel is not null
        || data.SmsRegistration is not null || data.StnSr is not null || !data.ExtendedPriorities.IsEmpty || data.ReferenceLocation is not null
        || data.Access is { } access && (access.Reachability is not null || access.UeSrvccCapable is not null || access.Csrn is not null
            || access.MtrrIndication is not null || access.Ue5GSrvccCapable is not null);

    private static void WriteImsData(ref ShXmlOutput xml, ShData data, ShAccessData? access)
    {
        xml.Start("Sh-IMS-Data"u8);
        xml.Text("SCSCFName"u8, data.ServerName);
        if (data.InitialFilterCriteria is { } filters) WriteFilters(ref xml, filters);
        xml.Number("IMSUserState"u8, (int?)data.ImsUserState);
        if (data.Charging is { } charging) WriteCharging(ref xml, charging);
        var outer = xml.BeginExtensions();
        xml.Extend();
        xml.Flag("PSIActivation"u8, data.PsiActive);
        xml.Extend();
        foreach (var dsai in data.Dsai) WriteDsai(ref xml, dsai);
        xml.Extend();
        xml.Text("ServiceLevelTraceInfo"u8, data.ServiceLevelTraceInfo);
        xml.Text("IPv4Address"u8, data.IPv4Address);
        xml.Text("IPv6Prefix"u8, data.IPv6Prefix);
        xml.Text("IPv6InterfaceIdentifier"u8, data.IPv6InterfaceIdentifier);
        xml.Number("ServicePriorityLevel"u8, data.ServicePriorityLevel);
        if (access?.Reachability is { } reachability) ShAccessWriter.WriteReachability(ref xml, reachability);
        if (data.SmsRegistration is { } sms) WriteSms(ref xml, sms);
        xml.Extend();
        xml.Text("STN-SR"u8, data.StnSr);
        xml.Flag("UE-SRVCC-Capability"u8, access?.UeSrvccCapable);
        foreach (var priority in data.ExtendedPriorities) WritePriority(ref xml, priority);
        xml.Text("CSRN"u8, access?.Csrn);
        xml.Extend();
        if (data.ReferenceLocation is { } location) WriteLocation(ref xml, location);
        xml.Extend();
        xml.Flag("MTRRIndication"u8, access?.MtrrIndication);
        xml.Extend();
        xml.Flag("UE-5G-SRVCC-Capability"u8, access?.Ue5GSrvccCapable);
        xml.EndExtensions(outer);
        xml.End("Sh-IMS-Data"u8);
    }

    /// <summary>The filters are written by the writer of the Cx profile: it is the same structure (Annex C), and one of the two would age.</summary>
    private static void WriteFilters(ref ShXmlOutput xml, ImmutableArray<InitialFilterCriteria> filters)
    {
        if (filters.IsEmpty)
        {
            xml.Empty("IFCs"u8);
            return;
        }
        xml.Start("IFCs"u8);
        xml.Append(UserDataXml.WriteFilters(filters).Span);
        xml.End("IFCs"u8);
    }

    private static void WriteCharging(ref ShXmlOutput xml, ChargingAddresses charging)
    {
        xml.Start("ChargingInformation"u8);
        xml.Text("PrimaryEventChargingFunctionName"u8, charging.PrimaryEvent);
        xml.Text("SecondaryEventChargingFunctionName"u8, charging.SecondaryEvent);
        xml.Text("PrimaryChargingCollectionFunctionName"u8, charging.PrimaryCollection);
        xml.Text("SecondaryChargingCollectionFunctionName"u8, charging.SecondaryCollection);
        xml.End("ChargingInformation"u8);
    }

    private static void WriteDsai(ref ShXmlOutput xml, Dsai dsai)
    {
        xml.Start("DSAI"u8);
        xml.Text("DSAI-Tag"u8, dsai.Tag);
        xml.Number("DSAI-Value"u8, dsai.Active ? 0 : 1);
        xml.End("DSAI"u8);
    }

    private static void WriteSms(ref ShXmlOutput xml, ShSmsRegistration sms)
    {
        xml.Start("SMSRegistrationInfo"u8);
        xml.Text("IP-SM-GW-Number"u8, sms.Number);
        var outer = xml.BeginExtensions();
        xml.Extend();
        xml.Text("SCAddress"u8, sms.ServiceCentreAddress);
        xml.EndExtensions(outer);
        xml.End("SMSRegistrationInfo"u8);
    }

    private static void WritePriority(ref ShXmlOutput xml, ExtendedPriority priority)
    {
        xml.Start("ExtendedPriority"u8);
        xml.Text("PriorityNamespace"u8, priority.Namespace);
        xml.Text("PriorityLevel"u8, priority.Level);
        xml.End("ExtendedPriority"u8);
    }

    private static void WriteLocation(ref ShXmlOutput xml, ReferenceLocation location)
    {
        xml.Start("ReferenceLocationInformation"u8);
        xml.Text("AccessType"u8, location.AccessType);
        xml.Text("AccessInfo"u8, location.AccessInfo);
        xml.Text("AccessValue"u8, location.AccessValue);
        xml.End("ReferenceLocationInformation"u8);
    }

    private static void WriteIdentifiers(ref ShXmlOutput xml, ReadOnlySpan<byte> name, ShPublicIdentifiers? list)
    {
        if (list is null) return;
        if (list.IsEmpty)
        {
            xml.Empty(name);
            return;
        }
        xml.Start(name);
        foreach (var identity in list.Identities) xml.Text("IMSPublicIdentity"u8, identity);
        foreach (var msisdn in list.Msisdns) xml.Text("MSISDN"u8, msisdn);
        var outer = xml.BeginExtensions();
        xml.Extend();
        xml.Number("IdentityType"u8, (int?)list.Type);
        xml.Text("WildcardedPSI"u8, list.WildcardedPsi);
        xml.Extend();
        xml.Text("WildcardedIMPU"u8, list.WildcardedImpu);
        xml.Extend();
        foreach (var number in list.ExtendedMsisdns)
        {
            xml.Start("ExtendedMSISDN"u8);
            xml.Text("MSISDN"u8, number.Msisdn);
            xml.Number("MSISDNType"u8, number.Additional ? 1 : 0);
            xml.End("ExtendedMSISDN"u8);
        }
        xml.Extend();
        foreach (var identity in list.TypedIdentities)
        {
            xml.Start("EnhancedIMSPublicIdentifiers"u8);
            xml.Text("IMSPublicIdentity"u8, identity.Identity);
            xml.Number("IdentityType"u8, (int)identity.Type);
            xml.End("EnhancedIMSPublicIdentifiers"u8);
        }
        xml.EndExtensions(outer);
        xml.End(name);
    }
}
