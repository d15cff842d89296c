using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hss.Subscribers;

/// <summary>Service profiles of documents as they were read before: the same octets under the same templates give the same profiles.</summary>
/// Why: a hundred thousand documents have a handful of service profiles between them, and rendering one costs more than reading the rest of its
/// document. Only profiles without a problem are kept; their warnings are kept with them. New templates start a new table.
internal sealed class RenderedProfiles
{
    /// <summary>With more than this many, or longer ones, documents are told apart by their profiles and remembering does not pay.</summary>
    private const int MaxKept = 1024;

    private const int MaxKeptOctets = 16 * 1024;

    private static readonly ConditionalWeakTable<IfcTemplates, RenderedProfiles> s_byTemplates = [];

    private readonly ConcurrentDictionary<byte[], Reading> _kept = new(OctetComparer.Instance);

    /// <param name="Names">Every name that could be read, whatever is wrong with the filters behind it.</param>
    public sealed record Reading(ImmutableArray<ServiceProfile> Profiles, FrozenSet<string> Names, ImmutableArray<DocumentProblem> Warnings);

    public static Reading Read(DocumentObject document, IfcTemplates templates, ProblemList problems)
    {
        if (!document.TryValue("serviceProfiles", required: false, out var value)) return ReadAnew(document, templates, problems);
        var octets = JsonMarshal.GetRawUtf8Value(value);
        if (octets.Length > MaxKeptOctets) return ReadAnew(document, templates, problems);
        var kept = s_byTemplates.GetValue(templates, static _ => new())._kept;
        if (kept.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(octets, out var reading))
        {
            problems.AddWarnings(reading.Warnings);
            return reading;
        }
        var before = problems.Count;
        reading = ReadAnew(document, templates, problems);
        if (problems.Count > before) return reading;
        if (kept.Count >= MaxKept) kept.Clear();
        kept.TryAdd(octets.ToArray(), reading);
        return reading;
    }

    private static Reading ReadAnew(DocumentObject document, IfcTemplates templates, ProblemList problems)
    {
        var own = new ProblemList();
        var reader = new ServiceProfileReader(templates, own);
        var profiles = reader.ReadAll(document);
        problems.AddAll(own);
        return new(profiles, reader.Names.ToFrozenSet(StringComparer.Ordinal), own.Warnings);
    }
}
