using System.CommandLine;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>Options that several of the verbs have.</summary>
internal static class AkaOptions
{
    public static readonly Option<string?> K = Text("--k", "@FILE|-|OCTETS", "K, 16 octets: the first line of @FILE or of the standard input, or the octets themselves");
    public static readonly Option<string?> Op = Text("--op", "@FILE|-|OCTETS", "OP; OPc is worked out from it");
    public static readonly Option<string?> Opc = Text("--opc", "@FILE|-|OCTETS", "OPc");
    public static readonly Option<string?> Subscriber = Text("--subscriber", "IMPI", "instead of a key: this private identity, on the server; its key stays there");
    public static readonly Option<string?> Amf = Text("--amf", "OCTETS", "AMF, 2 octets (default 8000)");
    public static readonly Option<int?> IndBits = Number("--ind-bits", "bits of IND at the end of SQN (default 5)");
    public static readonly Option<string[]> Rand = Several("--rand", "OCTETS", "RAND of the challenge, 16 octets, in hexadecimal or base64; several: the first counts, the others are tried");
    public static readonly Option<string[]> Nonce = Several("--nonce", "NONCE", "nonce of the challenge as in WWW-Authenticate: base64 of RAND and AUTN");

    public static readonly Option<string?> User = Text("--user", "NAME", "username of the Authorization header; with --realm and --uri the expected digest response is shown");
    public static readonly Option<string?> Realm = Text("--realm", "REALM", "realm of the challenge");
    public static readonly Option<string?> Uri = Text("--uri", "URI", "uri of the Authorization header");
    public static readonly Option<string?> Method = Text("--method", "METHOD", "SIP method (default REGISTER)");
    public static readonly Option<string?> Cnonce = Text("--cnonce", "TEXT", "cnonce of the Authorization header; without it the response is that without qop");
    public static readonly Option<string?> NonceCount = Text("--nc", "HEX", "nonce count (default 00000001)");
    public static readonly Option<string?> Qop = Word("--qop", "quality of protection (default auth)", "auth", "auth-int");

    public static readonly Option<string?>[] Digest = [User, Realm, Uri, Method, Cnonce, NonceCount, Qop];

    private static Option<string[]> Several(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
}
