namespace Hss.Authentication.Tests;

public sealed class TransportKeysTests : IDisposable
{
    private const string Key = "2b7e151628aed2a6abf7158809cf4f3c";

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-transport-keys").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(_folder, "keys");
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
        return path;
    }

    [Fact]
    public void A_block_is_decrypted_as_FIPS_197_and_SP_800_38A_have_it()
    {
        var keys = TransportKeys.Read(Write($"# agreed in spring\n\nvendor-1 {Key}\r\n  vendor.2\t{Key.ToUpperInvariant()}  \n"));
        Assert.Equal<string>(["vendor-1", "vendor.2"], keys.Names);
        Assert.False(keys.IsFileGroupReadable);
        // SP 800-38A F.1.1, first block.
        var block = Convert.FromHexString("3ad77bb40d7a3660a89ecaf32466ef97");
        foreach (var name in keys.Names)
            Assert.Equal("6BC1BEE22E409F96E93D7E117393172A", Convert.ToHexString(keys.Decrypt(name, block)!.Reveal()));
        Assert.Null(keys.Decrypt("vendor-3", block));
        Assert.Throws<ArgumentException>(() => keys.Decrypt("vendor-1", block.AsSpan(1)));
        Assert.Equal("***", keys.ToString());
    }

    [Theory]
    [InlineData("vendor-1 2b7e", "line 1: has no key behind the name")]
    [InlineData("#\n2b7e151628aed2a6abf7158809cf4f3c", "line 2: has no key behind the name")]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c vendor-1", "line 1: has no key behind the name")]
    [InlineData("ven/dor 2b7e151628aed2a6abf7158809cf4f3c", "line 1: begins with no name")]
    [InlineData("a 2b7e151628aed2a6abf7158809cf4f3c\na 2b7e151628aed2a6abf7158809cf4f3c", "line 2: names a key a second time")]
    [InlineData("a 2b7e151628aed2a6abf7158809cf4f3c 7", "line 1: has no key behind the name")]
    public void A_bad_line_is_named_and_not_repeated(string text, string message)
    {
        var exception = Assert.Throws<TransportKeyFileException>(() => TransportKeys.Read(Write(text)));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("2b7e", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void A_file_that_is_endless_is_not_read_to_its_end()
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.Throws<TransportKeyFileException>(() => TransportKeys.Read("/dev/zero"));
        Assert.Contains("is longer than", Assert.Throws<TransportKeyFileException>(
            () => TransportKeys.Read(Write(new string('#', TransportKeys.MaxFileBytes + 1)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_open_to_others_is_refused_with_the_mend()
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var others in (UnixFileMode[])[UnixFileMode.OtherRead, UnixFileMode.OtherWrite, UnixFileMode.GroupWrite])
            Assert.Contains("mend: chmod 600", Assert.Throws<TransportKeyFileException>(() => TransportKeys.Read(Write($"a {Key}", owner | others))).Message, StringComparison.Ordinal);
        Assert.True(TransportKeys.Read(Write($"a {Key}", owner | UnixFileMode.GroupRead)).IsFileGroupReadable);
        Assert.Contains("cannot be read", Assert.Throws<TransportKeyFileException>(() => TransportKeys.Read(Path.Combine(_folder, "none"))).Message, StringComparison.Ordinal);
    }

    // SHA-256 of "hss key fingerprint 1" and the key of 16 octets 00 to 0f, made with sha256sum.
    [Fact]
    public void The_fingerprint_is_what_sha256sum_says()
    {
        var key = new Secret(Convert.FromHexString("000102030405060708090a0b0c0d0e0f"));
        Assert.Equal("ac30cad3bee5f879", KeyFingerprint.Of(key));
        Assert.Equal(KeyFingerprint.Of(key), KeyFingerprint.Of(key.Reveal()));
    }
}
