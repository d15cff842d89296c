namespace Hss.Authentication;

/// <summary>Where RAND comes from. The product uses <see cref="SystemRandomSource"/>; tests use a seeded one.</summary>
/// Order: any thread may call it at any time. Spec: TS 33.102 6.3.2 (RAND is unpredictable).
public interface IRandomSource
{
    void Fill(Span<byte> destination);
}
