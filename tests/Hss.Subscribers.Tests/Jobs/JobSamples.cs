using System.Collections.Immutable;
using System.Text;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Subscribers.Tests;

/// <summary>One subscription with two phones and two sets, and the states it can be in.</summary>
internal static class JobSamples
{
    public const string One = "one@example.org";
    public const string Two = "two@example.org";
    public const string Sip = "sip:one@example.org";
    public const string Tel = "tel:+12125550001";
    public const string Work = "sip:work@example.org";
    public static readonly AssignedServer X = new("sip:x.example.org:6060", "x.example.org", "example.org");
    public static readonly AssignedServer Y = new("sip:y.example.org:6060", "y.example.org", "example.org");

    public static readonly RegistrationState None = RegistrationState.Initial;
    public static readonly RegistrationState ByOne = Registered(X, One);
    public static readonly RegistrationState ByTwo = Registered(X, Two);
    public static readonly RegistrationState ByBoth = Registered(X, One, Two);
    public static readonly RegistrationState Unregistered = new() { Status = RegistrationStatus.Unregistered, Server = X };
    public static readonly RegistrationState Pending = new() { Server = X, AuthenticationPendingPrivateIdentities = [One] };

    public static Subscription Subscription() => new()
    {
        SubscriptionId = "one",
        PrivateIdentities = [User(One), User(Two)],
        ImplicitRegistrationSets = [Set(Sip, Tel), Set(Work)],
        ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [] }],
        Charging = new("aaa://ccf.example.org", null, null, null),
        ServerCapabilities = new([1], [2], []),
        Imsi = "001010000000001",
    };

    public static RegistrationState Registered(AssignedServer server, params string[] users) =>
        new() { Status = RegistrationStatus.Registered, Server = server, RegisteredPrivateIdentities = [.. users] };

    public static ImplicitRegistrationSet Set(params string[] identities) => new() { PublicIdentities = [.. identities.Select(identity => Public(identity))] };

    public static PublicIdentity Public(string identity) => new() { Identity = identity, ServiceProfile = "plain" };

    public static PublicIdentity Psi(string identity, bool active = true) => Public(identity) with { Type = PublicIdentityType.DistinctPsi, PsiActive = active };

    public static PrivateIdentity User(string identity, string password = "opensesame") => new()
    {
        Identity = identity,
        Credentials = new(null, DigestCredentials.FromPassword(identity, "example.org", Encoding.UTF8.GetBytes(password), keepPassword: false)),
        AllowedSchemes = AuthenticationSchemes.SipDigest,
        DefaultScheme = AuthenticationSchemes.SipDigest,
    };

    public static ServiceProfile WithFilter(string name) => new()
    {
        Name = name,
        InitialFilterCriteria = [new() { Priority = 1, ApplicationServer = new() { ServerName = "sip:as.example.org" } }],
    };

    public static Subscription WithSets(this Subscription subscription, params ImplicitRegistrationSet[] sets) =>
        subscription with { ImplicitRegistrationSets = [.. sets] };

    /// <summary>A job in one line: what an S-CSCF would be told.</summary>
    public static string Text(CxJob job)
    {
        var users = string.Join('+', job.AssociatedIdentities.Insert(0, job.PrivateIdentity).Select(Short));
        var about = string.Join(' ', job.PublicIdentities.Select(Short));
        return job.Kind == CxJobKind.PushProfile
            ? $"PPR {Short(job.Server.DiameterHost)} {users} [{about}] {job.Parts}"
            : $"RTR {(int)job.Reason} {Short(job.Server.DiameterHost)} {users} [{about}]{(job.ClearsOnAnswer ? " waits" : "")}";
    }

    public static string Text(RegistrationState state) =>
        $"{state.Status}{(state.Server is { } server ? " " + Short(server.DiameterHost) : "")}"
        + string.Concat(state.RegisteredPrivateIdentities.Select(user => " " + Short(user)))
        + string.Concat(state.AuthenticationPendingPrivateIdentities.Select(user => " ?" + Short(user)))
        + (state.UserDataOutdated ? " outdated" : "");

    public static string Text(IEnumerable<RegistrationState> states) => string.Join(" | ", states.Select(Text));

    private static string Short(string identity) => identity.Replace("sip:", "", StringComparison.Ordinal).Replace("tel:", "", StringComparison.Ordinal)
        .Replace("@example.org", "", StringComparison.Ordinal).Replace(".example.org", "", StringComparison.Ordinal);
}
