namespace Hss.Diameter;

/// <summary>What the dictionary knows about one AVP.</summary>
/// Shape: one instance per AVP for the life of the process, so references may be compared. Spec: the clause it names.
public sealed class AvpDefinition
{
    private readonly Func<Grammar>? _members;
    private readonly ulong _smallValues;
    private Grammar? _group;

    internal AvpDefinition(
        string name, uint code, uint vendorId, AvpType type, bool mandatoryBit, string clause, AvpMarks marks = AvpMarks.None,
        (int Value, string Name)[]? values = null, Func<Grammar>? members = null)
    {
        Name = name;
        Key = new AvpKey(vendorId, code);
        Type = type;
        MandatoryBit = mandatoryBit;
        Flags = (vendorId != 0 ? AvpFlags.Vendor : 0) | (mandatoryBit ? AvpFlags.Mandatory : 0);
        Clause = clause;
        Marks = marks;
        Values = values ?? [];
        _members = members;
        foreach ((int value, _) in Values)
        {
            if (value is >= 0 and < 64) _smallValues |= 1UL << value;
        }
    }

    /// <summary>The name as the standard writes it.</summary>
    public string Name { get; }

    /// <summary>Vendor and code.</summary>
    public AvpKey Key { get; }

    /// <summary>The data format.</summary>
    public AvpType Type { get; }

    /// <summary>Whether this node sets the M bit when it writes the AVP.</summary>
    public bool MandatoryBit { get; }

    /// <summary>The clause that defines the AVP.</summary>
    public string Clause { get; }

    /// <summary>Whether the value is a secret that no log may show.</summary>
    public bool Secret => (Marks & AvpMarks.Secret) != 0;

    /// <summary>The named values of an Enumerated AVP, in ascending order.</summary>
    public IReadOnlyList<(int Value, string Name)> Values { get; }

    /// <summary>The members of a Grouped AVP; null for all others.</summary>
    // Asked for late, because the grammars and the definitions name each other.
    public Grammar? Group => _group ??= _members?.Invoke();

    /// <summary>The flags this node writes.</summary>
    public AvpFlags Flags { get; }

    internal AvpMarks Marks { get; }

    /// <summary>The name of a value, or null when it has none.</summary>
    public string? NameOf(int value)
    {
        foreach ((int known, string name) in Values)
        {
            if (known == value) return name;
        }

        return null;
    }

    internal bool IsKnownValue(int value) =>
        (uint)value < 64 ? (_smallValues >> value & 1) != 0 : NameOf(value) is not null;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
