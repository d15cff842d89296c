using System.CommandLine;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss aka vector|resync|check|opc|fingerprint|sqn: AKA by hand, with a key in hand or on a stored subscriber.</summary>
/// Why both ways: at a desk with a test card the key is at hand and no server is needed; in a live network the key must not leave the server.
/// Spec: TS 33.102 6.3, TS 35.206, RFC 3310; docs/resync.md walks through it.
internal static class AkaCommands
{
    public static Command Create(Surroundings around) => Command("aka", "Vectors, challenges and resynchronisation, by hand.",
        VectorCommand.Create(around), ResyncCommand.Create(around), CheckCommand.Create(around),
        KeyCommands.CreateOpc(around), KeyCommands.CreateFingerprint(around), SequenceCommand.Create(around));
}
