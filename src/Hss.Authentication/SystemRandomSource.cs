using System.Security.Cryptography;

namespace Hss.Authentication;

/// <summary>Unpredictable octets of the system's generator, drawn in blocks: a RAND then costs a copy instead of a system call.</summary>
/// Order: no octet is handed out twice; octets are wiped from the buffer as they are handed out, so that no later look into memory finds them.
/// A machine that is cloned while it runs clones up to 4 KiB of RAND to come with it: restart the HSS in the clone.
/// Errors: none of its own; a broken system generator throws and nothing is handed out. Spec: TS 33.102 6.3.2.
public sealed class SystemRandomSource : IRandomSource
{
    private const int BufferLengthBytes = 4096;

    // One buffer per thread needs no lock. It never leaves this class, and Fill never awaits, so a thread cannot be changed in the middle.
    [ThreadStatic]
    private static byte[]? _threadBuffer;

    [ThreadStatic]
    private static int _threadUsed;

    private SystemRandomSource() { }

    public static SystemRandomSource Instance { get; } = new();

    public void Fill(Span<byte> destination)
    {
        if (destination.Length > BufferLengthBytes)
        {
            RandomNumberGenerator.Fill(destination);
            return;
        }
        var buffer = _threadBuffer ?? NewBuffer();
        if (BufferLengthBytes - _threadUsed < destination.Length)
        {
            // A failed refill must not leave octets of the last round behind to be handed out.
            _threadUsed = BufferLengthBytes;
            RandomNumberGenerator.Fill(buffer);
            _threadUsed = 0;
        }
        var source = buffer.AsSpan(_threadUsed, destination.Length);
        source.CopyTo(destination);
        CryptographicOperations.ZeroMemory(source);
        _threadUsed += destination.Length;
    }

    // Pinned, so that the garbage collector leaves no copies behind when it compacts.
    private static byte[] NewBuffer()
    {
        _threadUsed = BufferLengthBytes;
        return _threadBuffer = GC.AllocateUninitializedArray<byte>(BufferLengthBytes, pinned: true);
    }
}
