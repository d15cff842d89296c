using BenchmarkDotNet.Attributes;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Procedures.Tests;

namespace Hss.Benchmarks;

/// <summary>Octets to slots and back, without anything around them.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private readonly byte[] _mar = CxRequests.Mar(TestSubscriptions.Alice, TestSubscriptions.AliceSip);
    private readonly byte[] _octets = new byte[32];

    [Benchmark(Baseline = true)]
    public bool ParseMar() => MultimediaAuthRequest.TryParse(_mar, out _, out _);

    [Benchmark]
    public int WriteMaa()
    {
        var writer = MessageWriter.Rent();
        writer.Begin(DiameterHeader.Read(_mar).ToAnswer());
        writer.WriteText(Avp.SessionId, "scscf.ims.mnc001.mcc001.3gppnetwork.org;1;1");
        writer.WriteUnsigned32(Avp.ResultCode, 2001);
        writer.WriteUnsigned32(Avp.SipNumberAuthItems, 1);
        writer.BeginGroup(Avp.SipAuthDataItem);
        writer.WriteUnsigned32(Avp.SipItemNumber, 1);
        writer.WriteText(Avp.SipAuthenticationScheme, "Digest-AKAv1-MD5");
        writer.WriteOctets(Avp.SipAuthenticate, _octets);
        writer.WriteOctets(Avp.SipAuthorization, _octets.AsSpan(0, 8));
        writer.WriteOctets(Avp.ConfidentialityKey, _octets.AsSpan(0, 16));
        writer.WriteOctets(Avp.IntegrityKey, _octets.AsSpan(0, 16));
        writer.EndGroup();
        writer.End();
        var length = writer.LengthBytes;
        writer.Return();
        return length;
    }
}
