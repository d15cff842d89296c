using System.Collections.Immutable;

namespace Hss.Simulation.Tests;

/// <summary>Whether the results seen of one subscription can be explained by doing its operations one after the other, each between its request and its answer.</summary>
/// Shape: all states the subscription may be in, each with the operations that already happened there though their answer was not seen yet.
/// An operation whose answer was lost, or was 5012, may have happened, may still happen, or never will, until <see cref="Settle"/>.
/// Order: under the gate of the storm.
internal sealed class Linearisation(RegistrationModel initial)
{
    /// <summary>More unexplained operations than this and the possibilities multiply; the storm settles first.</summary>
    public const int MostOpen = 6;

    private readonly List<Operation> _open = [];
    private Dictionary<string, Possibility> _possibilities = Start(initial);

    /// <summary>Operations that have no result, those given up included.</summary>
    public int Open => _open.Count;

    public void Invoke(Operation operation) => _open.Add(operation);

    /// <summary>The answer of an operation was seen. False when nothing explains it.</summary>
    public bool Return(Operation operation, string result)
    {
        _open.Remove(operation);
        Dictionary<string, Possibility> next = [];
        foreach (Possibility possibility in _possibilities.Values)
        {
            if (possibility.Done.TryGetValue(operation.Number, out string? foretold))
            {
                if (foretold == result) Add(next, new Possibility(possibility.State, possibility.Done.Remove(operation.Number)));
                continue;
            }

            // Those that are open may have happened before it.
            foreach (Possibility before in Reachable([possibility]))
            {
                (RegistrationModel state, string expected) = operation.Apply(before.State);
                if (expected == result) Add(next, new Possibility(state, before.Done));
            }
        }

        if (next.Count == 0) return false;
        _possibilities = next;
        return true;
    }

    /// <summary>The answer was lost, or says nothing about what happened. What only looks needs no explanation any more.</summary>
    public void GiveUp(Operation operation)
    {
        if (!operation.ChangesState) Forget(operation, mayHaveHappened: true);
    }

    /// <summary>The answer says that it was not even tried.</summary>
    public void Refused(Operation operation) => Forget(operation, mayHaveHappened: false);

    /// <summary>Whether the subscription may be in this state now.</summary>
    public bool CouldBe(RegistrationModel state) => Reachable(_possibilities.Values).Any(possibility => possibility.State.Key == state.Key);

    /// <summary>Nothing is under way any more and this is the state: false when that cannot be.</summary>
    public bool Settle(RegistrationModel state)
    {
        if (!CouldBe(state)) return false;
        _open.Clear();
        _possibilities = Start(state);
        return true;
    }

    public override string ToString() =>
        $"possible: {string.Join("; ", _possibilities.Keys)}\nopen: {string.Join("; ", _open.Select(operation => operation.ToString()))}";

    private void Forget(Operation operation, bool mayHaveHappened)
    {
        _open.Remove(operation);
        Dictionary<string, Possibility> next = [];
        foreach (Possibility possibility in _possibilities.Values)
        {
            if (!possibility.Done.ContainsKey(operation.Number)) Add(next, possibility);
            else if (mayHaveHappened) Add(next, new Possibility(possibility.State, possibility.Done.Remove(operation.Number)));
        }

        _possibilities = next;
    }

    /// <summary>All that open operations can make of these, in every order and number.</summary>
    private List<Possibility> Reachable(IEnumerable<Possibility> from)
    {
        Dictionary<string, Possibility> seen = [];
        foreach (Possibility possibility in from) Add(seen, possibility);
        List<Possibility> all = [.. seen.Values];
        for (int i = 0; i < all.Count; i++)
        {
            foreach (Operation operation in _open)
            {
                if (all[i].Done.ContainsKey(operation.Number)) continue;
                (RegistrationModel state, string result) = operation.Apply(all[i].State);
                Possibility next = new(state, all[i].Done.Add(operation.Number, result));
                if (Add(seen, next)) all.Add(next);
            }
        }

        return all;
    }

    private static Dictionary<string, Possibility> Start(RegistrationModel state)
    {
        Dictionary<string, Possibility> one = [];
        Add(one, new Possibility(state, ImmutableSortedDictionary<int, string>.Empty));
        return one;
    }

    private static bool Add(Dictionary<string, Possibility> to, Possibility possibility) => to.TryAdd(possibility.Key, possibility);

    private sealed record Possibility(RegistrationModel State, ImmutableSortedDictionary<int, string> Done)
    {
        public string Key { get; } = Done.IsEmpty ? State.Key : $"{State.Key} after {string.Join(',', Done.Select(done => $"{done.Key}={done.Value}"))}";
    }
}
