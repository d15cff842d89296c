using System.Diagnostics.CodeAnalysis;

namespace Hss.Subscribers;

/// <summary>Reads Sh-Data that others wrote: application servers in a PUR, reporters of access data, and the store.</summary>
/// Errors: a problem that names the place and the mend, never the content; no exception whatever the octets. Spec: TS 29.328 Annexes C and D.
public static class ShDataReader
{
    public static bool TryRead(
        ReadOnlySpan<byte> document, [NotNullWhen(true)] out ShData? data, [NotNullWhen(false)] out DocumentProblem? problem) => throw new NotSupportedException();
}
