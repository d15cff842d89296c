using System.Globalization;
using Hss.Diameter;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

/// <summary>The truth of a storm: what was asked, what was answered, what is durable, and whether it all fits.</summary>
/// Order: everything happens under one gate, so that an answer is seen either before a crash or never. The first thing that does not fit is kept.
internal sealed class Ledger
{
    private const int KeptSteps = 60;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Linearisation> _subscriptions = new(StringComparer.Ordinal);
    private readonly Queue<string> _steps = new();
    private string? _failure;
    private int _lastNumber;

    public CeilingHistory History { get; } = new();

    /// <summary>Answers that arrived.</summary>
    public int Answered { get; private set; }

    /// <summary>Answers that came too late for a connection that had been cut.</summary>
    public int LateAnswers { get; private set; }

    /// <summary>Vectors that were seen, those on cut connections included.</summary>
    public int Vectors { get; private set; }

    public Dictionary<string, int> Results { get; } = new(StringComparer.Ordinal);

    /// <summary>A new machine starts with this on its disk.</summary>
    public void Start(Machine machine, IEnumerable<Subscription> subscriptions)
    {
        lock (_gate)
        {
            foreach (Subscription subscription in subscriptions)
            {
                StoredSubscriber stored = machine.Durable(subscription.SubscriptionId);
                History.Observe(stored);
                _subscriptions.TryAdd(subscription.SubscriptionId, new Linearisation(RegistrationModel.Of(stored.States)));
            }
        }
    }

    public void Note(string step)
    {
        lock (_gate)
        {
            _steps.Enqueue(step);
            if (_steps.Count > KeptSteps) _steps.Dequeue();
        }
    }

    public void ThrowIfFailed(int seed)
    {
        lock (_gate)
        {
            if (_failure is not null) Assert.Fail($"HSS_TEST_SEED={seed.ToString(CultureInfo.InvariantCulture)}: {_failure}\nthe last steps:\n{string.Join('\n', _steps)}");
        }
    }

    public void Fail(string what)
    {
        lock (_gate) FailHere(what);
    }

    /// <summary>Whether one more request about this subscription can still be explained.</summary>
    public bool HasRoom(Subscription subscription)
    {
        lock (_gate) return _subscriptions[subscription.SubscriptionId].Open < Linearisation.MostOpen;
    }

    /// <summary>A request is about to be sent.</summary>
    public void Invoke(CscfConnection connection, Operation operation)
    {
        lock (_gate)
        {
            _lastNumber = operation.Number;
            operation.SentVersion = History.Version;
            operation.SeqSeen = operation.Ue?.SeqSeen ?? 0;
            if (connection.HasEnded)
            {
                operation.Finish(null);
                return;
            }

            _subscriptions[operation.SubscriptionId!].Invoke(operation);
            connection.Owed.Add(operation.HopByHopId, operation);
        }
    }

    /// <summary>The connection is cut on this side: what it owes is lost.</summary>
    public void Cut(CscfConnection connection)
    {
        lock (_gate)
        {
            connection.IsCut = connection.MayClose = true;
            foreach ((uint hopByHopId, Operation operation) in connection.Owed) connection.Lost[hopByHopId] = operation;
            GiveUpAll(connection);
        }
    }

    /// <summary>The node closed a connection, or let go of one that was cut.</summary>
    public void Ended(CscfConnection connection)
    {
        lock (_gate)
        {
            connection.HasEnded = true;
            if (!connection.MayClose && !connection.Machine.IsDead) FailHere($"the node closed the connection of {connection.Cscf}");
            GiveUpAll(connection);
        }
    }

    /// <summary>An answer arrived.</summary>
    public void Received(CscfConnection connection, byte[] answer)
    {
        lock (_gate)
        {
            // It never left a machine that is dead.
            if (connection.Machine.IsDead) return;
            uint hopByHopId = DiameterHeader.Read(answer).HopByHopId;
            string result = SeenAnswer.Result(answer);
            if (connection.Owed.Remove(hopByHopId, out Operation? operation)) Take(connection, operation, answer, result);
            else if (connection.IsCut && connection.Lost.Remove(hopByHopId, out operation)) TakeLate(operation, answer);
            else FailHere($"an answer to nothing, or a second one, on the connection of {connection.Cscf}: {result}, hop-by-hop {hopByHopId:x8}");
        }
    }

    /// <summary>The power fails at this moment. Gives what is on the disk; it must be a state that what was answered leads to.</summary>
    public Hss.Testing.MemoryDatabase Crash(Machine machine, IEnumerable<CscfConnection> connections)
    {
        lock (_gate)
        {
            Hss.Testing.MemoryDatabase image = machine.Crash();
            foreach (CscfConnection connection in connections) GiveUpAll(connection);
            foreach ((string subscriptionId, Linearisation linearisation) in _subscriptions)
                Settle(linearisation, subscriptionId, image.Read(subscriptionId)!, "after the crash");
            return image;
        }
    }

