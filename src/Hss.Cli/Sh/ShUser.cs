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

    /// <summary>Two digits an octet, the first one in the low half; an odd number is filled up with F. Spec: TS 29.329 6.3.2, TS 29.002.</summary>
    internal static byte[] Digits(string msisdn)
    {
        if (msisdn.Length is 0 or > MaxMsisdnDigits || !msisdn.All(char.IsAsciiDigit))
            throw new CliException($"--msisdn '{OneLine.Of(msisdn)}' is no number; write 1 to {MaxMsisdnDigits} digits with the country code and without +");
        var octets = new byte[(msisdn.Length + 1) / 2];
        for (var i = 0; i < octets.Length; i++)
        {
            var high = (2 * i) + 1 < msisdn.Length ? msisdn[(2 * i) + 1] - '0' : 0xf;
            octets[i] = (byte)((high << 4) | (msisdn[2 * i] - '0'));
        }
        return octets;
    }

    /// <summary>The other way round, for what an HSS sends; what is no digit becomes a question mark.</summary>
    internal static string Msisdn(ReadOnlySpan<byte> octets)
    {
        var text = new System.Text.StringBuilder(2 * octets.Length);
        foreach (var octet in octets)
        {
            Add(octet & 0xf);
            if (octet >> 4 != 0xf) Add(octet >> 4);
        }
        return text.ToString();

        void Add(int digit) => text.Append(digit < 10 ? (char)('0' + digit) : '?');
    }
}
