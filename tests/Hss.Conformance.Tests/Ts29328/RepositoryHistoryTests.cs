using Hss.Conformance.Tests.Support;
using Hss.Procedures.Tests;
using Xunit.Abstractions;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Conformance.Tests.Ts29328;

/// <summary>TS 29.328 6.1.1.1, 6.1.2.1 step 6, 6.1.3.1 step 5: repository data over long histories, held against a model made from the text alone.</summary>
/// Shape: requests drawn at random over few services and identities, so that every row of the table is met on ways that no table lists.
public sealed class RepositoryHistoryTests(ITestOutputHelper output)
{
    private const int Seed = 29_328;
    private const int Histories = 20;
    private const int RequestsOfEach = 150;

    private static readonly string[] Services = ["one", "two", "three"];

    // Each is alone: without an alias group an identity has no aliases.
    private static readonly string[] Identities = [AliceSip, AliceTel, AliceWork];

    [Fact]
    public async Task Every_answer_is_that_of_the_table()
    {
        output.WriteLine($"seed {Seed}");
        Random random = new(Seed);
        Dictionary<string, int> seen = [];
        for (int history = 0; history < Histories; history++) await RunAsync(random, seen);
        foreach ((string key, int count) in seen.OrderBy(pair => pair.Key, StringComparer.Ordinal)) output.WriteLine($"{key}: {count}");

        // The run was worth something: every row of the table was met.
        string[] least =
        [
            "PUR created", "PUR replaced", "PUR deleted", "PUR E:5101 nothing to delete", "PUR E:5105 stored", "PUR E:5105 absent", "UDR data", "UDR nothing",
            "SNR R:2001", "SNR E:5106",
        ];
        Assert.Empty(least.Except(seen.Keys));
    }

    private static async Task RunAsync(Random random, Dictionary<string, int> seen)
    {
        await using Conversation peer = Conversation.With();
        Dictionary<(string, string), (int Number, string Data)> model = [];
        for (int i = 0; i < RequestsOfEach; i++)
        {
            string identity = Identities[random.Next(Identities.Length)], service = Services[random.Next(Services.Length)];
            bool isStored = model.TryGetValue((identity, service), out (int Number, string Data) stored);
            string key = random.Next(4) switch
            {
                0 => await PullAsync(),
                1 => await SubscribeAsync(),
                _ => await UpdateAsync(i),
            };
            seen[key] = seen.GetValueOrDefault(key) + 1;

            async Task<string> PullAsync()
            {
                ReceivedMessage answer = await peer.AskAsync(Udr(identity, [0], Indication(service), Requests.Scscf));
                Assert.Equal(ResultCode.Success, answer.Result);
                Assert.Equal(isStored ? Document(Repository(service, stored.Number, stored.Data)) : null, answer.Text(Avp.ShUserData));
                return isStored ? "UDR data" : "UDR nothing";
            }

            async Task<string> SubscribeAsync()
            {
                string result = ResultOf(await peer.AskAsync(Snr(identity, [0], Indication(service), host: Requests.Scscf)));
                Assert.Equal(isStored ? "R:2001" : "E:5106", result);
                return $"SNR {result}";
            }

            async Task<string> UpdateAsync(int tag)
            {
                int number = random.Next(6) switch { 0 => 0, 1 => stored.Number, 2 => stored.Number + 2, _ => isStored ? stored.Number + 1 : 0 };
                string? data = random.Next(4) == 0 ? null : $"<data n=\"{tag}\"/>";
                string result = ResultOf(await peer.AskAsync(Pur(identity, [0], Document(Repository(service, number, data)), host: Requests.Scscf)));
                if (number != (isStored ? stored.Number + 1 : 0))
                {
                    Assert.Equal("E:5105", result);
                    return isStored ? "PUR E:5105 stored" : "PUR E:5105 absent";
                }

                if (!isStored && data is null)
                {
                    Assert.Equal("E:5101", result);
                    return "PUR E:5101 nothing to delete";
                }

                Assert.Equal("R:2001", result);
                if (data is null) model.Remove((identity, service));
                else model[(identity, service)] = (number, data);
                return data is null ? "PUR deleted" : isStored ? "PUR replaced" : "PUR created";
            }
        }
    }

    private static string ResultOf(ReceivedMessage answer) => answer.Result != 0
        ? $"R:{(uint)answer.Result}"
        : $"E:{AvpOccurrences.FindIn(answer.Find(Avp.ExperimentalResult), Avp.ExperimentalResultCode).First.ToUnsigned32()}";
}
