using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>An Sh-Data document (User-Data, AVP 702): filled piece by piece and written, or read.</summary>
/// Shape: three states per piece. Null, or an empty list: absent. An empty text, an empty record or (IFCs, which may hold none) a list without
/// elements: present but empty, which says "there is none". Anything else: present.
/// What stands here flat lies in the XML at the level of Extension of the Release that added it; <see cref="ShDataWriter"/> knows the levels.
/// Order: none; the writer has that of the schema. Spec: TS 29.328 Annexes C and D.
public sealed class ShData
{
    public ShPublicIdentifiers? PublicIdentifiers { get; set; }

    public ImmutableArray<ShRepositoryData> RepositoryData { get; set; } = [];

    /// <summary>SIP URI; "": no S-CSCF.</summary>
    public string? ServerName { get; set; }

    /// <summary>Null: absent; without elements: there are none.</summary>
    public ImmutableArray<InitialFilterCriteria>? InitialFilterCriteria { get; set; }

    public ImsUserState? ImsUserState { get; set; }

    public ChargingAddresses? Charging { get; set; }

    /// <summary>PSIActivation: true is ACTIVE.</summary>
    public bool? PsiActive { get; set; }

    public ImmutableArray<Dsai> Dsai { get; set; } = [];

    public string? ServiceLevelTraceInfo { get; set; }

    /// <summary>Dotted decimal; "": none.</summary>
    public string? IPv4Address { get; set; }

    /// <summary>"": none.</summary>
    public string? IPv6Prefix { get; set; }

    /// <summary>"": none.</summary>
    public string? IPv6InterfaceIdentifier { get; set; }

    /// <summary>0 (highest) to 4.</summary>
    public int? ServicePriorityLevel { get; set; }

    public ShSmsRegistration? SmsRegistration { get; set; }

    /// <summary>"": none.</summary>
    public string? StnSr { get; set; }

    public ImmutableArray<ExtendedPriority> ExtendedPriorities { get; set; } = [];

    public ReferenceLocation? ReferenceLocation { get; set; }

    public ShPublicIdentifiers? RegisteredIdentities { get; set; }

    public ShPublicIdentifiers? ImplicitIdentities { get; set; }

    public ShPublicIdentifiers? AllIdentities { get; set; }

    public ShPublicIdentifiers? AliasIdentities { get; set; }

    public ShPublicIdentifiers? DeletedIdentities { get; set; }

    /// <summary>"": none.</summary>
    public string? Imsi { get; set; }

    public ImmutableArray<string> PrivateIdentities { get; set; } = [];

    /// <summary>Everything that only the access networks know. Null: nothing of it.</summary>
    public ShAccessData? Access { get; set; }

    /// <summary>One document that says what several say, the older first: of two statements about one thing the later one stands.</summary>
    /// Shape: repository data count as one thing per Service-Indication, DSAI per tag. Removed identities add up; lists of identities do not,
    /// because each of them is whole.
    public static ShData Merge(IEnumerable<ShData> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var merged = new ShData();
        foreach (var document in documents) ShDataMerge.Into(merged, document);
        return merged;
    }
}

/// <summary>One piece of transparent data as it stands in a document.</summary>
/// Shape: ServiceData are the octets between the tags, XML that can stand in any document; null: no such element, which means "to be deleted"
/// in a PUR, "deleted" in a PNR, "nothing stored" in an answer. There is no third state: an element without content is refused when it is read,
/// and no octets become null here, also because a null that meets a ReadOnlyMemory on its way turns into no octets.
/// Spec: TS 29.328 6.1.2.1, Annex D.
public sealed record ShRepositoryData(string ServiceIndication, ushort SequenceNumber, ReadOnlyMemory<byte>? ServiceData)
{
    public ReadOnlyMemory<byte>? ServiceData { get; } = ServiceData is { IsEmpty: false } ? ServiceData : null;
}

/// <summary>Spec: TS 29.328 7.6.3. Values as in the XML; they are not those of Cx.</summary>
public enum ImsUserState
{
    NotRegistered = 0,
    Registered = 1,
    RegisteredUnregisteredServices = 2,
    AuthenticationPending = 3,
}

/// <summary>Why Active is a claim and not a number: DSAI-Value 0 is ACTIVE, while of PSIActivation it is INACTIVE. Spec: TS 29.328 7.6.18.</summary>
public sealed record Dsai(string Tag, bool Active);

/// <summary>Spec: TS 29.328 7.6.15. "" as the number: de-registered.</summary>
public sealed record ShSmsRegistration(string Number, string? ServiceCentreAddress = null);
