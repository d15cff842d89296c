using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>The single things that a UDR or SNR asks for: each Data-Reference with each of its keys, none twice.</summary>
/// Spec: TS 29.328 6.1.3.1 steps 7, 8 and 8a (each is a subscription of its own), Table 7.6.1.
internal static class AskedItems
{
    /// <param name="serverName">Canonical.</param>
    /// <param name="additionalMsisdns">The feature is used with whoever asks.</param>
    public static ImmutableArray<ShItem> Of(ShRequest request, string? serverName, bool additionalMsisdns)
    {
        var common = request.Common with { ServerName = serverName, AdditionalMsisdns = additionalMsisdns };
        var items = ImmutableArray.CreateBuilder<ShItem>(1);
        long seen = 0; // a bit for each reference: one that is repeated adds nothing, and each of them may have many keys
        foreach (var reference in request.References)
        {
            var bit = 1L << (int)reference;
            if ((seen & bit) != 0) continue;
            seen |= bit;
            var item = common with { Reference = reference };
            switch (item.Reference)
            {
                case ShDataReference.RepositoryData:
                    foreach (var indication in request.ServiceIndication) Add(items, item with { ServiceIndication = indication.ToText() });
                    break;
                case ShDataReference.ImsPublicIdentity when request.IdentitySet.First.IsPresent:
                    var isOneOfSeveral = HasSeveralSets(request);
                    foreach (var set in request.IdentitySet)
                        Add(items, item with { IdentitySet = (ShIdentitySet)set.ToInteger32(), IsOneOfSeveralSets = isOneOfSeveral });
                    break;
                case ShDataReference.Dsai:
                    foreach (var tag in request.DsaiTag) Add(items, item with { DsaiTag = tag.ToText() });
                    break;
                default:
                    Add(items, item);
                    break;
            }
        }
        return items.DrainToImmutable();
    }

    private static void Add(ImmutableArray<ShItem>.Builder items, in ShItem item)
    {
        if (items.Count == 0 || !items.Contains(item)) items.Add(item);
    }

    private static bool HasSeveralSets(ShRequest request)
    {
        var first = request.IdentitySet.First.ToInteger32();
        foreach (var set in request.IdentitySet)
            if (set.ToInteger32() != first) return true;
        return false;
    }
}
