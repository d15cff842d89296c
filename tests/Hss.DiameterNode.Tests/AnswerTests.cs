using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode.Tests;

/// <summary>Exactly one answer per request, whatever the procedure does.</summary>
public sealed class AnswerTests
{
    [Fact]
    public async Task A_procedure_that_throws_gives_5012_one_critical_line_and_keeps_the_peer()
    {
        await using TestNode node = new((request, answer, _) =>
            request.SipNumberAuthItems > 1 ? TestNode.Succeed(request, answer, default) : throw new InvalidOperationException("a bug"));
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertFailsAsync(node, peer, faults: 1);
    }

    [Fact]
    public async Task A_procedure_that_throws_after_waiting_gives_5012()
    {
        await using TestNode node = new(async (_, answer, _) =>
        {
            answer.Writer.WriteText(Avp.ServerName, "sip:half-written");
            await Task.Yield();
            throw new InvalidOperationException("a bug");
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertFailsAsync(node, peer, faults: 1);
    }

    [Fact]
    public async Task A_procedure_that_throws_between_two_AVPs_leaves_nothing_of_them()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Writer.BeginGroup(Avp.SipAuthDataItem);
            answer.Writer.WriteText(Avp.SipAuthenticationScheme, "half");
            throw new InvalidOperationException("a bug");
        });
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await AssertFailsAsync(node, peer, faults: 1);
        Assert.False(answer.Find(Avp.SipAuthDataItem).IsPresent);
    }

    [Fact]
    public async Task A_procedure_without_a_result_gives_5012()
    {
        await using TestNode node = new((_, _, _) => default);
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.AskAsync(Requests.Mar());
        Assert.Equal(LogLevel.Critical, Assert.Single(node.Log.Of(2204)).Level);
    }

    [Fact]
    public async Task A_group_left_open_gives_5012()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Result(ResultCode.Success);
            answer.Writer.BeginGroup(Avp.SipAuthDataItem);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertFailsAsync(node, peer, faults: 1);
    }

    [Fact]
    public async Task Two_results_are_a_bug()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Result(ResultCode.Success);
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertFailsAsync(node, peer, faults: 1);
    }

    [Fact]
    public async Task An_answer_longer_than_peers_take_becomes_5012()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Result(ResultCode.Success);
            answer.Writer.WriteOctets(Avp.UserData, new byte[DiameterLimits.MaxFrameLengthBytes]);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        Assert.Equal(ResultCode.UnableToComply, (await peer.AskAsync(Requests.Mar())).Result);
        Assert.Single(node.Log.Of(2205));
    }

    [Fact]
    public async Task A_3xxx_of_the_procedure_becomes_an_answer_message()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Writer.WriteText(Avp.ServerName, "sip:left.out");
            answer.Result(ResultCode.TooBusy);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await peer.AskAsync(Requests.Mar());
        Assert.Equal(ResultCode.TooBusy, answer.Result);
        Assert.True(answer.Header.IsError);
        Assert.False(answer.Find(Avp.ServerName).IsPresent);
        Assert.True(answer.Find(Avp.UserName).IsPresent);
    }

    [Fact]
    public async Task A_fault_found_by_the_procedure_shows_its_AVP()
    {
        await using TestNode node = new((request, answer, _) =>
        {
            answer.Result(ResultCode.InvalidAvpValue, request.ServerName.RawAvp.Span);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] request = Requests.Mar();
        ReceivedMessage answer = await peer.AskAsync(request);
        Assert.Equal(ResultCode.InvalidAvpValue, answer.Result);
        Assert.Equal(new ReceivedMessage(request).Find(Avp.ServerName).RawAvp.ToArray(), answer.Failed);
    }

    [Fact]
    public async Task The_writer_is_out_of_reach_when_the_procedure_has_ended()
    {
        Answer? kept = null;
        await using TestNode node = new((_, answer, _) =>
        {
            kept = answer;
            answer.Result(ResultCode.Success);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.AskAsync(Requests.Mar());
        Assert.Throws<InvalidOperationException>(() => kept!.Writer);
    }

    [Fact]
    public async Task Neither_the_log_of_a_fault_nor_a_broken_line_shows_what_it_must_not()
    {
        await using TestNode node = new((_, _, _) => throw new InvalidOperationException("a bug"));
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] secret = Convert.FromHexString("8BAF473F2F8FD09487CCCBD7097C6862");
        await peer.AskAsync(Requests.Mar("with\nnewline", more: writer =>
        {
            writer.BeginGroup(Avp.SipDigestAuthenticate);
            writer.WriteText(Avp.DigestRealm, "realm");
            writer.WriteText(Avp.DigestHa1, Convert.ToHexString(secret));
            writer.EndGroup();
        }));
        Assert.DoesNotContain(node.Log.Lines, line => line.Text.Contains(Convert.ToHexString(secret), StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(node.Log.Of(2201), line => line.Text.Contains('\n', StringComparison.Ordinal));
        Assert.DoesNotContain(node.Log.Of(2200), line => line.Text.Contains('\n', StringComparison.Ordinal));
    }

    private static async Task<ReceivedMessage> AssertFailsAsync(TestNode node, FakePeer peer, int faults)
    {
        ReceivedMessage answer = await peer.AskAsync(Requests.Mar("broken;1"));
        Assert.Equal(ResultCode.UnableToComply, answer.Result);
        Assert.False(answer.Header.IsError);
        Assert.Equal("broken;1", answer.Text(Avp.SessionId));
        Assert.Equal("alice@" + Requests.Realm, answer.Text(Avp.UserName));
        Assert.False(answer.Find(Avp.ServerName).IsPresent);
        Assert.Equal(faults, node.Log.Lines.Count(line => line.Level == LogLevel.Critical));
        Assert.All(node.Log.Of(2203), line => Assert.Contains("Multimedia-Auth-Request", line.Text, StringComparison.Ordinal));
        await peer.FenceAsync();
        return answer;
    }
}
