using System.Diagnostics.CodeAnalysis;

namespace Hss.Procedures;

/// <summary>What has ended already is gone on with at once, without the state machine of an await. What has not is never waited for here.</summary>
internal static class EndedTasks
{
    /// <summary>False: it is under way, or has failed; await it.</summary>
    public static bool TryTake<T>(this in ValueTask<T> task, [MaybeNullWhen(false)] out T result)
    {
        if (task.IsCompletedSuccessfully)
        {
            result = task.Result;
            return true;
        }
        result = default;
        return false;
    }
}