    /// <summary>Nothing is under way: memory, disk and model agree.</summary>
    public void Settle(Machine machine, Subscriber subscriber)
    {
        lock (_gate)
        {
            string subscriptionId = subscriber.Subscription.SubscriptionId;
            StoredSubscriber stored = machine.Durable(subscriptionId);
            Settle(_subscriptions[subscriptionId], subscriptionId, stored, "at rest");
            string inMemory = RegistrationModel.Of(subscriber.States).Key, onDisk = RegistrationModel.Of(stored.States).Key;
            if (inMemory != onDisk) FailHere($"{subscriptionId} is {inMemory} in memory and {onDisk} on the disk");
            for (int i = 0; i < stored.SqnCeilings.Length; i++)
            {
                var sequence = subscriber.SequenceOf(i);
                if (sequence.CeilingSeq != stored.SqnCeilings[i] >> SimulatedUe.IndBits || sequence.Seq > sequence.CeilingSeq)
                    FailHere($"{subscriptionId}: {sequence} in memory, ceiling {stored.SqnCeilings[i] >> SimulatedUe.IndBits} on the disk");
            }
        }
    }

    /// <summary>Runs something that reads or changes a phone.</summary>
    public T Locked<T>(Func<T> action)
    {
        lock (_gate) return action();
    }

    private void Take(CscfConnection connection, Operation operation, byte[] answer, string result)
    {
        Answered++;
        Results[result] = Results.GetValueOrDefault(result) + 1;
        Linearisation linearisation = _subscriptions[operation.SubscriptionId!];
        switch (result)
        {
            case "R:5012":
                linearisation.GiveUp(operation);
                break;
            case "R:3004" when connection.MayClose:
                linearisation.Refused(operation);
                break;
            default:
                if (!linearisation.Return(operation, result)) FailHere($"{operation} answered {result}, which nothing explains; before: {linearisation}");
                break;
        }

        if (result.StartsWith(RegistrationModel.Success, StringComparison.Ordinal))
        {
            StoredSubscriber stored = connection.Machine.Durable(operation.SubscriptionId!);
            RegistrationModel durable = RegistrationModel.Of(stored.States);
            if (operation.ChangesState && !linearisation.CouldBe(durable)) FailHere($"{operation} answered {result}, and the disk says {durable}; {linearisation}");
            foreach (RegistrationState state in stored.States) CheckServer(operation.SubscriptionId!, state);
            TakeVectors(operation, answer, isDelivered: true);
        }

        operation.Finish(result);
    }

    /// <summary>It left the node, and nobody got it: its vectors count as issued all the same.</summary>
    private void TakeLate(Operation operation, byte[] answer)
    {
        LateAnswers++;
        TakeVectors(operation, answer, isDelivered: false);
    }

    private void TakeVectors(Operation operation, byte[] answer, bool isDelivered)
    {
        if (operation.Ue is not { } ue) return;
        List<byte[]> challenges = SeenAnswer.Challenges(answer);
        for (int i = 0; i < challenges.Count; i++)
        {
            Vectors++;
            if (ue.SqnOf(challenges[i]) is not { } sqn)
            {
                FailHere($"{operation}: the challenge is not of this key");
                return;
            }

            if (ue.Issue(operation, sqn) is { } wrong) FailHere($"{operation}: {wrong}");
            if (!History.Covers(ue.PrivateIdentity, sqn, operation.SentVersion))
                FailHere($"{operation}: SEQ {sqn >> SimulatedUe.IndBits} left before a ceiling that covers it was durable");
            if (isDelivered && i < operation.Delivered && ue.Challenge(operation, challenges[i], sqn, _lastNumber + 1) is { } refused)
                FailHere($"{operation}: {refused}");
        }
    }

    private void CheckServer(string subscriptionId, RegistrationState state)
    {
        if (state.Server is not { } server) return;
        string host = server.Name == Hss.Procedures.Tests.CxRequests.ScscfName ? RequestMaker.Scscf : RequestMaker.OtherScscf;
        if (server.DiameterHost != host) FailHere($"{subscriptionId} is served by {server}");
    }

    private void Settle(Linearisation linearisation, string subscriptionId, StoredSubscriber stored, string when)
    {
        if (!linearisation.Settle(RegistrationModel.Of(stored.States))) FailHere($"{subscriptionId} is {RegistrationModel.Of(stored.States)} {when}; {linearisation}");
    }

    private void GiveUpAll(CscfConnection connection)
    {
        foreach (Operation operation in connection.Owed.Values)
        {
            _subscriptions[operation.SubscriptionId!].GiveUp(operation);
            operation.Finish(null);
        }

        connection.Owed.Clear();
    }

    private void FailHere(string what)
    {
        _failure ??= what;
        _steps.Enqueue("FAILED: " + what);
    }
}
