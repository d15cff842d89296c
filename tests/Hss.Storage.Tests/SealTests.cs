using System.Text;
using Hss.Authentication;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Storage.Tests;

public sealed class SealTests
{
    private const string Password = "correct horse 7#battery";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly MasterKey Key = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    /// <summary>Nothing to seal, and yet a private identity like any other: its lines and its address stand in the document.</summary>
    [Fact]
    public async Task Who_is_vouched_for_by_the_access_network_has_no_secret_and_is_kept_all_the_same()
    {
        using var folder = new StoreFolder();
        var subscription = Sample.Subscription(1) with
        {
            PrivateIdentities =
            [
                new()
                {
                    Identity = Sample.Impi(1),
                    Credentials = new(null, null) { LineIdentifiers = ["dslam-7"], FramedAddress = new(System.Net.IPAddress.Parse("10.1.2.3"), 32, null) },
                    AllowedSchemes = AuthenticationSchemes.NassBundled | AuthenticationSchemes.EarlyImsSecurity,
                    DefaultScheme = AuthenticationSchemes.NassBundled,
                    PrivilegedSender = true,
                },
            ],
        };
        await using (var store = folder.Open()) await store.UpsertAsync([subscription], CancellationToken.None);
        await using var again = folder.Open();
        var found = (await Sample.FindAsync(again, 1)).Subscription.PrivateIdentities[0];
        Assert.Equal(["dslam-7"], found.Credentials.LineIdentifiers.AsEnumerable());
        Assert.Equal(subscription.PrivateIdentities[0].Credentials.FramedAddress, found.Credentials.FramedAddress);
        Assert.Equal(subscription.PrivateIdentities[0].AllowedSchemes, found.AllowedSchemes);
        Assert.True(found.PrivilegedSender);
    }

    [Fact]
    public void Credentials_come_back_as_they_were()
    {
        var seal = new CredentialSeal(Key);
        var aka = Sample.Aka(1).Credentials;
        var digest = Sample.FixedLine(2, Password).Credentials;
        foreach (var credentials in new[]
        {
            aka, digest, aka with { Digest = digest.Digest }, digest with { Digest = digest.Digest! with { Password = null } },
            digest with { Digest = digest.Digest! with { Password = null, Ha1Sha256 = null } },
            digest with { Digest = digest.Digest! with { Ha1Sha256 = null, Realm = "réalm" } }, new(null, null),
        })
            Assert.Equal(credentials, seal.Open("a@x", seal.Seal("a@x", credentials)));
    }

    [Fact]
    public void A_value_opens_only_in_its_own_place_unchanged_and_with_its_own_key()
    {
        var sealedValue = Key.Seal("private_identity", "credentials", "a@x", "secret"u8);
        Assert.Equal("secret"u8.ToArray(), Key.Open("private_identity", "credentials", "a@x", sealedValue));
        Assert.Null(Key.Open("private_identity", "credentials", "b@x", sealedValue));
        Assert.Null(Key.Open("private_identity", "other", "a@x", sealedValue));
        Assert.Null(Key.Open("other", "credentials", "a@x", sealedValue));
        Assert.Null(new MasterKey(new byte[32]).Open("private_identity", "credentials", "a@x", sealedValue));
        for (var i = 0; i < sealedValue.Length; i++)
        {
            var changed = sealedValue.ToArray();
            changed[i] ^= 1;
            Assert.Null(Key.Open("private_identity", "credentials", "a@x", changed));
            Assert.Null(Key.Open("private_identity", "credentials", "a@x", sealedValue.AsSpan(0, i)));
        }
    }

    [Fact]
    public void The_same_value_is_never_sealed_the_same_way_twice() =>
        Assert.Equal(100, Enumerable.Range(0, 100).Select(_ => Convert.ToHexString(Key.Seal("t", "c", "r", "secret"u8))).Distinct().Count());

    [Fact]
    public void A_sealed_text_of_an_unknown_version_does_not_open()
    {
        var seal = new CredentialSeal(Key);
        foreach (var clear in new byte[][] { [], [1], [9, 1], [1, 1, 0], [1, 1, 0, 0, 0, 200, 5], [1, 2, 0, 1], [1, 2, 255, 255] })
            Assert.Null(seal.Open("a@x", Key.Seal("private_identity", "credentials", "a@x", clear)));
    }

