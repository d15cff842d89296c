using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 7.1.5, DIAMETER_MISSING_AVP (5005): each AVP that a grammar requires is left out, at every depth.</summary>
/// Failed-AVP holds an example of it: right code, vendor and flags, zeros of the least length, inside the headers of its groups.
public sealed class MissingAvpTests(ITestOutputHelper output)
{
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task A_required_AVP_that_is_missing_is_5005_with_an_example_of_it(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        foreach (Place place in Place.Of(command).Where(place => place.Rule.Required))
        {
            await cases.RunAsync(place.ToString(), async () =>
            {
                ReceivedMessage answer = await peer.AskAsync(ServedRequests.Changed(place, _ => []));
                Assert.Equal(ResultCode.MissingAvp, answer.Result);
                Assert.Equal(place.Failed(Example(place.Avp)), answer.Failed);
            });
        }

        cases.End(atLeast: command.Members.Count(rule => rule.Required));
    }

    /// <summary>Made here from the types of RFC 6733 4.2 and 4.3 alone, so that the code under test is not its own judge.</summary>
    private static byte[] Example(AvpDefinition avp) => SampleMessages.Raw(avp.Key, avp.Flags, avp.Type switch
    {
        AvpType.Grouped => SampleMessages.Group(avp.Group!.Members.Where(rule => rule.Required).Select(rule => Example(rule.Avp))),
        AvpType.Integer32 or AvpType.Unsigned32 or AvpType.Enumerated or AvpType.Time => new byte[4],
        AvpType.Integer64 or AvpType.Unsigned64 => new byte[8],
        AvpType.Address => new byte[6],
        _ => new byte[1],
    });
}
