using System.Diagnostics.Metrics;

namespace Hss.Procedures.Cx;

/// <summary>What the Cx procedures count for operators.</summary>
public sealed class CxInstruments : IDisposable
{
    public const string MeterName = "Hss.Procedures";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _resynchronisations;

    public CxInstruments() =>
        _resynchronisations = _meter.CreateCounter<long>("hss_authentication_resynchronisations_total", description: "AUTS received, by outcome");

    internal void CountResynchronisation(string outcome) => _resynchronisations.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Dispose() => _meter.Dispose();
}
