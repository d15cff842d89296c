using System.Globalization;
using Hss.Diameter;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests.Sh;

/// <summary>Follows one item of repository data through all that is durable, and holds every answer and every PNR against it.</summary>
/// Order: one gate for all; a commit is seen at the very moment it is durable, before anybody else can know of it.
internal sealed class ItemLedger(string subscriptionId)
{
    private const int LinesKept = 60;

    private readonly Lock _gate = new();
    private readonly List<Step> _history = [new(ItemState.Absent, null, [])];
    private readonly Dictionary<string, ShOperation> _writes = [];
    private readonly List<ShOperation> _deletes = [];
    private readonly List<ShOperation> _unsubscribing = [];
    private readonly HashSet<int> _claimed = [];
    private readonly Dictionary<string, int> _byText = [];
    private readonly Dictionary<(string Host, string User), int> _owed = [];
    private readonly Dictionary<(string Host, string User), int> _seen = [];
    private readonly Dictionary<(string Host, string User), int> _sent = [];
    private readonly Queue<string> _lines = [];
    private HashSet<(string Host, string User)> _subscribed = [];
    private string? _failure;

    /// <summary>One state of the item, who made it (null when that is not certain), and the requests that may have.</summary>
    private sealed record Step(ItemState State, string? Author, ShOperation[] Makers);

    public int Changes => Locked(() => _history.Count - 1);

    public int Told { get; private set; }

    public int ToldAgain { get; private set; }

    public Dictionary<uint, int> Results { get; } = [];

    public ItemState Last => Locked(() => _history[^1].State);

    /// <summary>The oldest state that a request may still see. The last one shows in memory a moment after it is durable; until then, and as long as nobody
    /// was told of it, what was before it may be read.</summary>
    public int Since => Locked(() => _history.Count - (_history.Count == 1 || _history[^1].Makers.Any(maker => maker.Code == 2001) ? 1 : 2));

    public T Locked<T>(Func<T> look)
    {
        lock (_gate) return look();
    }

