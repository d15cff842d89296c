using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hss.Authentication;

namespace Hss.Subscribers.Tests;

/// <summary>K, OP and OPc as a card vendor delivers them: one AES-128 block under a transport key.</summary>
public sealed class EncryptedKeyTests
{
    private const string TransportKey = "000102030405060708090a0b0c0d0e0f";

    private static readonly DocumentContext s_context = new()
    {
        Templates = SampleDocuments.Templates,
        TransportKeys = new([new("vendor-1", new Secret(Convert.FromHexString(TransportKey)))]),
    };

    private static string Encrypted(string hex)
    {
        using var aes = Aes.Create();
        aes.Key = Convert.FromHexString(TransportKey);
        return Convert.ToHexString(aes.EncryptEcb(Convert.FromHexString(hex), PaddingMode.None));
    }

    private static SubscriptionReading Read(string fields)
    {
        var json = SampleDocuments.With(document => document["privateIdentities"]![0]!["aka"] = JsonNode.Parse($$"""{"amf":"8000",{{fields}}}"""));
        return SubscriptionJson.Read(Encoding.UTF8.GetBytes(json), s_context);
    }

    [Fact]
    public void Encrypted_and_clear_keys_make_the_same_credentials()
    {
        var (k, op) = (SampleDocuments.K, SampleDocuments.Op);
        var clear = Read($"\"k\":\"{k}\",\"op\":\"{op}\"").Subscription!.PrivateIdentities[0].Credentials;
        var opc = Convert.ToHexString(clear.Aka!.Opc.Reveal());
        string[] others =
        [
            $"\"encryptedK\":\"{Encrypted(k)}\",\"encryptedOp\":\"{Encrypted(op)}\",\"transportKey\":\"vendor-1\"",
            $"\"encryptedK\":\"{Encrypted(k)}\",\"encryptedOpc\":\"{Encrypted(opc)}\",\"transportKey\":\"vendor-1\"",
            $"\"encryptedK\":\"{Encrypted(k)}\",\"op\":\"{op}\",\"transportKey\":\"vendor-1\"",
            $"\"k\":\"{k}\",\"encryptedOpc\":\"{Encrypted(opc)}\",\"transportKey\":\"vendor-1\"",
        ];
        foreach (var other in others) Assert.Equal(clear, Read(other).Subscription!.PrivateIdentities[0].Credentials);
    }

    [Theory]
    [InlineData("\"k\":\"K\",\"encryptedK\":\"K\",\"opc\":\"K\",\"transportKey\":\"vendor-1\"", "aka", "both k and encryptedK")]
    [InlineData("\"k\":\"K\",\"op\":\"K\",\"encryptedOp\":\"K\",\"transportKey\":\"vendor-1\"", "aka", "both op and encryptedOp")]
    [InlineData("\"k\":\"K\",\"opc\":\"K\",\"encryptedOpc\":\"K\",\"transportKey\":\"vendor-1\"", "aka", "both opc and encryptedOpc")]
    [InlineData("\"k\":\"K\",\"op\":\"K\",\"encryptedOpc\":\"K\",\"transportKey\":\"vendor-1\"", "aka", "both op and opc")]
    [InlineData("\"encryptedK\":\"K\",\"opc\":\"K\"", "aka.transportKey", "is missing; name the transport key")]
    [InlineData("\"encryptedK\":\"K\",\"opc\":\"K\",\"transportKey\":\"K\"", "aka.transportKey", "it is one of vendor-1")]
    [InlineData("\"k\":\"K\",\"opc\":\"K\",\"transportKey\":\"vendor-1\"", "aka.transportKey", "beside no encrypted value")]
    [InlineData("\"transportKey\":\"vendor-1\"", "aka.transportKey", "beside no encrypted value")]
    [InlineData("\"encryptedK\":\"00\",\"opc\":\"K\",\"transportKey\":\"vendor-1\"", "aka.encryptedK", "2 hexadecimal digits, 32 are needed")]
    public void A_slip_is_named_and_no_key_is_repeated(string fields, string path, string message)
    {
        var reading = Read(fields.Replace("\"K\"", $"\"{SampleDocuments.K}\"", StringComparison.Ordinal));
        var problem = Assert.Single(reading.Problems);
        Assert.Equal("privateIdentities[0]." + path, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SampleDocuments.K, problem.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void What_decrypts_to_zeros_is_no_key() =>
        Assert.Contains("all zeros", Assert.Single(Read($"\"encryptedK\":\"{Encrypted(new string('0', 32))}\",\"opc\":\"{SampleDocuments.K}\",\"transportKey\":\"vendor-1\"").Problems).Message, StringComparison.Ordinal);
}
