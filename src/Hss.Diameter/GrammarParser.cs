using System.Buffers.Binary;
using System.Diagnostics;

namespace Hss.Diameter;

/// <summary>Reads a message or a group by its grammar: notes where each AVP stands and finds the first fault.</summary>
/// Order: faults in wire order; a missing AVP is found at the end of the message or group it is missing from, first by grammar.
/// Errors: none thrown, whatever the bytes. The good path allocates nothing. Spec: RFC 6733 3, 4, 7.1.
internal static class GrammarParser
{
    /// <summary>The slot unit: AVPs begin at multiples of four octets, so a frame of 64 KiB fits in 16 bits.</summary>
    public const int SlotUnitBytes = 4;

    /// <summary>Reads a command. Slots must be as many as the grammar has rules, all zero.</summary>
    public static bool TryParse(CommandGrammar grammar, ReadOnlyMemory<byte> frame, Span<ushort> slots, out GrammarFault fault)
    {
        ReadOnlySpan<byte> octets = frame.Span;
        ResultCode code = CheckHeader(grammar, octets);
        if (code != ResultCode.None)
        {
            fault = new GrammarFault(code);
            return false;
        }

        Walk walk = default;
        code = walk.Check(grammar, new AvpReader(octets, DiameterHeader.SizeBytes), slots, depth: 1);
        fault = code == ResultCode.None ? default : new GrammarFault(code, walk.FailedAvp);
        return code == ResultCode.None;
    }

    /// <summary>Notes the members of a group that was judged when its message was read.</summary>
    public static void ReadGroup(Grammar grammar, AvpValue group, Span<ushort> slots)
    {
        if (!group.IsPresent) return;
        AvpReader reader = new(group.RawAvp.Span, group.HeaderLengthBytes);
        while (reader.Read())
        {
            int slot = grammar.SlotOf(reader.VendorId, reader.Code);
            if (slot >= 0 && slots[slot] == 0 && reader.Offset <= ushort.MaxValue * SlotUnitBytes)
            {
                slots[slot] = (ushort)(reader.Offset / SlotUnitBytes);
            }
        }
    }

    private static ResultCode CheckHeader(CommandGrammar grammar, ReadOnlySpan<byte> octets)
    {
        if (octets.Length < DiameterHeader.SizeBytes) return ResultCode.InvalidMessageLength;
        DiameterHeader header = DiameterHeader.Read(octets);
        if (header.Version != DiameterHeader.CurrentVersion) return ResultCode.UnsupportedVersion;
        if (header.LengthBytes != octets.Length
            || header.LengthBytes % 4 != 0
            || header.LengthBytes > DiameterLimits.MaxFrameLengthBytes) return ResultCode.InvalidMessageLength;

        // An E bit is for answers alone (RFC 6733 3). The reserved bits are ignored, as the same clause says of receivers.
        const CommandFlags judged = CommandFlags.Request | CommandFlags.Proxiable | CommandFlags.Error;
        CommandFlags flags = header.Flags & judged;
        if (grammar.IsForAnyCommand) return (flags | CommandFlags.Proxiable) == (grammar.Flags | CommandFlags.Proxiable)
            ? ResultCode.None
            : ResultCode.InvalidHdrBits;
        if (header.CommandCode != grammar.Code) return ResultCode.CommandUnsupported;
        if (header.ApplicationId != grammar.ApplicationId) return ResultCode.ApplicationUnsupported;
        return flags == grammar.Flags ? ResultCode.None : ResultCode.InvalidHdrBits;
    }

    /// <summary>What is carried through one message: how many AVPs it has had, and the AVP that failed.</summary>
    private struct Walk
    {
        private int _count;

        public byte[]? FailedAvp { get; private set; }

        /// <summary>Judges the AVPs under the reader against a grammar, member groups included.</summary>
        public ResultCode Check(Grammar grammar, AvpReader reader, Span<ushort> slots, int depth)
        {
            while (reader.Read())
            {
                if (++_count > DiameterLimits.MaxAvpsPerMessage) return Fail(ResultCode.AvpOccursTooManyTimes, reader);
                if ((reader.Flags & AvpFlags.Reserved) != 0) return Fail(ResultCode.InvalidAvpBits, reader);

                AvpDefinition? definition;
                int slot = grammar.SlotOf(reader.VendorId, reader.Code);
                if (slot >= 0)
                {
                    // The Session-Id should stand first, but "should" is all RFC 6733 8.8 says, so the place is not judged.
                    MemberRule rule = grammar.Rules[slot];
                    definition = rule.Avp;
                    if (slots[slot] == 0) slots[slot] = (ushort)(reader.Offset / SlotUnitBytes);
                    else if (!rule.Repeatable) return Fail(ResultCode.AvpOccursTooManyTimes, reader);
                }
                else
                {
                    definition = DiameterDictionary.Find(reader.Key);
                    bool mandatory = (reader.Flags & AvpFlags.Mandatory) != 0;
                    if (definition is null)
                    {
                        if (mandatory) return Fail(ResultCode.AvpUnsupported, reader);
                        continue;
                    }

                    // In a closed grammar a stranger without M is let pass like any AVP that nobody has to understand.
                    if (!grammar.IsOpen)
                    {
                        if (mandatory) return Fail(ResultCode.AvpNotAllowed, reader);
                        continue;
                    }
                }

                ResultCode code = definition.Type == AvpType.Grouped
                    ? CheckGroup(definition, reader, depth)
                    : AvpFormat.Check(definition, reader.Data);
                if (code == ResultCode.None) continue;
                return definition.Type == AvpType.Grouped && FailedAvp is not null ? code : Fail(code, reader);
            }

            if (reader.IsMalformed)
            {
                FailedAvp = FailedAvpContent.OfMalformed(reader.Rest);
                return ResultCode.InvalidAvpLength;
            }

            foreach (byte slot in grammar.RequiredSlots)
            {
                if (slots[slot] != 0) continue;
                FailedAvp = FailedAvpContent.ExampleOf(grammar.Rules[slot].Avp);
                return ResultCode.MissingAvp;
            }

            return ResultCode.None;
        }

        private ResultCode CheckGroup(AvpDefinition definition, AvpReader group, int depth)
        {
            if ((definition.Marks & AvpMarks.Unchecked) != 0) return ResultCode.None;
            if (depth == DiameterLimits.MaxNestingDepth) return ResultCode.InvalidAvpValue;
            Grammar members = definition.Group ?? throw new UnreachableException(definition.Name);

            // The slots of a member group are only needed to see what repeats and what is missing.
            Span<ushort> slots = stackalloc ushort[members.Rules.Length];
            ResultCode code = Check(members, new AvpReader(group.RawAvp, group.HeaderLengthBytes), slots, depth + 1);
            if (code != ResultCode.None) FailedAvp = FailedAvpContent.Inside(group, FailedAvp);
            return code;
        }

        private ResultCode Fail(ResultCode code, AvpReader reader)
        {
            FailedAvp = FailedAvpContent.Of(reader);
            return code;
        }
    }
}
