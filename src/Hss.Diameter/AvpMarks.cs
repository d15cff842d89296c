namespace Hss.Diameter;

/// <summary>What a dictionary page says about an AVP beyond its type.</summary>
[Flags]
internal enum AvpMarks
{
    None = 0,

    /// <summary>The value is key material or proves its knowledge: printed as ***.</summary>
    Secret = 1,

    /// <summary>The value names somebody or something, so an empty one is 5004.</summary>
    NonEmpty = 2,

    /// <summary>The members are not judged: Failed-AVP holds what is wrong by definition.</summary>
    Unchecked = 4,

    /// <summary>Octets that hold text (XML, a SIP header) and are printed as such.</summary>
    Text = 8,
}
