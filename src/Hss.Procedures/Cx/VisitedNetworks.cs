using System.Text;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>The roaming check of UAR step 5.</summary>
/// Spec: TS 29.228 6.1.1.1, TS 29.229 6.3.1.
internal static class VisitedNetworks
{
    /// <summary>
    /// The provisioned list is taken literally: it names every network the user may register from, the home network among them, because
    /// "at home" is a network name like any other in Visited-Network-Identifier. No list means no restriction.
    /// </summary>
    public static bool Allowed(Subscription subscription, ReadOnlySpan<byte> visitedNetwork)
    {
        if (subscription.AllowedVisitedNetworks is not { } allowed) return true;
        // Kamailio copies the body of P-Visited-Network-ID with its double quotes.
        var name = Encoding.UTF8.GetString(visitedNetwork).Trim().Trim('"').TrimEnd('.');
        return allowed.Any(network => string.Equals(network, name, StringComparison.OrdinalIgnoreCase));
    }
}
