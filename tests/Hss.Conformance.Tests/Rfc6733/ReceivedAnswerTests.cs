using System.Text;
using Hss.Conformance.Tests.Support;
using Hss.DiameterNode;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 4.1, 6.2.1: answers to requests of this node that break their grammar, for RTA, PPA and PNA.</summary>
/// Such an answer is an answer, so nothing is sent again, but nothing in it is believed.
public sealed class ReceivedAnswerTests(ITestOutputHelper output)
{
    public static TheoryData<string> Answers => ["RTA", "PPA", "PNA"];

    [Theory, MemberData(nameof(Answers))]
    public async Task An_answer_that_breaks_its_grammar_is_not_believed(string name)
    {
        CommandGrammar command = DiameterDictionary.Commands.Single(one => one.Abbreviation == name);
        CaseCount cases = new(output, name);
        await using WholeNode node = new();
        FakePeer peer = await node.ConnectOpenAsync(application: command.ApplicationId);
        foreach ((string what, IEnumerable<byte[]> avps, bool isGood) in Cases(command))
        {
            await cases.RunAsync(what, async () =>
            {
                OutgoingAnswer answer = await AskAsync(node, peer, command, avps);
                Assert.Equal(isGood ? OutgoingOutcome.Answered : OutgoingOutcome.Unusable, answer.Outcome);
                Assert.Equal(isGood, answer.IsSuccess);
            });
        }

        cases.End(atLeast: 3 * command.Members.Count);
    }

    private static IEnumerable<(string What, IEnumerable<byte[]> Avps, bool IsGood)> Cases(CommandGrammar command)
    {
        byte[] ignored = SampleMessages.Raw(new AvpKey(99_999, 4242), AvpFlags.Vendor, [1, 2, 3]);
        byte[] demanded = SampleMessages.Raw(new AvpKey(99_999, 4242), AvpFlags.Vendor | AvpFlags.Mandatory, [1, 2, 3]);
        yield return ("nothing changed", ServedRequests.Avps(command), true);
        yield return ("unknown AVP", [.. ServedRequests.Avps(command), ignored], true);
        yield return ("unknown AVP with M", [.. ServedRequests.Avps(command), demanded], false);

        // What stands in a Failed-AVP is wrong by definition and not judged, and beside a Result-Code there is no Experimental-Result.
        foreach (Place place in Place.Of(command).Where(place => place.Path[0].Avp.Name is not ("Failed-AVP" or "Experimental-Result")))
        {
            yield return ($"{place} reserved bit", ServedRequests.ChangedAvps(place, avp => [[.. avp[..4], (byte)(avp[4] | 1), .. avp[5..]]]), false);
            if (place.Rule.Required) yield return ($"{place} missing", ServedRequests.ChangedAvps(place, _ => []), false);
            if (!place.Rule.Repeatable) yield return ($"{place} twice", ServedRequests.ChangedAvps(place, avp => [avp, avp]), false);
            bool isNumber = place.Avp.Type is AvpType.Unsigned32 or AvpType.Unsigned64 or AvpType.Enumerated or AvpType.Time;
            if (isNumber) yield return ($"{place} length", ServedRequests.ChangedAvps(place, _ => [SampleMessages.Raw(place.Avp.Key, place.Avp.Flags, new byte[5])]), false);
        }
    }

    private static async Task<OutgoingAnswer> AskAsync(WholeNode node, FakePeer peer, CommandGrammar command, IEnumerable<byte[]> avps)
    {
        Task<OutgoingAnswer> sending = node.Node.SendAsync(
            new OutgoingRequest
            {
                ApplicationId = command.ApplicationId,
                CommandCode = command.Code,
                CommandName = command.Abbreviation[..2] + "R",
                DestinationHost = Requests.Scscf,
                DestinationRealm = Requests.Realm,
                Write = writer => writer.WriteText(Avp.UserName, "user@" + Requests.Realm),
            },
            CancellationToken.None);
        ReceivedMessage request = await peer.ExpectAsync(command.Code, isRequest: true);
        await peer.SendAsync(AnswerTo(request, avps));
        return await sending;
    }

    private static byte[] AnswerTo(ReceivedMessage request, IEnumerable<byte[]> avps)
    {
        byte[] session = Encoding.ASCII.GetBytes(request.Text(Avp.SessionId)!);
        byte[] answer = Requests.Write(CommandFlags.Proxiable, request.Header.CommandCode, request.Header.ApplicationId, writer =>
        {
            foreach (byte[] avp in avps)
            {
                AvpReader reader = new(avp);
                Assert.True(reader.Read());
                writer.WriteAvp(reader.Key, reader.Flags, reader.Key == Avp.SessionId.Key ? session : reader.Data);
            }
        });

        // The identifiers of the request.
        request.Frame.AsSpan(12, 8).CopyTo(answer.AsSpan(12));
        return answer;
    }
}
