using System.Text;

namespace Hss.Subscribers.Tests;

public sealed class SipRequestTests
{
    [Fact]
    public void Compact_names_folded_lines_repeated_headers_and_line_ends()
    {
        const string Text = "\r\n\r\nINVITE  sip:a@b  SIP/2.0\r\nv: SIP/2.0/UDP x\r\nVia: SIP/2.0/UDP y\r\nm:  <sip:a@b>;\r\n\t+sip.instance=\"<urn:x, y>\"\r\n  ;q=1 ,  <sip:c@d>\r\nX-Own:\r\n\r\n";
        foreach (var text in (string[])[Text, Text.Replace("\r\n", "\n", StringComparison.Ordinal)])
        {
            var request = SipRequest.Read(text, out var problem);
            Assert.True(request is not null, problem);
            Assert.Equal(("INVITE", "sip:a@b"), (request.Method, request.RequestUri));
            Assert.Equal([("Via", "SIP/2.0/UDP x"), ("Via", "SIP/2.0/UDP y"), ("Contact", "<sip:a@b>; +sip.instance=\"<urn:x, y>\" ;q=1 , <sip:c@d>"), ("X-Own", "")], request.Headers.Select(h => (h.Name, h.Value)));
            Assert.Equal(["<sip:a@b>; +sip.instance=\"<urn:x, y>\" ;q=1", "<sip:c@d>"], request.Headers[2].Values());
        }
    }

    [Theory]
    [InlineData("Content-Type: application/sdp;x=1", "v=0\nm=audio 1\n", "v=0|m=audio 1")]
    [InlineData("X: y", "v=0\nm=audio 1\n", "v=0|m=audio 1")]
    [InlineData("c: text/plain", "v=0\nm=audio 1\n", "")]
    [InlineData("Content-Type: multipart/mixed; boundary=\"a b\"", "preamble\n--a b\nc: APPLICATION/SDP\n\nv=0\nm=audio 1\n--a b\nContent-Type: text/plain\n\nm=video\n--a b--\nm=late", "v=0|m=audio 1")]
    [InlineData("Content-Type: multipart/mixed;boundary=q", "--q\nContent-Type: application/sdp\n\nv=0\n", "v=0")]
    [InlineData("Content-Type: multipart/mixed", "--q\nContent-Type: application/sdp\n\nv=0\n", "")]
    public void Session_descriptions_are_found(string type, string body, string expected) =>
        Assert.Equal(expected, string.Join('|', SipRequest.Read($"INVITE sip:a@b SIP/2.0\n{type}\n\n{body}", out _)!.SessionDescription));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("SIP/2.0 200 OK\n\n", "status line")]
    [InlineData("INVITE\n", "no request line in line 1")]
    [InlineData("IN VITE sip:a SIP/2.0 x\n", "no request line in line 1")]
    [InlineData("INVITE sip:a@b SIP/2.0\nVia: x\nno header\n\n", "no header in line 3")]
    [InlineData("INVITE sip:a@b SIP/2.0\n folded\n", "no header in line 2")]
    public void What_is_no_request_is_told_with_its_line(string text, string problem)
    {
        Assert.Null(SipRequest.Read(text, out var told));
        Assert.Contains(problem, told, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_bounded()
    {
        Assert.Null(SipRequest.Read(new string('a', 70_000), out var problem));
        Assert.Contains("at most 65536", problem, StringComparison.Ordinal);
        Assert.Null(SipRequest.Read("INVITE sip:a@b SIP/2.0\n" + string.Concat(Enumerable.Repeat("a: b\n", 600)), out problem));
        Assert.Contains("more than 500 headers", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_requests_never_throw()
    {
        const int Seed = 20_290_228;
        var random = new Random(Seed);
        var folder = Path.Combine(AppContext.BaseDirectory, "ifc-templates", "tests", "messages");
        var messages = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllText).ToList();
        var profile = SampleDocuments.Subscription(SampleDocuments.Full).ServiceProfiles[0];
        var read = 0;
        for (var i = 0; i < 3000; i++)
        {
            var text = new StringBuilder(messages[random.Next(messages.Count)]);
            for (var m = random.Next(1, 6); m > 0; m--)
            {
                var at = random.Next(text.Length);
                if (random.Next(3) == 0) text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at));
                else if (random.Next(2) == 0) text.Insert(at, (char)random.Next(0, 300));
                else text[at] = "\r\n\t ;,:<>\"@\\="[random.Next(13)];
                if (text.Length == 0) text.Append('x');
            }
            if (SipRequest.Read(text.ToString(), out var problem) is not { } request)
            {
                Assert.False(string.IsNullOrEmpty(problem), $"seed {Seed}, turn {i}");
                continue;
            }
            read++;
            foreach (var sessionCase in Enum.GetValues<SessionCase>())
                if (SimulatedRequest.Create(request, sessionCase, null, null, out _) is { } simulated) Assert.NotNull(FilterSimulation.Run(profile, simulated, out _));
        }
        Assert.InRange(read, 500, 2999);
    }
}
