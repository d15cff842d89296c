using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Procedures.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Benchmarks;

/// <summary>What it costs to remember the answer to a MAR: the same empty procedure with and without it, every request a new one.</summary>
[MemoryDiagnoser]
public class DuplicateBenchmarks
{
    private readonly byte[] _request = CxRequests.Mar(TestSubscriptions.Alice, TestSubscriptions.AliceSip);
    private Hss.DiameterNode.DiameterNode _node = null!;
    private uint _endToEnd;

    [Params(false, true)]
    public bool Remembers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        DiameterApplication application = new()
        {
            Name = "Cx",
            Id = ApplicationIds.Cx,
            VendorId = Vendors.ThreeGpp,
            Procedures = [new ProcedureRegistration<MultimediaAuthRequest>(Answer) { RemembersAnswers = Remembers }],
        };
        _node = new(new NodeOptions { AllowUnknownPeers = true }, [application], TimeProvider.System, NullLoggerFactory.Instance);
    }

    [GlobalCleanup]
    public ValueTask CleanupAsync() => _node.DisposeAsync();

    [Benchmark]
    public Task<byte[]> Mar()
    {
        BinaryPrimitives.WriteUInt32BigEndian(_request.AsSpan(16), ++_endToEnd);
        return _node.AnswerAsync(_request);
    }

    private static ValueTask Answer(MultimediaAuthRequest request, Answer answer, CancellationToken cancellationToken)
    {
        answer.Result(ResultCode.Success);
        answer.Writer.WriteOctets(Avp.ConfidentialityKey, new byte[200]);
        return default;
    }
}
