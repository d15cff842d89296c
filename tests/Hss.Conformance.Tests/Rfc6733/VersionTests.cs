using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 3, 7.1.5, DIAMETER_UNSUPPORTED_VERSION (5011): every version but 1, for every command.</summary>
public sealed class VersionTests(ITestOutputHelper output)
{
    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task Every_version_but_1_is_5011(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        for (int version = 0; version < 256; version++)
        {
            if (version == DiameterHeader.CurrentVersion) continue;
            await cases.RunAsync($"{name} version {version}", async () =>
            {
                byte[] request = ServedRequests.Valid(command);
                request[0] = (byte)version;
                Assert.Equal(ResultCode.UnsupportedVersion, (await peer.AskAsync(request)).Result);
            });
        }

        cases.End(atLeast: 255);
    }
}
