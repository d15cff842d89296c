using Hss.Diameter;

namespace Hss.Simulation.Tests;

/// <summary>What the model needs of an answer.</summary>
internal static class SeenAnswer
{
    /// <summary>"R:2001", or "E:2002 sip:scscf..." where the S-CSCF name is part of the result (UAA, LIA, 5005).</summary>
    public static string Result(byte[] answer)
    {
        AvpOccurrences code = AvpOccurrences.Find(answer, Avp.ResultCode), experimental = AvpOccurrences.Find(answer, Avp.ExperimentalResult);
        if (code.Count + experimental.Count != 1) return "no result, or two";
        string result = code.Count == 1
            ? $"R:{code.First.ToUnsigned32()}"
            : $"E:{AvpOccurrences.FindIn(experimental.First, Avp.ExperimentalResultCode).First.ToUnsigned32()}";
        return AvpOccurrences.Find(answer, Avp.ServerName).First is { IsPresent: true } server ? $"{result} {server.ToText()}" : result;
    }

    /// <summary>RAND and AUTN of every vector of a MAA.</summary>
    public static List<byte[]> Challenges(byte[] answer)
    {
        List<byte[]> challenges = [];
        foreach (AvpValue item in AvpOccurrences.Find(answer, Avp.SipAuthDataItem))
        {
            if (AvpOccurrences.FindIn(item, Avp.SipAuthenticate).First is { IsPresent: true } challenge) challenges.Add(challenge.Span.ToArray());
        }

        return challenges;
    }

    /// <summary>What two answers to copies of one request have in common: all but the hop-by-hop identifier, the length and what proxies left.</summary>
    public static byte[] WithoutItsWay(byte[] answer)
    {
        List<byte> rest = [.. answer[..1], .. answer[4..12], .. answer[16..20]];
        AvpReader reader = AvpReader.OverMessage(answer);
        while (reader.Read())
        {
            if (reader.VendorId == 0 && reader.Code == Avp.ProxyInfo.Key.Code) continue;
            rest.AddRange(reader.RawAvp);
        }

        return [.. rest];
    }
}
