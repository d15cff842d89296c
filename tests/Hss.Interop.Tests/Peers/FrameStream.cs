using System.Buffers.Binary;

namespace Hss.Interop.Tests.Peers;

/// <summary>Cuts a stream into Diameter messages.</summary>
internal static class FrameStream
{
    private const int LengthPrefixBytes = 4;

    /// <summary>The next whole message; null at the end of the stream.</summary>
    public static async Task<byte[]?> ReadFrameAsync(this Stream stream)
    {
        var prefix = new byte[LengthPrefixBytes];
        if (await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length) return null;
        var frame = new byte[BinaryPrimitives.ReadUInt32BigEndian(prefix) & 0xFFFFFF];
        prefix.CopyTo(frame, 0);
        await stream.ReadExactlyAsync(frame.AsMemory(LengthPrefixBytes));
        return frame;
    }
}
