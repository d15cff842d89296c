using System.CommandLine;
using System.Globalization;
using Hss.Authentication;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;
using SequenceNumber = Hss.Authentication.SequenceNumber;

namespace Hss.Cli;

/// <summary>hss aka resync: what an AUTS says, whether it is genuine, and what is likely wrong when it is not.</summary>
/// Spec: TS 33.102 6.3.3, 6.3.5; TS 29.229 6.3.11; RFC 3310 3.4.
internal static class ResyncCommand
{
    private static readonly Option<string?> s_auts = Text("--auts", "OCTETS", "AUTS, 14 octets, in hexadecimal or base64; or RAND and AUTS in one piece, as SIP-Authorization has them");
    private static readonly Option<string?> s_sqnHe = Text("--sqn-he", "OCTETS", "the last SQN the HSS issued, 6 octets: says whether the counter has to move");
    private static readonly Option<string?> s_ind = Text("--ind", "FIRST-LAST", "IND values of the HSS for IMS (default 24-27), for the next SQN");
    private static readonly Option<bool> s_dryRun = Flag("--dry-run", "with --subscriber: judge only, change nothing");

    public static Command Create(Surroundings around)
    {
        var command = Command("resync", "Judges the AUTS of a card. On a stored subscriber the counter moves when MAC-S is right. Exit code 1 when it is wrong.",
            AkaOptions.K, AkaOptions.Op, AkaOptions.Opc, AkaOptions.Rand, AkaOptions.Nonce, s_auts, s_sqnHe, AkaOptions.Amf, AkaOptions.IndBits, s_ind, AkaOptions.Subscriber, s_dryRun);
        Invocation.Handle(command, around, (invocation, stop) =>
        {
            var auts = invocation.Value(s_auts) ?? throw new CliException("--auts is missing; it is the auts parameter of the second REGISTER, or SIP-Authorization of the MAR");
            return AkaInput.Subscriber(invocation) is { } subscriber ? StoredAsync(invocation, subscriber, auts, stop) : GivenAsync(invocation, auts, stop);
        });
        return command;
    }

