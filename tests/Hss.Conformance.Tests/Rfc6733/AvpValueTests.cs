using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 4.3, 7.1.5, DIAMETER_INVALID_AVP_VALUE (5004): values that the type of an AVP does not have, at every depth.</summary>
public sealed class AvpValueTests(ITestOutputHelper output)
{
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task A_value_its_type_does_not_have_is_5004_with_the_AVP(string name)
    {
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();

        // A destination that is no name is not this node's, which comes first (RequestRoutingTests).
        foreach (Place place in Place.Of(ServedRequests.Find(name)).Where(place => !place.Avp.Name.StartsWith("Destination-", StringComparison.Ordinal)))
        {
            foreach (byte[] data in WrongData(place.Avp.Type))
            {
                byte[] avp = SampleMessages.Raw(place.Avp.Key, place.Avp.Flags, data);
                await cases.RunAsync($"{place} {Convert.ToHexString(data)}", async () =>
                {
                    ReceivedMessage answer = await peer.AskAsync(ServedRequests.Changed(place, _ => [avp]));
                    Assert.Equal(ResultCode.InvalidAvpValue, answer.Result);
                    Assert.Equal(place.Failed(avp), answer.Failed);
                });
            }
        }

        // Origin-Host and Origin-Realm are in every request.
        cases.End(atLeast: 6);
    }

    private static IEnumerable<byte[]> WrongData(AvpType type) => type switch
    {
        AvpType.Enumerated => [[0, 0, 0, 0x3F], [0, 0, 1, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0]],
        AvpType.Utf8String => [[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80], [0x61, 0]],
        AvpType.DiameterIdentity or AvpType.DiameterUri => [[0x61, 0x20], [0x61, 0xC3, 0xA9], [0]],
        AvpType.Address => [[0, 0, 127, 0, 0, 1], [0xFF, 0xFF, 127, 0, 0, 1]],
        _ => [],
    };
}
