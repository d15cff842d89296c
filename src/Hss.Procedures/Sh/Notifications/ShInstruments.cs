using System.Diagnostics.Metrics;
using Hss.Procedures.Cx;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>What the Sh procedures count for operators.</summary>
public sealed class ShInstruments : IDisposable
{
    private readonly Meter _meter = new(CxInstruments.MeterName);
    private readonly Counter<long> _results;
    private volatile Seen _seen = new([], default, static () => default);

    public ShInstruments()
    {
        _results = _meter.CreateCounter<long>("hss_notification_results_total", description: "Notifications (PNR) that ended, by result");
        _meter.CreateObservableGauge("hss_notifications", Pending, description: "Notifications (PNR) by application server and state");
        _meter.CreateObservableGauge("hss_notifications_oldest_pending_age_seconds", () => _seen.OldestAge.TotalSeconds, "s", "Age of the oldest notification that is pending");
    }

    internal void CountNotifications(NotificationState result, int count)
    {
        if (count > 0) _results.Add(count, new KeyValuePair<string, object?>("result", NameOf(result)));
    }

    /// <summary>What is pending, as of now.</summary>
    internal void SetPending(IReadOnlyList<OpenNotifications> open, TimeProvider time) =>
        _seen = new(open, open.Count == 0 ? null : open.Min(one => one.Oldest), time.GetUtcNow);

    public void Dispose() => _meter.Dispose();

    /// <summary>One series for each application server that waits for something: whoever is named here does not hear.</summary>
    private IEnumerable<Measurement<long>> Pending()
    {
        var open = _seen.Open;
        if (open.Count == 0) return [new(0, new KeyValuePair<string, object?>("state", NameOf(NotificationState.Pending)))];
        return open.GroupBy(one => one.ApplicationServer, StringComparer.Ordinal).Select(server => Measure(server.Key, server.Sum(one => (long)one.Count)));

        static Measurement<long> Measure(string server, long count) => new(
            count, new KeyValuePair<string, object?>("application_server", server), new KeyValuePair<string, object?>("state", NameOf(NotificationState.Pending)));
    }

    private static string NameOf(NotificationState state) => state switch
    {
        NotificationState.Pending => "pending",
        NotificationState.Acknowledged => "acknowledged",
        NotificationState.Failed => "failed",
        _ => "withdrawn",
    };

    private sealed record Seen(IReadOnlyList<OpenNotifications> Open, DateTimeOffset? Oldest, Func<DateTimeOffset> Now)
    {
        public TimeSpan OldestAge => Oldest is { } oldest && Now() - oldest is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}
