using System.CommandLine;
using Hss.Diameter;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.Sh;

/// <summary>The options that say about whom: exactly one of the three that User-Identity holds, and a private identity where one of several is meant.</summary>
/// Spec: TS 29.329 6.3.1, TS 29.328 7.6 note 5.
internal sealed class ShUser
{
    private const int MaxMsisdnDigits = 15;

    private readonly Option<string?> _public = Text("--public-identity", "IDENTITY", "SIP or tel URI of the user or service");
    private readonly Option<string?> _msisdn = Text("--msisdn", "DIGITS", "or the MSISDN, in international form without +");
    private readonly Option<string?> _external = Text("--external-identifier", "IDENTITY", "or the External-Identifier");
    private readonly Option<string?> _private = Text("--private-identity", "IDENTITY", "the private identity meant, when the user has several");

    public Symbol[] All => [_public, _msisdn, _external, _private];

    /// <summary>What writes User-Identity and, if given, User-Name.</summary>
    /// Errors: <see cref="CliException"/>.
    public Action<MessageWriter> Read(Invocation invocation)
    {
        var (publicIdentity, msisdn, external) = (invocation.Value(_public), invocation.Value(_msisdn), invocation.Value(_external));
        if (new[] { publicIdentity, msisdn, external }.Count(one => !string.IsNullOrEmpty(one)) != 1)
            throw new CliException("give one of --public-identity, --msisdn and --external-identifier");
        var digits = msisdn is null ? [] : Digits(msisdn);
        var name = invocation.Value(_private);
        return avps =>
        {
            avps.BeginGroup(Avp.UserIdentity);
            if (publicIdentity is not null) avps.WriteText(Avp.PublicIdentity, publicIdentity);
            if (msisdn is not null) avps.WriteOctets(Avp.Msisdn, digits);
            if (external is not null) avps.WriteText(Avp.ExternalIdentifier, external);
            avps.EndGroup();
            if (name is not null) avps.WriteText(Avp.UserName, name);
        };
    }

    private static byte[] Digits(string msisdn) => msisdn.Length is > 0 and <= MaxMsisdnDigits && msisdn.All(char.IsAsciiDigit) ? TelephonyBcd.Encode(msisdn)
        : throw new CliException($"--msisdn '{OneLine.Of(msisdn)}' is no number; write 1 to {MaxMsisdnDigits} digits with the country code and without +");

    /// <summary>What an HSS sends; what is no number shows as its octets.</summary>
    internal static string Msisdn(ReadOnlySpan<byte> octets)
    {
        var digits = new char[2 * octets.Length];
        return TelephonyBcd.TryDecode(octets, digits, out var count) ? new string(digits, 0, count) : $"0x{Convert.ToHexString(octets)}";
    }
}
