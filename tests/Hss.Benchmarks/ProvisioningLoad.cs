using System.Globalization;
using Hss.Grpc;

namespace Hss.Benchmarks;

/// <summary>The client of tests/load/provisioning: measures a server that runs by itself and prints NAME RATE lines.</summary>
/// Shape: provisioning-load documents COUNT FILE | provisioning-load measure ADDRESS COUNT SECONDS.
internal static class ProvisioningLoad
{
    public static async Task RunAsync(string[] args)
    {
        var documents = new DemoDocuments();
        var count = int.Parse(args[1] == "documents" ? args[2] : args[3], CultureInfo.InvariantCulture);
        if (args[1] == "documents")
        {
            await File.WriteAllLinesAsync(args[3], Enumerable.Range(1, count).Select(number => documents.At(number)));
            return;
        }
        using var channel = GrpcChannel.ForAddress($"http://{args[2]}");
        var calls = new ProvisioningCalls(channel, documents, count);
        var period = TimeSpan.FromSeconds(double.Parse(args[4], CultureInfo.InvariantCulture));
        var lines = calls.Lines();
        await TimeAsync("import-new", count, () => calls.ImportAsync(lines));
        await TimeAsync("import-unchanged", count, () => calls.ImportAsync(lines));
        foreach (var inFlight in (int[])[1, 32])
            foreach (var (name, call) in (IEnumerable<(string, Func<Task>)>)[("check", calls.CheckAsync), ("get", calls.GetAsync), ("upsert", calls.UpsertAsync)])
            {
                await MeasureAsync(call, inFlight, period / 4);
                Print($"{name}-{inFlight}", await MeasureAsync(call, inFlight, period));
            }
    }

    private static async Task TimeAsync(string name, int count, Func<Task> work)
    {
        var started = TimeProvider.System.GetTimestamp();
        await work();
        Print(name, count / TimeProvider.System.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Calls per second, so many at one time.</summary>
    private static async Task<double> MeasureAsync(Func<Task> call, int inFlight, TimeSpan period)
    {
        var (started, done) = (TimeProvider.System.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (TimeProvider.System.GetElapsedTime(started) < period)
            {
                await call();
                Interlocked.Increment(ref done);
            }
        })));
        return done / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static void Print(string name, double rate) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {rate:F0}"));
}
