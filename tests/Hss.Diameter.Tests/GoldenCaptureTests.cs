namespace Hss.Diameter.Tests;

/// <summary>Bytes of other stacks: our own round trip would never see a wrong code table.</summary>
public sealed class GoldenCaptureTests
{
    public static TheoryData<string> Captures => [.. CaptureFile.All.Select(capture => capture.Name)];

    [Theory, MemberData(nameof(Captures))]
    public void Every_request_of_the_CSCFs_parses(string name)
    {
        List<byte[]> requests = [.. Of(name).Messages.Where(m => !m.FromHss && DiameterHeader.Read(m.Frame).IsRequest).Select(m => m.Frame)];
        Assert.NotEmpty(requests);
        foreach (byte[] request in requests)
        {
            CommandCase command = CommandCase.For(request)!;
            GrammarFault fault = command.Parse(request);
            Assert.True(fault.Code == ResultCode.None, $"{fault}\n{MessageText.Of(request)}");
        }
    }

    [Theory, MemberData(nameof(Captures))]
    public void Every_answer_of_another_HSS_is_written_again_octet_by_octet(string name)
    {
        List<byte[]> answers = [.. Of(name).Messages.Where(m => m.FromHss && !DiameterHeader.Read(m.Frame).IsRequest).Select(m => m.Frame)];
        Assert.NotEmpty(answers);
        foreach (byte[] answer in answers) Assert.Equal(answer, Rewriting.Of(answer));
    }

    [Theory, MemberData(nameof(Captures))]
    public void Every_message_is_written_again_octet_by_octet(string name)
    {
        foreach ((byte[] frame, _) in Of(name).Messages) Assert.Equal(frame, Rewriting.Of(frame));
    }

    [Theory, MemberData(nameof(Captures))]
    public void Every_answer_parses(string name)
    {
        foreach ((byte[] frame, _) in Of(name).Messages.Where(m => !DiameterHeader.Read(m.Frame).IsRequest))
        {
            GrammarFault fault = CommandCase.For(frame)!.Parse(frame);
            Assert.True(fault.Code == ResultCode.None, $"{fault}\n{MessageText.Of(frame)}");
        }
    }

    [Fact]
    public void The_captures_hold_every_command_of_a_registration_and_a_call()
    {
        HashSet<string> seen = [.. CaptureFile.All.SelectMany(capture => capture.Messages).Select(m => CommandCase.For(m.Frame)!.Grammar.Abbreviation)];
        Assert.Superset(new HashSet<string> { "UAR", "UAA", "MAR", "MAA", "SAR", "SAA", "LIR", "LIA" }, seen);
        Assert.True(CaptureFile.All.Sum(capture => capture.Messages.Count) > 100);
    }

    private static CaptureFile Of(string name) => CaptureFile.All.Single(capture => capture.Name == name);
}
