using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests;

// What becomes durable, and what is there after a crash and at rest.
internal sealed partial class Ledger
{
    private readonly Dictionary<string, Subscription?> _provisioned = new(StringComparer.Ordinal);

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

        // First, because a SAR may lead to the same state; but only an operator makes such jobs with it.
        if (!write.Jobs.IsEmpty && ProvisioningRules.IsServerChange(before, after, write.Jobs, subscription)) return null;
        return linearisation.Change(after) ? ProvisioningRules.JudgeTakeOver(before, after, write.Jobs, subscription) : $"no request explains {after}; {linearisation}";
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
}
