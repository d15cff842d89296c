using System.Globalization;
using Hss.Authentication;
using Hss.Procedures.Cx;
using Hss.Procedures.Sh;
using Hss.Storage;
using Hss.Subscribers;
using Microsoft.Extensions.Configuration;

namespace Hss.Server.Configuration;

/// <summary>The whole configuration, checked: what this object holds can be used as it is.</summary>
/// Errors: <see cref="ConfigurationException"/> with every key that is unknown or has a bad value; nothing is started then.
public sealed record ServerSettings
{
    public required DiameterSettings Diameter { get; init; }

    public required StoreOptions Storage { get; init; }

    public required ProvisioningSettings Provisioning { get; init; }

    public required OperationsSettings Operations { get; init; }

    public required CxOptions Cx { get; init; }

    public required ShOptions Sh { get; init; }

    /// <summary>Folder of the iFC templates that provisioned documents refer to.</summary>
    public string IfcTemplatesFolder => Provisioning.IfcTemplatesFolder;

    public static ServerSettings Read(IConfigurationRoot configuration)
    {
        var reader = new ConfigurationReader(configuration);
        KnownKeys.Check(configuration, reader);
        var cx = ReadCx(reader);
        var diameter = DiameterSettings.Read(reader);
        ServerSettings settings = new()
        {
            Diameter = diameter,
            Storage = StorageSettings.Read(reader, cx.Ind),
            Provisioning = ProvisioningSettings.Read(reader),
            Operations = OperationsSettings.Read(reader),
            Cx = cx,
            Sh = ShSettings.Read(reader, diameter.Node.RequestDeadline),
        };
        reader.ThrowIfRefused();
        return settings;
    }

    private static CxOptions ReadCx(ConfigurationReader reader)
    {
        var capabilities = new ServerCapabilities(
            [.. reader.Numbers("Cx:DefaultServerCapabilities:Mandatory")],
            [.. reader.Numbers("Cx:DefaultServerCapabilities:Optional")],
            [.. ReadServerNames(reader)]);
        return new()
        {
            Ind = ReadInd(reader),
            MaxVectorsPerRequest = reader.Number("Authentication:MaxVectorsPerRequest", 5, 1, 32),
            KeepServerName = reader.Flag("Cx:KeepServerName", true),
            Features = ReadFeatures(reader),
            DefaultServerCapabilities = capabilities.IsEmpty ? null : capabilities,
            KamailioProfileChange = ReadKamailioProfileChange(reader),
        };
    }

    /// <summary>Checked as those of a subscription are: an I-CSCF sends the REGISTER to what stands here.</summary>
    private static IReadOnlyList<string> ReadServerNames(ConfigurationReader reader)
    {
        const string Key = "Cx:DefaultServerCapabilities:ServerNames";
        var names = reader.List(Key);
        foreach (var name in names)
            if (SipServerName.Problem(name) is { } problem) reader.Refuse(Key, $"'{name}' {problem}");
        return names;
    }

    private static KamailioProfileChange ReadKamailioProfileChange(ConfigurationReader reader)
    {
        const string Key = "Cx:KamailioProfileChange";
        var text = reader.Text(Key, nameof(KamailioProfileChange.FreshOnNextAssignment));
        foreach (var value in Enum.GetValues<KamailioProfileChange>())
            if (string.Equals(text, value.ToString(), StringComparison.OrdinalIgnoreCase)) return value;
        return reader.Refuse(Key, $"'{text}' is not {string.Join(" or ", Enum.GetNames<KamailioProfileChange>())}", KamailioProfileChange.FreshOnNextAssignment);
    }

    /// <summary>Cx:Features names features as TS 29.229 7.1.1 does. "none" is a word of its own, because an empty list looks like an absent one.</summary>
    private static CxFeatures ReadFeatures(ConfigurationReader reader)
    {
        const string Key = "Cx:Features";
        var names = reader.List(Key);
        if (names.Count == 0) return CxFeatures.All;
        if (names is ["none"]) return CxFeatures.None;
        var features = CxFeatures.None;
        foreach (var name in names)
            features |= name switch
            {
                "SiFC" => CxFeatures.SharedFilterSets,
                "AliasInd" => CxFeatures.AliasIndication,
                "IMSRestorationInd" => CxFeatures.Restoration,
                _ => reader.Refuse(Key, $"'{name}' is no feature of this HSS; list SiFC, AliasInd, IMSRestorationInd, or none alone", CxFeatures.None),
            };
        return features;
    }

    /// <summary>Authentication:Ind is a list of domain=first-last; only Cx asks for vectors so far. Every part is read: one that is passed over would be taken for in force.</summary>
    private static IndRange ReadInd(ConfigurationReader reader)
    {
        const string Key = "Authentication:Ind";
        // Fewer than 3 bits leave no room to keep the domains apart; more than 16 leave too little of the SEQ.
        const string BitsKey = "Authentication:IndBits";
        var bits = reader.Number(BitsKey, 5, 0, 16);
        if (reader.IsRefused(BitsKey)) return new(bits, 0, 0);
        var text = reader.Text(Key, bits == 5 ? "Cx=24-27" : $"Cx=0-{(1 << bits) - 1}");
        IndRange? range = null;
        var problemsBefore = reader.ProblemCount;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var ends = equals < 0 ? [] : part[(equals + 1)..].Split('-');
            var domain = equals < 0 ? "" : part[..equals].Trim();
            if (ends.Length is not (1 or 2)
                || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                || first > last || last >= 1 << bits)
                reader.Refuse(Key, $"'{part}' is not DOMAIN=FIRST-LAST with IND values from 0 to {(1 << bits) - 1}, such as Cx=24-27");
            else if (!string.Equals(domain, "Cx", StringComparison.OrdinalIgnoreCase))
                reader.Refuse(Key, $"domain '{domain}' is not served; only Cx asks this HSS for vectors");
            else if (range is not null)
                reader.Refuse(Key, $"'{part}' is a second range for Cx; give one, such as Cx=24-27");
            else
                range = new(bits, first, last);
        }
        if (range is null && reader.ProblemCount == problemsBefore) reader.Refuse(Key, "no range given for Cx, such as Cx=24-27");
        return range ?? new(bits, 0, 0);
    }
}
