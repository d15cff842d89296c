using System.Text.RegularExpressions;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>Clients of other gRPC implementations (grpc-js on Node.js; gRPC's C core in Python) find the server to be one like any other.</summary>
/// <remarks>The cases are in grpc-js and python-grpc: happy paths with what comes back, errors with their details, deadlines, cancellation, streams in both
/// directions, compression, metadata, a restart, TLS, certificates and tokens.</remarks>
[Collection(ProvisioningTests.Name)]
public sealed partial class ForeignClientTests(ProvisioningRig rig)
{
    [SkippableTheory]
    [InlineData(ProvisioningRig.Node, false)]
    [InlineData(ProvisioningRig.Node, true)]
    [InlineData(ProvisioningRig.Python, false)]
    [InlineData(ProvisioningRig.Python, true)]
    public void Every_case_of_a_client_passes(string language, bool secured)
    {
        var client = rig.Client(language, secured);
        Assert.True(client.Failures.Count == 0, string.Join("\n", client.Failures));
        Assert.True(client.IsDone && client.Cases.Count > 5, client.Output);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_clients_have_the_same_cases(bool secured) =>
        Assert.Equal(rig.Client(ProvisioningRig.Node, secured).Cases.Order(), rig.Client(ProvisioningRig.Python, secured).Cases.Order());

    [SkippableTheory]
    [InlineData(ProvisioningRig.Node)]
    [InlineData(ProvisioningRig.Python)]
    public void Every_method_is_served_and_called(string language)
    {
        var (clear, secured) = (rig.Client(language, false), rig.Client(language, true));
        var methods = ProvisionedMethods.All.Select(method => method.Path()).ToArray();
        Assert.Equal(methods.Order(StringComparer.Ordinal), clear.Served.Order(StringComparer.Ordinal));
        Assert.Empty(methods.Except(clear.Called).Except(secured.Called));
    }

    [SkippableFact]
    public void Servers_fail_at_nothing_and_log_no_key()
    {
        Requirement.Demand(Requirement.Linux);
        Assert.True(rig.IsRunning, rig.Log);
        DemandGoodLog(rig);
        Assert.DoesNotContain("hss_", rig.Log, StringComparison.Ordinal);
    }

    /// <summary>No handler has failed, and no key is to be read.</summary>
    internal static void DemandGoodLog(ProvisioningRig rig)
    {
        Assert.True(!Failure().IsMatch(rig.Log), Failure().Match(rig.Log).Value);
        Assert.True(!Key().IsMatch(rig.Log), $"32 hexadecimal digits are logged, which may be a key: {Key().Match(rig.Log).Value}");
    }

    /// <summary>Not what Kestrel says of a connection that it has closed for breaking HTTP/2: a test here makes it do so. What it says of a failed
    /// application is in another category.</summary>
    [GeneratedRegex(@"^\S+ (ERR|FTL) (?!Microsoft\.AspNetCore\.Server\.Kestrel\.Http2 ).*(\n(?!\d\d:).*){0,6}$", RegexOptions.Multiline)]
    private static partial Regex Failure();

    /// <summary>K, OPc, CK, IK and RAND are 32 hexadecimal digits, HA1 with SHA-256 is 64; nothing else that is logged is like that.</summary>
    [GeneratedRegex("[0-9A-Fa-f]{32}")]
    private static partial Regex Key();
}
