using Hss.Conformance.Tests.Support;
using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 4.1, 7.1.5, DIAMETER_AVP_UNSUPPORTED (5001): an AVP nobody knows is refused with the M bit and ignored without, anywhere.</summary>
public sealed class UnknownAvpTests(ITestOutputHelper output)
{
    /// <summary>A code of nobody, one of a vendor nobody knows, and one that only another vendor has.</summary>
    private static readonly AvpKey[] Unknown = [new(0, 65_000), new(99_999, 4242), new(99_999, Avp.UserName.Key.Code)];

    [Theory, MemberData(nameof(ServedRequests.Names), MemberType = typeof(ServedRequests))]
    public async Task An_unknown_AVP_is_5001_with_the_M_bit_and_ignored_without(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        string expected = Verdict(await peer.AskAsync(ServedRequests.Valid(command)));
        int places = ServedRequests.Avps(command).Count + 1;
        foreach (AvpKey key in Unknown)
        {
            for (int place = 0; place < places; place++)
            {
                foreach (bool mandatory in new[] { true, false })
                {
                    byte[] avp = Make(key, mandatory);
                    await cases.RunAsync($"{name} {key} at {place}, M {mandatory}", async () =>
                    {
                        List<byte[]> avps = ServedRequests.Avps(command);
                        avps.Insert(place, avp);
                        await CheckAsync(peer, ServedRequests.Write(command, avps), mandatory ? avp : null, expected);
                    });
                }
            }
        }

        cases.End(atLeast: 6 * command.Members.Count(rule => rule.Required));
    }

    public static TheoryData<string> CommandsWithGroups => ServedRequests.NamesOf(command => command.Members.Any(rule => rule.Avp.Group is not null));

    [Theory, MemberData(nameof(CommandsWithGroups))]
    public async Task An_unknown_member_of_a_group_is_judged_the_same_way(string name)
    {
        CommandGrammar command = ServedRequests.Find(name);
        CaseCount cases = new(output, name);
        await using Conversation peer = Conversation.With();
        Place[] groups = [.. Place.Of(command).Where(place => place.Avp.Group is not null)];
        foreach (Place group in groups)
        {
            string expected = Verdict(await peer.AskAsync(ServedRequests.Changed(group, avp => [avp])));
            foreach (bool mandatory in new[] { true, false })
            {
                byte[] avp = Make(Unknown[1], mandatory);
                await cases.RunAsync($"{group}, M {mandatory}", async () =>
                {
                    byte[] request = ServedRequests.Changed(group, whole => [SampleMessages.Raw(group.Avp.Key, group.Avp.Flags, [.. whole.AsSpan(HeaderBytes(whole)), .. SampleMessages.Group([avp])])]);
                    byte[] failed = group.Failed(SampleMessages.Raw(group.Avp.Key, group.Avp.Flags, SampleMessages.Group([avp])));
                    await CheckAsync(peer, request, mandatory ? failed : null, expected);
                });
            }
        }

        cases.End(atLeast: 2);
    }

    private static async Task CheckAsync(Conversation peer, byte[] request, byte[]? failed, string ignored)
    {
        ReceivedMessage answer = await peer.AskAsync(request);
        if (failed is null)
        {
            Assert.Equal(ignored, Verdict(answer));
            return;
        }

        Assert.Equal(ResultCode.AvpUnsupported, answer.Result);
        Assert.Equal(failed, answer.Failed);
    }

    private static byte[] Make(AvpKey key, bool mandatory) => SampleMessages.Raw(
        key, (key.VendorId == 0 ? AvpFlags.None : AvpFlags.Vendor) | (mandatory ? AvpFlags.Mandatory : AvpFlags.None), [1, 2, 3]);

    /// <summary>The result and which AVPs came with it: what would differ if something was not ignored.</summary>
    private static string Verdict(ReceivedMessage answer) => $"{answer.Result} {answer.Find(Avp.ExperimentalResult).ToHex()} {string.Join(' ', answer.Keys)}";

    private static int HeaderBytes(byte[] avp) => (avp[4] & (byte)AvpFlags.Vendor) != 0 ? 12 : 8;
}

internal static class HexExtensions
{
    public static string ToHex(this AvpValue value) => value.IsPresent ? Convert.ToHexString(value.RawAvp.Span) : "-";
}
