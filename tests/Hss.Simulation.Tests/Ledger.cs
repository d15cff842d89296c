using System.Globalization;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests;

/// <summary>The truth of a storm: what was asked, what was answered, what is durable, and whether it all fits.</summary>
/// Order: everything happens under one gate, so that an answer is seen either before a crash or never. The first thing that does not fit is kept.
internal sealed partial class Ledger
{
    private const int KeptSteps = 60;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Linearisation> _subscriptions = new(StringComparer.Ordinal);
    private readonly Queue<string> _steps = new();
    private readonly JobAudit _jobs = new();
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
