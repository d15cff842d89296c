using System.Text;

namespace Hss.Authentication.Tests;

public class DigestTests
{
    [Fact]
    public void Ha1_and_response_of_every_vector_come_out()
    {
        foreach (var entry in Vectors.Read("digest.json", "digest", 12))
        {
            var algorithm = entry.Text("hash") == "MD5" ? DigestAlgorithm.Md5 : DigestAlgorithm.Sha256;
            var ha1 = Digest.Ha1(algorithm, entry.Text("username"), entry.Text("realm"), Encoding.UTF8.GetBytes(entry.Text("password")));
            Assert.Equal(entry.Text("ha1"), Encoding.ASCII.GetString(ha1.Reveal()));
            Assert.Equal(entry.Text("response"), Digest.Response(algorithm, ha1, Request(entry)));
        }
    }

    [Fact]
    public void Aka_responses_of_every_vector_come_out()
    {
        foreach (var entry in Vectors.Read("aka-digest.json", "aka_digest", 8))
        {
            var (user, realm, res) = (entry.Text("username"), entry.Text("realm"), entry.Hex("xres"));
            var ha1 = entry.Text("algorithm") == "AKAv1-MD5"
                ? AkaDigest.Ha1V1(user, realm, res)
                : AkaDigest.Ha1V2(user, realm, res, entry.Hex("ik"), entry.Hex("ck"));
            Assert.Equal(entry.Text("ha1"), Encoding.ASCII.GetString(ha1.Reveal()));
            Assert.Equal(entry.Text("response"), Digest.Response(DigestAlgorithm.Md5, ha1, Request(entry)));
        }
    }

    // RFC 7616 3.4.1: without qop the response is H(HA1 ":" nonce ":" HA2). The expected value was computed with md5sum.
    [Fact]
    public void A_response_without_qop_has_no_nonce_count()
    {
        var ha1 = Digest.Ha1(DigestAlgorithm.Md5, "Mufasa", "testrealm@host.com", "Circle Of Life"u8);
        var request = new DigestRequest("GET", "/dir/index.html", "dcd98b7102dd2f0e8b11d0f600bfb0c093", null, null, null);
        Assert.Equal("670fd8c2df070c60b045671b8b24ff02", Digest.Response(DigestAlgorithm.Md5, ha1, request));
    }

    [Fact]
    public void A_password_is_kept_only_when_asked_for()
    {
        var forgotten = DigestCredentials.FromPassword("alice", "example.com", "secret"u8, keepPassword: false);
        Assert.Null(forgotten.Password);
        Assert.Equal(32, forgotten.Ha1Md5.LengthBytes);
        Assert.Equal(64, forgotten.Ha1Sha256!.LengthBytes);
        Assert.Equal(Digest.Ha1(DigestAlgorithm.Md5, "alice", "example.com", "secret"u8), forgotten.Ha1Md5);
        Assert.Equal(Digest.Ha1(DigestAlgorithm.Sha256, "alice", "example.com", "secret"u8), forgotten.Ha1Sha256);

        var kept = DigestCredentials.FromPassword("alice", "example.com", "secret"u8, keepPassword: true);
        Assert.Equal(new Secret("secret"u8), kept.Password);
    }

    private static DigestRequest Request(System.Text.Json.JsonElement entry) => new(
        entry.Text("method"), entry.Text("uri"), entry.Text("nonce"), entry.TextOrNull("qop"), entry.TextOrNull("nc"), entry.TextOrNull("cnonce"),
        Encoding.UTF8.GetBytes(entry.TextOrNull("body") ?? ""));
}
