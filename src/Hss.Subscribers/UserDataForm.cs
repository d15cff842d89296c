namespace Hss.Subscribers;

/// <summary>What the S-CSCF understands beyond Release 5: the features negotiated by Supported-Features.</summary>
/// Spec: TS 29.229 7.1.1 (Cx feature list 1), TS 29.228 Annex E.
[Flags]
public enum UserDataForm
{
    Base = 0,

    /// <summary>SiFC: shared iFC sets by number instead of written out.</summary>
    SharedFilterSets = 1,

    /// <summary>AliasInd: AliasIdentityGroupID on every identity.</summary>
    AliasGroups = 2,
}
