using System.Net;
using Hss.DiameterNode;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hss.Server;

/// <summary>A listener could not be opened.</summary>
public sealed class ListenException(string message, Exception inner) : Exception(message, inner);

/// <summary>Kestrel without a host: sockets, and whoever serves them.</summary>
internal static class Listening
{
    public static KestrelServer Server(KestrelServerOptions options, ILoggerFactory loggers) =>
        new(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);

    /// <summary>For peers.</summary>
    public static KestrelServer DiameterServer(KestrelServerOptions options, ILoggerFactory loggers) =>
        new(Options.Create(options), new SocketTransport(loggers), loggers);

    /// Errors: <see cref="ListenException"/>, one line with the addresses and the key that names them.
    public static async Task StartAsync(KestrelServer server, IHttpApplication<IFeatureCollection> application, IEnumerable<IPEndPoint> endPoints, string key)
    {
        try
        {
            await server.StartAsync(application, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or System.Net.Sockets.SocketException or AddressInUseException)
        {
            throw CannotListen(problem, endPoints, key);
        }
    }

    public static ListenException CannotListen(Exception problem, IEnumerable<IPEndPoint> endPoints, string key) => new(
        $"cannot listen on {string.Join(", ", endPoints.Select(endPoint => endPoint.ToString()))}: {problem.Message} Stop what uses the port, or change {key}.", problem);
}

/// <summary>Kestrel wants an HTTP application even when every listener is a raw connection; nothing ever reaches this one.</summary>
internal sealed class NoHttp : IHttpApplication<IFeatureCollection>
{
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception) { }

    public Task ProcessRequestAsync(IFeatureCollection context) => Task.CompletedTask;
}

/// <summary>Nothing of Kestrel that is used here asks for a service.</summary>
internal sealed class NoServices : IServiceProvider
{
    public object? GetService(Type serviceType) => null;
}
