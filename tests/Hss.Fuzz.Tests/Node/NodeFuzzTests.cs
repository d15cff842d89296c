using System.Buffers.Binary;
using System.Globalization;
using Hss.Diameter;

namespace Hss.Fuzz.Tests;

/// <summary>A whole node under damaged requests: each that can be framed gets exactly one good answer, and the connection lives or ends by the rules.</summary>
public sealed class NodeFuzzTests
{
    public const int Mutations = 90_000;

    private const int Parts = 3;
    private const int BatchSize = 48;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_damaged_request_is_answered_once(int part)
    {
        FuzzedNode node = await FuzzedNode.StartAsync();
        MessageMutator mutator = new(GoldenMessages.Requests);
        FuzzedConnection connection = await node.ConnectOpenAsync();
        PeerModel model = new();
        HashSet<uint> results = [];
        int iteration = part, owedInAll = 0;
        while (iteration < Mutations)
        {
            Batch batch = new();
            while (batch.Count < BatchSize && iteration < Mutations && batch.Add(iteration, mutator.Next(FuzzSeed.Generator(iteration)))) iteration += Parts;
            if (batch.EndsEarly) iteration += Parts;

            List<byte[]> owed = model.Feed(batch.Octets);
            owedInAll += owed.Count;
            List<byte[]> answers = await connection.ExchangeAsync(batch.Octets, owed.Count);
            bool isOver = model.State != PeerModel.ConnectionState.Open || model.HasTail;
            if (isOver) answers.AddRange(await connection.CloseAsync());
            batch.Check(owed, answers, results);
            Assert.True(node.Faults.FirstOrDefault() is not { } fault, $"{node.Faults.FirstOrDefault()}\n{batch}");
            if (!isOver) continue;

            connection = await node.ConnectOpenAsync();
            model = new PeerModel();
        }

        Assert.Empty(await connection.CloseAsync());
        await node.StopAsync();
        Assert.True(owedInAll > Mutations / Parts * 3 / 4, $"only {owedInAll} requests were owed an answer");
        uint[] reached = [2001, 3001, 3002, 3003, 3007, 3008, 3009, 5001, 5003, 5004, 5005, 5006, 5008, 5009, 5011, 5012, 5014, 5015];
        Assert.Empty(reached.Except(results));
    }

    /// <summary>Requests that are sent together.</summary>
    private sealed class Batch
    {
        private readonly List<byte> _octets = [];
        private readonly List<(int Iteration, byte[] Octets)> _mutations = [];

        public int Count => _mutations.Count;

        /// <summary>The last one does not say how long it is: what is sent behind it would be misread.</summary>
        public bool EndsEarly { get; private set; }

        public byte[] Octets => [.. _octets];

        /// <summary>Adds a mutation under an identifier of its own; false when nothing may come behind it.</summary>
        public bool Add(int iteration, Mutation mutation)
        {
            byte[] octets = mutation.Octets;
            if (octets.Length >= DiameterHeader.SizeBytes) BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(12), (uint)iteration);
            _mutations.Add((iteration, octets));
            _octets.AddRange(octets);
            EndsEarly = !mutation.IsFramed;
            return mutation.IsFramed;
        }

        /// <summary>Exactly the answers that are owed, each as it must be.</summary>
        public void Check(List<byte[]> owed, List<byte[]> answers, HashSet<uint> results)
        {
            Dictionary<(uint, uint, uint, uint), Queue<byte[]>> waiting = [];
            foreach (byte[] request in owed)
            {
                if (!waiting.TryGetValue(Key(request), out Queue<byte[]>? same)) waiting[Key(request)] = same = [];
                same.Enqueue(request);
            }

            foreach (byte[] answer in answers)
            {
                if (!waiting.TryGetValue(Key(answer), out Queue<byte[]>? same) || !same.TryDequeue(out byte[]? request))
                {
                    Assert.Fail($"an answer to nothing, or a second one: {Convert.ToHexString(answer)}\n{this}");
                    return;
                }

                try
                {
                    AnswerRules.Check(request, answer);
                }
                catch (Exception e)
                {
                    Assert.Fail($"{Describe(request)}\nanswered {Convert.ToHexString(answer)}\n{MessageText.Of(answer)}\n{e}");
                }

                AvpValue result = AvpOccurrences.Find(answer, Avp.ResultCode).First;
                if (result.IsPresent) results.Add(result.ToUnsigned32());
                else results.Add(AvpOccurrences.FindIn(AvpOccurrences.Find(answer, Avp.ExperimentalResult).First, Avp.ExperimentalResultCode).First.ToUnsigned32());
            }

            foreach (byte[] request in waiting.Values.SelectMany(same => same)) Assert.Fail($"not answered: {Describe(request)}\n{this}");
        }

        public override string ToString() =>
            "the batch:\n" + string.Join('\n', _mutations.Select(mutation => FuzzSeed.Describe(mutation.Iteration, mutation.Octets)));

        private static string Describe(byte[] request) => FuzzSeed.Describe((int)DiameterHeader.Read(request).HopByHopId, request);

        private static (uint, uint, uint, uint) Key(byte[] message)
        {
            DiameterHeader header = DiameterHeader.Read(message);
            return (header.HopByHopId, header.EndToEndId, header.CommandCode, header.ApplicationId);
        }
    }
}
