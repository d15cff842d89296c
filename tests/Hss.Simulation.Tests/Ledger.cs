using System.Globalization;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests;

/// <summary>The truth of a storm: what was asked, what was answered, what is durable, and whether it all fits.</summary>
/// Order: everything happens under one gate, so that an answer is seen either before a crash or never. The first thing that does not fit is kept.
internal sealed class Ledger
{
    private const int KeptSteps = 60;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Linearisation> _subscriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Subscription?> _provisioned = new(StringComparer.Ordinal);
    private readonly Queue<string> _steps = new();
    private readonly JobAudit _jobs = new();
    private readonly Dictionary<(Machine Machine, uint EndToEndId), SeenRequest> _asked = [];
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

    /// <summary>Copies that got the answer of their original again.</summary>
    public int Replayed { get; private set; }

    /// <summary>Requests of the node that arrived at an S-CSCF, and of these, further attempts.</summary>
    public int Asked { get; private set; }

    public int AskedAgain { get; private set; }

    /// <summary>Commits in which a request changed something.</summary>
    public int RequestCommits { get; private set; }

    public IReadOnlyDictionary<CxJobState, int> JobEnds
    {
        get { lock (_gate) return new Dictionary<CxJobState, int>(_jobs.Ends); }
    }

    public int PushesAnswered => _jobs.PushesAnswered;

    public List<CxJob> PendingJobs
    {
        get { lock (_gate) return [.. _jobs.Pending]; }
    }

    /// <summary>A commit becomes durable: makes it so, and sees that it follows from what was asked and answered.</summary>
    public void Commit(Machine machine, Action keep, IReadOnlyList<DurableStep> steps, bool writesJobs)
    {
        lock (_gate)
        {
            if (machine.IsDead)
            {
                // The image was taken already.
                keep();
                return;
            }

            keep();
            using MemoryDatabase image = machine.Database.PowerOff();
            List<CxJob>? added = writesJobs ? _jobs.Added(image) : null;
            foreach (DurableStep step in steps) Follow(step, image.Read(step.SubscriptionId), added ?? []);
            if (writesJobs && _jobs.Compare(image) is { } wrong) FailHere(wrong);
        }
    }

    /// <summary>A request of the node arrived at an S-CSCF, or at a relay that answers in its place.</summary>
    public void AskedBy(CscfConnection connection, byte[] request, string destination)
    {
        lock (_gate)
        {
            DiameterHeader header = DiameterHeader.Read(request);
            if (!connection.IsRelay && destination != connection.Cscf) FailHere($"{connection.Cscf} was asked what is for {destination}");
            if (destination == RequestMaker.Kamailio && header.CommandCode == PushProfileRequest.CommandCode) FailHere("a PPR went to an S-CSCF that takes none");
            (Machine, uint) key = (connection.Machine, header.EndToEndId);
            if (!_asked.TryGetValue(key, out SeenRequest? seen)) _asked[key] = seen = new SeenRequest(request);
            else AskedAgain++;
            Asked++;
            if (seen.Arrived(connection, request, (header.Flags & CommandFlags.Retransmitted) != 0) is { } wrong) FailHere($"{wrong}, to {destination} over {connection.Cscf}");
        }
    }

    /// <summary>An S-CSCF answers a request of the node.</summary>
    public bool Answering(CscfConnection connection, CxJobKind kind, string host, string user, string asked, uint code, IReadOnlyCollection<string> kept)
    {
        lock (_gate)
        {
            if (connection.Machine.IsDead) return false;
            _jobs.Answered(kind, host, user, asked, code, kept);
            return true;
        }
    }

