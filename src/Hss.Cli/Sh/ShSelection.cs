using System.CommandLine;
using System.Globalization;
using Hss.Diameter;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.Sh;

/// <summary>The options that say which data: Data-References, and the keys that some of them need.</summary>
/// Shape: what is given is sent. Whether the keys fit the data is for the HSS to say; a client for engineers must be able to send what is wrong.
/// Spec: TS 29.328 7.6, TS 29.329 6.3.
internal sealed class ShSelection
{
    /// <summary>Of feature list 1, by bit. Spec: TS 29.329 7.1.</summary>
    private static readonly string[] s_features = ["notif-eff", "update-eff", "update-eff-enhance", "additional-msisdn"];

    private const uint FeatureList = 1;
    private const uint NotifEff = 1;

    private static readonly string[] s_sets = ["all", "registered", "implicit", "alias"];
    private static readonly string[] s_domains = ["cs", "ps"];

    private readonly Option<string[]> _data = Words("--data", "NAME", "the data, by the name or number of its Data-Reference; more than one needs Notif-Eff at the HSS", [.. Avp.DataReference.Values.Select(value => value.Name)]);
    private readonly Option<string[]> _indications = Words("--service-indication", "TEXT", "which RepositoryData", []);
    private readonly Option<string[]> _sets = Words("--identity-set", "SET", "which IMSPublicIdentity: all, registered, implicit, alias", s_sets);
    private readonly Option<string?> _server = Text("--server-name", "URI", "for InitialFilterCriteria and DSAI: this application server's own name in filters");
    private readonly Option<string[]> _tags = Words("--dsai-tag", "TEXT", "which DSAI", []);
    private readonly Option<string[]> _features = Words("--feature", "NAME", "features to offer: " + string.Join(", ", s_features), s_features);
    private readonly Option<string?> _domain = Word("--requested-domain", "for LocationInformation and UserState", s_domains);
    private readonly Option<bool> _current = Flag("--current-location", "for LocationInformation: the network shall look for the user now");

    public ShSelection() => _data.Required = true;

    /// <summary>What UDR takes.</summary>
    public Symbol[] ForReading => [.. ForSubscribing, _domain, _current];

    /// <summary>What SNR takes.</summary>
    public Symbol[] ForSubscribing => [_data, _indications, _sets, _server, _tags, _features];

    /// <summary>What writes the AVPs.</summary>
    /// Errors: <see cref="CliException"/> for a word that is none of those there are.
    public Action<MessageWriter> Read(Invocation invocation)
    {
        var data = Array.ConvertAll(invocation.Value(_data) ?? [], Reference);
        var (indications, sets, tags) = (invocation.Value(_indications) ?? [], invocation.Value(_sets) ?? [], invocation.Value(_tags) ?? []);
        var setNumbers = Array.ConvertAll(sets, set => IndexOf(s_sets, set, "--identity-set"));
        var offered = (invocation.Value(_features) ?? []).Aggregate(0u, (bits, name) => bits | (1u << IndexOf(s_features, name, "--feature")));
        var server = invocation.Value(_server);
        var domain = invocation.Value(_domain);
        var isCurrent = invocation.Value(_current);
        // One of each is what every HSS takes. More of them depends on the feature, and an HSS without it must say so instead of taking the first.
        var needsFeature = data.Length > 1 || indications.Length > 1 || sets.Length > 1;
        return avps =>
        {
            WriteFeatures(avps, offered | (needsFeature ? NotifEff : 0), needsFeature);
            if (server is not null) avps.WriteText(Avp.ServerName, server);
            foreach (var indication in indications) avps.WriteText(Avp.ServiceIndication, indication);
            foreach (var reference in data) avps.WriteEnumerated(Avp.DataReference, reference);
            foreach (var set in setNumbers) avps.WriteEnumerated(Avp.IdentitySet, set);
            if (domain is not null) avps.WriteEnumerated(Avp.RequestedDomain, Array.FindIndex(s_domains, one => one.Equals(domain, StringComparison.OrdinalIgnoreCase)));
            if (data.Contains((int)Diameter.Commands.Sh.DataReference.LocationInformation) || isCurrent) avps.WriteEnumerated(Avp.CurrentLocation, isCurrent ? 1 : 0);
            foreach (var tag in tags) avps.WriteText(Avp.DsaiTag, tag);
        };
    }

    /// <summary>The number of a Data-Reference by its digits, or by its name: as the standard writes it, or with hyphens as "hss as" has it.</summary>
    public static int Reference(string word)
    {
        foreach (var (value, name) in Avp.DataReference.Values)
            if (Letters(name).Equals(Letters(word), StringComparison.OrdinalIgnoreCase)) return value;
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new CliException($"--data '{OneLine.Of(word)}' is no Data-Reference; there are {string.Join(", ", Avp.DataReference.Values.Select(value => value.Name))}");
    }

    private static string Letters(string word) => word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);

    /// <summary>Supported-Features; with the M bit when the request depends on them. Spec: TS 29.229 7.2.1.</summary>
    private static void WriteFeatures(MessageWriter avps, uint bits, bool isNeeded)
    {
        if (bits == 0) return;
        avps.BeginGroup(Avp.SupportedFeatures.Key, Avp.SupportedFeatures.Flags | (isNeeded ? AvpFlags.Mandatory : AvpFlags.None));
        avps.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        avps.WriteUnsigned32(Avp.FeatureListId, FeatureList);
        avps.WriteUnsigned32(Avp.FeatureList, bits);
        avps.EndGroup();
    }

    private static int IndexOf(string[] words, string word, string option) =>
        Array.FindIndex(words, one => one.Equals(word, StringComparison.OrdinalIgnoreCase)) is var index and >= 0 ? index
            : throw new CliException($"{option} {OneLine.Of(word)} is not one of {string.Join(", ", words)}");

    private static Option<string[]> Words(string name, string value, string description, string[] words)
    {
        var option = new Option<string[]>(name) { HelpName = value, Description = description, AllowMultipleArgumentsPerToken = false, Arity = ArgumentArity.OneOrMore };
        if (words.Length > 0) option.CompletionSources.Add(words);
        return option;
    }
}
