using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 4.1, 7.1.3: the flags of an AVP, at every depth.</summary>
/// Of reserved bits the clause says both that receivers should ignore them and that an unrecognised bit should be considered an
/// error. Here they are an error, DIAMETER_INVALID_AVP_BITS (3009): a bit that nobody understands may change what the AVP means.
public sealed class AvpFlagsTests(ITestOutputHelper output)
{
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task A_reserved_bit_is_3009_with_the_AVP(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        foreach (Place place in Place.Of(command))
        {
            for (int bit = 1; bit < 0x20; bit <<= 1)
            {
                await cases.RunAsync($"{place} bit {bit:X2}", async () =>
                {
                    byte[] broken = [];
                    byte[] request = ServedRequests.Changed(place, avp =>
                    {
                        broken = [.. avp];
                        broken[4] |= (byte)bit;
                        return [broken];
                    });
                    ReceivedMessage answer = await peer.AskAsync(request);
                    Assert.Equal(ResultCode.InvalidAvpBits, answer.Result);
                    Assert.Equal(place.Failed(broken), answer.Failed);
                });
            }
        }

        cases.End(atLeast: 5 * command.Members.Count);
    }

    /// <summary>M of an AVP that is known says nothing new, and P means nothing since there is no end-to-end security.</summary>
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task M_and_P_of_a_known_AVP_change_nothing(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        foreach (Place place in Place.Of(command).Where(place => place.Rule.Required))
        {
            ReceivedMessage expected = await peer.AskAsync(ServedRequests.Changed(place, avp => [avp]));
            foreach (AvpFlags flag in new[] { AvpFlags.Mandatory, AvpFlags.Protected })
            {
                await cases.RunAsync($"{place} {flag}", async () =>
                {
                    byte[] request = ServedRequests.Changed(place, avp =>
                    {
                        avp[4] ^= (byte)flag;
                        return [avp];
                    });
                    ReceivedMessage answer = await peer.AskAsync(request);
                    Assert.Equal(expected.Result, answer.Result);
                });
            }
        }

        cases.End(atLeast: 2 * command.Members.Count(rule => rule.Required));
    }
}
