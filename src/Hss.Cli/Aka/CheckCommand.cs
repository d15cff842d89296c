using System.CommandLine;
using System.Globalization;
using Hss.Authentication;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss aka check: what a card with this key finds in a captured challenge.</summary>
/// Spec: TS 33.102 6.3.3.
internal static class CheckCommand
{
    private static readonly Option<string?> s_autn = Text("--autn", "OCTETS", "AUTN of the challenge, 16 octets, in hexadecimal or base64");

    public static Command Create(Surroundings around)
    {
        var command = Command("check", "Says whether a challenge was made with this key, and with which SQN. Exit code 1 when it was not.",
            AkaOptions.K, AkaOptions.Op, AkaOptions.Opc, AkaOptions.Rand, s_autn, AkaOptions.Nonce, AkaOptions.Amf, AkaOptions.IndBits);
        Invocation.Handle(command, around, CheckAsync);
        return command;
    }

    private static async Task<int> CheckAsync(Invocation invocation, CancellationToken stop)
    {
        var key = await AkaInput.KeyAsync(invocation, stop).ConfigureAwait(false);
        var challenges = AkaInput.Challenges(invocation);
        if (challenges.Count == 0) throw new CliException("--rand and --autn are missing; give them, or --nonce as it stands in WWW-Authenticate");
        var rand = challenges[0].Rand;
        var autn = challenges[0].Autn;
        if (invocation.Value(s_autn) is { } text)
        {
            if (OctetText.TryRead(text, Resynchronisation.AutsLengthBytes, out var auts, out _))
                return Auts(invocation, AutsAnalysis.Of(key, AkaInput.Amf(invocation) ?? 0, [rand], auts));
            autn = AkaInput.Octets("--autn", text, AuthenticationVector.AutnLengthBytes);
        }
        if (autn is null) throw new CliException("--autn is missing; give it, or --nonce as it stands in WWW-Authenticate");

        var indBits = AkaInput.IndBits(invocation);
        var check = ChallengeCheck.Of(key, rand, autn, AkaInput.Amf(invocation), [.. challenges.Skip(1).Select(other => other.Rand)]);
        var report = new AkaReport()
            .Add("RAND", "rand", rand)
            .Add("AUTN", "autn", autn)
            .Add("  SQN xor AK", "sqnXorAk", AkaReport.Hex48(check.SqnXorAk))
            .Add("  AMF", "amf", check.Amf.ToString("x4", CultureInfo.InvariantCulture))
            .Add("  MAC-A", "mac", AkaReport.Hex64(check.MacReceived))
            .Add("AK", "ak", AkaReport.Hex48(check.Ak))
            .Sqn("SQN", "sqn", check.Sqn, indBits)
            .Add("MAC-A expected", "macExpected", AkaReport.Hex64(check.MacExpected))
            .Flag("genuine", check.IsGenuine)
            .Add("verdict", "verdict", check.IsGenuine ? "MAC-A is right: this key made the challenge" : "MAC-A is wrong");
        if (!check.IsGenuine) report.Add("likely", "likely", AkaMistake.Of(check.Cause, check.OtherChallenge + 2)).Field("cause", check.Cause.ToString());
        report.Write(invocation.Output);
        return check.IsGenuine ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static int Auts(Invocation invocation, AutsAnalysis analysis)
    {
        if (!analysis.IsGenuine) throw new CliException("--autn has 14 octets, the length of an AUTS; an AUTN has 16 (hss aka resync judges an AUTS)");
        new AkaReport().Flag("genuine", false)
            .Add("verdict", "verdict", "no AUTN: it has 14 octets")
            .Add("likely", "likely", AkaMistake.Of(MacFailureCause.AutsInPlaceOfAutn)).Field("cause", nameof(MacFailureCause.AutsInPlaceOfAutn))
            .Write(invocation.Output);
        return ExitCodes.Failed;
    }
}
