using Hss.Grpc.Wire;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Hss.Grpc;

/// <summary>Tells gRPC from other HTTP and finds the method.</summary>
internal sealed class GrpcApplication(GrpcServer server, ServiceTable services) : IHttpApplication<IFeatureCollection>
{
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception) { }

    public Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        // A listener that a host made for more than HTTP/2: there are no trailers in HTTP/1.1 for a status to go in.
        if (request.Protocol != "HTTP/2") return RefuseAsync(context, 505, "gRPC needs HTTP/2\n"u8.ToArray());
        if (request.Method != "POST")
        {
            context.GetRequiredFeature<IHttpResponseFeature>().Headers.Allow = "POST";
            return RefuseAsync(context, 405, "gRPC calls are POST requests\n"u8.ToArray());
        }
        if (!HeaderNames.IsGrpc(request.Headers.ContentType)) return RefuseAsync(context, 415, "the content-type of gRPC is application/grpc\n"u8.ToArray());
        var method = services.Find(request.Path, out var problem);
        return new ServerCall(server, context, request, method).RunAsync(problem);
    }

    // Spec: gRPC over HTTP2, "Requests": without the content-type of gRPC the answer is 415, so that other HTTP clients do not take it for success.
    private static async Task RefuseAsync(IFeatureCollection context, int status, byte[] text)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = status;
        response.Headers.ContentType = "text/plain; charset=utf-8";
        response.Headers.ContentLength = text.Length;
        if (context.GetRequiredFeature<IHttpRequestFeature>().Method == "HEAD") return;
        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(text).ConfigureAwait(false);
    }
}
