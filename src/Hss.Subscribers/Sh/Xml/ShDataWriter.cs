using System.Buffers;

namespace Hss.Subscribers;

/// <summary>Writes Sh-Data (User-Data, AVP 702).</summary>
/// Shape: UTF-8, XML declaration, no byte order mark, no blank between elements, no namespace. Order: as the schema has it.
/// Errors: none. Spec: TS 29.328 Annexes C and D.
public static class ShDataWriter
{
    /// <summary>How many octets the document would have.</summary>
    public static int Measure(ShData data) => throw new NotSupportedException();

    /// <returns>How many octets were written.</returns>
    public static int Write(ShData data, IBufferWriter<byte> destination) => throw new NotSupportedException();

    public static byte[] Write(ShData data) => throw new NotSupportedException();
}