    public void Note(string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept) _lines.Dequeue();
        }
    }

    public void Fail(string what)
    {
        lock (_gate) _failure ??= what;
    }

    public void ThrowIfFailed(int seed)
    {
        lock (_gate)
            if (_failure is { } what) Assert.Fail($"seed {seed}: {what}\n{string.Join('\n', _lines)}");
    }

    /// <summary>The power fails. Gives what is on the disk.</summary>
    public MemoryDatabase Crash(ShMachine machine, IEnumerable<ShConnection> connections)
    {
        lock (_gate)
        {
            machine.IsDead = true;
            foreach (ShConnection connection in connections) Lose(connection);
            _unsubscribing.Clear();
            return machine.Database.PowerOff();
        }
    }

    /// <summary>From now on nothing of a connection is seen.</summary>
    public void Cut(ShConnection connection)
    {
        lock (_gate) Lose(connection);
    }

    public void Commit(ShMachine machine, Action keep)
    {
        lock (_gate)
        {
            keep();
            if (machine.IsDead) return;
            using MemoryDatabase image = machine.Database.PowerOff();
            if (image.Read(subscriptionId) is { } stored) Observe(stored.ApplicationData);
            ForgetUnsubscribed(image);
        }
    }

    public void Ask(ShConnection connection, ShOperation operation, uint number)
    {
        lock (_gate)
        {
            if (operation.Command == ShCommand.Write) _writes.Add(operation.Text!, operation);
            if (operation.Command == ShCommand.Delete) _deletes.Add(operation);
            if (operation.Command == ShCommand.Unsubscribe) _unsubscribing.Add(operation);
            connection.Owed.Add(number, operation);
        }
    }

    /// <summary>An answer came: gives the request, or null when it was given up.</summary>
    public ShOperation? Answer(ShConnection connection, byte[] answer)
    {
        lock (_gate)
        {
            if (connection.IsCut) return null;
            if (!connection.Owed.Remove(DiameterHeader.Read(answer).HopByHopId, out ShOperation? operation))
            {
                _failure ??= "an answer that nobody is owed";
                return null;
            }

            uint code = ShMessages.CodeOf(answer);
            Results[code] = Results.GetValueOrDefault(code) + 1;
            _failure ??= Judge(operation, code, ShMessages.StateIn(answer));
            operation.Said = ShMessages.StateIn(answer);
            operation.End(code);
            _unsubscribing.RemoveAll(one => one.Done.IsCompleted && one.Code is not (0 or 5012));
            return operation;
        }
    }

    /// <summary>A PNR is about to leave: never one that is older than the one before it.</summary>
    public void Sending(ShMachine machine, string host, byte[] request)
    {
        lock (_gate)
        {
            if (machine.IsDead) return;
            (string, string) key = (host, ShMessages.UserOf(request));
            _failure ??= Follow(_sent, key, ShMessages.StateIn(request)!.Value);
        }
    }

    /// <summary>A PNR came to its application server.</summary>
    /// Why the order is that of one connection: what was given up on one path, and sent again over another, may still come out of the first.
    public bool Tell(ShConnection connection, string host, string user, ItemState state)
    {
        lock (_gate)
        {
            if (connection.IsCut) return false;
            (string, string) key = (host, user);
            _failure ??= Follow(connection.Heard, key, state);
            int index = LastIndexOf(state);
            Told++;
            if (_seen.GetValueOrDefault(key) == index) ToldAgain++;
            _seen[key] = Math.Max(_seen.GetValueOrDefault(key), index);
            return true;
        }
    }

    /// <summary>All is quiet: who is subscribed knows of every change that others made.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            foreach (((string host, string user), int index) in _owed)
                if (_seen.GetValueOrDefault((host, user)) < index)
                    _failure ??= string.Create(CultureInfo.InvariantCulture, $"{host} was never told that {user} became {_history[index].State} ({index} of {_history.Count - 1})");
        }
    }

    private void Observe(ApplicationData data)
    {
        HashSet<(string Host, string User)> subscribed = [.. data.Subscriptions.Select(one => (one.Key.ApplicationServer, one.Key.User.Value))];
        RepositoryData[] pieces = [.. data.Repository.Where(one => one.ServiceIndication == ShMessages.Indication)];
        if (pieces.Length > 1) _failure ??= "the item has forked: two pieces in one alias set";
        ItemState before = _history[^1].State;
        ItemState after = pieces is [var piece, ..] ? new(piece.SequenceNumber, ItemState.TextOf(piece.ServiceData.Span)) : ItemState.Absent;
        if (after != before) Advance(before, after);
        // What an application server ended itself is not owed any more; what ended with the data is, unless it says then that it wants to hear of nothing.
        else foreach ((string Host, string User) gone in _subscribed.Except(subscribed)) _owed.Remove(gone);
        _subscribed = subscribed;
    }

    /// <summary>Only a notification that is withdrawn while its application server may be unsubscribing is not owed: of a subscription that is gone already,
    /// the withdrawal is all there is to see.</summary>
    private void ForgetUnsubscribed(MemoryDatabase image)
    {
        foreach (ShOperation operation in _unsubscribing)
        {
            (string Host, string User) key = (operation.Host, operation.User);
            if (_owed.ContainsKey(key) && !_subscribed.Contains(key)
                && image.Notifications(new() { ApplicationServer = key.Host, User = key.User, Most = NotificationQuery.MaxNotifications }) is [.., { State: NotificationState.Withdrawn }])
                _owed.Remove(key);
        }
    }

    private void Advance(ItemState before, ItemState after)
    {
        string? author;
        ShOperation[] makers;
        if (after.IsThere)
        {
            int expected = before.IsThere ? RepositoryData.Next((ushort)before.Number) : 0;
            if (after.Number != expected) _failure ??= $"{before} became {after}: the number should be {expected}";
            if (!_writes.TryGetValue(after.Text!, out ShOperation? write) || write.SequenceNumber != after.Number) _failure ??= $"nobody wrote {after}";
            else if (write.Code is not (0 or 5012)) _failure ??= $"{after} was answered {write.Code} and is stored";
            (author, makers) = (write?.Host, write is null ? [] : [write]);
            if (!_byText.TryAdd(after.Text!, _history.Count)) _failure ??= $"{after} was stored twice";
        }
        else
        {
            makers = [.. Deleting(before).Where(one => one.Code is 0 or 5012)];
            if (makers.Length == 0) _failure ??= $"nobody deleted {before}";
            author = makers.Select(one => one.Host).Distinct().ToArray() is [var only] ? only : null;
        }

        _history.Add(new Step(after, author, makers));
        foreach ((string Host, string User) key in _subscribed)
        {
            // Who wrote it himself knows what stood before, or it would have been refused.
            if (author is null || key.Host == author) _owed.Remove(key);
            else _owed[key] = _history.Count - 1;
        }
    }

    private IEnumerable<ShOperation> Deleting(ItemState state) => _deletes.Where(one => one.SequenceNumber == RepositoryData.Next((ushort)state.Number));

    /// <summary>What is wrong with an answer, or null.</summary>
    private string? Judge(ShOperation operation, uint code, ItemState? state)
    {
        bool isSuccess = code == 2001;
        if (state is { } said && !_history.Skip(operation.Since).Any(step => step.State == said)) return $"{operation} is answered with {said}, which did not stand in between";
        switch (operation.Command)
        {
            case ShCommand.Read when isSuccess && state is null && !_history.Skip(operation.Since).Any(step => !step.State.IsThere):
                return $"{operation} is answered without data, and they stood all the time";
            case ShCommand.Write when isSuccess && !_byText.ContainsKey(operation.Text!):
                return $"{operation} succeeded and is not durable";
            case ShCommand.Delete when isSuccess:
                for (int i = operation.Since + 1; i < _history.Count; i++)
                    if (!_history[i].State.IsThere && RepositoryData.Next((ushort)_history[i - 1].State.Number) == operation.SequenceNumber && _claimed.Add(i)) return null;
                return $"{operation} succeeded, and somebody else was the one who deleted it";
            default:
                return null;
        }
    }

    private string? Follow(Dictionary<(string Host, string User), int> known, (string Host, string User) key, ItemState state)
    {
        int before = known.GetValueOrDefault(key), index = IndexOf(state, before);
        if (index < before) return $"{key.Host} is told {state} of {key.User} behind {_history[before].State}";
        known[key] = index;
        return null;
    }

    /// <summary>The first state from one on that a PNR can mean, or -1. Number 0 means any removal: which one is known no more.</summary>
    private int IndexOf(ItemState state, int from)
    {
        if (state.Text is { } text) return _byText.GetValueOrDefault(text, -1);
        for (int i = Math.Max(from, 1); i < _history.Count; i++)
            if (!_history[i].State.IsThere && (state.Number == 0 || RepositoryData.Next((ushort)_history[i - 1].State.Number) == state.Number)) return i;
        return -1;
    }

    /// <summary>The last state that a PNR can mean. A removal says only a number, which comes again, and a new connection has heard nothing before.</summary>
    private int LastIndexOf(ItemState state)
    {
        int last = -1;
        for (int index = IndexOf(state, 0); index > last; index = IndexOf(state, last + 1)) last = index;
        return last;
    }

    private static void Lose(ShConnection connection)
    {
        connection.IsCut = true;
        foreach (ShOperation operation in connection.Owed.Values) operation.End(0);
        connection.Owed.Clear();
    }
}