    /// <summary>A relay says that it cannot deliver.</summary>
    public void Refusing(CscfConnection connection, byte[] request)
    {
        lock (_gate) _asked[(connection.Machine, DiameterHeader.Read(request).EndToEndId)].Refusals++;
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

            operation.IsReplay = operation.Original is { Answer: not null } original && original.AnsweredBy == connection.Machine;
            if (!operation.IsReplay) _subscriptions[operation.SubscriptionId!].Invoke(operation);
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
            else if (connection.IsCut && connection.Lost.Remove(hopByHopId, out operation)) TakeLate(connection, operation, answer);
            else FailHere($"an answer to nothing, or a second one, on the connection of {connection.Cscf}: {result}, hop-by-hop {hopByHopId:x8}");
        }
    }

    /// <summary>The power fails at this moment. Gives what is on the disk; it must be what was seen to become durable.</summary>
    public MemoryDatabase Crash(Machine machine, IEnumerable<CscfConnection> connections)
    {
        lock (_gate)
        {
            MemoryDatabase image = machine.Crash();
            foreach (CscfConnection connection in connections) GiveUpAll(connection);
            foreach ((string subscriptionId, Linearisation linearisation) in _subscriptions)
            {
                Agree(linearisation, subscriptionId, image.Read(subscriptionId), "after the crash");
                linearisation.Settle();
            }

            if (_jobs.Compare(image) is { } wrong) FailHere($"after the crash: {wrong}");
            return image;
        }
    }

    /// <summary>No request is under way, and the turn of the subscriber is held: memory, disk and model agree.</summary>
    public void Settle(Machine machine, string subscriptionId, Subscriber? subscriber)
    {
        lock (_gate)
        {
            StoredSubscriber? stored = machine.Durable(subscriptionId);
            Agree(_subscriptions[subscriptionId], subscriptionId, stored, "at rest");
            _subscriptions[subscriptionId].Settle();
            if (stored is null || subscriber is null)
            {
                if (stored is not null || subscriber is not null) FailHere($"{subscriptionId} is there in memory or on the disk, and not in the other");
                return;
            }

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
        if (IsRepeated(connection, operation, answer, result)) return;
        Linearisation linearisation = _subscriptions[operation.SubscriptionId!];
        switch (result)
        {
            case "R:5012":
                linearisation.GiveUp(operation);
                break;
            case "R:3004":
                linearisation.Refused(operation);
                break;
            default:
                if (!linearisation.Return(operation, result)) FailHere($"{operation} answered {result}, which nothing explains; {linearisation}");
                break;
        }

        if (result.StartsWith(RegistrationModel.Success, StringComparison.Ordinal)) TakeVectors(operation, answer, isDelivered: true);
        operation.Finish(result);
    }

    /// <summary>Whether this is the answer of another copy once more: then it has the same octets, and what it says was seen already.</summary>
    private bool IsRepeated(CscfConnection connection, Operation operation, byte[] answer, string result)
    {
        bool isFinal = operation.IsRemembered && result is not "R:5012" && result[..3] is not ("R:3" or "R:4" or "E:4");
        Operation root = operation.Root;
        if (root.Answer is null || root.AnsweredBy != connection.Machine)
        {
            if (isFinal) (root.Answer, root.AnsweredBy) = (SeenAnswer.WithoutItsWay(answer), connection.Machine);
            return false;
        }

        if (!isFinal && !operation.IsReplay) return false;
        if (result == "R:3004" && connection.MayClose)
        {
            // A node that stops looks at nothing any more.
            operation.Finish(result);
            return true;
        }

        if (!SeenAnswer.WithoutItsWay(answer).AsSpan().SequenceEqual(root.Answer)) FailHere($"{operation} answered {result}, not what its original was answered");
        Replayed++;
        if (!operation.IsReplay) _subscriptions[operation.SubscriptionId!].Repeated(operation);
        operation.Finish(result);
        return true;
    }

    /// <summary>It left the node, and nobody got it: its vectors count as issued all the same.</summary>
    private void TakeLate(CscfConnection connection, Operation operation, byte[] answer)
    {
        LateAnswers++;
        Operation root = operation.Root;
        bool isFirst = root.Answer is null || root.AnsweredBy != connection.Machine;
        string result = SeenAnswer.Result(answer);
        if (isFirst && operation.IsRemembered && result is not "R:5012" && result[..3] is not ("R:3" or "R:4" or "E:4"))
            (root.Answer, root.AnsweredBy) = (SeenAnswer.WithoutItsWay(answer), connection.Machine);
        if (isFirst) TakeVectors(operation, answer, isDelivered: false);
    }

    /// <summary>Judges what one part of a commit did to a subscription.</summary>
    private void Follow(DurableStep step, StoredSubscriber? stored, List<CxJob> added)
    {
        if (stored is not null) History.Observe(stored);
        RegistrationModel after = stored is null ? RegistrationModel.Gone : RegistrationModel.Of(stored.States);
        if (!_subscriptions.TryGetValue(step.SubscriptionId, out Linearisation? linearisation))
        {
            // The first provisioning.
            _subscriptions[step.SubscriptionId] = new Linearisation(after);
            _provisioned[step.SubscriptionId] = stored!.Subscription;
            return;
        }

        foreach (RegistrationState state in stored?.States ?? []) CheckServer(step.SubscriptionId, state);
        RegistrationModel before = linearisation.State;
        Subscription? old = _provisioned[step.SubscriptionId];
        List<CxJob> jobs = [.. added.Where(job => job.SubscriptionId == step.SubscriptionId)];
        string? wrong = step.Write switch
        {
            null => ProvisioningRules.Judge(old, before, stored?.Subscription, after, jobs),
            { JobUpdates.IsEmpty: false } write => _jobs.Explain(write, before, after, stored!.Subscription),
            var write => Judge(write, linearisation, before, after, stored!.Subscription),
        };
        _provisioned[step.SubscriptionId] = stored?.Subscription;
        if (linearisation.State != after) linearisation.Move(after);
        if (wrong is not null) FailHere($"{step.SubscriptionId}: {wrong}");
    }

    /// <summary>A change by a request, or by an operator who ends registrations.</summary>
    private string? Judge(SubscriberWrite write, Linearisation linearisation, RegistrationModel before, RegistrationModel after, Subscription subscription)
    {
        if (before.Key == after.Key) return null;
        RequestCommits++;
        if (linearisation.Change(after)) return ProvisioningRules.JudgeTakeOver(before, after, write.Jobs, subscription);
        linearisation.Move(before);
        return ProvisioningRules.IsServerChange(before, after, write.Jobs, subscription) ? null : $"no request explains {after}; {linearisation}";
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

            if (ue.Issue(operation.Root, sqn) is { } wrong) FailHere($"{operation}: {wrong}");
            if (!History.Covers(ue.PrivateIdentity, sqn, operation.Root.SentVersion))
                FailHere($"{operation}: SEQ {sqn >> SimulatedUe.IndBits} left before a ceiling that covers it was durable");
            if (isDelivered && i < operation.Delivered && ue.Challenge(operation.Root, challenges[i], sqn, _lastNumber + 1) is { } refused)
                FailHere($"{operation}: {refused}");
        }
    }

    private void CheckServer(string subscriptionId, RegistrationState state)
    {
        if (state.Server is { } server && server.DiameterHost != RequestMaker.HostOf(server.Name)) FailHere($"{subscriptionId} is served by {server}");
    }

    private void Agree(Linearisation linearisation, string subscriptionId, StoredSubscriber? stored, string when)
    {
        string state = stored is null ? RegistrationModel.Gone.Key : RegistrationModel.Of(stored.States).Key;
        if (linearisation.State.Key != state) FailHere($"{subscriptionId} is {state} {when}; {linearisation}");
    }

    private void GiveUpAll(CscfConnection connection)
    {
        foreach (Operation operation in connection.Owed.Values)
        {
            if (!operation.IsReplay) _subscriptions[operation.SubscriptionId!].GiveUp(operation);
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
