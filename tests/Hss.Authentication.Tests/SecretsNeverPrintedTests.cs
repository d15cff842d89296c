using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Hss.Authentication.Tests;

/// <summary>No type of the assembly shows K, OPc, HA1, a password, XRES, CK or IK when it is printed, logged or thrown.</summary>
public class SecretsNeverPrintedTests
{
    private static readonly byte[] Password = "correct-horse-battery"u8.ToArray();
    private static readonly AkaCredentials Aka = new(new(TestKeys.K), new(TestKeys.Opc), 0x8000);
    private static readonly DigestCredentials Digest = DigestCredentials.FromPassword("alice", "example.com", Password, keepPassword: true);

    /// <summary>One value of every public type that can have values. A new type must be added here, or the first test fails.</summary>
    private static object[] Samples()
    {
        AuthenticationVector.Generate(TestKeys.Key, 0x8000, new byte[16], 32, out var vector);
        var range = new IndRange(5, 24, 27);
        Assert.True(SequenceAllocator.TryReserve(default, 1, range, 10, out var reservation));
        var result = Resynchronisation.Evaluate(TestKeys.Key, 0, new byte[16], new byte[14], default, range);
        var given = new AkaKey(new(TestKeys.K), new(TestKeys.Op), new(TestKeys.Opc));
        return
        [
            new Secret(TestKeys.K), TestKeys.Key, Aka, Digest, new Credentials(Aka, Digest), vector, range, reservation, reservation.After, result,
            SystemRandomSource.Instance, new DigestRequest("REGISTER", "sip:example.com", "n", "auth", "00000001", "c"),
            new FramedAddress(IPAddress.Loopback, 32, null), given, AutsAnalysis.Of(given, 0x8000, [new byte[16]], new byte[14]),
            ChallengeCheck.Of(given, vector.Rand, vector.Autn), VectorAnalysis.Of(vector, TestKeys.Key, 5),
            new TransportKeys([new("vendor", new Secret(TestKeys.K))]), new TransportKeyFileException("none"),
        ];
    }

    private static IEnumerable<byte[]> Secrets()
    {
        AuthenticationVector.Generate(TestKeys.Key, 0x8000, new byte[16], 32, out var vector);
        return [TestKeys.K, TestKeys.Opc, Password, Digest.Ha1Md5.Reveal().ToArray(), Digest.Ha1Sha256!.Reveal().ToArray(),
            vector.Xres.ToArray(), vector.Ck.ToArray(), vector.Ik.ToArray()];
    }

    [Fact]
    public void Every_public_type_is_sampled()
    {
        var types = typeof(Secret).Assembly.GetExportedTypes()
            .Where(type => !type.IsEnum && !type.IsInterface && !(type.IsAbstract && type.IsSealed));
        Assert.Equal(types.Select(type => type.Name).Order(), Samples().Select(sample => sample.GetType().Name).Order());
    }

    [Fact]
    public void Nothing_prints_a_secret()
    {
        foreach (var sample in Samples())
        {
            AssertHidesSecrets(sample.ToString());
            AssertHidesSecrets($"{sample}");
        }
        Assert.Equal("***", TestKeys.Key.ToString());
        Assert.Equal("AkaCredentials { K = ***, Opc = ***, Amf = 32768 }", Aka.ToString());
        Assert.Contains("Password = ***", Digest.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_serialises_a_secret()
    {
        // A serializer may refuse such a type or write something harmless; both are fine.
        foreach (var sample in Samples()) AssertHidesSecrets(SerialisedOrRefused(sample));
        Assert.Contains("\"FirstSeq\":1", SerialisedOrRefused(Samples().OfType<SequenceReservation>().Single()), StringComparison.Ordinal);
    }

    private static string SerialisedOrRefused(object sample)
    {
        try
        {
            return JsonSerializer.Serialize(sample, sample.GetType());
        }
        catch (Exception refusal) when (refusal is InvalidOperationException or System.Net.Sockets.SocketException)
        {
            return refusal.ToString();
        }
    }

    [Fact]
    public void Types_that_hold_raw_secrets_hide_them_from_the_debugger()
    {
        foreach (var type in new[] { typeof(Secret), typeof(MilenageKey), typeof(AuthenticationVector), typeof(AkaKey), typeof(VectorAnalysis), typeof(TransportKeys) })
            Assert.Equal("***", type.GetCustomAttribute<DebuggerDisplayAttribute>()?.Value);
    }

    [Fact]
    public void Exceptions_do_not_quote_a_secret()
    {
        byte[] tooLong = [.. TestKeys.K, 1];
        Action[] mistakes =
        [
            () => _ = new MilenageKey(new Secret(tooLong), new Secret(TestKeys.Opc)),
            () => _ = new MilenageKey(new Secret(TestKeys.K), new Secret([.. TestKeys.Opc, 1])),
            () => Milenage.DeriveOpc(new(tooLong), new(TestKeys.Op)),
            () => Milenage.F3(TestKeys.Key, tooLong, new byte[16]),
        ];
        foreach (var mistake in mistakes) AssertHidesSecrets(Assert.ThrowsAny<ArgumentException>(mistake).ToString());
    }

    [Fact]
    public void The_search_finds_a_secret_in_each_form()
    {
        foreach (var text in new[]
        {
            Convert.ToHexString(TestKeys.K), Convert.ToHexStringLower(TestKeys.K), BitConverter.ToString(TestKeys.K), Convert.ToBase64String(TestKeys.K),
            string.Join(",", TestKeys.K), Encoding.UTF8.GetString(Password), Encoding.ASCII.GetString(Digest.Ha1Md5.Reveal()),
        })
            Assert.ThrowsAny<Exception>(() => AssertHidesSecrets($"before {text} after"));
    }

    private static void AssertHidesSecrets(string? text)
    {
        Assert.NotNull(text);
        foreach (var secret in Secrets())
            foreach (var form in new[]
            {
                Convert.ToHexString(secret), BitConverter.ToString(secret), Convert.ToBase64String(secret), string.Join(",", secret),
                string.Join(", ", secret), Encoding.Latin1.GetString(secret),
            })
                Assert.DoesNotContain(form, text, StringComparison.OrdinalIgnoreCase);
    }
}
