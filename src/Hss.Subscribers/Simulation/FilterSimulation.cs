using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What became of one filter.</summary>
/// <param name="Reasons">Trigger by trigger in words: "holds: ..." or "fails: ..."; then what Kamailio sees otherwise.</param>
public sealed record FilterVerdict(InitialFilterCriteria Filter, bool Fires, bool FiresInKamailio, ImmutableArray<string> Reasons);

/// <summary>Says which filters of a profile a request fires, and why the others not, by the letter of the standard and as Kamailio does it.</summary>
/// Order: as an S-CSCF evaluates them, by ascending priority. Every filter is judged, also behind one whose server would end the request:
/// what a server does with it is not known here. Spec: TS 29.228 B.2.2, B.2.3, Annex F; TS 24.229 5.4.3.2.
public static class FilterSimulation
{
    /// <summary>Null and the problem when the patterns take too long for this request.</summary>
    public static ImmutableArray<FilterVerdict>? Run(ServiceProfile profile, SimulatedRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(request);
        var budget = new MatchBudget();
        var verdicts = ImmutableArray.CreateBuilder<FilterVerdict>();
        foreach (var filter in profile.AllFilters.OrderBy(filter => filter.Priority)) verdicts.Add(Judge(filter, request, budget));
        problem = budget.IsSpent ? "the patterns of this profile take too long for this request; shorten the request, or the repetitions in the patterns" : null;
        return problem is null ? verdicts.ToImmutable() : null;
    }

    private static FilterVerdict Judge(InitialFilterCriteria filter, SimulatedRequest request, MatchBudget budget)
    {
        if (filter.ProfilePartIndicator is { } part && (part == ProfilePartIndicator.Registered) != request.Registered)
            return new(filter, false, false,
                [$"fails: the filter is for users who are {(request.Registered ? "not " : "")}registered (profilePartIndicator), and this one is{(request.Registered ? "" : " not")}"]);
        var reasons = ImmutableArray.CreateBuilder<string>();
        var standard = Judge(filter.TriggerPoint, trigger => TriggerMatch.Standard(trigger, request, budget));
        var kamailio = Judge(filter.TriggerPoint, trigger => TriggerMatch.Kamailio(trigger, request, budget));
        if (filter.TriggerPoint is null) reasons.Add("holds: there is no trigger point, so every request fires it");
        foreach (var (group, trigger, match) in standard.Matches) reasons.Add(Line(filter.TriggerPoint!, group, trigger, match));
        if (filter.TriggerPoint is { } triggerPoint && standard.Groups.Count > 1) reasons.Add(Summary(triggerPoint, standard));
        var inKamailio = kamailio.Fires && TriggerMatch.IsKnownToKamailio(request.SessionCase);
        if (inKamailio == standard.Fires) return new(filter, standard.Fires, inKamailio, reasons.ToImmutable());
        reasons.Add($"Kamailio {(inKamailio ? "fires it" : "does not fire it")}:");
        if (!TriggerMatch.IsKnownToKamailio(request.SessionCase)) reasons.Add("Kamailio fails: it evaluates no filter in this session case");
        for (var i = 0; i < kamailio.Matches.Count; i++)
            if (kamailio.Matches[i].Match.Holds != standard.Matches[i].Match.Holds)
                reasons.Add("Kamailio " + Line(filter.TriggerPoint!, kamailio.Matches[i].Group, kamailio.Matches[i].Trigger, kamailio.Matches[i].Match));
        return new(filter, standard.Fires, inKamailio, reasons.ToImmutable());
    }

    // CNF: an AND of groups, each an OR. DNF: an OR of groups, each an AND. A trigger may stand in several groups.
    private static Outcome Judge(TriggerPoint? triggerPoint, Func<ServicePointTrigger, TriggerMatch> match)
    {
        if (triggerPoint is null) return new(true, [], []);
        var matches = new List<(int Group, ServicePointTrigger Trigger, TriggerMatch Match)>();
        foreach (var trigger in triggerPoint.ServicePointTriggers)
        {
            var result = match(trigger);
            foreach (var group in trigger.Groups) matches.Add((group, trigger, result));
        }
        matches = [.. matches.OrderBy(m => m.Group)];
        var cnf = triggerPoint.ConditionTypeCnf;
        var groups = matches.GroupBy(m => m.Group).ToDictionary(g => g.Key, g => cnf ? g.Any(m => m.Match.Holds) : g.All(m => m.Match.Holds));
        return new(cnf ? groups.Values.All(holds => holds) : groups.Values.Any(holds => holds), matches, groups);
    }

    private static string Line(TriggerPoint triggerPoint, int group, ServicePointTrigger trigger, TriggerMatch match)
    {
        var place = triggerPoint.ServicePointTriggers.SelectMany(t => t.Groups).Distinct().Count() > 1 ? $" (group {group})" : "";
        return $"{(match.Holds ? "holds" : "fails")}: {TriggerMatch.Name(trigger)}{place}: {match.Why}";
    }

    private static string Summary(TriggerPoint triggerPoint, Outcome outcome)
    {
        var failed = outcome.Groups.Where(group => !group.Value).Select(group => group.Key).Order().ToList();
        var names = $"group{(failed.Count == 1 ? "" : "s")} {string.Join(", ", failed)}";
        if (triggerPoint.ConditionTypeCnf)
            return failed.Count == 0 ? "holds: every group has a trigger that holds" : $"fails: no trigger holds in {names}, and every group needs one (conditionTypeCnf)";
        return outcome.Fires ? "holds: all triggers of one group hold" : $"fails: in no group do all triggers hold ({names})";
    }

    private sealed record Outcome(bool Fires, List<(int Group, ServicePointTrigger Trigger, TriggerMatch Match)> Matches, Dictionary<int, bool> Groups);
}
