using System.Text;
using Hss.Diameter;

namespace Hss.Procedures.Cx;

/// <summary>Lists that end where the message would grow too long for a CSCF to read: a subscriber with too many of something is served all the same.</summary>
internal static class ListRoom
{
    /// <summary>What is left to the longest frame is for Proxy-Info, which the node adds (RFC 6733 6.2).</summary>
    private const int MaxListedBytes = DiameterLimits.MaxFrameLengthBytes - 4096;

    public static bool HasRoomFor(this MessageWriter writer, int dataBytes) => writer.LengthBytes + dataBytes + 16 <= MaxListedBytes; // header with vendor and padding

    /// <summary>Writes one more of a list. False: there is no room for it.</summary>
    public static bool TryList(this MessageWriter writer, AvpDefinition avp, string text)
    {
        var hasRoom = writer.HasRoomFor(Encoding.UTF8.GetByteCount(text));
        if (hasRoom) writer.WriteText(avp, text);
        return hasRoom;
    }
}
