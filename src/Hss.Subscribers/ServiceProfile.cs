using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>A named list of initial filter criteria that public identities point to. Templates are already rendered.</summary>
/// Spec: TS 29.228 B.2.2.
public sealed record ServiceProfile
{
    public required string Name { get; init; }

    public required ImmutableArray<InitialFilterCriteria> InitialFilterCriteria { get; init; }

    /// <summary>Filters that many subscriptions share: sent by number to an S-CSCF that has them (SiFC), written out to any other.</summary>
    /// Spec: TS 29.228 B.2.2 (SharedIFCSetID), TS 29.229 7.1.1 (SiFC).
    public ImmutableArray<SharedFilterSet> SharedFilterSets { get; init; } = [];

    /// <summary>The sets of templates that the profile was provisioned with, by name. Their filters stand rendered among the others.</summary>
    /// Why they are kept beside the filters, and not only with each of them: a set may make no filter at all, and is still what the operator wrote.
    public ImmutableArray<TemplateReference> TemplateSets { get; init; } = [];

    /// <summary>Null: no restriction. Spec: TS 29.228 B.2.1 (CoreNetworkServicesAuthorization).</summary>
    public CoreNetworkServicesAuthorization? CoreNetworkServicesAuthorization { get; init; }

    /// <summary>Its own filters and the shared ones, by ascending priority: what an S-CSCF evaluates, however it was told.</summary>
    public IEnumerable<InitialFilterCriteria> AllFilters => SharedFilterSets.IsEmpty
        ? InitialFilterCriteria
        : InitialFilterCriteria.Concat(SharedFilterSets.SelectMany(set => set.InitialFilterCriteria)).OrderBy(filter => filter.Priority);

    /// <summary>Whether application servers can mask some of the filters.</summary>
    public bool HasDsaiTags
    {
        get
        {
            foreach (var filter in InitialFilterCriteria)
                if (!filter.DsaiTags.IsEmpty) return true;
            return !SharedFilterSets.IsEmpty && SharedFilterSets.Any(set => set.InitialFilterCriteria.Any(filter => !filter.DsaiTags.IsEmpty));
        }
    }
}

/// <summary>A shared iFC set with its filters as they were when the subscription was provisioned.</summary>
/// Why the filters are kept with it: a changed definition changes no service behind anybody's back, as with templates.
public sealed record SharedFilterSet(int Id, ImmutableArray<InitialFilterCriteria> InitialFilterCriteria);

/// <summary>What media and services the core network lets this profile use. Null members: no restriction.</summary>
/// Shape: ServiceIds are ICSIs. Spec: TS 29.228 B.2.1, Annex E (ListOfServiceIds).
public sealed record CoreNetworkServicesAuthorization(int? SubscribedMediaProfileId, ImmutableArray<string>? ServiceIds);

/// <summary>One filter: when its trigger point matches, the S-CSCF sends the request to the application server.</summary>
/// Order: ascending Priority, unique within a profile. Spec: TS 29.228 B.2.2, Annex E.
public sealed record InitialFilterCriteria
{
    public required int Priority { get; init; }

    /// <summary>Null: unconditional.</summary>
    public TriggerPoint? TriggerPoint { get; init; }

    public required ApplicationServer ApplicationServer { get; init; }

    /// <summary>Null: registered and unregistered part.</summary>
    public ProfilePartIndicator? ProfilePartIndicator { get; init; }

    /// <summary>DSAI tags: while one of them is INACTIVE for a public identity, the filter is masked for it. Empty: nobody masks it.</summary>
    /// Spec: TS 29.328 7.6.18, TS 29.228 6.6.
    public ImmutableArray<string> DsaiTags { get; init; } = [];

    /// <summary>The template this filter was rendered from, or null when it was written out.</summary>
    /// Why it is kept beside the rendered filter: loading needs no templates and a changed template file changes no service behind
    /// anybody's back, while an export can still show what the operator wrote.
    public TemplateReference? Origin { get; init; }
}

/// <summary>A template, or a set of templates, by name. Parameters are those that were given, in the template's order; numbers and booleans as text.</summary>
/// <param name="TemplateSet">Of a filter that came out of a set: the name of the set, which gave the parameters.</param>
public sealed record TemplateReference(string Template, ImmutableArray<KeyValuePair<string, string>> Parameters, string? TemplateSet = null)
{
    /// <summary>Whether both would be written the same way. A template may make several filters, which then share one reference.</summary>
    public bool IsSameAs(TemplateReference other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Template == other.Template && TemplateSet == other.TemplateSet && Parameters.AsSpan().SequenceEqual(other.Parameters.AsSpan());
    }
}

public enum ProfilePartIndicator
{
    Registered = 0,
    Unregistered = 1,
}

/// <summary>CNF: AND of OR groups; DNF: OR of AND groups.</summary>
public sealed record TriggerPoint
{
    public required bool ConditionTypeCnf { get; init; }

    public required ImmutableArray<ServicePointTrigger> ServicePointTriggers { get; init; }
}

/// <summary>One condition; exactly one of the five kinds is set.</summary>
/// Spec: TS 29.228 B.2.3, Annex F.
public sealed record ServicePointTrigger
{
    /// <summary>At least one; an S-CSCF crashes on a trigger without Group.</summary>
    public required ImmutableArray<int> Groups { get; init; }

    public bool Negated { get; init; }

    public string? RequestUri { get; init; }

    public string? Method { get; init; }

    public HeaderCondition? SipHeader { get; init; }

    public SessionCase? SessionCase { get; init; }

    public SessionDescriptionCondition? SessionDescription { get; init; }

    /// <summary>Only beside Method REGISTER; empty = every kind of registration.</summary>
    public ImmutableArray<RegistrationType> RegistrationTypes { get; init; } = [];
}

/// <summary>Header and Content are POSIX extended regular expressions; Content null is a test for presence.</summary>
public sealed record HeaderCondition(string Header, string? Content);

/// <summary>Line is the type letter of an SDP line; both are POSIX extended regular expressions.</summary>
public sealed record SessionDescriptionCondition(string Line, string? Content);

public enum SessionCase
{
    OriginatingRegistered = 0,
    TerminatingRegistered = 1,
    TerminatingUnregistered = 2,
    OriginatingUnregistered = 3,
    OriginatingCdiv = 4,
}

public enum RegistrationType
{
    InitialRegistration = 0,
    ReRegistration = 1,
    DeRegistration = 2,
}

public enum DefaultHandling
{
    SessionContinued = 0,
    SessionTerminated = 1,
}

public sealed record ApplicationServer
{
    /// <summary>SIP URI.</summary>
    public required string ServerName { get; init; }

    public DefaultHandling? DefaultHandling { get; init; }

    public string? ServiceInfo { get; init; }

    public bool IncludeRegisterRequest { get; init; }

    public bool IncludeRegisterResponse { get; init; }
}
