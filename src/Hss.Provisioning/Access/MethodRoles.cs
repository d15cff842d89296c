using System.Collections.Frozen;
using Hss.Subscribers;

namespace Hss.Provisioning.Access;

/// <summary>Which role each method needs.</summary>
/// Shape: by the path of the request, /package.Service/Method. What is not here is refused, so a method that somebody forgot is closed and not open.
/// Order of roles: each does what a reader does; an operator does everything; a provisioner and an authentication-admin differ, because who
/// fills in subscribers by the thousand need not be trusted with their vectors. Spec: docs/security.md, "Who may provision".
public static class MethodRoles
{
    /// <summary>Load balancers ask it, and have nothing to show. It tells no more than whether the port is open.</summary>
    private const string HealthPrefix = "/grpc.health.v1.Health/";

    private static readonly FrozenDictionary<string, AccessRole> Needed = new (string Service, AccessRole Role, string[] Methods)[]
    {
        ("hss.provisioning.v1.SubscriptionService", AccessRole.Reader, ["GetSubscription", "ListSubscriptions", "WatchSubscriptions", "ExplainIdentity"]),
        ("hss.provisioning.v1.SubscriptionService", AccessRole.Provisioner,
            ["CreateSubscription", "UpdateSubscription", "UpsertSubscription", "DeleteSubscription", "ImportSubscriptions"]),
        ("hss.provisioning.v1.AuthenticationService", AccessRole.AuthenticationAdmin, ["SetCredentials", "GenerateVectors", "Resynchronise", "GetSequenceNumber"]),
        ("hss.provisioning.v1.RegistrationService", AccessRole.Reader, ["GetRegistration", "ListRegistrations", "ListJobs"]),
        ("hss.provisioning.v1.RegistrationService", AccessRole.Operator, ["Deregister", "RetryJob", "ForceJob"]),
        // What stands in repository data and access reports is the user's own (forwarding numbers, where he is): a reader sees that it is there.
        ("hss.provisioning.v1.ApplicationServerService", AccessRole.Reader,
            ["GetApplicationServer", "ListApplicationServers", "ListRepositoryData", "ListServiceActivations", "ListNotificationSubscriptions", "ListNotifications"]),
        // Part of what a subscriber has; a mediation system that reports for the access networks needs nothing but this.
        ("hss.provisioning.v1.ApplicationServerService", AccessRole.Provisioner, ["SetServiceActivation", "ReportAccess", "DeleteAccessReport"]),
        ("hss.provisioning.v1.ApplicationServerService", AccessRole.Operator,
            ["PutApplicationServer", "DeleteApplicationServer", "GetRepositoryData", "DeleteRepositoryData", "DeleteNotificationSubscription", "RetryNotification",
             "WithdrawNotification", "GetAccessReport"]),
        ("hss.provisioning.v1.ServiceProfileService", AccessRole.Reader, ["ListTemplates", "ListTemplateSets", "RenderServiceProfile", "LintServiceProfile", "Simulate"]),
        ("hss.provisioning.v1.ServiceProfileService", AccessRole.Operator, ["ReloadTemplates"]),
        ("hss.provisioning.v1.NodeService", AccessRole.Reader, ["ListPeers"]),
        ("hss.provisioning.v1.NodeService", AccessRole.Operator, ["DisconnectPeer"]),
        // Who did what is about the callers themselves, so not every reader's business.
        ("hss.provisioning.v1.AuditService", AccessRole.Operator, ["ListAuditRecords", "UndoAuditRecord"]),
        ("hss.provisioning.v1.AccessTokenService", AccessRole.Operator, ["CreateAccessToken", "ListAccessTokens", "RevokeAccessToken"]),
        ("grpc.reflection.v1.ServerReflection", AccessRole.Reader, ["ServerReflectionInfo"]),
        ("grpc.reflection.v1alpha.ServerReflection", AccessRole.Reader, ["ServerReflectionInfo"]),
    }.SelectMany(row => row.Methods.Select(method => KeyValuePair.Create($"/{row.Service}/{method}", row.Role))).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The methods that somebody may call.</summary>
    public static IReadOnlyCollection<string> All => Needed.Keys;

    /// <summary>Whether anybody may call it without saying who he is.</summary>
    public static bool IsOpenToEveryone(string method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return method.StartsWith(HealthPrefix, StringComparison.Ordinal);
    }

    /// <summary>The least role that may call it; null: nobody may.</summary>
    public static AccessRole? LeastFor(string method) => Needed.TryGetValue(method, out var role) ? role : null;

    public static bool Allows(AccessRole has, AccessRole needed) => has == needed || has == AccessRole.Operator || needed == AccessRole.Reader;

    /// <summary>As it is written on a command line and in configuration.</summary>
    public static string NameOf(AccessRole role) => role switch
    {
        AccessRole.Reader => "reader",
        AccessRole.Provisioner => "provisioner",
        AccessRole.AuthenticationAdmin => "authentication-admin",
        AccessRole.Operator => "operator",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    public static bool TryRole(string name, out AccessRole role)
    {
        foreach (var candidate in Enum.GetValues<AccessRole>())
        {
            if (!string.Equals(name, NameOf(candidate), StringComparison.OrdinalIgnoreCase)) continue;
            role = candidate;
            return true;
        }
        role = default;
        return false;
    }
}
