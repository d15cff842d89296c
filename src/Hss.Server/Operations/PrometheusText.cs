using System.Globalization;
using System.Text;

namespace Hss.Server.Operations;

/// <summary>Writes families of metrics in the Prometheus text format 0.0.4.</summary>
/// Shape: HELP and TYPE before the series of a family; buckets are cumulative and end in +Inf. The format has no UNIT line (OpenMetrics has):
/// the unit stands in the name. Spec: prometheus.io "Exposition formats".
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            var type = family.Kind switch { MetricKind.Counter => "counter", MetricKind.Gauge => "gauge", _ => "histogram" };
            text.Append("# HELP ").Append(family.Name).Append(' ').AppendLf(EscapedHelp(family.Help));
            text.Append("# TYPE ").Append(family.Name).Append(' ').AppendLf(type);
            foreach (var series in family.Snapshot())
            {
                if (family.Kind == MetricKind.Histogram) WriteHistogram(text, family, series);
                else WriteLine(text, family.Name, series.Labels, Number(series.Value));
            }
        }
        return text.ToString();
    }

    private static void WriteHistogram(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        var separator = series.Labels.Length > 0 ? "," : "";
        long count = 0;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            // Counted up here, so that the count fits the buckets whatever is recorded meanwhile.
            count += Volatile.Read(in series.Buckets[i]);
            var bound = i < family.Bounds.Length ? family.Bounds[i].ToString("0.##########", CultureInfo.InvariantCulture) : "+Inf";
            WriteLine(text, family.Name + "_bucket", $"{series.Labels}{separator}le=\"{bound}\"", count.ToString(CultureInfo.InvariantCulture));
        }
        WriteLine(text, family.Name + "_sum", series.Labels, Number(series.Value));
        WriteLine(text, family.Name + "_count", series.Labels, count.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteLine(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').AppendLf(value);
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string EscapedHelp(string help) => help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    // The format wants a line feed, whatever the platform's line end is.
    private static void AppendLf(this StringBuilder text, string end) => text.Append(end).Append('\n');
}
