using System.Text;

namespace Hss.Subscribers.Tests;

/// <summary>Annex F rule by rule.</summary>
public sealed class FilterSimulationTests
{
    private const string Invite = "INVITE sip:+1212@ims.example.org:5060;user=phone SIP/2.0\nRecv-Info: g.3gpp.ussd, x-Other\nAccept: text/plain\nAccept: application/sdp\no: presence;id=1\n"
        + "Subject: a,\n  b\nDate: Sat, 13 Nov 2010 23:29:00 GMT\nContent-Type: application/sdp\n\nv=0\nm=audio 1 RTP/AVP 0\nm=video 2 RTP/AVP 31\na=sendrecv\n";

    [Theory]
    // Method: exact; Kamailio by its beginning and without case.
    [InlineData("\"method\":\"INVITE\"", true, true)]
    [InlineData("\"method\":\"INV\"", false, true)]
    [InlineData("\"negated\":true,\"method\":\"MESSAGE\"", true, true)]
    // Request URI: hostport; Kamailio the whole.
    [InlineData("\"requestUri\":\"^ims\\\\.example\\\\.org:5060$\"", true, false)]
    [InlineData("\"requestUri\":\"1212\"", false, true)]
    [InlineData("\"requestUri\":\"EXAMPLE\"", false, true)]
    [InlineData("\"requestUri\":\"user=phone\"", false, true)]
    // Header: each by itself, each value by itself, names without case, long names for short ones.
    [InlineData("\"sipHeader\":{\"header\":\"recv-info\",\"content\":\"^x-Other$\"}", true, false)]
    [InlineData("\"sipHeader\":{\"header\":\"Recv-Info\",\"content\":\"X-OTHER\"}", false, true)]
    [InlineData("\"sipHeader\":{\"header\":\"Accept\",\"content\":\"plain.*sdp\"}", false, false)]
    [InlineData("\"sipHeader\":{\"header\":\"Accept\",\"content\":\"^application/sdp$\"}", true, true)]
    [InlineData("\"sipHeader\":{\"header\":\"^Event$\",\"content\":\"^presence;id=1$\"}", true, true)]
    [InlineData("\"sipHeader\":{\"header\":\"^E\"}", true, true)]
    [InlineData("\"sipHeader\":{\"header\":\"Subject\",\"content\":\"^a, b$\"}", true, true)]
    [InlineData("\"sipHeader\":{\"header\":\"Date\",\"content\":\"^Sat, 13\"}", true, true)]
    [InlineData("\"sipHeader\":{\"header\":\"Server\"}", false, false)]
    [InlineData("\"negated\":true,\"sipHeader\":{\"header\":\"Server\"}", true, true)]
    [InlineData("\"negated\":true,\"sipHeader\":{\"header\":\"Accept\"}", false, true)]
    [InlineData("\"negated\":true,\"sipHeader\":{\"header\":\"Accept\",\"content\":\".\"}", false, false)]
    [InlineData("\"sipHeader\":{\"header\":\"Recv-Info\",\"content\":\"\\\"g.3gpp.ussd\\\"\"}", false, true)]
    // SDP: line by line; Kamailio as one text.
    [InlineData("\"sessionDescription\":{\"line\":\"m\",\"content\":\"^video\"}", true, false)]
    [InlineData("\"sessionDescription\":{\"line\":\"m\",\"content\":\"audio.*sendrecv\"}", false, true)]
    [InlineData("\"sessionDescription\":{\"line\":\"[ab]\"}", true, true)]
    [InlineData("\"sessionDescription\":{\"line\":\"b\"}", false, false)]
    [InlineData("\"negated\":true,\"sessionDescription\":{\"line\":\"b\",\"content\":\"AS\"}", true, true)]
    [InlineData("\"sessionCase\":\"ORIGINATING_REGISTERED\"", true, true)]
    [InlineData("\"negated\":true,\"sessionCase\":\"ORIGINATING_CDIV\"", true, true)]
    [InlineData("\"sessionCase\":\"TERMINATING_REGISTERED\"", false, false)]
    public void One_trigger(string trigger, bool standard, bool kamailio)
    {
        var verdict = Assert.Single(Run(Profile($"{{\"servicePointTriggers\":[{{\"groups\":[0],{trigger}}}]}}"), Invite, SessionCase.OriginatingRegistered));
        var told = string.Join('\n', verdict.Reasons);
        Assert.True(standard == verdict.Fires, told);
        Assert.True(kamailio == verdict.FiresInKamailio, told);
        Assert.StartsWith(standard ? "holds: " : "fails: ", verdict.Reasons[0], StringComparison.Ordinal);
        Assert.Equal(standard != kamailio, verdict.Reasons.Any(r => r.StartsWith("Kamailio ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true, "0:INVITE 0:MESSAGE 1:case", true)]
    [InlineData(true, "0:MESSAGE 1:case", false)]
    [InlineData(false, "0:MESSAGE 0:case 1:INVITE 1:case", true)]
    [InlineData(false, "0:MESSAGE 0:case 1:INVITE 1:other", false)]
    [InlineData(true, "0,1:INVITE 1:MESSAGE", true)]
    [InlineData(false, "0,1:INVITE 0:MESSAGE 1:case", true)]
    [InlineData(true, "0,1:MESSAGE 0:INVITE", false)]
    public void Groups_are_joined_as_conditionTypeCnf_says(bool cnf, string triggers, bool fires)
    {
        var list = string.Join(',', triggers.Split(' ').Select(t => t.Split(':') is [var groups, var what] ? $"{{\"groups\":[{groups}]," + what switch
        {
            "case" => "\"sessionCase\":\"ORIGINATING_REGISTERED\"}",
            "other" => "\"sessionCase\":\"TERMINATING_REGISTERED\"}",
            _ => $"\"method\":\"{what}\"}}",
        } : ""));
        var verdict = Assert.Single(Run(Profile($"{{\"conditionTypeCnf\":{(cnf ? "true" : "false")},\"servicePointTriggers\":[{list}]}}"), Invite, SessionCase.OriginatingRegistered));
        Assert.True(fires == verdict.Fires && fires == verdict.FiresInKamailio, string.Join('\n', verdict.Reasons));
    }

    [Fact]
    public void Order_profile_part_and_the_unconditional()
    {
        const string Server = "\"applicationServer\":{\"serverName\":\"sip:as.example.com;lr\"}";
        var profile = Read($"{{\"priority\":30,{Server}}},{{\"priority\":10,\"profilePartIndicator\":\"UNREGISTERED\",{Server}}},{{\"priority\":20,\"profilePartIndicator\":\"REGISTERED\",{Server}}}");
        Assert.Equal([(10, false), (20, true), (30, true)], Run(profile, Invite, SessionCase.TerminatingRegistered).Select(v => (v.Filter.Priority, v.Fires)));
        Assert.Equal([(10, true), (20, false), (30, true)], Run(profile, Invite, SessionCase.TerminatingUnregistered).Select(v => (v.Filter.Priority, v.Fires)));
        Assert.Equal([(10, false), (20, true), (30, true)], Run(profile, Invite, SessionCase.OriginatingCdiv).Select(v => (v.Filter.Priority, v.Fires)));
        Assert.All(Run(profile, Invite, SessionCase.OriginatingCdiv), v => Assert.False(v.FiresInKamailio));
        Assert.Contains("profilePartIndicator", Assert.Single(Run(profile, Invite, SessionCase.TerminatingRegistered)[0].Reasons), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Expires: 600", null, RegistrationType.InitialRegistration)]
    [InlineData("Expires: 0", null, RegistrationType.DeRegistration)]
    [InlineData("Contact: <sip:a@b>;expires=0", null, RegistrationType.DeRegistration)]
    [InlineData("Contact: <sip:a@b>;expires=60\nExpires: 0", null, RegistrationType.InitialRegistration)]
    [InlineData("Expires: 600", RegistrationType.ReRegistration, RegistrationType.ReRegistration)]
    public void The_kind_of_a_registration(string headers, RegistrationType? said, RegistrationType expected)
    {
        var request = SimulatedRequest.Create(SipRequest.Read($"REGISTER sip:example.org SIP/2.0\n{headers}\n", out _)!, null, null, said, out var problem);
        Assert.True(request is not null, problem);
        foreach (var type in Enum.GetValues<RegistrationType>())
        {
            var name = FilterReader.RegistrationTypes.First(t => t.Item2 == type).Item1;
            var profile = Profile($"{{\"servicePointTriggers\":[{{\"groups\":[0],\"method\":\"REGISTER\",\"registrationTypes\":[\"{name}\"]}}]}}");
            Assert.Equal(type == expected, Assert.Single(FilterSimulation.Run(profile, request, out _)!.Value).Fires);
        }
    }

    [Theory]
    [InlineData("INVITE sip:a@b SIP/2.0", null, null, null, "session case is missing")]
    [InlineData("INVITE sip:a@b SIP/2.0", SessionCase.TerminatingUnregistered, true, null, "not registered")]
    [InlineData("INVITE sip:a@b SIP/2.0", SessionCase.OriginatingRegistered, false, null, "is registered")]
    [InlineData("INVITE sip:a@b SIP/2.0", SessionCase.OriginatingRegistered, null, RegistrationType.DeRegistration, "goes with REGISTER")]
    public void What_does_not_go_together_is_told(string message, SessionCase? sessionCase, bool? registered, RegistrationType? type, string problem)
    {
        Assert.Null(SimulatedRequest.Create(SipRequest.Read(message, out _)!, sessionCase, registered, type, out var told));
        Assert.Contains(problem, told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_that_would_take_too_long_is_refused()
    {
        var trigger = "{\"groups\":[0],\"sipHeader\":{\"header\":\"Subject\",\"content\":\"((a|b|ab|ba){100}){2}c\"}}";
        var profile = Read(string.Join(',', Enumerable.Range(0, 100).Select(i => $"{{\"priority\":{i},\"triggerPoint\":{{\"servicePointTriggers\":[{trigger}]}},\"applicationServer\":{{\"serverName\":\"sip:as.example.com;lr\"}}}}")));
        var request = SimulatedRequest.Create(SipRequest.Read($"INVITE sip:a@b SIP/2.0\nSubject: {string.Concat(Enumerable.Repeat("ab", 10_000))}\n", out _)!, SessionCase.OriginatingRegistered, null, null, out _);
        Assert.Null(FilterSimulation.Run(profile, request!, out var problem));
        Assert.Contains("take too long", problem, StringComparison.Ordinal);
    }

    private static System.Collections.Immutable.ImmutableArray<FilterVerdict> Run(ServiceProfile profile, string message, SessionCase sessionCase)
    {
        var request = SimulatedRequest.Create(SipRequest.Read(message, out var problem)!, sessionCase, null, null, out problem);
        Assert.True(request is not null, problem);
        var verdicts = FilterSimulation.Run(profile, request, out problem);
        Assert.True(verdicts is not null, problem);
        return verdicts.Value;
    }

    private static ServiceProfile Profile(string triggerPoint) => Read($"{{\"priority\":1,\"triggerPoint\":{triggerPoint},\"applicationServer\":{{\"serverName\":\"sip:as.example.com;lr\"}}}}");

    private static ServiceProfile Read(string filters)
    {
        var reading = ServiceProfileJson.Read(Encoding.UTF8.GetBytes($"{{\"name\":\"p\",\"initialFilterCriteria\":[{filters}]}}"), SampleDocuments.Templates);
        Assert.True(reading.ServiceProfile is not null, string.Join('\n', reading.Problems));
        return reading.ServiceProfile!;
    }
}
