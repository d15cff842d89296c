namespace Hss.Diameter.Tests;

/// <summary>The same octets in every shape a reader can meet them: a read past the end finds 0xFF instead of luck.</summary>
internal static class BufferShapes
{
    private const int Around = 64;

    public static IEnumerable<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> octets)
    {
        yield return octets.ToArray();

        byte[] inside = new byte[octets.Length + (2 * Around)];
        inside.AsSpan().Fill(0xFF);
        octets.CopyTo(inside.AsMemory(Around));
        yield return inside.AsMemory(Around, octets.Length);

        // An odd place: nothing may rely on the alignment of a frame.
        byte[] odd = new byte[octets.Length + Around + 1];
        odd.AsSpan().Fill(0xFF);
        octets.CopyTo(odd.AsMemory(1));
        yield return odd.AsMemory(1, octets.Length);
    }
}
