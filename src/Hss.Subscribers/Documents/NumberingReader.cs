using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>The numbers and names under which the rest of the network knows a private identity.</summary>
internal sealed record Numbering(ImmutableArray<string> Msisdns, ImmutableArray<string> ExternalIdentifiers, string? Imsi, string? StnSr, SmsGateway? SmsGateway)
{
    public PrivateIdentity Of(PrivateIdentity identity) => identity with
    {
        Msisdns = Msisdns, ExternalIdentifiers = ExternalIdentifiers, Imsi = Imsi, StnSr = StnSr, SmsGateway = SmsGateway,
    };
}

/// <summary>Reads what Sh knows a private identity by (MSISDN, External-Identifier, IMSI) and what is preconfigured of SRVCC and SMS over IP.</summary>
/// Shape: E.164 numbers are kept as digits alone; "+" before them is read, since a tel URI has it. Spec: TS 23.003 2.2, 3.3, 19.7.2; TS 29.328 7.6.9, 7.6.15, 7.6.17.
internal sealed class NumberingReader(ProblemList problems)
{
    public static readonly string[] Fields = ["msisdns", "externalIdentifiers", "imsi", "stnSr", "smsGateway"];

    private static readonly string[] s_gatewayFields = ["number", "serviceCentreAddress"];

    private readonly HashSet<string> _msisdns = new(StringComparer.Ordinal);
    private readonly HashSet<string> _externals = new(StringComparer.Ordinal);

    public Numbering Read(DocumentObject document) =>
        new(ReadMsisdns(document), ReadExternals(document), new UserDataReader(problems).ReadImsi(document), Number(document, "stnSr"), ReadGateway(document));

    public static void Write(Utf8JsonWriter json, PrivateIdentity identity)
    {
        if (!identity.Msisdns.IsEmpty) SubscriptionWriter.WriteTexts(json, "msisdns", identity.Msisdns);
        if (!identity.ExternalIdentifiers.IsEmpty) SubscriptionWriter.WriteTexts(json, "externalIdentifiers", identity.ExternalIdentifiers);
        if (identity.Imsi is not null) json.WriteString("imsi", identity.Imsi);
        if (identity.StnSr is not null) json.WriteString("stnSr", identity.StnSr);
        if (identity.SmsGateway is not { } gateway) return;
        json.WriteStartObject("smsGateway");
        if (gateway.Number is not null) json.WriteString("number", gateway.Number);
        if (gateway.ServiceCentreAddress is not null) json.WriteString("serviceCentreAddress", gateway.ServiceCentreAddress);
        json.WriteEndObject();
    }

    private ImmutableArray<string> ReadMsisdns(DocumentObject document)
    {
        var msisdns = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, path) in document.Texts("msisdns", required: document.Has("msisdns")))
        {
            if (Number(text, path) is not { } msisdn) continue;
            // An application server that asks by MSISDN means one user: TS 29.328 Table 7.6.1 has it as a key.
            if (_msisdns.Add(msisdn)) msisdns.Add(msisdn);
            else problems.Add(path, $"{DocumentText.Quote(msisdn)} stands in this document twice; remove one");
        }
        return msisdns.ToImmutable();
    }

    private ImmutableArray<string> ReadExternals(DocumentObject document)
    {
        var externals = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, path) in document.Texts("externalIdentifiers", required: document.Has("externalIdentifiers")))
        {
            // TS 23.003 19.7.2: the form of a NAI, so what holds for private identities holds here; but the domain is never left out.
            if (!CanonicalIdentity.TryPrivate(text, out var external, out var problem)) problems.Add(path, $"{DocumentText.Quote(text)} {problem}");
            else if (!external.Contains('@', StringComparison.Ordinal))
                problems.Add(path, $"{DocumentText.Quote(text)} has no domain; write it as local-identifier@domain");
            else if (_externals.Add(external)) externals.Add(external);
            else problems.Add(path, $"{DocumentText.Quote(external)} stands in this document twice; remove one");
        }
        return externals.ToImmutable();
    }

    private SmsGateway? ReadGateway(DocumentObject document)
    {
        if (document.Object("smsGateway", required: false, s_gatewayFields) is not { } gateway) return null;
        if (!s_gatewayFields.Any(gateway.Has))
        {
            problems.Add(gateway.Path, $"is empty; one of {string.Join(", ", s_gatewayFields)} is needed, or leave it out");
            return null;
        }
        return new(Number(gateway, "number"), Number(gateway, "serviceCentreAddress"));
    }

    private string? Number(DocumentObject document, string name) =>
        document.TryText(name, required: false, out var text) ? Number(text, document.At(name)) : null;

    private string? Number(string text, DocumentPath path)
    {
        var digits = text[0] == '+' ? text[1..] : text;
        // E.164 6.1: 15 digits at most. The shortest country code and number that anybody assigns have 3 between them; a rule for the least would only
        // guess. A leading zero is left to the operator: test networks have numbers that no country code begins.
        if (digits.Length is >= 3 and <= 15 && digits.All(char.IsAsciiDigit)) return digits;
        problems.Add(path, $"{DocumentText.Quote(text)} is no international number; 3 to 15 digits are needed, the country code first, without blanks or hyphens");
        return null;
    }
}
