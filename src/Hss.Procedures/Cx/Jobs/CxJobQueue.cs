using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Cx;

/// <summary>The table of jobs as a queue: RTRs and PPRs, per S-CSCF and subscription in order.</summary>
internal sealed class CxJobQueue : IDeliveryQueue<CxJob>
{
    private readonly ISubscriberStore _store;
    private readonly DeliveryOptions _delivery;
    private readonly CxInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly JobSettlement _settlement;
    private readonly RegistrationTermination _terminations;
    private readonly PushProfile _pushes;

    public CxJobQueue(
        ISubscriberStore store, Func<OutgoingRequest, CancellationToken, Task<OutgoingAnswer>> send, Func<string, PeerQuirks> quirksOf, CxOptions options,
        DeliveryOptions delivery, CxInstruments instruments, TimeProvider time, ILogger logger)
    {
        (_store, _delivery, _instruments, _time, Logger) = (store, delivery, instruments, time, logger);
        _settlement = new(store, delivery, instruments, time, logger);
        _terminations = new(_settlement, send, quirksOf);
        _pushes = new(store, _settlement, send, quirksOf, options);
    }

    public string Items => "jobs";

    public ILogger Logger { get; }

    public async Task<IReadOnlyList<PendingDeliveries>> CountAsync(CancellationToken cancellationToken)
    {
        var open = await _store.ReadOpenJobsAsync(cancellationToken).ConfigureAwait(false);
        _instruments.SetPendingJobs(open, _time);
        return [.. open.Select(one => new PendingDeliveries(one.DiameterHost, one.Count, one.NextAttempt))];
    }

    public Task<IReadOnlyList<CxJob>> ReadDueAsync(string host, DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        _store.ReadJobsAsync(new() { DiameterHost = host, DueBy = now, Most = most }, cancellationToken);

    public string OrderOf(CxJob item) => item.SubscriptionId;

    public async Task<DeliveryContact> DeliverAsync(CxJob listed, CancellationToken cancellationToken)
    {
        // The list may be older than the end of the attempt that was under way when it was read.
        var now = _time.GetUtcNow();
        if (await _store.ReadJobsAsync(new() { Id = listed.Id }, cancellationToken).ConfigureAwait(false) is not [{ State: CxJobState.Pending } job] || job.NextAttempt > now)
            return DeliveryContact.None;
        if (now - job.Created > _delivery.MaxAge)
        {
            await _settlement.EndAsync([job], CxJobState.Failed, $"not delivered in time; last: {job.LastResult ?? "never sent"}",
                job.Kind == CxJobKind.PushProfile ? PushProfile.GivenUp([job]) : null, wasSent: false).ConfigureAwait(false);
            return DeliveryContact.None;
        }
        return job.Kind == CxJobKind.RegistrationTermination
            ? await _terminations.RunAsync(job, cancellationToken).ConfigureAwait(false)
            : await _pushes.RunAsync(job, cancellationToken).ConfigureAwait(false);
    }

    public Task PutOffAsync(CxJob listed, Exception fault)
    {
        Logger.JobFault(listed.Id, fault);
        return _settlement.RetryAsync([listed], "a fault of this program, see the log", null);
    }

    public Task<int> PruneAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken) =>
        _store.PruneJobsAsync(finishedBefore, keep, cancellationToken);
}
