using System.Buffers.Binary;
using System.Text.Unicode;

namespace Hss.Diameter;

/// <summary>Judges the data of an AVP by its type.</summary>
/// Spec: RFC 6733 4.2, 4.3.
internal static class AvpFormat
{
    /// <summary>5014 for a wrong length of a fixed size type, 5004 for a value that the type does not have.</summary>
    public static ResultCode Check(AvpDefinition definition, ReadOnlySpan<byte> data)
    {
        switch (definition.Type)
        {
            case AvpType.Integer32 or AvpType.Unsigned32 or AvpType.Time:
                return data.Length == 4 ? ResultCode.None : ResultCode.InvalidAvpLength;
            case AvpType.Integer64 or AvpType.Unsigned64:
                return data.Length == 8 ? ResultCode.None : ResultCode.InvalidAvpLength;
            case AvpType.Enumerated:
                if (data.Length != 4) return ResultCode.InvalidAvpLength;
                return Value(definition.IsKnownValue(BinaryPrimitives.ReadInt32BigEndian(data)));
            case AvpType.Utf8String:
                return Value(IsText(data) && HasEnough(definition, data));
            case AvpType.DiameterIdentity or AvpType.DiameterUri:
                // Visible ASCII: neither a host name nor a URI has blanks or control characters.
                return Value(!data.IsEmpty && !data.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E));
            case AvpType.Address:
                return CheckAddress(data);
            default:
                return Value(HasEnough(definition, data));
        }
    }

    /// <summary>The fewest octets a value of this type can have, for examples of missing AVPs.</summary>
    // One octet for strings: an identity is never empty, and some receivers throw away a message that holds an empty AVP.
    public static int MinimumBytes(AvpType type) => type switch
    {
        AvpType.Integer64 or AvpType.Unsigned64 => 8,
        AvpType.Integer32 or AvpType.Unsigned32 or AvpType.Enumerated or AvpType.Time => 4,
        AvpType.Address => 6,
        AvpType.Grouped => 0,
        _ => 1,
    };

    private static ResultCode Value(bool good) => good ? ResultCode.None : ResultCode.InvalidAvpValue;

    private static bool HasEnough(AvpDefinition definition, ReadOnlySpan<byte> data) =>
        !data.IsEmpty || (definition.Marks & AvpMarks.NonEmpty) == 0;

    // Nearly all text on Cx is ASCII, which one vectorised pass can tell; NUL is in neither.
    private static bool IsText(ReadOnlySpan<byte> data) =>
        !data.ContainsAnyExceptInRange((byte)0x01, (byte)0x7F) || (!data.Contains((byte)0) && Utf8.IsValid(data));

    // Families 0 and 65535 are reserved; of the others only IPv4 and IPv6 have a size that RFC 6733 4.3.1 knows. A known family with
    // another size, or fewer octets than any address has, is a wrong length: 5014 tells the sender more than 5004.
    private static ResultCode CheckAddress(ReadOnlySpan<byte> data) => data switch
    {
        [0, 0, ..] or [0xFF, 0xFF, ..] => ResultCode.InvalidAvpValue,
        [0, 1, .. var address] => Length(address.Length == 4),
        [0, 2, .. var address] => Length(address.Length == 16),
        _ => Length(data.Length > 2),
    };

    private static ResultCode Length(bool good) => good ? ResultCode.None : ResultCode.InvalidAvpLength;
}
