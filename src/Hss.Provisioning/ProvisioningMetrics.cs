using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Text;
using Grpc.Core;
using Hss.Provisioning.Access;

namespace Hss.Provisioning;

/// <summary>Counts the calls.</summary>
/// Limits: the labels are those of the table of roles and "other", whatever path a client sends. Order: any thread; allocates nothing.
public sealed class ProvisioningMetrics : IDisposable
{
    private const string Other = "other";

    private static readonly FrozenDictionary<string, string> Names =
        MethodRoles.All.ToFrozenDictionary(path => path, path => path[(path.LastIndexOf('/') + 1)..], StringComparer.Ordinal);

    private static readonly string[] Codes = [.. Enum.GetValues<StatusCode>().Order().Select(NameOf)];

    private readonly Meter _meter = new("Hss.Provisioning");
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _durations;

    public ProvisioningMetrics()
    {
        _requests = _meter.CreateCounter<long>("hss_provisioning_requests_total", description: "gRPC calls that ended, by method and status.");
        _durations = _meter.CreateHistogram<double>("hss_provisioning_request_duration_seconds", "s", "From the headers of a gRPC call to its status.");
    }

    /// <param name="path">/package.Service/Method.</param>
    public void Count(string path, StatusCode code, TimeSpan elapsed)
    {
        var method = new KeyValuePair<string, object?>("method", Names.GetValueOrDefault(path, Other));
        var status = new KeyValuePair<string, object?>("code", (uint)code < Codes.Length ? Codes[(int)code] : Other);
        _requests.Add(1, method, status);
        _durations.Record(elapsed.TotalSeconds, method, status);
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>As the gRPC documents write it: INVALID_ARGUMENT.</summary>
    private static string NameOf(StatusCode code)
    {
        var name = code.ToString();
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && char.IsLower(name[i - 1])) text.Append('_');
            text.Append(char.ToUpperInvariant(name[i]));
        }
        return text.ToString();
    }
}
