using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 6.2, 6.7.2, 8.8: what the answer takes over from its request, for every command and kind of result.</summary>
/// The checks themselves are those of every answer in these tests: <see cref="AnswerRules"/>.
public sealed class AnswerTests(ITestOutputHelper output)
{
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task A_request_of_the_grammar_is_carried_out_in_any_order_of_its_AVPs(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        int count = ServedRequests.Avps(command).Count;
        for (int turn = 0; turn < count; turn++)
        {
            await cases.RunAsync($"{name} turned by {turn}", async () =>
            {
                // RFC 6733 8.8 wants the Session-Id first in what is sent; a receiver who insists gains nothing.
                List<byte[]> avps = ServedRequests.Avps(command);
                ReceivedMessage answer = await peer.AskAsync(ServedRequests.Write(command, [.. avps[turn..], .. avps[..turn]]));
                Assert.True(answer.Result == ResultCode.Success || answer.Find(Avp.ExperimentalResult).IsPresent, answer.ToString());
                Assert.False(answer.Header.IsError);
            });
        }

        cases.End(atLeast: command.Members.Count(rule => rule.Required));
    }

    [Theory, MemberData(nameof(ServedRequests.ApplicationNames), MemberType = typeof(ServedRequests))]
    public async Task Proxy_Info_and_Session_Id_come_back_as_they_came_whatever_the_result(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        foreach (string fault in new[] { "none", "missing", "unknown", "reserved bit", "not proxiable", "version" })
        {
            await cases.RunAsync($"{name} {fault}", async () =>
            {
                List<byte[]> avps = [.. ServedRequests.Avps(command), Proxy(1), Proxy(2)];
                if (fault == "missing") avps.RemoveAll(avp => avp[3] == (byte)Avp.DestinationRealm.Key.Code && avp[2] == 1);
                if (fault == "unknown") avps.Add(SampleMessages.Raw(new AvpKey(0, 65_000), AvpFlags.Mandatory, [1]));
                if (fault == "reserved bit") avps.Add(SampleMessages.Raw(new AvpKey(0, 65_000), (AvpFlags)1, [1]));
                byte[] request = ServedRequests.Write(command, avps, fault == "not proxiable" ? CommandFlags.Request : null);
                if (fault == "version") request[0] = 7;
                ReceivedMessage answer = await peer.AskAsync(request);
                Assert.Equal(fault is "reserved bit" or "not proxiable", answer.Header.IsError);
                Assert.Equal(2, answer.All(Avp.ProxyInfo).Count);
                Assert.True(answer.Find(Avp.SessionId).IsPresent);
            });
        }

        cases.End(atLeast: 6);
    }

    /// <summary>RFC 6733 3: T says that a request may have been sent before; its answer is an answer like any other.</summary>
    [Theory, MemberData(nameof(ServedRequests.ApplicationNames), MemberType = typeof(ServedRequests))]
    public async Task A_request_with_the_T_bit_is_served_and_its_answer_has_none(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        await using Conversation peer = Conversation.With();
        ReceivedMessage answer = await peer.AskAsync(ServedRequests.Valid(command, command.Flags | CommandFlags.Retransmitted));
        Assert.False(answer.Header.Flags.HasFlag(CommandFlags.Retransmitted));
        Assert.False(answer.Header.IsError);
    }

    private static byte[] Proxy(byte number) => SampleMessages.Raw(Avp.ProxyInfo.Key, Avp.ProxyInfo.Flags, SampleMessages.Group(
    [
        SampleMessages.Raw(Avp.ProxyHost.Key, Avp.ProxyHost.Flags, "proxy.example"u8),
        SampleMessages.Raw(Avp.ProxyState.Key, Avp.ProxyState.Flags, [number, 0, 255]),
    ]));
}
