using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>A list of identities and numbers (tPublicIdentity). Without any: present but empty.</summary>
/// Spec: TS 29.328 7.6.2, 7.6.9, Annex D.
public sealed record ShPublicIdentifiers
{
    public static readonly ShPublicIdentifiers Empty = new();

    /// <summary>SIP and tel URIs that are all of one type.</summary>
    public ImmutableArray<string> Identities { get; init; } = [];

    /// <summary>Digits.</summary>
    public ImmutableArray<string> Msisdns { get; init; } = [];

    /// <summary>Type of every one of <see cref="Identities"/>. Null: not said, which means a public user identity.</summary>
    public ShIdentityType? Type { get; init; }

    public string? WildcardedPsi { get; init; }

    public string? WildcardedImpu { get; init; }

    /// <summary>Numbers with the word whether they are basic or additional. Only with the feature Additional-MSISDN.</summary>
    public ImmutableArray<ExtendedMsisdn> ExtendedMsisdns { get; init; } = [];

    /// <summary>Identities of different types in one list.</summary>
    public ImmutableArray<ShTypedIdentity> TypedIdentities { get; init; } = [];

    /// <summary>Whether the element has nothing in it.</summary>
    public bool IsEmpty => Identities.IsEmpty && Msisdns.IsEmpty && Type is null && WildcardedPsi is null && WildcardedImpu is null
        && ExtendedMsisdns.IsEmpty && TypedIdentities.IsEmpty;
}

/// <summary>Digits, and whether it is additional (1) or the basic one (0).</summary>
public sealed record ExtendedMsisdn(string Msisdn, bool Additional);

public sealed record ShTypedIdentity(string Identity, ShIdentityType Type);

/// <summary>IdentityType of TS 29.328 Annex D. Not the one of Cx (<see cref="PublicIdentityType"/>), where 3 and 4 mean something else.</summary>
public enum ShIdentityType
{
    PublicUserIdentity = 0,
    DistinctPsi = 1,
    WildcardedPsi = 2,
    WildcardedImpu = 3,
}
