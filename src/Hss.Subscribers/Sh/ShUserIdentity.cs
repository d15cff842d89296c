namespace Hss.Subscribers;

/// <summary>What User-Identity (AVP 700) holds: exactly one of the three. Values are stored.</summary>
public enum ShUserIdentityKind
{
    PublicIdentity = 0,
    Msisdn = 1,
    ExternalIdentifier = 2,
}

/// <summary>By which name an application server speaks about a user.</summary>
/// Shape: a canonical public identity as provisioned (for one that fell into a wildcard: the wildcard), the digits of an MSISDN without "+", or an
/// External-Identifier with its domain in lower case. Spec: TS 29.329 6.3.1, TS 23.003 3.3, 19.7.2.
public readonly record struct ShUserIdentity(ShUserIdentityKind Kind, string Value);
