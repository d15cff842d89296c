using System.Buffers.Binary;
using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 3, 7.1.5, DIAMETER_INVALID_MESSAGE_LENGTH (5015): a length that is no multiple of four, for every command.</summary>
/// A length below the header, or one longer than any message here, cannot even be cut off the stream: it ends its connection without
/// an answer (<c>ConnectionTests.A_length_no_message_has_closes_the_connection</c> of the node's own tests).
public sealed class MessageLengthTests(ITestOutputHelper output)
{
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task A_length_that_is_no_multiple_of_four_is_5015(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        for (int more = 1; more <= 3; more++)
        {
            await cases.RunAsync($"{name} and {more}", async () =>
            {
                byte[] request = [.. ServedRequests.Valid(command), .. new byte[more]];
                BinaryPrimitives.WriteUInt32BigEndian(request, 0x0100_0000 | (uint)request.Length);
                Assert.Equal(ResultCode.InvalidMessageLength, (await peer.AskAsync(request)).Result);
            });
        }

        cases.End(atLeast: 3);
    }
}
