using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Hss.Grpc;

/// <summary>The methods that are served, by the path of their requests.</summary>
internal sealed class ServiceTable
{
    private readonly Dictionary<string, ServerMethod> _methods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceDescriptor> _services = new(StringComparer.Ordinal);

    public int Count => _services.Count;

    public IReadOnlyCollection<ServiceDescriptor> Services => _services.Values;

    public void Add(ServiceDescriptor service, Action<ServiceBinderBase> bind)
    {
        if (!_services.TryAdd(service.FullName, service)) throw new ArgumentException($"{service.FullName} is served already", nameof(service));
        bind(new Binder(_methods));
    }

    /// <summary>Methods alone, under a name that no descriptor knows.</summary>
    public void AddMethods(Action<ServiceBinderBase> bind) => bind(new Binder(_methods));

    /// Errors: null, and <paramref name="problem"/> says whether service or method is unknown.
    public ServerMethod? Find(string path, out string problem)
    {
        problem = "";
        if (_methods.TryGetValue(path, out var method)) return method;
        var slash = path.LastIndexOf('/');
        var service = slash > 0 ? path[1..slash] : path;
        problem = _services.ContainsKey(service) ? $"service {service} has no method {path[(slash + 1)..]}" : $"there is no service {service}";
        return null;
    }

    private sealed class Binder(Dictionary<string, ServerMethod> methods) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            Add(method, handler, handler => new UnaryMethod<TRequest, TResponse>(method, handler));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            Add(method, handler, handler => new ClientStreamingMethod<TRequest, TResponse>(method, handler));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            Add(method, handler, handler => new ServerStreamingMethod<TRequest, TResponse>(method, handler));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            Add(method, handler, handler => new DuplexStreamingMethod<TRequest, TResponse>(method, handler));

        private void Add<THandler>(IMethod method, THandler? handler, Func<THandler, ServerMethod> make) where THandler : Delegate =>
            methods.Add(method.FullName, make(handler ?? throw new ArgumentException($"{method.FullName} has no handler", nameof(handler))));
    }
}
