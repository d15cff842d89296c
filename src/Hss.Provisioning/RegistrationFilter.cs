using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Which registrations to list: all that an S-CSCF serves, or those of one.</summary>
/// Shape: server_name = "sip:...", diameter_host = "...", both joined by AND, or nothing. Spec: AIP-160, of which this is the part that indexes can answer.
internal sealed record RegistrationFilter(string? ServerName, string? DiameterHost)
{
    private const int MaxLength = 1024;
    private const string Mend = "write server_name = \"sip:...\" or diameter_host = \"...\", both joined by AND, or nothing for all that are served";

    public SubscriptionQuery Query => new() { IsServed = true, ServerName = ServerName, DiameterHost = DiameterHost };

    public bool Matches(RegistrationState state) => state is { Status: not RegistrationStatus.NotRegistered, Server: { } server }
        && (ServerName is null || RegistrationTransitions.SameName(server.Name, ServerName))
        && (DiameterHost is null || string.Equals(server.DiameterHost, DiameterHost, StringComparison.OrdinalIgnoreCase));

    /// Errors: INVALID_ARGUMENT with the mend.
    public static RegistrationFilter Parse(string text)
    {
        if (text.Length > MaxLength) throw Refusals.Field("filter", $"has {text.Length} characters, at most {MaxLength} are allowed; {Mend}");
        var filter = new RegistrationFilter(null, null);
        if (string.IsNullOrWhiteSpace(text)) return filter;
        // No value has a blank in it, so AND between blanks is no part of one.
        foreach (var term in text.Split(" AND ")) filter = filter.With(term);
        return filter;
    }

    private RegistrationFilter With(string term)
    {
        var equals = term.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) throw Refusals.Field("filter", $"has no '='; {Mend}");
        var (field, value) = (term[..equals].Trim(), term[(equals + 1)..].Trim());
        if (value is ['"', .., '"']) value = value[1..^1];
        if (value.Length == 0 || value.Any(c => c is '"' or ' ' || char.IsControl(c))) throw Refusals.Field("filter", $"has no single value behind '='; {Mend}");
        return field switch
        {
            "server_name" when ServerName is null => this with { ServerName = value },
            "diameter_host" when DiameterHost is null => this with { DiameterHost = value },
            "server_name" or "diameter_host" => throw Refusals.Field("filter", $"names {field} twice; {Mend}"),
            _ => throw Refusals.Field("filter", $"knows no such field; {Mend}"),
        };
    }
}
