using System.Diagnostics;
using System.Globalization;
using Hss.Grpc;

namespace Hss.Benchmarks;

/// <summary>The client of tests/load/provisioning: measures a server that runs by itself and prints lines: NAME, calls or subscriptions per second,
/// and microseconds of the server's processor time for each of them.</summary>
/// Shape: provisioning-load documents COUNT FILE | provisioning-load measure ADDRESS COUNT SECONDS SERVER-PID.
/// Why the processor time: it stays the same when others use the machine too.
internal static class ProvisioningLoad
{
    private const int FirstSubscribers = 30_000;

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
        using var server = Process.GetProcessById(int.Parse(args[5], CultureInfo.InvariantCulture));
        // The first import of a server that was just started is compiled while it runs; it is told apart.
        var (first, lines) = (calls.Lines(count + 1, FirstSubscribers), calls.Lines());
        await MeasureAsync("import-first", server, () => CountAsync(FirstSubscribers, calls.ImportAsync(first)));
        await MeasureAsync("import-new", server, () => CountAsync(count, calls.ImportAsync(lines)));
        await MeasureAsync("import-unchanged", server, () => CountAsync(count, calls.ImportAsync(lines)));
        foreach (var inFlight in (int[])[1, 32])
            foreach (var (name, call) in (IEnumerable<(string, Func<Task>)>)[("check", calls.CheckAsync), ("get", calls.GetAsync), ("upsert", calls.UpsertAsync)])
            {
                await RepeatAsync(call, inFlight, period / 4);
                await MeasureAsync($"{name}-{inFlight}", server, () => RepeatAsync(call, inFlight, period));
            }
    }

    private static async Task MeasureAsync(string name, Process server, Func<Task<int>> work)
    {
        server.Refresh();
        var (started, processor) = (TimeProvider.System.GetTimestamp(), server.TotalProcessorTime);
        var done = await work();
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        server.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name} {done / elapsed.TotalSeconds:F0} {(server.TotalProcessorTime - processor).TotalMicroseconds / done:F0}"));
    }

    private static async Task<int> CountAsync(int count, Task work)
    {
        await work;
        return count;
    }

    /// <summary>So many calls at one time, for a while; returns how many it were.</summary>
    private static async Task<int> RepeatAsync(Func<Task> call, int inFlight, TimeSpan period)
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
        return done;
    }
}
