using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Service profiles of the stored form. Subscribers whose profiles are stored in the same octets share one object.</summary>
/// Why: a hundred thousand subscribers have a handful of service profiles between them. Sharing saves most of the time of loading one
/// and most of its memory; the objects never change, so nobody notices.
internal static class SharedServiceProfiles
{
    /// <summary>With more distinct profiles than this, sharing does not pay; the table starts over.</summary>
    private const int MaxShared = 4096;

    private static readonly ConcurrentDictionary<byte[], ImmutableArray<ServiceProfile>> s_profiles = new(OctetComparer.Instance);

    public static ImmutableArray<ServiceProfile> Read(ReadOnlySpan<byte> utf8)
    {
        var lookup = s_profiles.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(utf8, out var profiles)) return profiles;
        var octets = utf8.ToArray();
        profiles = Parse(octets);
        if (s_profiles.Count >= MaxShared) s_profiles.Clear();
        return s_profiles.GetOrAdd(octets, profiles);
    }

    private static ImmutableArray<ServiceProfile> Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        var problems = new ProblemList();
        var profiles = ImmutableArray.CreateBuilder<ServiceProfile>();
        foreach (var value in document.RootElement.EnumerateArray())
        {
            var shared = ImmutableArray.CreateBuilder<SharedFilterSet>();
            if (value.TryGetProperty("sharedFilterSets", out var sets))
                foreach (var set in sets.EnumerateArray()) shared.Add(new(set.GetProperty("id").GetInt32(), ReadFilters(set, problems)));
            profiles.Add(new()
            {
                Name = value.GetProperty("name").GetString()!,
                InitialFilterCriteria = ReadFilters(value, problems),
                SharedFilterSets = shared.ToImmutable(),
                TemplateSets = ReadTemplateSets(value, problems),
                CoreNetworkServicesAuthorization = ReadAuthorization(value),
            });
        }
        return problems.IsEmpty ? profiles.ToImmutable()
            : throw new InvalidDataException($"a stored service profile cannot be read: {problems.Problems[0]}");
    }

    private static ImmutableArray<InitialFilterCriteria> ReadFilters(JsonElement owner, ProblemList problems)
    {
        var filters = ImmutableArray.CreateBuilder<InitialFilterCriteria>();
        if (owner.TryGetProperty("initialFilterCriteria", out var list))
            foreach (var item in list.EnumerateArray())
                if (FilterReader.Read(item, DocumentPath.Root.Item("initialFilterCriteria", filters.Count), problems, FilterForm.Stored) is { } filter)
                    filters.Add(filter);
        return filters.ToImmutable();
    }

    private static ImmutableArray<TemplateReference> ReadTemplateSets(JsonElement profile, ProblemList problems)
    {
        var sets = ImmutableArray.CreateBuilder<TemplateReference>();
        if (profile.TryGetProperty("templateSets", out var list))
            foreach (var item in list.EnumerateArray())
                if (FilterReader.ReadOrigin(item, DocumentPath.Root.Item("templateSets", sets.Count), problems) is { } set) sets.Add(set);
        return sets.ToImmutable();
    }

    private static CoreNetworkServicesAuthorization? ReadAuthorization(JsonElement profile)
    {
        if (!profile.TryGetProperty("coreNetworkServicesAuthorization", out var value)) return null;
        return new(value.TryGetProperty("subscribedMediaProfileId", out var media) ? media.GetInt32() : null,
            value.TryGetProperty("serviceIds", out var services) ? [.. services.EnumerateArray().Select(service => service.GetString()!)] : null);
    }
}
