using System.CommandLine;
using System.Globalization;
using Hss.Authentication;

namespace Hss.Cli;

/// <summary>What was given, as keys and octets.</summary>
/// Errors: <see cref="CliException"/> that names the option and never quotes a key.
internal static class AkaInput
{
    /// <summary>K with OP, OPc or both.</summary>
    public static async Task<AkaKey> KeyAsync(Invocation invocation, CancellationToken stop)
    {
        var k = await SecretAsync(invocation, AkaOptions.K, stop).ConfigureAwait(false) ?? throw new CliException("--k is missing; give the key, or --subscriber for a stored one");
        var op = await SecretAsync(invocation, AkaOptions.Op, stop).ConfigureAwait(false);
        var opc = await SecretAsync(invocation, AkaOptions.Opc, stop).ConfigureAwait(false);
        if (op is null && opc is null) throw new CliException("--op or --opc is missing; the card's vendor says which of the two it is");
        return new(k, op, opc);
    }

    /// <summary>One key. Why the octets themselves may be given, unlike for stored subscribers: test cards' keys are no secret, and one compares many by hand.</summary>
    public static async Task<Secret?> SecretAsync(Invocation invocation, Option<string?> option, CancellationToken stop)
    {
        if (invocation.Value(option) is not { } where) return null;
        var isPlace = KeyText.IsPlace(where);
        // A script has no history, and a note in its log would only frighten.
        if (!isPlace && invocation.Around.IsErrorTerminal)
            invocation.Output.Note($"{option.Name}: the key stays in the shell's history and shows in ps; @FILE or - keeps it out of both");
        var text = isPlace ? await KeyText.ReadAsync(invocation, option.Name, where, stop).ConfigureAwait(false) : where;
        return OctetText.TryRead(text, MilenageKey.LengthBytes, out var octets, out var problem) ? new(octets) : throw new CliException($"{option.Name} {problem}");
    }

    /// <summary>Whether a stored subscriber is meant; then no key may be given beside it.</summary>
    public static string? Subscriber(Invocation invocation)
    {
        if (invocation.Value(AkaOptions.Subscriber) is not { } subscriber) return null;
        foreach (var option in new[] { AkaOptions.K, AkaOptions.Op, AkaOptions.Opc })
            if (invocation.Value(option) is not null) throw new CliException($"{option.Name} and --subscriber exclude each other: the stored key counts, or the one given");
        return subscriber;
    }

    /// <summary>Options that mean nothing in the way chosen are a misunderstanding, not a detail.</summary>
    public static void Exclude(Invocation invocation, string reason, params Option[] options)
    {
        foreach (var option in options)
            if (invocation.Parse.GetResult(option) is { Implicit: false }) throw new CliException($"{option.Name} {reason}");
    }

    public static byte[]? Octets(Invocation invocation, Option<string?> option, int lengthBytes) =>
        invocation.Value(option) is { } text ? Octets(option.Name, text, lengthBytes) : null;

    public static byte[] Octets(string name, string text, int lengthBytes) =>
        OctetText.TryRead(text, lengthBytes, out var octets, out var problem) ? octets : throw new CliException($"{name} {problem}");

    public static ushort? Amf(Invocation invocation) =>
        Octets(invocation, AkaOptions.Amf, 2) is { } octets ? (ushort)((octets[0] << 8) | octets[1]) : null;

    public static ulong? Sqn(Invocation invocation, Option<string?> option) => Octets(invocation, option, 6) is { } octets
        ? ulong.Parse(Convert.ToHexString(octets), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : null;

    public static int IndBits(Invocation invocation)
    {
        var bits = invocation.Value(AkaOptions.IndBits) ?? 5;
        return bits <= SequenceNumber.MaxIndBits ? bits : throw new CliException($"--ind-bits {bits} is more than {SequenceNumber.MaxIndBits}");
    }

    /// <summary>Every challenge that was given: RAND, and AUTN where a nonce had it.</summary>
    public static List<(byte[] Rand, byte[]? Autn)> Challenges(Invocation invocation)
    {
        var challenges = new List<(byte[], byte[]?)>();
        foreach (var text in invocation.Value(AkaOptions.Rand) ?? [])
        {
            const int both = Milenage.RandLengthBytes + AuthenticationVector.AutnLengthBytes;
            if (OctetText.TryRead(text, both, out _, out _)) throw new CliException("--rand has 32 octets, which are RAND and AUTN: give it as --nonce");
            challenges.Add((Octets("--rand", text, Milenage.RandLengthBytes), null));
        }
        foreach (var text in invocation.Value(AkaOptions.Nonce) ?? []) challenges.Add(Nonce(text));
        return challenges;
    }

    // RFC 3310 3.2: behind RAND and AUTN the server may put data of its own.
    private static (byte[] Rand, byte[] Autn) Nonce(string text)
    {
        const int least = Milenage.RandLengthBytes + AuthenticationVector.AutnLengthBytes;
        if (OctetText.TryRead(text, least, out var exact, out var problem)) return (exact[..16], exact[16..]);
        return OctetText.TryReadAny(text, out var octets) && octets.Length > least ? (octets[..16], octets[16..least]) : throw new CliException($"--nonce {problem}");
    }
}
