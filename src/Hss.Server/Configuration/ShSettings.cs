using Hss.Procedures.Sh;
using Hss.Subscribers;

namespace Hss.Server.Configuration;

/// <summary>Reads what an operator chooses about Sh.</summary>
internal static class ShSettings
{
    private const string FeaturesKey = "Sh:Features";
    private const string LongestKey = "Sh:LongestSubscriptionSeconds";
    private const int Year = 366 * 24 * 3600;

    public static ShOptions Read(ConfigurationReader reader, TimeSpan requestDeadline)
    {
        var absent = new ShOptions();
        return new()
        {
            Features = ReadFeatures(reader),
            MaxServiceDataBytes = reader.Number("Sh:MaxServiceDataBytes", absent.MaxServiceDataBytes, 1, RepositoryData.MaxServiceDataBytes),
            MaxRepositoryItems = reader.Number("Sh:MaxRepositoryItems", absent.MaxRepositoryItems, 1, 10_000),
            MaxSubscriptions = reader.Number("Sh:MaxSubscriptions", absent.MaxSubscriptions, 1, 10_000),
            LongestSubscription = reader.Present(LongestKey) is null ? null : TimeSpan.FromSeconds(reader.Number(LongestKey, 0, 60, Year)),
            // Beyond the deadline the node has answered 5012 already, and nobody would learn that it was another update that was in the way.
            UpdatePatience = requestDeadline / 2,
        };
    }

    /// <summary>Sh:Features names features as TS 29.329 7.1.1 does. "none" is a word of its own, because an empty list looks like an absent one.</summary>
    private static ShFeatures ReadFeatures(ConfigurationReader reader)
    {
        var names = reader.List(FeaturesKey);
        if (names.Count == 0) return ShFeatures.All;
        if (names is ["none"]) return ShFeatures.None;
        var features = ShFeatures.None;
        foreach (var name in names)
            features |= name switch
            {
                "Notif-Eff" => ShFeatures.NotificationEfficiency,
                "Update-Eff" => ShFeatures.UpdateEfficiency,
                "Update-Eff-Enhance" => ShFeatures.UpdateEfficiencyEnhanced,
                "Additional-MSISDN" => ShFeatures.AdditionalMsisdn,
                _ => reader.Refuse(
                    FeaturesKey, $"'{name}' is no feature of this HSS; list Notif-Eff, Update-Eff, Update-Eff-Enhance, Additional-MSISDN, or none alone", ShFeatures.None),
            };
        if (features.HasFlag(ShFeatures.UpdateEfficiencyEnhanced) && !features.HasFlag(ShFeatures.UpdateEfficiency))
            reader.Refuse(FeaturesKey, "Update-Eff-Enhance means nothing without Update-Eff (TS 29.329 7.1.1); list both, or neither");
        return features;
    }
}