    private static async Task<int> GivenAsync(Invocation invocation, string text, CancellationToken stop)
    {
        AkaInput.Exclude(invocation, "goes with --subscriber alone", s_dryRun);
        var key = await AkaInput.KeyAsync(invocation, stop).ConfigureAwait(false);
        var rands = AkaInput.Challenges(invocation).ConvertAll(challenge => challenge.Rand);
        // A reading of the right length before any other; what has no reading at all is a mistake in typing.
        if (!OctetText.TryRead(text, Resynchronisation.AutsLengthBytes, out var octets, out var problem)
            && !OctetText.TryRead(text, Resynchronisation.AuthorizationLengthBytes, out octets, out _)
            && !OctetText.TryReadAny(text, out octets))
            throw new CliException($"--auts {problem}");
        if (rands.Count == 0 && octets.Length == Resynchronisation.AutsLengthBytes)
            throw new CliException("--rand is missing; it is the RAND of the challenge that the card refused (--nonce takes it from WWW-Authenticate)");

        var amf = AkaInput.Amf(invocation) ?? 0x8000;
        var range = Range(invocation);
        var analysis = AutsAnalysis.Of(key, amf, rands, octets);
        if (analysis.WasGlued) invocation.Output.Note("--auts has 30 octets: RAND, then AUTS");
        var report = new AkaReport();
        if (analysis.HasValues)
            report.Add("RAND", "rand", analysis.Rand)
                .Add("AUTS", "auts", analysis.Auts)
                .Add("  SQN_MS xor AK*", "sqnMsXorAkStar", AkaReport.Hex48(analysis.SqnMsXorAkStar))
                .Add("  MAC-S", "macSReceived", AkaReport.Hex64(analysis.MacReceived))
                .Add("AK*", "akStar", AkaReport.Hex48(analysis.AkStar))
                .Sqn("SQN_MS", "sqnMs", analysis.SqnMs, range.IndBits)
                .Add("MAC-S expected", "macSExpected", AkaReport.Hex64(analysis.MacExpected));
        report.Flag("genuine", analysis.IsGenuine);
        if (analysis.IsGenuine) Judge(report, key, amf, analysis, AkaInput.Sqn(invocation, s_sqnHe), range);
        else
            report.Add("verdict", "verdict", analysis.Cause switch
            {
                MacFailureCause.EncodedTwice => "no AUTS as it stands; decoded once more, MAC-S is right",
                MacFailureCause.OtherChallenge => "MAC-S is wrong for the first challenge, and right for the one shown",
                _ => analysis.HasValues ? "MAC-S is wrong" : $"no AUTS: it {problem ?? "has the wrong length"}",
            })
                .Add("likely", "likely", AkaMistake.Of(analysis.Cause, analysis.OtherChallenge + 1))
                .Field("cause", analysis.Cause.ToString());
        report.Write(invocation.Output);
        return analysis.IsGenuine ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>What a genuine AUTS means for the counter of the HSS.</summary>
    private static void Judge(AkaReport report, AkaKey key, ushort amf, AutsAnalysis analysis, ulong? sqnHe, in IndRange range)
    {
        // Without the counter of the HSS: as if it had to move.
        var state = sqnHe is { } last ? SequenceState.FromDurable(last, range) : default;
        var result = Resynchronisation.Evaluate(key.Key, amf, analysis.Rand, analysis.Auts, state, range);
        var after = result.State;
        if (sqnHe is null && result.Outcome == ResynchronisationOutcome.AlreadyAcceptable) after = SequenceState.FromDurable(analysis.SqnMs, range);
        report.Add("verdict", "verdict", result.Outcome switch
        {
            ResynchronisationOutcome.OutOfRange => "MAC-S is right, but SQN_MS is the last there is: replace the card",
            _ when sqnHe is null => "MAC-S is right: the card wants a SQN above SQN_MS",
            ResynchronisationOutcome.AlreadyAcceptable => "MAC-S is right, and the next SQN is acceptable to the card as it is: let it register again",
            _ when SequenceNumber.Split(sqnHe.Value, range.IndBits).Seq > SequenceNumber.Split(analysis.SqnMs, range.IndBits).Seq =>
                "MAC-S is right, and SQN_HE is too far ahead (more than 2^28 SEQ): the counter goes back to SQN_MS",
            _ => "MAC-S is right, and SQN_HE is behind: the counter goes on from SQN_MS",
        });
        if (range.NextSqn(after) is { } next && result.Outcome != ResynchronisationOutcome.OutOfRange) report.Sqn("next SQN", "nextSqn", next, range.IndBits);
    }

    private static async Task<int> StoredAsync(Invocation invocation, string subscriber, string auts, CancellationToken stop)
    {
        AkaInput.Exclude(invocation, "is known to the server; leave it out", s_sqnHe, AkaOptions.Amf, AkaOptions.IndBits, s_ind);
        var challenges = AkaInput.Challenges(invocation);
        if (challenges.Count > 1) throw new CliException("with --subscriber one challenge is judged at a time; give one --rand or one --nonce");
        var request = new ResynchroniseRequest
        {
            PrivateIdentity = subscriber,
            Rand = challenges.Count == 0 ? "" : Convert.ToHexStringLower(challenges[0].Rand),
            Auts = auts,
            DryRun = invocation.Value(s_dryRun),
        };
        var answer = await new AuthenticationService.AuthenticationServiceClient(invocation.Server).ResynchroniseAsync(request, invocation.Call(stop)).ConfigureAwait(false);
        invocation.Output.Object(answer, _ => invocation.Output.Pairs(
            ("SQN_MS", answer.SqnMs), ("MAC-S", answer.MacSReceived), ("verdict", Words.Of(answer.Verdict)), ("", answer.Explanation),
            ("SQN before", Shown(answer.Before)), (answer.DryRun ? "SQN after (dry run)" : "SQN after", Shown(answer.After)), ("next SQN", answer.After?.NextSqn)));
        return answer.Verdict is ResynchroniseResponse.Types.Verdict.Moved or ResynchroniseResponse.Types.Verdict.AlreadyAcceptable ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static string? Shown(Hss.Provisioning.V1.SequenceNumber? number) =>
        number is null ? null : string.Create(CultureInfo.InvariantCulture, $"{number.Sqn} = SEQ {number.Seq} || IND {number.Ind}");

    private static IndRange Range(Invocation invocation)
    {
        var bits = AkaInput.IndBits(invocation);
        var text = invocation.Value(s_ind);
        // The usual partition needs five bits; with fewer there is nothing to divide.
        if (text is null) return bits >= 5 ? new(bits, 24, 27) : new(bits, 0, 0);
        var ends = text.Split('-');
        if (ends.Length <= 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && first <= last && last < 1 << bits)
            return new(bits, first, last);
        throw new CliException($"--ind {OneLine.Of(text)} is no range within {bits} bits; write 24-27, or one number");
    }
}
