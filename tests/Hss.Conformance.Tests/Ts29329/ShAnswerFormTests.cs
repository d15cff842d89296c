using Hss.Conformance.Tests.Support;
using Hss.Diameter.Commands.Base;
using Hss.Procedures.Tests;

namespace Hss.Conformance.Tests.Ts29329;

/// <summary>TS 29.329 5.3, 6.1, 6.2: what every answer of Sh has, whatever its result.</summary>
public sealed class ShAnswerFormTests
{
    private const string Nobody = "sip:nobody@" + CxRequests.Realm;

    public static TheoryData<string> Results => ["success", "experimental", "permanent failure"];

    [Theory, MemberData(nameof(Results))]
    public async Task No_session_is_kept_and_the_application_stands_in_its_group(string result)
    {
        await using Conversation peer = Conversation.With();
        foreach (CommandGrammar command in ServedRequests.OfSh)
        {
            ReceivedMessage answer = await peer.AskAsync(Request(command, result));

            // 5.3: NO_STATE_MAINTAINED, and neither lifetime nor time-out of a session that there is not.
            Assert.Equal((uint)AuthSessionState.NoStateMaintained, answer.Unsigned(Avp.AuthSessionState));
            Assert.False(answer.Find(Avp.AuthorizationLifetime).IsPresent || answer.Find(Avp.SessionTimeout).IsPresent);

            // 6.1: the application with its vendor.
            VendorSpecificApplicationId group = VendorSpecificApplicationId.Read(Assert.Single(answer.All(Avp.VendorSpecificApplicationId)));
            Assert.Equal((Vendors.ThreeGpp, ApplicationIds.Sh), (group.VendorId, group.AuthApplicationId!.Value));
            Assert.False(answer.Find(Avp.AuthApplicationId).IsPresent);
        }
    }

    /// <summary>RFC 6733 7.6, 7.7; TS 29.329 6.2: codes of 3GPP stand beside its vendor number, never in Result-Code and never with E.</summary>
    [Fact]
    public async Task Results_of_3GPP_stand_in_Experimental_Result_with_their_vendor()
    {
        await using Conversation peer = Conversation.With();
        foreach (CommandGrammar command in ServedRequests.OfSh)
        {
            ReceivedMessage answer = await peer.AskAsync(Request(command, "experimental"));
            ExperimentalResult experimental = ExperimentalResult.Read(answer.Find(Avp.ExperimentalResult));
            Assert.Equal((Vendors.ThreeGpp, (uint)ExperimentalResultCode.ErrorUserUnknown), (experimental.VendorId, experimental.ExperimentalResultCode));
            Assert.False(answer.Find(Avp.ResultCode).IsPresent);
            Assert.False(answer.Header.IsError);
        }
    }

    private static byte[] Request(CommandGrammar command, string result)
    {
        Place place = Place.Of(command).First(one => one.Avp.Name == "Public-Identity");
        return result switch
        {
            "success" => ServedRequests.Valid(command),
            "experimental" => ServedRequests.Changed(place, _ => [SampleMessages.Raw(place.Avp.Key, place.Avp.Flags, System.Text.Encoding.ASCII.GetBytes(Nobody))]),
            _ => ServedRequests.Write(command, [.. ServedRequests.Avps(command), SampleMessages.Raw(new AvpKey(0, 65_000), AvpFlags.Mandatory, [1])]),
        };
    }
}
