using System.Diagnostics;
using System.Globalization;

namespace Hss.Interop.Tests.Aka;

/// <summary>libosmocore's osmo-auc-gen: another AuC, written by other people.</summary>
internal static class AucGenerator
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    /// <summary>What it prints, by name: RAND, AUTN, IK, CK, RES, SQN, SQN.MS, IMS nonce.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Requirement.Locate("osmo-auc-gen")!) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])["-3", "-a", "MILENAGE", .. arguments]) start.ArgumentList.Add(argument);
        using var patience = new CancellationTokenSource(s_patience);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("osmo-auc-gen does not start");
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = await errors;
            await process.WaitForExitAsync(patience.Token);
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var line in output.Split('\n'))
                if (line.Split(":\t", 2) is [var name, var value]) values[name] = value.Trim();
            if (process.ExitCode != 0 || values.Count == 0)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"osmo-auc-gen ended with {process.ExitCode}: {error}"));
            return values;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"osmo-auc-gen did not end within {s_patience}");
        }
    }
}
