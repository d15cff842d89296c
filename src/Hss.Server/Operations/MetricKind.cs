namespace Hss.Server.Operations;

/// <summary>What Prometheus calls a family of series.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
