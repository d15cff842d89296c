using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>How much a rule weighs: an error refuses the document, a warning is told.</summary>
public enum LintLevel
{
    Warning = 0,
    Error = 1,
}

/// <summary>One rule about filters and profiles, by the name that <see cref="DocumentProblem.Rule"/> has.</summary>
/// <param name="Level">The heavier one where a rule has both.</param>
public sealed record LintRule(string Name, LintLevel Level, string Title)
{
    public static readonly ImmutableArray<LintRule> All =
    [
        new("E1", LintLevel.Warning, "conditions of different kinds joined by OR, most likely instead of AND"),
        new("E2", LintLevel.Warning, "INVITE or MESSAGE without a session case"),
        new("E3", LintLevel.Warning, "a pattern in quotes"),
        new("E4", LintLevel.Error, "a pattern that is no POSIX extended regular expression"),
        new("E5", LintLevel.Error, "two filters of one profile with one priority"),
        new("E6", LintLevel.Error, "groups that are no whole numbers, or that have a gap"),
        new("E7", LintLevel.Warning, "a session case that Kamailio never matches"),
        new("E8", LintLevel.Error, "an application server without scheme, or without lr"),
        new("E9", LintLevel.Warning, "a service of the unregistered state that does not say so with profilePartIndicator"),
        new("E10", LintLevel.Warning, "calls that the user makes go to an application server, those that he gets do not"),
        new("E11", LintLevel.Error, "User-Data of more than 32 KiB"),
        new("E12", LintLevel.Error, "a tel identity without '+' and phone-context, or a set in which every identity is barred"),
    ];

    /// <summary>What the rules have to say about a subscription that is in the store already: warnings, since what they refuse cannot be there.</summary>
    /// Shape: places are those of the profile as it is written out, filter by filter; templates are not looked at.
    public static ImmutableArray<DocumentProblem> Check(Subscription subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        var problems = new ProblemList();
        for (var p = 0; p < subscription.ServiceProfiles.Length; p++)
            ServiceProfileLint.CheckAll(subscription.ServiceProfiles[p], DocumentPath.Root.Item("serviceProfiles", p), problems);
        for (var s = 0; s < subscription.ImplicitRegistrationSets.Length; s++)
        {
            var path = DocumentPath.Root.Item("implicitRegistrationSets", s);
            UserDataSize.Check(subscription, s, path, problems);
            RegistrationSetReader.CheckBarring(subscription.ImplicitRegistrationSets[s], path, problems);
        }
        return [.. problems.Problems, .. problems.Warnings];
    }
}
