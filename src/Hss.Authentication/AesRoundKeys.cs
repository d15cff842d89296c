using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hss.Authentication;

/// <summary>Key schedule of AES-128: the key itself, then ten round keys.</summary>
/// Shape: 11 x 16 octets. Spec: FIPS 197 5.2.
[InlineArray(Length)]
internal struct AesRoundKeys
{
    public const int Length = 11;

    private Vector128<byte> _first;
}
