using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 3, 7.1.3, DIAMETER_INVALID_HDR_BITS (3008): all 256 values of the flags octet, for every command.</summary>
/// <remarks>
/// R clear makes a message an answer, and one to nothing is dropped. E belongs to answers alone. P has to be as the command has it;
/// in the peer protocol it is let pass, because some stacks set it in every request and nobody on this hop reads it. T is allowed in
/// any request. Reserved bits are ignored, as clause 3 says of receivers, so that 5013 is never sent for one.
/// </remarks>
public sealed class HeaderFlagsTests(ITestOutputHelper output)
{
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task Flags_that_do_not_fit_the_command_are_3008(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        ReceivedMessage expected = await peer.AskAsync(ServedRequests.Valid(command));
        bool isPeerProtocol = command.ApplicationId == ApplicationIds.Base;
        for (int octet = 0; octet < 256; octet++)
        {
            CommandFlags flags = (CommandFlags)octet;
            await cases.RunAsync($"{name} {octet:X2}", async () =>
            {
                byte[] request = ServedRequests.Valid(command, flags);
                if ((flags & CommandFlags.Request) == 0)
                {
                    await peer.TellAsync(request);
                    return;
                }

                bool fits = (flags & CommandFlags.Error) == 0 && (isPeerProtocol || (flags & CommandFlags.Proxiable) != 0);
                ReceivedMessage answer = await peer.AskAsync(request);
                Assert.Equal(fits ? expected.Result : ResultCode.InvalidHdrBits, answer.Result);
                Assert.Equal(!fits, answer.Header.IsError);
            });
        }

        cases.End(atLeast: 256);
    }
}
