using static Hss.Diameter.Tests.MarSample;

namespace Hss.Diameter.Tests;

/// <summary>Faults inside groups: RFC 6733 4.4 and 7.5, the group's header around the member that failed and nothing else.</summary>
public sealed class GroupFaultTests
{
    private static CommandCase Sar => CommandCase.All["SAR"];

    [Fact]
    public void The_member_that_failed_is_shown_inside_its_group_alone()
    {
        byte[] bad = Octets(Avp.SipItemNumber, 1, 2, 3);
        GrammarFault fault = Fault(Members(
            Avp.SipAuthDataItem, Octets(Avp.SipAuthenticationScheme, 65), bad, Octets(Avp.SipAuthorization, 1)));
        Assert.Equal(ResultCode.InvalidAvpLength, fault.Code);
        Assert.Equal(Members(Avp.SipAuthDataItem, bad), fault.FailedAvp.ToArray());
    }

    [Fact]
    public void Faults_of_every_kind_are_found_in_groups()
    {
        byte[] unknown = SampleMessages.Raw(new AvpKey(99999, 1), AvpFlags.Vendor | AvpFlags.Mandatory, [1, 2]);
        byte[] number = Octets(Avp.SipItemNumber, 0, 0, 0, 1);
        byte[] bits = Octets(Avp.SipItemNumber, 0, 0, 0, 1);
        bits[4] |= 1;
        foreach ((byte[] member, ResultCode code) in new[]
        {
            (unknown, ResultCode.AvpUnsupported),
            (number, ResultCode.AvpOccursTooManyTimes),
            (bits, ResultCode.InvalidAvpBits),
            (Octets(Avp.SipAuthenticationScheme, 0), ResultCode.InvalidAvpValue),
        })
        {
            GrammarFault fault = Fault(Members(Avp.SipAuthDataItem, number, member));
            Assert.Equal(code, fault.Code);
            Assert.Equal(Members(Avp.SipAuthDataItem, member), fault.FailedAvp.ToArray());
        }
    }

    [Fact]
    public void A_member_that_is_missing_deep_inside_is_shown_inside_all_its_groups()
    {
        byte[] zero = [0];
        byte[] subscription = Members(
            Avp.SubscriptionInfo,
            Octets(Avp.CallIdSipHeader, 1), Octets(Avp.FromSipHeader, 1), Octets(Avp.ToSipHeader, 1), Octets(Avp.RecordRoute, 1));
        byte[] restoration = Members(
            Avp.RestorationInfo, Octets(Avp.Path, 1), Octets(Avp.Contact, 1), subscription);
        byte[] all = Members(Avp.ScscfRestorationInfo, Octets(Avp.UserName, 65), restoration);
        GrammarFault fault = Sar.Parse(With(Sar, all));
        Assert.Equal(ResultCode.MissingAvp, fault.Code);
        Assert.Equal(
            Members(Avp.ScscfRestorationInfo, Members(Avp.RestorationInfo, Members(Avp.SubscriptionInfo, Octets(Avp.Contact, zero)))),
            fault.FailedAvp.ToArray());
    }

    [Fact]
    public void A_required_member_that_may_repeat_is_5005_when_it_is_absent()
    {
        GrammarFault fault = Sar.Parse(With(Sar, Members(Avp.ScscfRestorationInfo, Octets(Avp.UserName, 65))));
        Assert.Equal(ResultCode.MissingAvp, fault.Code);
        byte[] example = Members(Avp.RestorationInfo, Octets(Avp.Path, 0), Octets(Avp.Contact, 0));
        Assert.Equal(Members(Avp.ScscfRestorationInfo, example), fault.FailedAvp.ToArray());
    }

    [Fact]
    public void A_missing_group_without_required_members_is_shown_empty()
    {
        List<byte[]> avps = SampleMessages.AvpsOf(Mar.Grammar, maximal: false);
        avps.RemoveAll(avp => avp.AsSpan(0, 4).SequenceEqual(new byte[] { 0, 0, 2, 0x64 }));
        GrammarFault fault = Mar.Parse(SampleMessages.Message(Mar.Grammar, avps));
        Assert.Equal(ResultCode.MissingAvp, fault.Code);
        Assert.Equal(Octets(Avp.SipAuthDataItem), fault.FailedAvp.ToArray());
    }

    [Fact]
    public void A_fault_in_a_group_comes_before_one_behind_the_group()
    {
        byte[] bad = Octets(Avp.VendorId, 1);
        byte[] message = With(
            Mar, Members(Avp.VendorSpecificApplicationId, bad), SampleMessages.Raw(new AvpKey(99999, 1), AvpFlags.Vendor | AvpFlags.Mandatory, []));
        GrammarFault fault = Mar.Parse(message);
        Assert.Equal(ResultCode.InvalidAvpLength, fault.Code);
        Assert.Equal(Members(Avp.VendorSpecificApplicationId, bad), fault.FailedAvp.ToArray());
    }

