using System.CommandLine;
using Google.Protobuf;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss credentials set: new keys for one private identity. A key never stands on the command line, where every user of the machine could read it.</summary>
internal static class CredentialsCommands
{
    private const int MaxFileBytes = 64 * 1024;

    private static readonly Option<string?> s_document = Text("--document", "FILE", "JSON object with aka, sipDigest, allowedSchemes, defaultScheme as in a subscription document; - is the standard input");
    private static readonly Option<string?> s_amf = Text("--amf", "HEX", "4 hexadecimal digits");
    private static readonly Option<string?> s_sqn = Text("--sqn", "HEX", "12 hexadecimal digits; counts only when the key is new to the store");
    private static readonly Option<string?> s_transportKey = Text("--transport-key", "NAME", "name of the transport key, in the server's configuration, of the encrypted ones");
    private static readonly Option<string?> s_realm = Text("--realm", "REALM", "realm of SIP Digest");
    private static readonly Option<bool> s_keepPassword = Flag("--keep-password", "keep the clear password, sealed, for peers that want it");

    // Each with where its text goes. The encrypted forms are worth nothing without the transport key, but have no business in a shell's history either.
    private static readonly (Option<string?> Option, Action<SetCredentialsRequest, string> Take)[] s_keys =
    [
        (Key("--k", "K, 32 hexadecimal digits"), (request, text) => Aka(request).K = text),
        (Key("--op", "OP, 32 hexadecimal digits"), (request, text) => Aka(request).Op = text),
        (Key("--opc", "OPc, 32 hexadecimal digits"), (request, text) => Aka(request).Opc = text),
        (Key("--encrypted-k", "K under the transport key"), (request, text) => Aka(request).EncryptedK = text),
        (Key("--encrypted-op", "OP under the transport key"), (request, text) => Aka(request).EncryptedOp = text),
        (Key("--encrypted-opc", "OPc under the transport key"), (request, text) => Aka(request).EncryptedOpc = text),
        (Key("--password", "password of SIP Digest"), (request, text) => Digest(request).Password = text),
        (Key("--ha1-md5", "HA1 by MD5, 32 hexadecimal digits"), (request, text) => Digest(request).Ha1Md5 = text),
        (Key("--ha1-sha256", "HA1 by SHA-256, 64 hexadecimal digits"), (request, text) => Digest(request).Ha1Sha256 = text),
    ];

    public static Command Create(Surroundings around) => Command("credentials", "Keys and passwords of private identities.", Set(around));

    private static Command Set(Surroundings around)
    {
        var identity = Argument("PRIVATE-IDENTITY", "IMPI");
        var command = Command("set", "Replaces the credentials of one private identity. Each key is the first line of @FILE, or of the standard input by -.",
            [identity, .. s_keys.Select(key => key.Option), s_amf, s_sqn, s_transportKey, s_realm, s_keepPassword, s_document, Etag, ValidateOnly, RequestId, Yes]);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new SetCredentialsRequest
            {
                PrivateIdentity = invocation.Value(identity),
                Etag = invocation.Value(Etag) ?? "",
                RequestId = RequestIdOf(invocation),
                ValidateOnly = invocation.Value(ValidateOnly),
            };
            await ReadAsync(invocation, request, stop).ConfigureAwait(false);
            if (request.Aka is null && request.SipDigest is null) throw new CliException("no credentials are given; give --k and --op or --opc, --password, --ha1-md5, or --document");
            if (!request.ValidateOnly) invocation.Confirm($"Replace the credentials of {request.PrivateIdentity}?");
            var response = await new AuthenticationService.AuthenticationServiceClient(invocation.Server).SetCredentialsAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, _ => invocation.Output.Pairs(
                (request.ValidateOnly ? "valid, nothing changed" : "set", request.PrivateIdentity),
                ("K fingerprint", response.PrivateIdentity?.Aka?.KFingerprint),
                ("OPc fingerprint", response.PrivateIdentity?.Aka?.OpcFingerprint),
                ("etag", response.Etag)));
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task ReadAsync(Invocation invocation, SetCredentialsRequest request, CancellationToken stop)
    {
        if (invocation.Value(s_document) is { } document)
            Take(request, await invocation.ReadTextAsync(document, MaxFileBytes, stop).ConfigureAwait(false), Invocation.Name(document));
        foreach (var (option, take) in s_keys)
            if (invocation.Value(option) is { } where) take(request, await KeyAsync(invocation, option.Name, where, stop).ConfigureAwait(false));
        if (invocation.Value(s_amf) is { } amf) Aka(request).Amf = amf;
        if (invocation.Value(s_sqn) is { } sqn) Aka(request).Sqn = sqn;
        if (invocation.Value(s_transportKey) is { } name) Aka(request).TransportKey = name;
        if (invocation.Value(s_realm) is { } realm) Digest(request).Realm = realm;
        if (invocation.Value(s_keepPassword)) Digest(request).KeepPasswordForLegacyDigestMd5 = true;
    }

    private static void Take(SetCredentialsRequest request, string json, string name)
    {
        PrivateIdentity identity;
        try
        {
            identity = JsonParser.Default.Parse<PrivateIdentity>(json);
        }
        catch (Exception problem) when (problem is InvalidProtocolBufferException or InvalidJsonException)
        {
            // The parser's own message may quote what it stumbled over, and that may be a key.
            throw new CliException($"{name} is no JSON object with aka, sipDigest, allowedSchemes, defaultScheme; docs/subscription.md has its fields");
        }
        if (identity.Identity.Length > 0 && identity.Identity != request.PrivateIdentity)
            throw new CliException($"{name} is for {identity.Identity}, not for {request.PrivateIdentity}");
        if (identity.LineIdentifiers.Count > 0 || identity.FramedAddress is not null || identity.PrivilegedSender
            || identity.Msisdns.Count > 0 || identity.ExternalIdentifiers.Count > 0 || identity.Imsi.Length > 0 || identity.StnSr.Length > 0 || identity.SmsGateway is not null)
            throw new CliException($"{name} has more than credentials; hss subscription upsert changes the rest");
        (request.Aka, request.SipDigest, request.DefaultScheme) = (identity.Aka, identity.SipDigest, identity.DefaultScheme);
        request.AllowedSchemes.Add(identity.AllowedSchemes);
    }

    private static async Task<string> KeyAsync(Invocation invocation, string option, string where, CancellationToken stop)
    {
        // The text is not repeated: it may be the key.
        if (!KeyText.IsPlace(where)) throw new CliException($"{option} takes @FILE or -, not the key itself: every user of this machine can read the command line");
        return await KeyText.ReadAsync(invocation, option, where, stop).ConfigureAwait(false);
    }

    private static Option<string?> Key(string name, string description) => Text(name, "@FILE|-", description);

    private static Aka Aka(SetCredentialsRequest request) => request.Aka ??= new();

    private static SipDigest Digest(SetCredentialsRequest request) => request.SipDigest ??= new();
}
