using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 4.1, 4.2, 7.1.5, DIAMETER_INVALID_AVP_LENGTH (5014): lengths that the type of an AVP does not have, at every depth.</summary>
public sealed class AvpLengthTests(ITestOutputHelper output)
{
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task A_wrong_length_of_a_fixed_size_AVP_is_5014_with_the_AVP(string name)
    {
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        foreach (Place place in Place.Of(ServedRequests.Find(name)))
        {
            foreach (byte[] data in WrongData(place.Avp.Type))
            {
                byte[] avp = SampleMessages.Raw(place.Avp.Key, place.Avp.Flags, data);
                await cases.RunAsync($"{place} of {data.Length} octets", async () =>
                {
                    ReceivedMessage answer = await peer.AskAsync(ServedRequests.Changed(place, _ => [avp]));
                    Assert.Equal(ResultCode.InvalidAvpLength, answer.Result);
                    Assert.Equal(place.Failed(avp), answer.Failed);
                });
            }
        }

        // A DWR has Origin-State-Id, a DPR Disconnect-Cause.
        cases.End(atLeast: 4);
    }

    /// <summary>The stated length of the last AVP runs past the message, or does not even cover its own header.</summary>
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task A_length_below_the_header_or_past_the_message_is_5014_with_the_header(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        foreach (int stated in new[] { 0, 1, 7, 13, 200, 0xFFFFFF })
        {
            await cases.RunAsync($"{name} {stated}", async () =>
            {
                // Twelve octets that state another length. The AVP is one nobody knows, so that its data has no least length.
                byte[] avp = SampleMessages.Raw(new AvpKey(0, 0xFFFF), AvpFlags.None, new byte[4]);
                byte[] request = ServedRequests.Write(command, [.. ServedRequests.Avps(command), avp]);
                (request[^7], request[^6], request[^5]) = ((byte)(stated >> 16), (byte)(stated >> 8), (byte)stated);
                ReceivedMessage answer = await peer.AskAsync(request);
                Assert.Equal(ResultCode.InvalidAvpLength, answer.Result);
                Assert.Equal(SampleMessages.Raw(new AvpKey(0, 0xFFFF), AvpFlags.None, []), answer.Failed);
            });
        }

        cases.End(atLeast: 6);
    }

    private static IEnumerable<byte[]> WrongData(AvpType type)
    {
        switch (type)
        {
            case AvpType.Integer32 or AvpType.Unsigned32 or AvpType.Enumerated or AvpType.Time:
                return new[] { 1, 3, 5, 8 }.Select(size => new byte[size]);
            case AvpType.Integer64 or AvpType.Unsigned64:
                return new[] { 1, 4, 7, 9, 12 }.Select(size => new byte[size]);
            case AvpType.Address:
                // Family 1 has four octets behind it, family 2 sixteen; below three octets there is no address at all.
                return [[0], [0, 1], [0, 1, 127, 0, 0], [0, 1, 127, 0, 0, 1, 0], [0, 2, 127, 0, 0, 1], [0, 2, .. new byte[17]]];
            default:
                return [];
        }
    }
}
