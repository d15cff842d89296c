using System.Text;
using System.Text.Json.Nodes;
using Hss.Authentication;
using Hss.Cli.Foreign;
using Hss.Subscribers;

namespace Hss.Cli.Tests;

/// <summary>What the tests of foreign formats share: keys, a folder, and the reader that every document has to pass.</summary>
internal static class ForeignSamples
{
    public const string K = "8BAF473F2F8FD09487CCCBD7097C6862";
    public const string Opc = "8E27B6AF0E692E750F32667A3B14605D";
    public const string Password = "pa55-Wort-1234";
    public const string TransportKey = "000102030405060708090a0b0c0d0e0f";

    /// <summary>A server with a template "telephony", a shared set 7 and a transport key "vendor-1".</summary>
    public static readonly DocumentContext Context = MakeContext();

    public static Subscription Read(ForeignDocument document)
    {
        Assert.DoesNotContain((byte)'\n', document.Utf8.ToArray());
        var reading = SubscriptionJson.Read(document.Utf8, Context);
        Assert.True(reading.Subscription is not null, $"{document.Place}: {string.Join('\n', reading.Problems)}\n{Encoding.UTF8.GetString(document.Utf8.Span)}");
        Assert.Equal(document.SubscriptionId, reading.SubscriptionId);
        return reading.Subscription!;
    }

    public static JsonNode Json(ForeignDocument document) => JsonNode.Parse(document.Utf8.Span)!;

    /// <summary>No message of a report shows a key or a password, in any case.</summary>
    public static void AssertTellsNoSecret(ForeignReport report)
    {
        foreach (var text in report.Problems.Concat(report.Remarks.Select(remark => remark.ToString())))
        {
            foreach (var secret in (string[])[K, Opc, Password]) Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain('\n', text);
        }
    }

    private static DocumentContext MakeContext()
    {
        var folder = Directory.CreateTempSubdirectory("hss-foreign").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "services"));
            Directory.CreateDirectory(Path.Combine(folder, "shared"));
            File.WriteAllText(Path.Combine(folder, "services", "telephony.json"), """
                {"name":"telephony","version":"1","description":"d","reference":"TS 24.173","priorityBand":{"first":400,"last":499},
                 "parameters":[{"name":"as_uri","type":"sip-uri","description":"d"},{"name":"priority","type":"integer","description":"d","default":400,"minimum":0}],
                 "initialFilterCriteria":{"priority":"{priority}","profilePartIndicator":"REGISTERED","applicationServer":{"serverName":"{as_uri}"}}}
                """);
            File.WriteAllText(Path.Combine(folder, "shared", "voice.json"), """
                {"id":7,"name":"voice","initialFilterCriteria":[{"priority":500,"profilePartIndicator":"REGISTERED","applicationServer":{"serverName":"sip:as.example.com"}}]}
                """);
            var loaded = IfcTemplates.Load(folder);
            Assert.True(loaded.Templates is not null, string.Join('\n', loaded.Problems));
            return new() { Templates = loaded.Templates!, TransportKeys = new([new("vendor-1", new Secret(Convert.FromHexString(TransportKey)))]) };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
