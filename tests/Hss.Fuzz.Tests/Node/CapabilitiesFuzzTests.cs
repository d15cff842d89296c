using Hss.Diameter;

namespace Hss.Fuzz.Tests;

/// <summary>Damaged messages as the first on a connection: a CER gets exactly one CEA, all else at most one answer, and only an accepted CER opens it.</summary>
public sealed class CapabilitiesFuzzTests
{
    public const int Mutations = 6_000;

    private static readonly IReadOnlyList<byte[]> Corpus =
        [.. Enumerable.Repeat(GoldenMessages.CapabilitiesExchange, 40), .. GoldenMessages.Requests.Where(frame => DiameterHeader.Read(frame).ApplicationId == ApplicationIds.Base)];

    [Fact]
    public async Task A_damaged_first_message_opens_the_connection_or_ends_it()
    {
        FuzzedNode node = await FuzzedNode.StartAsync();
        MessageMutator mutator = new(Corpus);
        int opened = 0, refused = 0, closed = 0;
        for (int iteration = 0; iteration < Mutations; iteration++)
        {
            byte[] octets = mutator.Next(FuzzSeed.Generator(iteration)).Octets;
            try
            {
                PeerModel model = PeerModel.WaitingForCer;
                List<byte[]> owed = model.Feed(octets);
                FuzzedConnection connection = node.Connect();
                List<byte[]> answers = await connection.ExchangeAsync(octets, Math.Min(owed.Count, 1));

                // What stands behind the first message is the business of the other tests; here it may come too late.
                Assert.Equal(Math.Min(owed.Count, 1), answers.Count);
                bool isOpen = answers.Count == 1 && IsAccepted(answers[0]);
                if (answers.Count == 1) AnswerRules.Check(owed[0], answers[0]);
                if (isOpen && owed.Count == 1 && !model.HasTail && model.State == PeerModel.ConnectionState.Open) await CheckOpenAsync(connection);
                List<byte[]> rest = await connection.CloseAsync();
                Assert.True(isOpen || rest.Count == 0, $"{rest.Count} more answers on a connection that never opened");

                if (isOpen) opened++;
                else if (answers.Count == 1) refused++;
                else closed++;
            }
            catch (Exception e)
            {
                Assert.Fail($"{FuzzSeed.Describe(iteration, octets)}\n{e}");
            }
        }

        await node.StopAsync();
        Assert.True(opened > Mutations / 20 && refused > Mutations / 20 && closed > Mutations / 100, $"{opened} opened, {refused} refused, {closed} closed");
    }

    private static async Task CheckOpenAsync(FuzzedConnection connection)
    {
        byte[] answer = Assert.Single(await connection.ExchangeAsync(GoldenMessages.DeviceWatchdog, answers: 1));
        Assert.Equal(280u, DiameterHeader.Read(answer).CommandCode);
        Assert.True(IsAccepted(answer));
    }

    private static bool IsAccepted(byte[] answer) => AvpOccurrences.Find(answer, Avp.ResultCode).First.ToUnsigned32() == (uint)ResultCode.Success;
}
