using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>The Cx features that this HSS has. Values are the bits of feature list 1 on the wire.</summary>
/// Bit 3 (P-CSCF-Restoration-mechanism) is not among them: it needs the HSS of the packet core, which this is not.
/// Spec: TS 29.229 7.1.1.
[Flags]
public enum CxFeatures : uint
{
    None = 0,

    /// <summary>SiFC: shared iFC sets go by number.</summary>
    SharedFilterSets = 1 << 0,

    /// <summary>AliasInd: AliasIdentityGroupID on every identity.</summary>
    AliasIndication = 1 << 1,

    /// <summary>IMSRestorationInd: S-CSCF restoration.</summary>
    Restoration = 1 << 2,

    All = SharedFilterSets | AliasIndication | Restoration,
}

internal static class NegotiatedCxFeatures
{
    public static UserDataForm UserDataForm(this CxFeatures negotiated) =>
        (negotiated.HasFlag(CxFeatures.SharedFilterSets) ? Subscribers.UserDataForm.SharedFilterSets : 0)
        | (negotiated.HasFlag(CxFeatures.AliasIndication) ? Subscribers.UserDataForm.AliasGroups : 0);
}
