using System.Reflection;

namespace Hss.Diameter.Tests;

/// <summary>For every command of every page: what RFC 6733 7.1 demands for each way to break its grammar.</summary>
public sealed class GrammarConformanceTests
{
    private static readonly AvpKey Unknown = new(99999, 4242);

    public static TheoryData<string> Commands => CommandCase.Names;

    [Theory, MemberData(nameof(Commands))]
    public void Minimal_and_maximal_messages_parse(string name)
    {
        CommandCase command = CommandCase.All[name];
        Assert.Equal(ResultCode.None, command.Parse(SampleMessages.Minimal(command.Grammar)).Code);
        Assert.Equal(ResultCode.None, command.Parse(SampleMessages.Maximal(command.Grammar)).Code);
    }

    [Theory, MemberData(nameof(Commands))]
    public void AVPs_may_come_in_any_order(string name)
    {
        CommandCase command = CommandCase.All[name];
        List<byte[]> avps = SampleMessages.AvpsOf(command.Grammar, maximal: true);
        avps.Reverse();
        Assert.Equal(ResultCode.None, command.Parse(SampleMessages.Message(command.Grammar, avps)).Code);
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_missing_AVP_is_5005_with_an_example_of_it(string name)
    {
        CommandCase command = CommandCase.All[name];
        foreach (MemberRule missing in command.Grammar.Members.Where(rule => rule.Required))
        {
            byte[] message = SampleMessages.Message(
                command.Grammar, command.Grammar.Members.Where(rule => rule.Required && rule != missing).Select(rule => SampleMessages.Avp(rule.Avp)));
            GrammarFault fault = command.Parse(message);
            Assert.Equal(ResultCode.MissingAvp, fault.Code);
            AssertExample(missing.Avp, fault.FailedAvp.Span);
        }
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_second_AVP_where_one_is_allowed_is_5009_with_the_second(string name)
    {
        CommandCase command = CommandCase.All[name];
        foreach (MemberRule rule in command.Grammar.Members.Where(rule => !rule.Repeatable))
        {
            List<byte[]> avps = SampleMessages.AvpsOf(command.Grammar, maximal: true);

            // The P bit tells the second one from the first.
            byte[] second = SampleMessages.Avp(rule.Avp, maximal: true);
            second[4] |= (byte)AvpFlags.Protected;
            GrammarFault fault = command.Parse(SampleMessages.Message(command.Grammar, [.. avps, second, SampleMessages.Avp(rule.Avp)]));
            Assert.Equal(ResultCode.AvpOccursTooManyTimes, fault.Code);
            Assert.Equal(second, fault.FailedAvp.ToArray());
        }
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_wrong_length_of_a_fixed_size_AVP_is_5014_with_the_AVP(string name)
    {
        CommandCase command = CommandCase.All[name];
        foreach (MemberRule rule in command.Grammar.Members)
        {
            int size = rule.Avp.Type switch
            {
                AvpType.Unsigned32 or AvpType.Integer32 or AvpType.Enumerated or AvpType.Time => 4,
                AvpType.Unsigned64 or AvpType.Integer64 => 8,
                _ => 0,
            };
            if (size == 0) continue;
            foreach (int wrong in new[] { 0, 1, size - 1, size + 1, size + 4 })
            {
                byte[] avp = SampleMessages.Raw(rule.Avp.Key, rule.Avp.Flags, new byte[wrong]);
                GrammarFault fault = command.Parse(With(command, rule, avp));
                Assert.Equal(ResultCode.InvalidAvpLength, fault.Code);
                Assert.Equal(avp, fault.FailedAvp.ToArray());
            }
        }
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_value_that_is_not_enumerated_is_5004_with_the_AVP(string name)
    {
        CommandCase command = CommandCase.All[name];
        foreach (MemberRule rule in command.Grammar.Members.Where(rule => rule.Avp.Type == AvpType.Enumerated))
        {
            foreach (byte[] value in new byte[][] { [0, 0, 0, 0x3F], [0, 0, 1, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0] })
            {
                byte[] avp = SampleMessages.Raw(rule.Avp.Key, rule.Avp.Flags, value);
                GrammarFault fault = command.Parse(With(command, rule, avp));
                Assert.Equal(ResultCode.InvalidAvpValue, fault.Code);
                Assert.Equal(avp, fault.FailedAvp.ToArray());
            }
        }
    }

    [Theory, MemberData(nameof(Commands))]
    public void An_unknown_AVP_is_5001_with_the_M_bit_and_ignored_without(string name)
    {
        CommandCase command = CommandCase.All[name];
        List<byte[]> avps = SampleMessages.AvpsOf(command.Grammar, maximal: false);
        byte[] ignored = SampleMessages.Raw(Unknown, AvpFlags.Vendor, [1, 2, 3]);
        byte[] demanded = SampleMessages.Raw(Unknown, AvpFlags.Vendor | AvpFlags.Mandatory, [1, 2, 3]);
        for (int place = 0; place <= avps.Count; place++)
        {
            Assert.Equal(ResultCode.None, command.Parse(SampleMessages.Message(command.Grammar, avps.ToList().Insertion(place, ignored))).Code);
            GrammarFault fault = command.Parse(SampleMessages.Message(command.Grammar, avps.ToList().Insertion(place, demanded)));
            Assert.Equal(ResultCode.AvpUnsupported, fault.Code);
            Assert.Equal(demanded, fault.FailedAvp.ToArray());
        }
    }

    [Theory, MemberData(nameof(Commands))]
    public void Flags_that_do_not_fit_the_command_are_3008(string name)
    {
        CommandCase command = CommandCase.All[name];
        List<byte[]> avps = SampleMessages.AvpsOf(command.Grammar, maximal: false);
        for (int octet = 0; octet < 256; octet++)
        {
            CommandFlags flags = (CommandFlags)octet, judged = flags & (CommandFlags.Request | CommandFlags.Proxiable | CommandFlags.Error);
            bool fits = judged == command.Grammar.Flags
                || (command.Grammar.IsForAnyCommand && (judged | CommandFlags.Proxiable) == (command.Grammar.Flags | CommandFlags.Proxiable));
            GrammarFault fault = command.Parse(SampleMessages.Message(command.Grammar, avps, flags));
            Assert.Equal(fits ? ResultCode.None : ResultCode.InvalidHdrBits, fault.Code);
            Assert.True(fault.FailedAvp.IsEmpty);
        }
    }

    [Theory, MemberData(nameof(Commands))]
    public void Reserved_AVP_flags_are_3009_and_the_P_bit_is_ignored(string name)
    {
        CommandCase command = CommandCase.All[name];
        foreach (MemberRule rule in command.Grammar.Members)
        {
            byte[] avp = SampleMessages.Avp(rule.Avp);
            avp[4] |= (byte)AvpFlags.Protected;
            Assert.Equal(ResultCode.None, command.Parse(With(command, rule, avp)).Code);
            for (int bit = 1; bit < 0x20; bit <<= 1)
            {
                byte[] broken = [.. avp];
                broken[4] |= (byte)bit;
                GrammarFault fault = command.Parse(With(command, rule, broken));
                Assert.Equal(ResultCode.InvalidAvpBits, fault.Code);
                Assert.Equal(broken, fault.FailedAvp.ToArray());
            }
        }
    }

    [Theory, MemberData(nameof(Commands))]
    public void The_M_bit_of_a_known_AVP_is_not_judged(string name)
    {
        CommandCase command = CommandCase.All[name];
        List<byte[]> avps = SampleMessages.AvpsOf(command.Grammar, maximal: true);
        foreach (byte[] avp in avps) avp[4] ^= (byte)AvpFlags.Mandatory;
        Assert.Equal(ResultCode.None, command.Parse(SampleMessages.Message(command.Grammar, avps)).Code);
    }

    [Theory, MemberData(nameof(Commands))]
    public void Every_accessor_gives_the_AVPs_it_is_named_after(string name)
    {
        CommandCase command = CommandCase.All[name];
        foreach (bool maximal in new[] { false, true })
        {
            byte[] message = maximal ? SampleMessages.Maximal(command.Grammar) : SampleMessages.Minimal(command.Grammar);
            Assert.True(command.TryParse(message, out object parsed, out _));
            AccessorAssert.All(parsed, command.Grammar, maximal);
        }
    }

    [Fact]
    public void Every_command_of_the_pages_has_a_type_and_is_found_by_its_header()
    {
        Assert.Equal(DiameterDictionary.Commands.Count, CommandCase.All.Count);
        foreach (CommandCase command in CommandCase.All.Values)
        {
            Assert.Same(command, CommandCase.For(SampleMessages.Minimal(command.Grammar)));
            Assert.Equal(command.Grammar.Code, command.Type.GetProperty("CommandCode", BindingFlags.Public | BindingFlags.Static)!.GetValue(null));
            Assert.Equal(command.Grammar.ApplicationId, command.Type.GetProperty("ApplicationId", BindingFlags.Public | BindingFlags.Static)!.GetValue(null));
        }
    }

    /// <summary>A minimal message in which one AVP is replaced, or added when it is optional.</summary>
    private static byte[] With(CommandCase command, MemberRule rule, byte[] avp) =>
        SampleMessages.Message(command.Grammar, command.Grammar.Members
            .Where(other => other.Required || other == rule)
            .Select(other => other == rule ? avp : SampleMessages.Avp(other.Avp)));

    /// <summary>The example is one AVP of the definition with nothing but zeros in it, and what it requires is there.</summary>
    private static void AssertExample(AvpDefinition definition, ReadOnlySpan<byte> example)
    {
        AvpReader reader = new(example);
        Assert.True(reader.Read());
        Assert.Equal(definition.Key, reader.Key);
        Assert.Equal(definition.Flags, reader.Flags);
        Assert.Equal(example.Length, reader.LengthBytes);
        if (definition.Group is not { } group)
        {
            Assert.False(reader.Data.IsEmpty);
            Assert.False(reader.Data.ContainsAnyExcept((byte)0));
            return;
        }

        AvpReader members = new(reader.Data);
        foreach (MemberRule rule in group.Members.Where(rule => rule.Required))
        {
            Assert.True(members.Read());
            AssertExample(rule.Avp, members.RawAvp);
        }

        Assert.False(members.Read());
        Assert.False(members.IsMalformed);
    }
}

internal static class ListExtensions
{
    public static List<T> Insertion<T>(this List<T> list, int place, T item)
    {
        list.Insert(place, item);
        return list;
    }
}
