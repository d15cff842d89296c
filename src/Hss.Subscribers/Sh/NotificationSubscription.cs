namespace Hss.Subscribers;

/// <summary>One application server wants to hear of one piece of data of one user.</summary>
/// Spec: TS 29.328 6.1.3.
public sealed record NotificationSubscription
{
    /// <summary>What tells two subscriptions of one subscriber apart.</summary>
    public required NotificationKey Key { get; init; }

    /// <summary>Origin-Realm of the SNR: Destination-Realm of the PNR.</summary>
    public required string ApplicationServerRealm { get; init; }

    /// <summary>The public identity as the application server wrote it (canonical): goes into the PNR. Differs from the key's when that is a wildcard.</summary>
    public string? AskedIdentity { get; init; }

    /// <summary>Null: without end.</summary>
    public DateTimeOffset? Expiry { get; init; }

    /// <summary>Ends with its first notification.</summary>
    public bool OneTime { get; init; }

    /// <summary>Both sides have Notif-Eff: one PNR may carry several changes. Spec: TS 29.329 7.1.1.</summary>
    public bool CombinesChanges { get; init; }
}

/// <summary>Application server, user, data: our reading of what one subscription is, see TS 29.328 6.1.3 and 7.6.</summary>
/// Shape: ApplicationServer is Origin-Host in lower case. Detail: of RepositoryData the Service-Indication, of IMSPublicIdentity the number of the
/// Identity-Set, of InitialFilterCriteria the Server-Name, of DSAI Server-Name, a space and DSAI-Tag; of the others empty.
/// PrivateIdentity is the canonical User-Name of the SNR, or null.
public sealed record NotificationKey(
    string ApplicationServer, ShUserIdentity User, ShDataReference Reference, string Detail, string? PrivateIdentity)
{
    /// <summary>The application server whose filters or services are meant; null: the reference is about neither.</summary>
    public static string? ServerNameOf(ShDataReference reference, string detail)
    {
        ArgumentNullException.ThrowIfNull(detail);
        return reference switch
        {
            ShDataReference.InitialFilterCriteria => detail,
            ShDataReference.Dsai => detail.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0 ? detail[..blank] : detail,
            _ => null,
        };
    }
}