    [Fact]
    public void A_member_that_is_longer_than_its_group_is_5014_though_the_message_goes_on()
    {
        byte[] scheme = Octets(Avp.SipAuthenticationScheme, 65, 66, 67, 68);
        scheme[7] += 4;
        byte[] group = SampleMessages.Raw(Avp.SipAuthDataItem.Key, Avp.SipAuthDataItem.Flags, scheme);
        GrammarFault fault = Fault(group);
        Assert.Equal(ResultCode.InvalidAvpLength, fault.Code);
        Assert.Equal(Members(Avp.SipAuthDataItem, Octets(Avp.SipAuthenticationScheme, 0)), fault.FailedAvp.ToArray());
    }

    [Fact]
    public void Octets_behind_the_last_member_are_5014()
    {
        byte[] group = SampleMessages.Raw(Avp.SipAuthDataItem.Key, Avp.SipAuthDataItem.Flags, [0, 0, 2, 0x60]);
        GrammarFault fault = Fault(group);
        Assert.Equal(ResultCode.InvalidAvpLength, fault.Code);
        Assert.Equal(
            SampleMessages.Raw(Avp.SipAuthDataItem.Key, Avp.SipAuthDataItem.Flags, [0, 0, 2, 0x60, 0, 0, 0, 8]),
            fault.FailedAvp.ToArray());
    }

    [Fact]
    public void The_padding_of_the_last_member_may_be_missing()
    {
        byte[] scheme = Octets(Avp.SipAuthenticationScheme, 65);
        byte[] message = With(Mar, SampleMessages.Raw(Avp.SipAuthDataItem.Key, Avp.SipAuthDataItem.Flags, scheme));
        Assert.True(Commands.Cx.MultimediaAuthRequest.TryParse(message, out Commands.Cx.MultimediaAuthRequest request, out _));
        Assert.Equal("A", request.SipAuthDataItem.SipAuthenticationScheme.ToText());
    }

    [Fact]
    public void A_closed_group_takes_no_other_AVP_with_the_M_bit()
    {
        byte[] vendor = Octets(Avp.VendorId, 0, 0, 0x28, 0xAF);
        byte[] stranger = Octets(Avp.UserName, 65);
        GrammarFault fault = Fault(Members(Avp.VendorSpecificApplicationId, vendor, stranger));
        Assert.Equal(ResultCode.AvpNotAllowed, fault.Code);
        Assert.Equal(Members(Avp.VendorSpecificApplicationId, stranger), fault.FailedAvp.ToArray());

        stranger[4] = 0;
        Assert.Equal(ResultCode.None, Fault(Members(Avp.VendorSpecificApplicationId, vendor, stranger)).Code);
    }

    [Fact]
    public void What_stands_in_a_Failed_AVP_is_not_judged()
    {
        CommandCase answer = CommandCase.All["UAA"];
        byte[] unknown = SampleMessages.Raw(new AvpKey(99999, 1), (AvpFlags)0xFF, [1, 2]);
        Assert.Equal(ResultCode.None, answer.Parse(With(answer, Members(Avp.FailedAvp, unknown, Octets(Avp.VendorId, 1)))).Code);
        Assert.Equal(ResultCode.None, answer.Parse(With(answer, Octets(Avp.FailedAvp, 1, 2, 3))).Code);
        Assert.Equal(ResultCode.None, answer.Parse(With(answer, Octets(Avp.FailedAvp))).Code);
    }

    [Fact]
    public void Groups_are_read_to_the_depth_allowed_and_not_deeper()
    {
        byte[] innermost = Octets(Avp.UserName, 65);
        byte[] nested = innermost;
        for (int depth = 1; depth < DiameterLimits.MaxNestingDepth; depth++) nested = Members(Avp.ServerCapabilities, nested);
        Assert.Equal(ResultCode.None, Fault(nested).Code);

        GrammarFault fault = Fault(Members(Avp.ServerCapabilities, nested));
        Assert.Equal(ResultCode.InvalidAvpValue, fault.Code);
        AvpReader reader = new(fault.FailedAvp.Span);
        Assert.True(reader.Read());
        Assert.Equal(Avp.ServerCapabilities.Key, reader.Key);
    }

    [Fact]
    public void A_message_of_nothing_but_groups_in_groups_is_refused_without_harm()
    {
        byte[] nested = [];
        while (nested.Length < DiameterLimits.MaxFrameLengthBytes / 2) nested = SampleMessages.Raw(Avp.ServerCapabilities.Key, Avp.ServerCapabilities.Flags, nested);
        Assert.Equal(ResultCode.InvalidAvpValue, Fault(nested).Code);
    }
}
