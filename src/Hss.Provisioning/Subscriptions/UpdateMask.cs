using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Which top-level fields of a subscription an update changes. Spec: AIP-134, AIP-161.</summary>
internal sealed class UpdateMask
{
    // AIP-203: what only the server sets is ignored, in the message and in the mask. The id is how the subscription is found, so it never differs.
    private static readonly string[] s_ignored = ["name", "subscription_id", "etag", "create_time", "update_time"];

    private static readonly FieldDescriptor[] s_fields =
        [.. V1.Subscription.Descriptor.Fields.InDeclarationOrder().Where(field => !s_ignored.Contains(field.Name, StringComparer.Ordinal))];

    private readonly HashSet<string> _names;

    private UpdateMask(HashSet<string> names) => _names = names;

    public bool Has(string field) => _names.Contains(field);

    /// <summary>The fields named; without a mask those that are set; * is every one.</summary>
    /// Errors: INVALID_ARGUMENT for a path that is no top-level field.
    public static UpdateMask Of(FieldMask? mask, V1.Subscription subscription)
    {
        if (mask is null || mask.Paths.Count == 0) return new([.. s_fields.Where(field => IsSet(field, subscription)).Select(field => field.Name)]);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in mask.Paths)
        {
            if (path == "*") names.UnionWith(s_fields.Select(field => field.Name));
            else if (s_fields.Any(field => field.Name == path)) names.Add(path);
            else if (!s_ignored.Contains(path, StringComparer.Ordinal))
                throw Refusals.Field("update_mask",
                    $"'{(path.Length <= 60 ? path : path[..60] + "...")}' is no field that can be changed; known are *, {string.Join(", ", s_fields.Select(field => field.Name))}"
                    + (path.Contains('.', StringComparison.Ordinal) ? "; only top-level fields can be named, each is replaced as a whole" : ""));
        }
        return new(names);
    }

    /// <summary>The fields of the mask from one message, the others from another.</summary>
    public V1.Subscription Merge(V1.Subscription from, V1.Subscription onto)
    {
        var merged = onto.Clone();
        foreach (var field in s_fields)
        {
            if (!Has(field.Name)) continue;
            field.Accessor.Clear(merged);
            if (!IsSet(field, from)) continue;
            if (field.IsRepeated)
            {
                var items = (System.Collections.IList)field.Accessor.GetValue(merged);
                foreach (var item in (System.Collections.IList)field.Accessor.GetValue(from)) items.Add(item);
            }
            else field.Accessor.SetValue(merged, field.Accessor.GetValue(from));
        }
        return merged;
    }

    /// <summary>What the mask does not name stays exactly as stored: filters are not rendered anew from templates that changed meanwhile.</summary>
    public Subscription Apply(Subscription changed, Subscription stored) => stored with
    {
        PrivateIdentities = Has("private_identities") ? changed.PrivateIdentities : stored.PrivateIdentities,
        ImplicitRegistrationSets = Has("implicit_registration_sets") ? changed.ImplicitRegistrationSets : stored.ImplicitRegistrationSets,
        ServiceProfiles = Has("service_profiles") ? changed.ServiceProfiles : stored.ServiceProfiles,
        ServerCapabilities = Has("server_capabilities") ? changed.ServerCapabilities : stored.ServerCapabilities,
        Charging = Has("charging") ? changed.Charging : stored.Charging,
        AllowedVisitedNetworks = Has("allowed_visited_networks") ? changed.AllowedVisitedNetworks : stored.AllowedVisitedNetworks,
        RegistrationAllowed = Has("registration_allowed") ? changed.RegistrationAllowed : stored.RegistrationAllowed,
        Imsi = Has("imsi") ? changed.Imsi : stored.Imsi,
        ReferenceLocation = Has("reference_location") ? changed.ReferenceLocation : stored.ReferenceLocation,
        AllowedWebFunctions = Has("allowed_web_functions") ? changed.AllowedWebFunctions : stored.AllowedWebFunctions,
    };

    /// <summary>The stored subscription for merging: without the profiles' templates when they stay, because those may have changed or gone.</summary>
    public V1.Subscription Base(Subscription stored) => SubscriptionMessage.Of(Has("service_profiles") ? stored : stored with
    {
        ServiceProfiles = [.. stored.ServiceProfiles.Select(profile => profile with
        {
            InitialFilterCriteria = [.. profile.AllFilters.Select(filter => filter with { Origin = null })],
            SharedFilterSets = [],
        })],
    });

    private static bool IsSet(FieldDescriptor field, V1.Subscription message)
    {
        if (field.IsRepeated) return ((System.Collections.IList)field.Accessor.GetValue(message)).Count > 0;
        if (field.HasPresence) return field.Accessor.HasValue(message);
        return field.Accessor.GetValue(message) is string { Length: > 0 };
    }
}
