using System.Collections.Immutable;

namespace Hss.Simulation.Tests;

/// <summary>Whether the results seen of one subscription can be explained by doing its operations one after the other, each between its request and its answer.</summary>
/// Shape: the state is what is durable, told by <see cref="Change"/> and <see cref="Move"/> in the order of the commits. What is open is which operations
/// happened: each possibility holds those that did though their answer was not seen yet, with their results.
/// An operation whose answer was lost, or was 5012, may have happened, may still happen, or never will, until <see cref="Settle"/>.
/// Order: under the gate of the storm.
internal sealed class Linearisation(RegistrationModel initial)
{
    /// <summary>More unexplained operations than this and the possibilities multiply; the storm settles first.</summary>
    public const int MostOpen = 6;

    private readonly List<Operation> _open = [];
    private Dictionary<string, Possibility> _possibilities = Start();

    /// <summary>The state before the last change, for as long as memory may still show it; null when it cannot.</summary>
    private RegistrationModel? _shown;

    /// <summary>The requests that may have made the last change.</summary>
    private HashSet<int> _changers = [];

    /// <summary>What is durable.</summary>
    public RegistrationModel State { get; private set; } = initial;

    /// <summary>Operations that have no result, those given up included.</summary>
    public int Open => _open.Count;

    /// <summary>A request is about to be sent. One that only looks takes no turn, so it may see what memory shows until the last change is published there.</summary>
    public void Invoke(Operation operation)
    {
        _open.Add(operation);
        if (!operation.TakesNoTurn || _shown is null) return;
        (RegistrationModel state, string result) = operation.Apply(_shown);
        if (state.Key != _shown.Key && !(State.Sets.IsEmpty && operation.IsWish)) return;
        foreach (Possibility possibility in _possibilities.Values.ToArray()) Add(_possibilities, new Possibility(possibility.Done.Add(operation.Number, result)));
    }

    /// <summary>The answer of an operation was seen. False when nothing explains it.</summary>
    /// A copy of a request is explained as well by another copy that was carried out with this result.
    public bool Return(Operation operation, string result)
    {
        _open.Remove(operation);
        Dictionary<string, Possibility> next = [];
        foreach (Possibility possibility in Unchanged())
        {
            if (possibility.Done.TryGetValue(operation.Number, out string? foretold))
            {
                if (foretold != result) continue;
                Add(next, new Possibility(possibility.Done.Remove(operation.Number)));
                if (_changers.Count == 1 && _changers.Contains(operation.Number)) _shown = null;
                continue;
            }

            bool isDoneByCopy = _open.Exists(other => other.Root == operation.Root && possibility.Done.GetValueOrDefault(other.Number) == result);
            (RegistrationModel state, string expected) = operation.Apply(State);
            if (isDoneByCopy || (expected == result && state.Key == State.Key)) Add(next, possibility);
        }

        if (next.Count == 0) return false;
        _possibilities = next;
        return true;
    }

    /// <summary>A request changed what is durable. False when none of the open ones explains it.</summary>
    public bool Change(RegistrationModel after)
    {
        Dictionary<string, Possibility> next = [];
        _changers = [];
        foreach (Possibility possibility in Unchanged())
        {
            foreach (Operation operation in _open)
            {
                if (possibility.Done.ContainsKey(operation.Number)) continue;
                (RegistrationModel state, string result) = operation.Apply(State);
                if (state.Key != after.Key) continue;
                _changers.Add(operation.Number);
                Add(next, new Possibility(possibility.Done.Add(operation.Number, result)));
            }
        }

        (_shown, State) = (State, after);
        if (next.Count == 0) return false;
        _possibilities = next;
        return true;
    }

    /// <summary>Something that is no request changed what is durable.</summary>
    public void Move(RegistrationModel after)
    {
        _changers = [];
        _possibilities = Unchanged(isLeaving: after.Sets.IsEmpty).ToDictionary(possibility => possibility.Key);
        (_shown, State) = (State, after);
    }

    /// <summary>The answer was lost, or says nothing about what happened. What only looks needs no explanation any more.</summary>
    public void GiveUp(Operation operation)
    {
        if (!operation.ChangesState) Forget(operation, mayHaveHappened: true);
    }

    /// <summary>The answer says that it was not even tried.</summary>
    public void Refused(Operation operation) => Forget(operation, mayHaveHappened: false);

    /// <summary>The answer is that of another copy, which may have been the one that was carried out.</summary>
    public void Repeated(Operation operation) => Forget(operation, mayHaveHappened: true);

    /// <summary>No request is under way any more.</summary>
    public void Settle()
    {
        _open.Clear();
        _shown = null;
        _possibilities = Start();
    }

    public override string ToString() =>
        $"the state is {State}\npossible: {string.Join("; ", _possibilities.Keys)}\nopen: {string.Join("; ", _open.Select(operation => operation.ToString()))}";

    private void Forget(Operation operation, bool mayHaveHappened)
    {
        _open.Remove(operation);
        Dictionary<string, Possibility> next = [];
        foreach (Possibility possibility in _possibilities.Values)
        {
            if (!possibility.Done.ContainsKey(operation.Number)) Add(next, possibility);
            else if (mayHaveHappened) Add(next, new Possibility(possibility.Done.Remove(operation.Number)));
        }

        _possibilities = next;
    }

    /// <summary>All that open operations can have done without changing anything.</summary>
    /// <param name="isLeaving">The subscription goes now, and takes the wishes of those that had found it along.</param>
    private List<Possibility> Unchanged(bool isLeaving = false)
    {
        Dictionary<string, Possibility> seen = new(_possibilities);
        List<Possibility> all = [.. seen.Values];
        for (int i = 0; i < all.Count; i++)
        {
            foreach (Operation operation in _open)
            {
                if (all[i].Done.ContainsKey(operation.Number)) continue;
                (RegistrationModel state, string result) = operation.Apply(State);
                if (state.Key != State.Key && !(isLeaving && operation.IsWish)) continue;
                Possibility next = new(all[i].Done.Add(operation.Number, result));
                if (Add(seen, next)) all.Add(next);
            }
        }

        return all;
    }

    private static Dictionary<string, Possibility> Start()
    {
        Dictionary<string, Possibility> one = [];
        Add(one, new Possibility(ImmutableSortedDictionary<int, string>.Empty));
        return one;
    }

    private static bool Add(Dictionary<string, Possibility> to, Possibility possibility) => to.TryAdd(possibility.Key, possibility);

    private sealed record Possibility(ImmutableSortedDictionary<int, string> Done)
    {
        public string Key { get; } = string.Join(',', Done.Select(done => $"{done.Key}={done.Value}"));
    }
}
