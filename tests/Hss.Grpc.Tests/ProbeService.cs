using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Hss.Grpc.Tests.V1;

namespace Hss.Grpc.Tests;

/// <summary>Does what the request asks; written as for any other gRPC server.</summary>
public sealed class ProbeService : Probe.ProbeBase
{
    public const string SecretText = "what only the log may say";

    /// <summary>Ends handlers that wait and do not listen to their token.</summary>
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set when a handler that waits has begun.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set when a handler saw its token.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<int> Written { get; } = new();

    public override async Task<ProbeResponse> Echo(ProbeRequest request, ServerCallContext context)
    {
        await BehaveAsync(request, context);
        if (request.Behaviour == "null") return null!;
        return new() { Text = request.Text, Number = request.Count, Payload = request.AnswerBytes > 0 ? ByteString.CopyFrom(new byte[request.AnswerBytes]) : request.Payload };
    }

    public override async Task<ProbeResponse> Collect(IAsyncStreamReader<ProbeRequest> requestStream, ServerCallContext context)
    {
        var text = new StringBuilder();
        var count = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await BehaveAsync(request, context);
            text.Append(request.Text);
            count++;
        }
        return new() { Text = text.ToString(), Number = count };
    }

    public override async Task Repeat(ProbeRequest request, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context)
    {
        if (request.Behaviour != "wait-after") await BehaveAsync(request, context);
        for (var i = 0; i < request.Count; i++)
        {
            await responseStream.WriteAsync(new() { Text = request.Text, Number = i, Payload = ByteString.CopyFrom(new byte[request.AnswerBytes]) });
            Written.Enqueue(i);
        }
        if (request.Behaviour == "wait-after") await WaitAsync(context);
        if (request.Behaviour == "throw-after") throw new InvalidOperationException(SecretText);
        if (request.Behaviour == "status-after") throw new RpcException(new Status((StatusCode)request.Status, "after the messages"));
    }

    public override async Task Chat(IAsyncStreamReader<ProbeRequest> requestStream, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var request = requestStream.Current;
            await BehaveAsync(request, context);
            await responseStream.WriteAsync(new() { Text = request.Text, Number = request.Count, Payload = request.Payload });
        }
    }

    private async Task BehaveAsync(ProbeRequest request, ServerCallContext context)
    {
        if (request.Status != 0 && request.Behaviour is not ("set-status" or "status-after")) throw new RpcException(new Status((StatusCode)request.Status, request.Text));
        switch (request.Behaviour)
        {
            case "throw":
                throw new InvalidOperationException(SecretText);
            case "cancelled":
                throw new OperationCanceledException(SecretText);
            case "set-status":
                context.Status = new Status((StatusCode)request.Status, request.Text);
                break;
            case "details":
                throw RpcErrors.InvalidArgument("two fields are wrong", [("text", "must not be empty"), ("nested.text", "größer")]);
            case "wait":
                await WaitAsync(context);
                break;
            case "wait-deaf":
                Waiting.TrySetResult();
                await Release.Task;
                break;
            case "buffer":
                context.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
                break;
            case "headers":
                var answer = new Metadata();
                foreach (var entry in context.RequestHeaders) answer.Add(entry);
                answer.Add("grpc-status", "7");
                await context.WriteResponseHeadersAsync(answer);
                foreach (var entry in context.RequestHeaders) context.ResponseTrailers.Add(entry);
                context.ResponseTrailers.Add("grpc-message", "not for handlers");
                break;
        }
    }

    private async Task WaitAsync(ServerCallContext context)
    {
        Waiting.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult();
            throw;
        }
    }
}
