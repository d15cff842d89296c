namespace Hss.Procedures.Sh;

/// <summary>The Sh features that this HSS has. Values are the bits of feature list 1 on the wire.</summary>
/// Spec: TS 29.329 7.1.1.
[Flags]
public enum ShFeatures : uint
{
    None = 0,

    /// <summary>Notif-Eff: several Data-References, Service-Indications and Identity-Sets in one UDR or SNR, several changes in one PNR.</summary>
    NotificationEfficiency = 1 << 0,

    /// <summary>Update-Eff: several RepositoryData in one PUR, all of them or none.</summary>
    UpdateEfficiency = 1 << 1,

    /// <summary>Update-Eff-Enhance: several Data-References in one PUR. Without Update-Eff it means nothing.</summary>
    UpdateEfficiencyEnhanced = 1 << 2,

    /// <summary>Additional-MSISDN: ExtendedMSISDN beside MSISDN.</summary>
    AdditionalMsisdn = 1 << 3,

    All = NotificationEfficiency | UpdateEfficiency | UpdateEfficiencyEnhanced | AdditionalMsisdn,
}
