using System.Net;
using Hss.Interop.Tests.Peers;
using Xunit.Abstractions;

namespace Hss.Interop.Tests.Durability;

/// <summary>A server process is killed with SIGKILL in the middle of its load and started again on the same store, several times.</summary>
/// What it had answered must hold: no SEQ comes twice, no registration is lost. Spec: TS 33.102 C.1.1 (SEQ only rises), TS 29.228 6.1.2, 6.3.
public sealed class KillNineTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_817;
    private const int Rounds = 6;
    private const int Subscribers = 48;
    private const int FewestAnswers = 100;
    private const int MostAnswers = 4_000;

    private static readonly TimeSpan RoundLimit = TimeSpan.FromMinutes(3);

    [SkippableFact]
    public async Task What_was_answered_survives_kill_nine()
    {
        Requirement.Demand(Requirement.Linux);
        var random = new Random(Seed);
        var folder = Directory.CreateTempSubdirectory("hss-kill-").FullName;
        var endpoint = new IPEndPoint(Loopback.SecondHss, 3868);
        var subscribers = Enumerable.Range(1, Subscribers)
            .Select(n => new SimulatedSubscriber($"{1_010_000_005_000 + n:D15}", random.Next())).ToList();
        var file = Path.Combine(folder, "subscribers.jsonl");
        await File.WriteAllLinesAsync(file, subscribers.Select(s => s.Document));
        await ServerProcess.ImportAsync(folder, file);

        for (var round = 1; round <= Rounds; round++)
        {
            await using var server = await ServerProcess.StartAsync(folder, endpoint);
            try
            {
                await VerifyAsync(subscribers, endpoint);
                var answers = await LoadUntilKilledAsync(subscribers, server, random.Next(FewestAnswers, MostAnswers));
                var seen = subscribers.Sum(s => s.SequenceNumbersSeen);
                output.WriteLine($"round {round}: killed after {answers} answers; {seen} sequence numbers seen so far");
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, round {round}: {e}\n---- HSS\n{server.Log}");
            }
        }

        await using (var last = await ServerProcess.StartAsync(folder, endpoint))
        {
            await VerifyAsync(subscribers, endpoint);
            await last.StopAsync();
        }
        Directory.Delete(folder, recursive: true);
    }

    private static async Task VerifyAsync(List<SimulatedSubscriber> subscribers, IPEndPoint endpoint)
    {
        await using var client = await DiameterClient.ConnectAsync(endpoint, "scscf." + KamailioRig.Realm);
        await Task.WhenAll(subscribers.Select(s => s.VerifyAsync(client)));
        Assert.Equal(0, client.StrayAnswers);
    }

    private static async Task<int> LoadUntilKilledAsync(List<SimulatedSubscriber> subscribers, ServerProcess server, int answersBeforeKill)
    {
        var answered = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = await DiameterClient.ConnectAsync(server.Endpoint, "scscf." + KamailioRig.Realm);
        var load = Task.WhenAll(subscribers.Select(s => s.RunAsync(client, () =>
        {
            if (Interlocked.Increment(ref answered) == answersBeforeKill) enough.TrySetResult();
        })));
        await Task.WhenAny(enough.Task, load).WaitAsync(RoundLimit);
        await server.KillAsync();
        await load.WaitAsync(RoundLimit);
        Assert.True(enough.Task.IsCompleted, $"the connection was lost after {answered} answers, before the kill");
        Assert.Equal(0, client.StrayAnswers);
        return answered;
    }
}
