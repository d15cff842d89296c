using System.Collections.Frozen;

namespace Hss.Cli.Foreign;

/// <summary>The columns a CSV file may have, and where in the document each goes.</summary>
/// Spec: docs/migration.md has the table for people.
internal static class CsvColumns
{
    public enum Kind
    {
        Text,

        /// <summary>Several, separated by semicolons.</summary>
        List,

        /// <summary>Whole numbers, separated by semicolons.</summary>
        Numbers,
        Flag,

        /// <summary>Put together with others.</summary>
        Special,
    }

    public sealed record Column(string Name, Kind Kind, string Path);

    public static readonly Column[] All =
    [
        new("subscription_id", Kind.Text, "subscriptionId"),
        new("private_identity", Kind.Text, "privateIdentities[0].identity"),
        new("k", Kind.Text, "privateIdentities[0].aka.k"),
        new("op", Kind.Text, "privateIdentities[0].aka.op"),
        new("opc", Kind.Text, "privateIdentities[0].aka.opc"),
        new("encrypted_k", Kind.Text, "privateIdentities[0].aka.encryptedK"),
        new("encrypted_op", Kind.Text, "privateIdentities[0].aka.encryptedOp"),
        new("encrypted_opc", Kind.Text, "privateIdentities[0].aka.encryptedOpc"),
        new("transport_key", Kind.Text, "privateIdentities[0].aka.transportKey"),
        new("amf", Kind.Text, "privateIdentities[0].aka.amf"),
        new("sqn", Kind.Text, "privateIdentities[0].aka.sqn"),
        new("realm", Kind.Text, "privateIdentities[0].sipDigest.realm"),
        new("password", Kind.Text, "privateIdentities[0].sipDigest.password"),
        new("ha1_md5", Kind.Text, "privateIdentities[0].sipDigest.ha1Md5"),
        new("ha1_sha256", Kind.Text, "privateIdentities[0].sipDigest.ha1Sha256"),
        new("keep_password_for_legacy_digest_md5", Kind.Flag, "privateIdentities[0].sipDigest.keepPasswordForLegacyDigestMd5"),
        new("allowed_schemes", Kind.List, "privateIdentities[0].allowedSchemes"),
        new("default_scheme", Kind.Text, "privateIdentities[0].defaultScheme"),
        new("privileged_sender", Kind.Flag, "privateIdentities[0].privilegedSender"),
        new("line_identifiers", Kind.List, "privateIdentities[0].lineIdentifiers"),
        new("framed_address", Kind.Special, "privateIdentities[0].framedAddress"),
        new("public_identities", Kind.Special, "implicitRegistrationSets[0].publicIdentities"),
        new("barred_identities", Kind.Special, "implicitRegistrationSets[0].publicIdentities"),
        new("display_name", Kind.Special, "implicitRegistrationSets[0].publicIdentities"),
        new("service_profile", Kind.Special, "serviceProfiles[0].name"),
        new("templates", Kind.Special, "serviceProfiles[0].initialFilterCriteria"),
        new("shared_filter_sets", Kind.Special, "serviceProfiles[0].sharedFilterSets"),
        new("server_names", Kind.List, "serverCapabilities.serverNames"),
        new("mandatory_capabilities", Kind.Numbers, "serverCapabilities.mandatory"),
        new("optional_capabilities", Kind.Numbers, "serverCapabilities.optional"),
        new("primary_collection", Kind.Text, "charging.primaryCollection"),
        new("secondary_collection", Kind.Text, "charging.secondaryCollection"),
        new("primary_event", Kind.Text, "charging.primaryEvent"),
        new("secondary_event", Kind.Text, "charging.secondaryEvent"),
        new("allowed_visited_networks", Kind.List, "allowedVisitedNetworks"),
        new("registration_allowed", Kind.Flag, "registrationAllowed"),
        new("imsi", Kind.Text, "imsi"),
    ];

    public static readonly FrozenDictionary<string, Column> ByName = All.ToFrozenDictionary(column => column.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The column that a place in the document was made from, or the nearest; null for what no column holds.</summary>
    public static string? NameOf(string path) => All.Where(column => path.StartsWith(column.Path, StringComparison.Ordinal))
        .OrderByDescending(column => column.Path.Length).FirstOrDefault()?.Name
        ?? (path.StartsWith("privateIdentities[0].aka", StringComparison.Ordinal) ? "k"
            : path.StartsWith("privateIdentities[0].sipDigest", StringComparison.Ordinal) ? "password"
            : path.StartsWith("privateIdentities[0]", StringComparison.Ordinal) ? "private_identity"
            : path.StartsWith("implicitRegistrationSets", StringComparison.Ordinal) ? "public_identities"
            : path.StartsWith("serviceProfiles", StringComparison.Ordinal) ? "templates"
            : path.StartsWith("charging", StringComparison.Ordinal) ? "primary_collection" : null);
}
