using System.Text;
using Hss.Diameter;
using Hss.Procedures.Tests;

namespace Hss.Fuzz.Tests;

/// <summary>Looks for secrets where they must not be: K, OPc and passwords, as octets and as hexadecimal text.</summary>
internal static class SecretWatch
{
    private static readonly byte[][] Secrets = [.. Forms(TestSubscriptions.K), .. Forms(TestSubscriptions.Opc.Reveal()), .. Forms(Octets(FuzzedSubscriptions.Password))];

    private static readonly byte[][] LegacySecrets = [.. Forms(Octets(FuzzedSubscriptions.LegacyPassword))];

    private static readonly string[] Texts =
    [
        Convert.ToHexString(TestSubscriptions.K), Convert.ToHexString(TestSubscriptions.Opc.Reveal()),
        FuzzedSubscriptions.Password, FuzzedSubscriptions.LegacyPassword,
    ];

    public static void CheckAnswer(ReadOnlySpan<byte> answer)
    {
        foreach (byte[] secret in Secrets) Assert.True(answer.IndexOf(secret) < 0, "a secret is in an answer");
        foreach (byte[] secret in LegacySecrets)
        {
            if (answer.IndexOf(secret) >= 0) Assert.True(IsLegacyChallenge(answer), "a clear password is in an answer that is no Digest-MD5 challenge of its owner");
        }
    }

    public static bool IsIn(string logLine) => Texts.Any(secret => logLine.Contains(secret, StringComparison.OrdinalIgnoreCase));

    private static bool IsLegacyChallenge(ReadOnlySpan<byte> answer) =>
        DiameterHeader.Read(answer).CommandCode == 303
        && answer.IndexOf(Octets("Digest-MD5")) >= 0
        && answer.IndexOf(Octets("legacy@")) >= 0;

    private static byte[][] Forms(ReadOnlySpan<byte> secret) =>
        [secret.ToArray(), Octets(Convert.ToHexString(secret)), Octets(Convert.ToHexStringLower(secret))];

    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);
}
