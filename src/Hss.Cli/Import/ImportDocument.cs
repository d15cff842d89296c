using System.Security.Cryptography;

namespace Hss.Cli;

/// <summary>One document of a file that is imported.</summary>
/// Shape: Line counts from 1 and strictly rises; Position is how many octets of the file are read up to here, 0 when that says nothing.
internal readonly record struct ImportDocument(long Line, ReadOnlyMemory<byte> Utf8, long Position)
{
    private const int FingerprintBytes = 8;

    /// <summary>By which a later run knows that this is still the same line.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(Utf8.Span).AsSpan(0, FingerprintBytes));
}
