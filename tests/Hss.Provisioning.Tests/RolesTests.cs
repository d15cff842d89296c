using Google.Protobuf.Reflection;
using Hss.Provisioning.Access;
using Hss.Provisioning.V1;
using Hss.Subscribers;

namespace Hss.Provisioning.Tests;

/// <summary>Every method has its role, and every role does what its name says.</summary>
public sealed class RolesTests
{
    private static readonly string[] Readers =
    [
        "GetSubscription", "ListSubscriptions", "WatchSubscriptions", "ExplainIdentity", "GetRegistration", "ListRegistrations", "ListJobs",
        "ListTemplates", "ListTemplateSets", "RenderServiceProfile", "LintServiceProfile", "Simulate", "ListPeers",
        "GetApplicationServer", "ListApplicationServers", "ListRepositoryData", "ListServiceActivations", "ListNotificationSubscriptions", "ListNotifications",
    ];

    private static readonly string[] Provisioners =
    [
        "CreateSubscription", "UpdateSubscription", "UpsertSubscription", "DeleteSubscription", "ImportSubscriptions",
        "SetServiceActivation", "ReportAccess", "DeleteAccessReport",
    ];

    private static readonly string[] AuthenticationAdmins = ["SetCredentials", "GenerateVectors", "Resynchronise", "GetSequenceNumber"];

    /// <summary>All services of the package, found by the files that the known ones stand in.</summary>
    private static IEnumerable<MethodDescriptor> Methods =>
        from type in typeof(SubscriptionService).Assembly.GetTypes()
        where type is { IsAbstract: true, IsSealed: true } && type.Name.EndsWith("Reflection", StringComparison.Ordinal)
        let file = (FileDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!
        from service in file.Services
        from method in service.Methods
        select method;

    [Fact]
    public void Every_method_of_every_service_has_a_role_and_no_role_is_for_a_method_that_is_not_there()
    {
        var paths = Methods.Select(PathOf).ToArray();
        Assert.True(paths.Length >= 49, $"only {paths.Length} methods were found");
        Assert.Equal([], paths.Where(path => MethodRoles.LeastFor(path) is null));
        Assert.Equal([], MethodRoles.All.Where(path => path.StartsWith("/hss.", StringComparison.Ordinal)).Except(paths));
    }

    [Theory]
    [InlineData(AccessRole.Reader)]
    [InlineData(AccessRole.Provisioner)]
    [InlineData(AccessRole.AuthenticationAdmin)]
    [InlineData(AccessRole.Operator)]
    public void A_role_may_what_it_says_and_nothing_else(AccessRole role)
    {
        string[] own = role switch
        {
            AccessRole.Reader => Readers,
            AccessRole.Provisioner => [.. Readers, .. Provisioners],
            AccessRole.AuthenticationAdmin => [.. Readers, .. AuthenticationAdmins],
            _ => [.. Methods.Select(method => method.Name)],
        };
        foreach (var method in Methods)
            Assert.True(MethodRoles.Allows(role, MethodRoles.LeastFor(PathOf(method))!.Value) == own.Contains(method.Name), $"{role} and {method.FullName}");
    }

    [Fact]
    public void Reflection_is_for_readers_and_health_for_everyone()
    {
        Assert.Equal(AccessRole.Reader, MethodRoles.LeastFor("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"));
        Assert.True(MethodRoles.IsOpenToEveryone("/grpc.health.v1.Health/Check"));
        Assert.All(Methods, method => Assert.False(MethodRoles.IsOpenToEveryone(PathOf(method))));
    }

    [Fact]
    public void Names_of_roles_are_read_as_they_are_written()
    {
        foreach (var role in Enum.GetValues<AccessRole>())
        {
            Assert.True(MethodRoles.TryRole(MethodRoles.NameOf(role).ToUpperInvariant(), out var read));
            Assert.Equal(role, read);
        }
        Assert.False(MethodRoles.TryRole("root", out _));
        Assert.False(MethodRoles.TryRole("1", out _));
    }

    private static string PathOf(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";
}
