using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 7.1.5, DIAMETER_AVP_OCCURS_TOO_MANY_TIMES (5009): each AVP that may stand once stands twice, at every depth.</summary>
public sealed class OccurrenceTests(ITestOutputHelper output)
{
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task A_second_AVP_where_one_is_allowed_is_5009_with_the_second(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        foreach (Place place in Place.Of(command).Where(place => !place.Rule.Repeatable))
        {
            await cases.RunAsync(place.ToString(), async () =>
            {
                // The P bit tells the second one from the first: the AVP at fault is the first one too many.
                byte[] second = [];
                byte[] request = ServedRequests.Changed(place, first =>
                {
                    second = [.. first];
                    second[4] |= (byte)AvpFlags.Protected;
                    return [first, second];
                });
                ReceivedMessage answer = await peer.AskAsync(request);
                Assert.Equal(ResultCode.AvpOccursTooManyTimes, answer.Result);
                Assert.Equal(place.Failed(second), answer.Failed);
            });
        }

        cases.End(atLeast: command.Members.Count(rule => !rule.Repeatable));
    }

    public static TheoryData<string> CommandsWithRepetition => ServedRequests.NamesOf(command => command.Members.Any(rule => rule.Repeatable));

    [Theory, MemberData(nameof(CommandsWithRepetition))]
    public async Task An_AVP_that_may_repeat_may_stand_twice(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        foreach (Place place in Place.Of(command).Where(place => place.Rule.Repeatable))
        {
            await cases.RunAsync(place.ToString(), async () =>
            {
                // What the request means with two of them is the procedure's affair; its grammar is kept.
                ReceivedMessage answer = await peer.AskAsync(ServedRequests.Changed(place, avp => [avp, avp]));
                bool isAboutGrammar = answer.Result is ResultCode.MissingAvp or ResultCode.InvalidAvpLength or ResultCode.InvalidAvpValue;
                Assert.False(isAboutGrammar || answer.Header.IsError, answer.ToString());
                // One public identity for most types of a SAR; one of each on Sh for whoever has not the feature for several.
                bool isOne = (name, place.Avp.Name) is ("SAR", "Public-Identity") or ("UDR" or "PUR" or "SNR", "Data-Reference" or "Service-Indication" or "Identity-Set");
                if (!isOne) Assert.NotEqual(ResultCode.AvpOccursTooManyTimes, answer.Result);
            });
        }

        cases.End(atLeast: command.Members.Count(rule => rule.Repeatable));
    }
}
