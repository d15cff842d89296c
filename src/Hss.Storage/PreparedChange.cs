using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>A change of subscriptions that is ready to be written.</summary>
/// <param name="Writes">What differs from what stands, with the new version; null: it goes.</param>
/// <param name="Unchanged">The outcomes, in the order of the edits, when nothing differs.</param>
/// <param name="Write">On the commit thread: all of it, with its records and jobs. Gives the outcomes in the order of the edits.</param>
public sealed record PreparedChange(
    ImmutableArray<(string SubscriptionId, Subscription? Now)> Writes,
    ImmutableArray<ChangeOutcome> Unchanged,
    Func<ImmutableArray<ChangeOutcome>> Write);

/// <summary>A request that was served, as the store remembers it.</summary>
/// <param name="IsSame">Whether the request that comes now is the one that was served under this id.</param>
public sealed record ServedRequest(bool IsSame, ImmutableArray<ChangeOutcome> Outcomes)
{
    /// <summary>What the same request gets when it comes again.</summary>
    /// Errors: <see cref="RequestIdReusedException"/> when it is not the same.
    public ImmutableArray<ChangeOutcome> Repeat(ChangeAuthor author)
    {
        ArgumentNullException.ThrowIfNull(author);
        if (!IsSame) throw new RequestIdReusedException(author.RequestId!);
        return [.. Outcomes.Select(outcome => outcome with { IsRepeated = true })];
    }
}

/// <summary>Which records are there. Numbers between the two are all there, so who has seen all up to Oldest - 1 has missed nothing.</summary>
/// Shape: both 0 when there are none.
public readonly record struct ChangeSpan(long Oldest, long Newest);
