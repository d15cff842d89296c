using System.Diagnostics.Metrics;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>What the Cx procedures count for operators.</summary>
public sealed class CxInstruments : IDisposable
{
    public const string MeterName = "Hss.Procedures";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _resynchronisations;
    private readonly Counter<long> _jobResults;
    private volatile JobsSeen _jobs = new([], default, static () => default);

    public CxInstruments()
    {
        _resynchronisations = _meter.CreateCounter<long>("hss_authentication_resynchronisations_total", description: "AUTS received, by outcome");
        _jobResults = _meter.CreateCounter<long>("hss_job_results_total", description: "RTR and PPR jobs that ended, by kind and result");
        _meter.CreateObservableGauge("hss_jobs", PendingJobs, description: "RTR and PPR jobs by kind and state");
        _meter.CreateObservableGauge("hss_jobs_oldest_pending_age_seconds", () => _jobs.OldestAge.TotalSeconds, "s", "Age of the oldest job that is pending");
    }

    internal void CountResynchronisation(string outcome) => _resynchronisations.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal void CountJob(CxJobKind kind, CxJobState result) => _jobResults.Add(1,
        new KeyValuePair<string, object?>("kind", NameOf(kind)), new KeyValuePair<string, object?>("result", NameOf(result)));

    /// <summary>What is pending, as of now.</summary>
    internal void SetPendingJobs(IReadOnlyList<OpenJobs> open, TimeProvider time) =>
        _jobs = new(open, open.Count == 0 ? null : open.Min(one => one.Oldest), time.GetUtcNow);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> PendingJobs() => Enum.GetValues<CxJobKind>().Select(kind => new Measurement<long>(
        _jobs.Open.Where(one => one.Kind == kind).Sum(one => (long)one.Count),
        new KeyValuePair<string, object?>("kind", NameOf(kind)), new KeyValuePair<string, object?>("state", NameOf(CxJobState.Pending))));

    private static string NameOf(CxJobKind kind) => kind == CxJobKind.RegistrationTermination ? "rtr" : "ppr";

    private static string NameOf(CxJobState state) => state switch
    {
        CxJobState.Pending => "pending",
        CxJobState.Acknowledged => "acknowledged",
        CxJobState.Failed => "failed",
        CxJobState.Forced => "forced",
        _ => "withdrawn",
    };

    private sealed record JobsSeen(IReadOnlyList<OpenJobs> Open, DateTimeOffset? Oldest, Func<DateTimeOffset> Now)
    {
        public TimeSpan OldestAge => Oldest is { } oldest && Now() - oldest is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}
