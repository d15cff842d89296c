using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads where a subscriber may roam, which S-CSCF may serve it and where it is charged.</summary>
/// Spec: TS 29.228 6.1.1, 6.7; TS 29.229 6.3.4, 6.3.19 to 6.3.23; RFC 6733 4.3.1 (DiameterURI).
internal sealed class RoutingReader(ProblemList problems)
{
    private static readonly string[] s_capabilityFields = ["mandatory", "optional", "serverNames"];
    private static readonly string[] s_chargingFields = ["primaryCollection", "secondaryCollection", "primaryEvent", "secondaryEvent"];

    public ServerCapabilities? ReadCapabilities(DocumentObject document)
    {
        if (document.Object("serverCapabilities", required: false, s_capabilityFields) is not { } value) return null;
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, path) in value.Texts("serverNames", required: false))
            if (SipServerName.Problem(text) is { } problem) problems.Add(path, $"{DocumentText.Quote(text)} {problem}");
            else names.Add(text);
        var capabilities = new ServerCapabilities(ReadNumbers(value, "mandatory"), ReadNumbers(value, "optional"), names.ToImmutable());
        if (!capabilities.ServerNames.IsEmpty && !(capabilities.Mandatory.IsEmpty && capabilities.Optional.IsEmpty))
            problems.Warn(value.Path, "has server names and capability numbers; TS 29.228 6.7 sends one or the other");
        return capabilities.IsEmpty ? null : capabilities;
    }

    public ChargingAddresses? ReadCharging(DocumentObject document)
    {
        if (document.Object("charging", required: false, s_chargingFields) is not { } value) return null;
        var addresses = new ChargingAddresses(ReadAddress(value, "primaryCollection"), ReadAddress(value, "secondaryCollection"),
            ReadAddress(value, "primaryEvent"), ReadAddress(value, "secondaryEvent"));
        // TS 29.228 6.6: Charging-Information holds at least one of the two primary names.
        if (!value.Has("primaryCollection") && !value.Has("primaryEvent"))
            problems.Add(value.Path, "has neither primaryCollection nor primaryEvent; one is needed");
        return addresses;
    }

    public ImmutableArray<string>? ReadVisitedNetworks(DocumentObject document)
    {
        if (!document.Has("allowedVisitedNetworks")) return null;
        var networks = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, path) in document.Texts("allowedVisitedNetworks", required: false))
            if (text.AsSpan().ContainsAny("\" \t"))
                problems.Add(path, $"{DocumentText.Quote(text)} holds a quote or a blank; write the bare name of the network");
            else networks.Add(text);
        // An empty list and an absent one are the same to protocol buffers, and here they would be opposites.
        if (document.TryValue("allowedVisitedNetworks", required: false, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == 0)
            problems.Add(document.At("allowedVisitedNetworks"), "is empty; leave it out to allow every network, or set registrationAllowed to false to allow none");
        return networks.ToImmutable();
    }

    private ImmutableArray<uint> ReadNumbers(DocumentObject value, string name)
    {
        var numbers = ImmutableArray.CreateBuilder<uint>();
        foreach (var (item, path) in value.Items(name, required: false))
            if (item.ValueKind == JsonValueKind.Number && item.TryGetUInt32(out var number)) numbers.Add(number);
            else problems.Add(path, $"is no whole number from 0 to {uint.MaxValue}");
        return numbers.ToImmutable();
    }

    private string? ReadAddress(DocumentObject value, string name)
    {
        if (!value.TryText(name, required: false, out var text)) return null;
        var rest = text.StartsWith("aaa://", StringComparison.OrdinalIgnoreCase) ? text[6..]
            : text.StartsWith("aaas://", StringComparison.OrdinalIgnoreCase) ? text[7..] : "";
        if (rest.Length > 0 && rest[0] is not (':' or ';') && rest.All(c => c is > ' ' and < '\x7f')) return text;
        problems.Add(value.At(name), $"{DocumentText.Quote(text)} is no Diameter URI; write it as aaa://host.example.com");
        return null;
    }
}