    [Fact]
    public async Task Sealed_rows_that_are_exchanged_refuse_to_open_and_provisioning_mends_them()
    {
        using var folder = new StoreFolder();
        await using (var store = folder.Open())
            await store.UpsertAsync([Sample.Subscription(1, sqn: 9 << 5), Sample.Subscription(2)], None);
        Execute(folder, """
            CREATE TABLE other AS SELECT identity, credentials FROM private_identity;
            UPDATE private_identity SET credentials = (SELECT credentials FROM other WHERE other.identity <> private_identity.identity)
            """);
        await using (var store = folder.Open())
        {
            var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => Sample.FindAsync(store, 1));
            Assert.Contains(Sample.Impi(1), refused.Message, StringComparison.Ordinal);
            // The counter survives: the unreadable key may have been this one.
            await store.UpsertAsync([Sample.Subscription(1, sqn: 0)], None);
            Assert.Equal(10UL, await Sample.IssueAsync(store, await Sample.FindAsync(store, 1)));
        }

        // Renaming the rows instead of exchanging the values is the same attempt.
        Execute(folder, $"""
            UPDATE private_identity SET identity = 'x' WHERE identity = '{Sample.Impi(1)}';
            UPDATE private_identity SET identity = '{Sample.Impi(1)}' WHERE identity = '{Sample.Impi(2)}'
            """);
        await using (var store = folder.Open())
            await Assert.ThrowsAsync<StoreUnavailableException>(() => Sample.FindAsync(store, 1));
    }

    [Fact]
    public async Task No_secret_stands_in_the_files_or_in_the_log()
    {
        using var folder = new StoreFolder();
        var log = new TextLog();
        var fixedLine = Sample.Subscription(2) with { PrivateIdentities = [Sample.FixedLine(2, Password)] };
        var secrets = Secrets(Sample.Subscription(1)).Concat(Secrets(fixedLine)).ToList();
        Assert.Equal(2 + 3, secrets.Count);

        await using (var store = new SubscriberStore(
            Sqlite.SqliteDatabase.Open(folder.Options, TimeProvider.System, log), folder.Options, TimeProvider.System, log))
        {
            await store.UpsertAsync([Sample.Subscription(1), fixedLine], None);
            await store.UpsertAsync([Sample.Subscription(1), fixedLine], None);
            await Sample.IssueAsync(store, await Sample.FindAsync(store, 1));
            await Assert.ThrowsAsync<IdentityConflictException>(() => store.UpsertAsync([Sample.Subscription(3) with { PrivateIdentities = [Sample.Aka(1)] }], None));
            Assert.True(new FileInfo(folder.Database + "-wal").Length > 0);
            foreach (var file in new[] { folder.Database, folder.Database + "-wal" }) RequireNone(secrets, file, ReadShared(file));
        }
        foreach (var file in Directory.GetFiles(folder.Path)) RequireNone(secrets, file, ReadShared(file));
        RequireNone(secrets, "log", Encoding.UTF8.GetBytes(log.Text));
        // The search finds what is there: the identity is in the clear.
        Assert.True(Contains(ReadShared(folder.Database), Encoding.UTF8.GetBytes(Sample.Impi(1))));
    }

    private static IEnumerable<byte[]> Secrets(Subscription subscription)
    {
        var credentials = subscription.PrivateIdentities[0].Credentials;
        var secrets = new[] { credentials.Aka?.K, credentials.Aka?.Opc, credentials.Digest?.Ha1Md5, credentials.Digest?.Ha1Sha256, credentials.Digest?.Password };
        return secrets.Where(secret => secret is not null).Select(secret => secret!.Reveal().ToArray());
    }

    private static void RequireNone(List<byte[]> secrets, string where, byte[] octets)
    {
        foreach (var secret in secrets)
        {
            var hex = Convert.ToHexString(secret);
            foreach (var form in new[] { secret, Encoding.ASCII.GetBytes(hex), Encoding.ASCII.GetBytes(hex.ToLowerInvariant()), Encoding.ASCII.GetBytes(Convert.ToBase64String(secret)) })
                Assert.False(Contains(octets, form), $"a secret of {secret.Length} octets stands in {where}");
            // HA1 is hexadecimal text itself: its octets would do as well.
            if (secret.All(octet => char.IsAsciiHexDigit((char)octet)))
                Assert.False(Contains(octets, Convert.FromHexString(Encoding.ASCII.GetString(secret))), $"HA1 stands in {where}");
        }
    }

    private static bool Contains(byte[] octets, byte[] part) => octets.AsSpan().IndexOf(part) >= 0;

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        return copy.ToArray();
    }

    private static void Execute(StoreFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
