using System.Reflection;
using Google.Protobuf.Reflection;
using Hss.Provisioning.V1;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>Every method that the server has to serve, from the descriptors: one that is added tomorrow is tested tomorrow, or a test fails.</summary>
internal static class ProvisionedMethods
{
    public static IReadOnlyList<MethodDescriptor> All { get; } =
    [
        .. new[] { typeof(SubscriptionService).Assembly, typeof(global::Grpc.Health.V1.Health).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(property => property?.PropertyType == typeof(ServiceDescriptor))
            .Select(property => (ServiceDescriptor)property!.GetValue(null)!)
            .SelectMany(service => service.Methods)
            .OrderBy(method => method.FullName, StringComparer.Ordinal),
    ];

    public static string Path(this MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";
}
