using System.Collections.Concurrent;
using Grpc.Core;
using Hss.Provisioning.V1;

namespace Hss.Cli;

/// <summary>One call of ImportSubscriptions: documents go out while progress comes in.</summary>
/// Order: what is durable is written into the resume file as the server says so, at most once a second and when the run ends, however it ends.
internal sealed class ImportRun(Invocation invocation, string fileName, ImportProgress progress, ResumeFile? resume) : IDisposable
{
    private static readonly TimeSpan s_resumeInterval = TimeSpan.FromSeconds(1);

    /// <summary>Lines under way, each with its fingerprint, for the one that turns out to be the last durable one.</summary>
    private readonly ConcurrentQueue<(long Line, string Fingerprint)> _underWay = new();

    private readonly CancellationTokenSource _over = new();
    private long _position;
    private long _resumeWritten;
    private bool _isResumeTold;
    private (long Line, string Fingerprint) _durable;

    /// <summary>Up to which line everything is durable.</summary>
    public long CommittedLine { get; private set; }

    /// <summary>What kept the file from being read to its end.</summary>
    public CliException? LocalProblem { get; private set; }

    public async Task<ImportSubscriptionsResponse> RunAsync(IAsyncEnumerable<ImportDocument> documents, ImportSubscriptionsRequest.Types.Options options, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, _over.Token);
        using var call = new SubscriptionService.SubscriptionServiceClient(invocation.Server).ImportSubscriptions(invocation.Stream(stop));
        var sending = SendAsync(call.RequestStream, documents, options, ending.Token);
        ImportSubscriptionsResponse? last = null;
        try
        {
            while (await call.ResponseStream.MoveNext(stop).ConfigureAwait(false))
            {
                last = call.ResponseStream.Current;
                Take(last);
            }
        }
        finally
        {
            // The server may end before the file does.
            await _over.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            KeepResume();
        }
        return last is { Done: true } ? last : throw new CliException("the server ended the import without saying how it went; the same command goes on where it stood", ExitCodes.Unavailable);
    }

    public void Dispose() => _over.Dispose();

    /// Errors: none but those of the file; a broken call shows in its responses.
    private async Task SendAsync(IClientStreamWriter<ImportSubscriptionsRequest> requests, IAsyncEnumerable<ImportDocument> documents,
        ImportSubscriptionsRequest.Types.Options options, CancellationToken stop)
    {
        try
        {
            await requests.WriteAsync(new() { Options = options }, stop).ConfigureAwait(false);
            try
            {
                await foreach (var document in documents.WithCancellation(stop).ConfigureAwait(false))
                {
                    if (resume is not null) _underWay.Enqueue((document.Line, document.Fingerprint()));
                    await requests.WriteAsync(new() { DocumentJson = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(document.Utf8), Line = document.Line }, stop).ConfigureAwait(false);
                    Volatile.Write(ref _position, document.Position);
                }
            }
            catch (CliException problem)
            {
                // What was sent until here is good; the server is told that there is no more.
                LocalProblem = problem;
            }
            await requests.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is RpcException or OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            // Ended by the server or by Ctrl-C; the reader of the responses knows more.
        }
    }

    private void Take(ImportSubscriptionsResponse response)
    {
        CommittedLine = Math.Max(CommittedLine, response.CommittedLine);
        while (_underWay.TryPeek(out var next) && next.Line <= response.CommittedLine && _underWay.TryDequeue(out next)) _durable = next;
        if (invocation.Output.IsJson)
        {
            if (response.Problems.Count > 0 || response.Done) invocation.Output.Json(ProtoJson.Of(response));
        }
        else
        {
            foreach (var problem in response.Problems) progress.Line(Sentence(problem));
        }
        progress.Show(response.Received, response.Refused, Volatile.Read(ref _position));
        if (invocation.Around.Time.GetElapsedTime(_resumeWritten) >= s_resumeInterval) KeepResume();
    }

    private void KeepResume()
    {
        if (resume is null || _durable.Line == 0) return;
        _resumeWritten = invocation.Around.Time.GetTimestamp();
        if (resume.Write(_durable.Line, _durable.Fingerprint) || _isResumeTold) return;
        _isResumeTold = true;
        progress.Line($"hss: {resume.Path} cannot be written; should the import be interrupted, go on with --resume-from");
    }

    private string Sentence(ImportProblem problem) => OneLine.Of(
        $"{fileName}:{Output.Number(problem.Line)}: {(problem.IsWarning ? "warning: " : "")}{(problem.SubscriptionId.Length > 0 ? problem.SubscriptionId + ": " : "")}"
        + $"{(problem.Field.Length > 0 ? problem.Field + ": " : "")}{problem.Description}");
}
