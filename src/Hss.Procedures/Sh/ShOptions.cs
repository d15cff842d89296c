using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>What an operator may choose about the Sh procedures.</summary>
public sealed record ShOptions
{
    /// <summary>Longest content of one ServiceData that a PUR may bring; more is E:5008.</summary>
    /// Units: octets, at most <see cref="RepositoryData.MaxServiceDataBytes"/>. Spec: TS 29.328 6.1.2.1 step 6.
    public int MaxServiceDataBytes { get; init; } = 16 * 1024;

    /// <summary>How many pieces of repository data one user (one alias set) may have, of all application servers together. One more is E:5008.</summary>
    public int MaxRepositoryItems { get; init; } = 64;

    /// <summary>How many subscriptions to notifications one application server may have of one subscription. One more is R:5006.</summary>
    public int MaxSubscriptions { get; init; } = 256;

    /// <summary>The optional features this HSS offers in Supported-Features; one that is not here is as if it did not exist.</summary>
    public ShFeatures Features { get; init; } = ShFeatures.All;

    /// <summary>The most that is granted of an Expiry-Time that an SNR asks for. Null: as long as it asks.</summary>
    /// Why not also for one that asks for no end: TS 29.328 6.1.3 makes that a subscription without end, and an application server that names
    /// no Expiry-Time may not know the AVP in which it would be told otherwise.
    public TimeSpan? LongestSubscription { get; init; }

    /// <summary>How long a PUR or SNR waits for another change of the same user; then a PUR is E:4101, an SNR E:4100.</summary>
    /// Why a second: half of what a request has by default, so that there is time for the commit, or for an answer that says more than 5012.
    public TimeSpan UpdatePatience { get; init; } = TimeSpan.FromSeconds(1);
}
