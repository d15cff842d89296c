namespace Hss.Authentication.Tests;

/// <summary>Keys that belong to nobody.</summary>
internal static class TestKeys
{
    public static readonly byte[] K = Convert.FromHexString("465b5ce8b199b49faa5f0a2ee238a6bc");
    public static readonly byte[] Opc = Convert.FromHexString("cd63cb71954a9f4e48a5994e37a02baf");
    public static readonly byte[] Op = Convert.FromHexString("cdc202d5123e20f62b6d676ac72cb318");

    public static MilenageKey Key { get; } = new(new Secret(K), new Secret(Opc));

    /// <summary>The same key on the processor's AES, where there is one, and on the platform's cipher.</summary>
    public static IEnumerable<MilenageKey> Everywhere(byte[] k, byte[] opc)
    {
        yield return new(k, opc, usesInstructions: false);
        if (AesInstructions.IsSupported) yield return new(k, opc, usesInstructions: true);
    }
}
