using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 6.1.4, 7.1.3: DIAMETER_COMMAND_UNSUPPORTED (3001) and DIAMETER_APPLICATION_UNSUPPORTED (3007).</summary>
public sealed class UnknownCommandTests(ITestOutputHelper output)
{
    private const CommandFlags RequestToProxies = CommandFlags.Request | CommandFlags.Proxiable;

    /// <summary>TS 29.228 6.1.3, 6.2.2, TS 29.328 6.1.4: RTR and PPR go from the HSS to the S-CSCF and PNR to the application server; there is nothing for an
    /// HSS to do with one.</summary>
    [Fact]
    public async Task Every_command_of_the_dictionary_that_is_not_served_is_3001()
    {
        CaseCount cases = new(output, "commands not served");
        await using Conversation peer = Conversation.With();
        foreach (CommandGrammar command in DiameterDictionary.Commands.Where(command => command.IsRequest && command.ApplicationId is ApplicationIds.Cx or ApplicationIds.Sh).Except(ServedRequests.All))
        {
            await cases.RunAsync(command.Name, async () => Assert.Equal(ResultCode.CommandUnsupported, (await peer.AskAsync(ServedRequests.Valid(command))).Result));
        }

        cases.End(atLeast: 3);
    }

    [Fact]
    public async Task A_command_code_of_nobody_is_3001_in_the_applications_that_are_served()
    {
        CaseCount cases = new(output, "unknown commands");
        await using Conversation peer = Conversation.With();
        CommandGrammar like = ServedRequests.Find("UAR");
        uint[] nobodys = [0, 1, 256, 258, 271, 274, 275, 281, 299, 316, 0xFFFFFE, 0xFFFFFF];

        // A code means something inside its application alone: those of one are unknown in the other.
        uint[] ofCx = [.. ServedRequests.OfCx.Select(command => command.Code)], ofSh = [.. ServedRequests.OfSh.Select(command => command.Code)], ofPeers = [257, 280, 282];
        foreach ((uint application, uint[] codes) in new[]
        {
            (ApplicationIds.Base, nobodys), (ApplicationIds.Cx, nobodys), (ApplicationIds.Sh, nobodys), (ApplicationIds.Base, ofCx), (ApplicationIds.Base, ofSh),
            (ApplicationIds.Cx, ofSh), (ApplicationIds.Sh, ofCx), (ApplicationIds.Cx, ofPeers), (ApplicationIds.Sh, ofPeers),
        })
        {
            foreach (uint code in codes)
            {
                await cases.RunAsync($"{application} {code}", async () =>
                {
                    byte[] request = Request(code, application, like);
                    Assert.Equal(ResultCode.CommandUnsupported, (await peer.AskAsync(request)).Result);
                });
            }
        }

        cases.End(atLeast: 56);
    }

    [Fact]
    public async Task A_known_command_in_an_application_that_is_not_served_is_3007()
    {
        CaseCount cases = new(output, "unknown applications");
        await using Conversation peer = Conversation.With();
        foreach (CommandGrammar command in ServedRequests.OfCx.Concat(ServedRequests.OfSh))
        {
            // Accounting of the base protocol, the IETF's SIP application, S6a, Gx, and the relay's own number that no request may have.
            foreach (uint application in new uint[] { 3, 6, 16777251, 16777238, ApplicationIds.Relay })
            {
                await cases.RunAsync($"{command} in {application}", async () =>
                {
                    byte[] request = Request(command.Code, application, command);
                    Assert.Equal(ResultCode.ApplicationUnsupported, (await peer.AskAsync(request)).Result);
                });
            }
        }

        cases.End(atLeast: 35);
    }

    private static byte[] Request(uint code, uint application, CommandGrammar like) => Requests.Write(RequestToProxies, code, application, writer =>
    {
        foreach (byte[] avp in ServedRequests.Avps(like)) writer.WriteRawAvp(avp);
    });
}
