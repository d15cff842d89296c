using System.Numerics;

namespace Hss.Diameter;

/// <summary>Which AVPs may and must stand in a message or in a group.</summary>
/// Shape: one rule per named AVP, in the order of the ABNF; the index of a rule is the slot its first AVP is noted in.
/// Spec: RFC 6733 3.2 (commands), 4.4 (groups).
public class Grammar
{
    private readonly ulong[] _keys;
    private readonly sbyte[] _slots;
    private readonly uint _mask;

    internal Grammar(bool open, MemberRule[] rules)
    {
        IsOpen = open;
        Rules = rules;
        RequiredSlots = [.. rules.Select((rule, slot) => (rule, slot)).Where(r => r.rule.Required).Select(r => (byte)r.slot)];

        // Open addressing at half load: a member is found with one multiplication and, nearly always, one comparison.
        uint size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(rules.Length * 2, 4));
        _mask = size - 1;
        _keys = new ulong[size];
        _slots = new sbyte[size];
        Array.Fill(_slots, (sbyte)-1);
        for (int slot = 0; slot < rules.Length; slot++)
        {
            ulong key = rules[slot].Avp.Key.Packed;
            uint place = Hash(key) & _mask;
            while (_slots[place] >= 0) place = (place + 1) & _mask;
            _keys[place] = key;
            _slots[place] = (sbyte)slot;
        }
    }

    /// <summary>Whether the grammar ends in *[ AVP ]: any other AVP may stand there too.</summary>
    public bool IsOpen { get; }

    /// <summary>The rules, in the order of the ABNF.</summary>
    public IReadOnlyList<MemberRule> Members => Rules;

    internal MemberRule[] Rules { get; }

    /// <summary>The slots that must be filled at the end.</summary>
    internal byte[] RequiredSlots { get; }

    /// <summary>The slot of an AVP, or -1 when no rule names it.</summary>
    internal int SlotOf(uint vendorId, uint code)
    {
        ulong key = ((ulong)vendorId << 32) | code;
        uint place = Hash(key) & _mask;
        while (true)
        {
            int slot = _slots[place];
            if (slot < 0 || _keys[place] == key) return slot;
            place = (place + 1) & _mask;
        }
    }

    internal static uint Hash(ulong key) => (uint)((key ^ (key >> 32)) * 0x9E37_79B1) >> 7;
}
