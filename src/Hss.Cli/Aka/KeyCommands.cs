using System.CommandLine;
using Hss.Authentication;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss aka opc and hss aka fingerprint: what is worked out from a key alone.</summary>
/// Spec: TS 35.206 8.2.
internal static class KeyCommands
{
    public static Command CreateOpc(Surroundings around)
    {
        var command = Command("opc", "Works OPc out from K and OP.", AkaOptions.K, AkaOptions.Op);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var k = await AkaInput.SecretAsync(invocation, AkaOptions.K, stop).ConfigureAwait(false) ?? throw new CliException("--k is missing");
            var op = await AkaInput.SecretAsync(invocation, AkaOptions.Op, stop).ConfigureAwait(false) ?? throw new CliException("--op is missing");
            new AkaReport().Add("OPc", "opc", Milenage.DeriveOpc(k, op).Reveal()).Write(invocation.Output);
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command CreateFingerprint(Surroundings around)
    {
        var command = Command("fingerprint", "Shows the fingerprints of a key, to compare with those that the server shows of a stored one.",
            AkaOptions.K, AkaOptions.Op, AkaOptions.Opc);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var k = await AkaInput.SecretAsync(invocation, AkaOptions.K, stop).ConfigureAwait(false);
            var op = await AkaInput.SecretAsync(invocation, AkaOptions.Op, stop).ConfigureAwait(false);
            var opc = await AkaInput.SecretAsync(invocation, AkaOptions.Opc, stop).ConfigureAwait(false);
            if (k is null && op is null && opc is null) throw new CliException("--k is missing");
            if (op is not null && k is null) throw new CliException("--op needs --k beside it: the server keeps OPc, which is worked out from both");
            if (op is not null && opc is not null) throw new CliException("--op and --opc exclude each other here; the server keeps OPc");
            if (op is not null) opc = Milenage.DeriveOpc(k!, op);
            var report = new AkaReport();
            if (k is not null) report.Add("K fingerprint", "kFingerprint", KeyFingerprint.Of(k));
            if (opc is not null) report.Add("OPc fingerprint", "opcFingerprint", KeyFingerprint.Of(opc));
            report.Write(invocation.Output);
            return ExitCodes.Done;
        });
        return command;
    }
}
