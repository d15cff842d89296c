using System.CommandLine;
using System.Globalization;
using Hss.Authentication;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss aka vector: a challenge, and everything both sides make of it.</summary>
/// Spec: TS 33.102 6.3.2, RFC 3310 3.2, 3.3.
internal static class VectorCommand
{
    private const ushort UsualAmf = 0x8000;

    private static readonly Option<string?> s_sqn = Text("--sqn", "OCTETS", "SQN, 6 octets");
    private static readonly Option<string?> s_rand = Text("--rand", "OCTETS", "RAND, 16 octets; a fresh one when absent");
    private static readonly Option<int?> s_count = Number("--count", "with --subscriber: so many vectors, 1 to 5 (default 1)");
    private static readonly Option<bool> s_keys = Flag("--ck-ik", "with --subscriber: CK and IK too; whoever has them can read a call");

    public static Command Create(Surroundings around)
    {
        var command = Command("vector", "Makes a vector with a key, or fresh ones on a stored subscriber; those use up sequence numbers, as a MAR does.",
            [AkaOptions.K, AkaOptions.Op, AkaOptions.Opc, s_sqn, AkaOptions.Amf, s_rand, AkaOptions.IndBits, AkaOptions.Subscriber, s_count, s_keys, .. AkaOptions.Digest]);
        Invocation.Handle(command, around, (invocation, stop) => AkaInput.Subscriber(invocation) is { } subscriber
            ? StoredAsync(invocation, subscriber, stop) : GivenAsync(invocation, stop));
        return command;
    }

    private static async Task<int> GivenAsync(Invocation invocation, CancellationToken stop)
    {
        AkaInput.Exclude(invocation, "goes with --subscriber alone", s_count, s_keys);
        var key = await AkaInput.KeyAsync(invocation, stop).ConfigureAwait(false);
        if (key.IsContradictory) invocation.Output.Note("--opc is not the OPc of --k and --op; --opc counts");
        var sqn = AkaInput.Sqn(invocation, s_sqn) ?? throw new CliException("--sqn is missing; it has 12 hexadecimal digits, such as 000000000020");
        var rand = AkaInput.Octets(invocation, s_rand, Milenage.RandLengthBytes);
        if (rand is null) SystemRandomSource.Instance.Fill(rand = new byte[Milenage.RandLengthBytes]);
        var indBits = AkaInput.IndBits(invocation);
        var vector = VectorAnalysis.Make(key.Key, AkaInput.Amf(invocation) ?? UsualAmf, rand, sqn, indBits);
        var report = new AkaReport()
            .Add("RAND", "rand", vector.Rand)
            .Add("AUTN", "autn", vector.Autn)
            .Add("  SQN xor AK", "sqnXorAk", AkaReport.Hex48(vector.SqnXorAk))
            .Add("  AMF", "amf", vector.Amf.ToString("x4", CultureInfo.InvariantCulture))
            .Add("  MAC-A", "mac", AkaReport.Hex64(vector.MacA))
            .Sqn("SQN", "sqn", vector.Sqn, indBits)
            .Add("AK", "ak", AkaReport.Hex48(vector.Ak))
            .Add("XRES", "xres", vector.Xres)
            .Add("CK", "ck", vector.Ck)
            .Add("IK", "ik", vector.Ik)
            .Add("nonce", "nonce", vector.Nonce);
        if (Response(invocation, vector.Nonce, vector.Xres) is { } response) report.Add("response", "response", response);
        report.Write(invocation.Output);
        return ExitCodes.Done;
    }

    private static async Task<int> StoredAsync(Invocation invocation, string subscriber, CancellationToken stop)
    {
        AkaInput.Exclude(invocation, "is the server's to choose with --subscriber", s_sqn, AkaOptions.Amf, s_rand, AkaOptions.IndBits);
        var request = new GenerateVectorsRequest { PrivateIdentity = subscriber, Count = invocation.Value(s_count) ?? 0, IncludeCkIk = invocation.Value(s_keys) };
        // Before the numbers are used up.
        _ = Response(invocation, "", []);
        var answer = await new AuthenticationService.AuthenticationServiceClient(invocation.Server).GenerateVectorsAsync(request, invocation.Call(stop)).ConfigureAwait(false);
        invocation.Output.Object(answer, writer =>
        {
            foreach (var vector in answer.Vectors)
            {
                if (vector != answer.Vectors[0]) writer.Write('\n');
                invocation.Output.Pairs(
                    ("RAND", vector.Rand), ("AUTN", vector.Autn), ("  SQN xor AK", vector.SqnXorAk), ("  AMF", vector.Amf), ("  MAC-A", vector.Mac),
                    ("SQN", string.Create(CultureInfo.InvariantCulture, $"{vector.Sqn} = SEQ {vector.Seq} || IND {vector.Ind}")), ("AK", vector.Ak),
                    ("XRES", vector.Xres), ("CK", vector.Ck), ("IK", vector.Ik), ("nonce", vector.Nonce),
                    ("response", Response(invocation, vector.Nonce, Convert.FromHexString(vector.Xres))));
            }
        });
        return ExitCodes.Done;
    }

    /// <summary>What the UE answers; null when nobody asked.</summary>
    private static string? Response(Invocation invocation, string nonce, ReadOnlySpan<byte> xres)
    {
        var (user, realm, uri) = (invocation.Value(AkaOptions.User), invocation.Value(AkaOptions.Realm), invocation.Value(AkaOptions.Uri));
        if (AkaOptions.Digest.All(option => invocation.Value(option) is null)) return null;
        if (user is null || realm is null || uri is null) throw new CliException("the expected response needs --user, --realm and --uri, as the Authorization header has them");
        var clientNonce = invocation.Value(AkaOptions.Cnonce);
        var qop = invocation.Value(AkaOptions.Qop) ?? (clientNonce is null ? null : "auth");
        if (qop is not null && clientNonce is null) throw new CliException("--qop needs --cnonce, as the Authorization header has it");
        if (qop == "auth-int") invocation.Output.Note("auth-int: the response is that of a request without a body");
        var request = new DigestRequest(invocation.Value(AkaOptions.Method) ?? "REGISTER", uri, nonce, qop,
            invocation.Value(AkaOptions.NonceCount) ?? "00000001", clientNonce);
        return Digest.Response(DigestAlgorithm.Md5, AkaDigest.Ha1V1(user, realm, xres), request);
    }
}
