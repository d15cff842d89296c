using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Hss.Diameter.Commands.Cx;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Operations;

/// <summary>What a running server tells after real traffic, read by Prometheus' own tool.</summary>
public sealed class PrometheusTests
{
    private const string Scscf = "scscf." + KamailioRig.Realm;
    private const string ServerName = "sip:scscf." + KamailioRig.Realm + ":6060";
    private const string Imsi = "001010000000001";
    private const int Mars = 7;

    [SkippableFact]
    public async Task Promtool_accepts_the_metrics_of_a_server_that_was_used()
    {
        Requirement.Demand(Requirement.Linux, Requirement.Promtool);
        var folder = Directory.CreateTempSubdirectory("hss-metrics-").FullName;
        var endpoint = new IPEndPoint(Loopback.SecondHss, 3868);
        await using (var server = await ServerProcess.StartAsync(folder, endpoint, "--demo", "--Diameter:Peers:0:Identity=" + Scscf, "--Diameter:Peers:1:Identity=absent.example.org"))
        {
            Assert.Contains($"ready: diameter {endpoint}, operations {server.Operations}", server.Log, StringComparison.Ordinal);
            Assert.Equal((200, "ok\n"), await server.PageAsync("/healthz"));
            var before = await MetricsAsync(server);
            Assert.Contains("\nhss_registrations 0\n", before, StringComparison.Ordinal);

            await using var client = await DiameterClient.ConnectAsync(endpoint, Scscf);
            var (impi, impu) = (CxRequests.PrivateIdentity(Imsi), CxRequests.PublicIdentity(Imsi));
            for (var i = 0; i < Mars; i++) Assert.Equal("2001", (await client.MarAsync(impi, impu, ServerName)).Result);
            Assert.Equal("2001", (await client.SarAsync(impi, impu, ServerName, ServerAssignmentType.Registration)).Result);
            Assert.Equal("e5001", (await client.LirAsync("sip:nobody@" + KamailioRig.Realm)).Result);

            var after = await MetricsAsync(server);
            await File.WriteAllTextAsync(Path.Combine(folder, "metrics"), after);
            var check = await ChildProcess.RunAsync("/bin/bash", ["-c", "promtool check metrics < metrics"], folder, TimeSpan.FromSeconds(30));
            Assert.True(check.ExitCode == 0 && check.Output.Trim().Length == 0, $"{check.Output}\n{after}");

            Assert.Equal(Mars, Value(after, "hss_diameter_requests_total{application=\"Cx\",command=\"MAR\",result=\"2001\"}"));
            Assert.Equal(Mars, Value(after, "hss_diameter_request_duration_seconds_count{application=\"Cx\",command=\"MAR\",result=\"2001\"}"));
            Assert.Equal(1, Value(after, "hss_diameter_requests_total{application=\"Cx\",command=\"LIR\",result=\"10415/5001\"}"));
            Assert.Equal(1, Value(after, $"hss_diameter_peer_state{{peer=\"{Scscf}\",state=\"Okay\"}}"));
            Assert.Equal(1, Value(after, "hss_diameter_peer_state{peer=\"absent.example.org\",state=\"Down\"}"));
            Assert.Equal(0, Value(after, $"hss_diameter_requests_in_flight{{peer=\"{Scscf}\"}}"));
            Assert.Equal(3, Value(after, "hss_cache_entries"));
            Assert.True(Value(after, "hss_storage_commit_duration_seconds_count") > Value(before, "hss_storage_commit_duration_seconds_count"), after);
            Assert.True(Value(after, "process_cpu_seconds_total") > 0, after);
            Assert.Contains("# TYPE hss_authentication_resynchronisations_total counter", after, StringComparison.Ordinal);

            var (status, readiness) = await server.PageAsync("/readyz");
            Assert.True(status == 200 && readiness.Contains("peer absent.example.org is not open", StringComparison.Ordinal), readiness);
            await server.StopAsync();
        }
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The check above can fail: the same tool, the same way, on what is no metric.</summary>
    [SkippableTheory]
    [InlineData("hss_x{a=\"1\" 2\n")]
    [InlineData("# TYPE hss_requests counter\n# HELP hss_requests x\nhss_requests 1\n")]
    public async Task Promtool_notices_a_mistake(string metrics)
    {
        Requirement.Demand(Requirement.Linux, Requirement.Promtool);
        var folder = Directory.CreateTempSubdirectory("hss-metrics-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "metrics"), metrics);
        var check = await ChildProcess.RunAsync("/bin/bash", ["-c", "promtool check metrics < metrics"], folder, TimeSpan.FromSeconds(30));
        Assert.NotEqual(0, check.ExitCode);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> MetricsAsync(ServerProcess server)
    {
        var (status, text) = await server.PageAsync("/metrics");
        Assert.Equal(200, status);
        return text;
    }

    private static double Value(string metrics, string series)
    {
        var match = Regex.Match(metrics, $"^{Regex.Escape(series)} (.+)$", RegexOptions.Multiline);
        Assert.True(match.Success, $"there is no {series} in\n{metrics}");
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }
}
