using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What application servers, and whoever reports for the access networks, left at one subscription. Immutable.</summary>
/// Shape: a snapshot beside the registration states of <see cref="Subscriber"/>; changed as they are, within the subscriber's turn. An element that
/// did not change is the same object in the next version: the store writes only the others.
/// Spec: TS 29.328 6.1, 7.6.
public sealed record ApplicationData
{
    public static readonly ApplicationData Empty = new();

    public ImmutableArray<RepositoryData> Repository { get; init; } = [];

    /// <summary>Who wants to hear of what; also those that have run out and were not removed yet.</summary>
    public ImmutableArray<NotificationSubscription> Subscriptions { get; init; } = [];

    /// <summary>Instances of DSAI that are INACTIVE. What is not listed is ACTIVE.</summary>
    public ImmutableArray<InactiveService> InactiveServices { get; init; } = [];

    public ImmutableArray<SmsRegistration> SmsRegistrations { get; init; } = [];

    public ImmutableArray<AccessReport> AccessReports { get; init; } = [];

    public bool IsEmpty => Repository.IsEmpty && Subscriptions.IsEmpty && InactiveServices.IsEmpty && SmsRegistrations.IsEmpty && AccessReports.IsEmpty;
}

/// <summary>A DSAI instance with value INACTIVE: the filters with this tag towards this application server are masked for this identity.</summary>
/// Shape: PublicIdentity as provisioned; ServerName is the SIP URI of the application server as its filters have it. Spec: TS 29.328 7.6.18.
public sealed record InactiveService(string PublicIdentity, string ServerName, string Tag);

/// <summary>The IP-SM-GW that registered for a private identity by PUR; what an operator preconfigured stands in the subscription and wins.</summary>
/// Shape: Number is E.164 digits. Spec: TS 29.328 7.6.19, 6.1.2.1 step 4b.
public sealed record SmsRegistration(string PrivateIdentity, string Number, string DiameterHost, string DiameterRealm);

/// <summary>What the access networks last said of one private identity: locations, states, T-ADS, IMEISV, SRVCC capabilities, CSRN, reachability.</summary>
/// Shape: Document is Sh-Data with nothing but such elements. This HSS asks no MME, AMF, MSC or SGSN: it holds what was reported and says how old it is.
/// Spec: TS 29.328 7.6.6, 7.6.7, 7.6.14 to 7.6.17.
/// Why no record: two of them are the same when they are the same object, as everywhere in <see cref="ApplicationData"/>, and it remembers what it read.
public sealed class AccessReport(string privateIdentity, DateTimeOffset reported, ReadOnlyMemory<byte> document)
{
    private ShAccessData? _access;

    public string PrivateIdentity { get; } = privateIdentity;

    public DateTimeOffset Reported { get; } = reported;

    public ReadOnlyMemory<byte> Document { get; } = document;

    /// <summary>What the document says; null when it cannot be read. Read once, since UDRs ask for it over and over.</summary>
    /// Order: any thread; two that come first together read the same.
    internal ShAccessData? Access => _access ??= ShDataReader.TryRead(Document.Span, out var data, out _) ? data.Access : null;
}
