namespace Hss.Procedures;

/// <summary>Goes on with what a task brings: at once when it has ended already, as nearly every look into memory has, without the state machine of an
/// await. Nothing is ever waited for on a thread.</summary>
internal static class ValueTasks
{
    public static ValueTask<TNext> Then<T, TState, TNext>(this ValueTask<T> task, TState state, Func<TState, T, TNext> next)
    {
        return task.IsCompletedSuccessfully ? new(next(state, task.Result)) : WhenEndedAsync(task, state, next);

        static async ValueTask<TNext> WhenEndedAsync(ValueTask<T> task, TState state, Func<TState, T, TNext> next) =>
            next(state, await task.ConfigureAwait(false));
    }

    public static ValueTask Then<T, TState>(this ValueTask<T> task, TState state, Action<TState, T> next)
    {
        if (!task.IsCompletedSuccessfully) return WhenEndedAsync(task, state, next);
        next(state, task.Result);
        return ValueTask.CompletedTask;

        static async ValueTask WhenEndedAsync(ValueTask<T> task, TState state, Action<TState, T> next) =>
            next(state, await task.ConfigureAwait(false));
    }
}
