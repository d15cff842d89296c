using System.Globalization;
using System.Text.Json.Nodes;

namespace Hss.Cli.Foreign;

/// <summary>Makes one subscription document of the rows of ims_subscriber that share an IMSI.</summary>
/// Spec: TS 23.003 13.3 (private identity of an IMSI), 13.4B; RFC 3966 5.1 (global numbers begin with '+').
internal static class PyHssSubscription
{
    public static ForeignDocument? Make(List<PyHssRow> rows, PyHssOptions options, ForeignReport report)
    {
        var first = rows[0];
        var place = $"ims_subscriber {first.Id}";
        var problems = new List<string>();
        if (rows.Any(row => row.Texts.Any(text => text?.Length > PyHssDatabase.MaxTextLength)))
            problems.Add($"has a text of more than {PyHssDatabase.MaxTextLength} characters");
        else if (first.Imsi.Length == 0) problems.Add("has no imsi");
        else if (first.Imsi.Contains('@', StringComparison.Ordinal)) problems.Add("has an imsi with '@'; PyHSS looks up what stands before it, so remove the rest");
        if (problems.Count > 0) return Refused();
        var domain = options.Domain ?? HomeDomain.Of(first.Imsi, options.MncDigits);
        if (domain is null) problems.Add("has an imsi that is none, so no domain follows from it; give the domain");
        if (!first.HasKey) problems.Add("has no row in auc; give the subscriber its key in PyHSS, or leave it out");
        if (problems.Count > 0) return Refused();

        var numbers = Numbers(rows, problems);
        var profile = Profile(rows, numbers, domain!, options, report);
        var document = new JsonObject
        {
            ["subscriptionId"] = $"imsi-{first.Imsi}",
            ["privateIdentities"] = new JsonArray(PrivateIdentity(first, domain!, problems, report)),
            ["implicitRegistrationSets"] = new JsonArray(new JsonObject { ["publicIdentities"] = PublicIdentities(first.Imsi, numbers, domain!, options, profile["name"]!.GetValue<string>()) }),
            ["serviceProfiles"] = new JsonArray(profile),
        };
        if (!first.IsEnabled) document["registrationAllowed"] = false;
        if (first.Imsi.Length is >= 6 and <= 15 && first.Imsi.All(char.IsAsciiDigit)) document["imsi"] = first.Imsi;
        if (!first.HasSubscriber) report.Remark("ims_subscriber without subscriber", "the key was found by the IMSI; whether it is enabled is not known, so it is");
        if (problems.Count > 0) return Refused();
        if (DocumentMaker.Make(document, out var found) is { } utf8)
        {
            report.Made();
            return new(place, $"imsi-{first.Imsi}", utf8);
        }
        problems.AddRange(found.Select(problem => problem.ToString()));
        return Refused();

        ForeignDocument? Refused()
        {
            report.Refuse(place, problems);
            return null;
        }
    }

    private static JsonObject PrivateIdentity(PyHssRow row, string domain, List<string> problems, ForeignReport report)
    {
        var identity = new JsonObject { ["identity"] = $"{row.Imsi}@{domain}" };
        if (row.Ki is { Length: 32 } && row.Ki.All(char.IsAsciiHexDigit))
        {
            // The column is the SQN of the next vector; empty is 0.
            var sqn = string.IsNullOrEmpty(row.Sqn) ? SequenceNumberText.Of(0)
                : ulong.TryParse(row.Sqn, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? SequenceNumberText.Of(number) : null;
            if (sqn is null) problems.Add("auc.sqn is no number of 48 bits; set it to 0 there, the first registration resynchronises");
            identity["aka"] = new JsonObject { ["k"] = row.Ki, ["opc"] = row.Opc, ["amf"] = row.Amf, ["sqn"] = sqn };
            return identity;
        }
        // What is no key served as the clear password of Digest-MD5.
        if (string.IsNullOrEmpty(row.Ki)) problems.Add("auc.ki is empty");
        report.Remark("auc.ki as a password", "became sipDigest; Digest-MD5 with the clear password is still served, drop keepPasswordForLegacyDigestMd5 when no S-CSCF asks for it");
        identity["sipDigest"] = new JsonObject { ["realm"] = domain, ["password"] = row.Ki, ["keepPasswordForLegacyDigestMd5"] = true };
        return identity;
    }

    // As PyHSS has them: the number first, so that it is the default identity, and each number once.
    private static List<string> Numbers(List<PyHssRow> rows, List<string> problems)
    {
        var numbers = new List<string>();
        foreach (var row in rows)
            foreach (var text in (row.Msisdn + "," + row.MsisdnList).Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var number = text.TrimStart('+');
                if (number.Length is 0 or > 15 || !number.All(char.IsAsciiDigit))
                {
                    problems.Add("has an msisdn that is no number of at most 15 digits");
                    return numbers;
                }
                if (!numbers.Contains(number)) numbers.Add(number);
            }
        return numbers;
    }

    private static JsonArray PublicIdentities(string imsi, List<string> numbers, string domain, PyHssOptions options, string profile)
    {
        var identities = new JsonArray();
        foreach (var number in numbers)
        {
            Add(options.LocalNumbers ? $"sip:{number}@{domain}" : $"sip:+{number}@{domain}");
            Add(options.LocalNumbers ? $"tel:{number};phone-context={domain}" : $"tel:+{number}");
        }
        // A network of local numbers may call its subscribers by the number that is the IMSI, too.
        if (!options.LocalNumbers || !numbers.Contains(imsi)) Add($"sip:{imsi}@{domain}");
        return identities;

        void Add(string identity) => identities.Add(new JsonObject { ["identity"] = identity, ["serviceProfile"] = profile });
    }

    private static JsonObject Profile(List<PyHssRow> rows, List<string> numbers, string domain, PyHssOptions options, ForeignReport report)
    {
        var path = rows.Select(row => row.IfcPath).FirstOrDefault(text => !string.IsNullOrEmpty(text)) ?? "";
        if (rows.Any(row => (row.IfcPath ?? "") != path && !string.IsNullOrEmpty(row.IfcPath)))
            report.Remark("ims_subscriber.ifc_path", "rows of one IMSI name different files; the first was taken");
        if (options.Mapping.Find(path, rows[0].Imsi, numbers.FirstOrDefault() ?? "", domain) is not { } profile)
        {
            report.Remark(path.Length == 0 ? "ims_subscriber without ifc_path" : $"ims_subscriber.ifc_path {path}",
                "no filters were made; say in a mapping file which templates take its place");
            profile = [];
        }
        profile["name"] = Name(path);
        return profile;
    }

    // The name of the file without folder and ending, as far as it can stand in a document.
    private static string Name(string path)
    {
        var name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        var dot = name.LastIndexOf('.');
        var text = new string([.. (dot > 0 ? name[..dot] : name).Take(64).Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')]);
        return text.Length == 0 ? "default" : text;
    }
}
