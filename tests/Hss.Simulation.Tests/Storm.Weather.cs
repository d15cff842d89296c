using System.Globalization;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures.Tests;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests;

// What goes wrong, and how it is put in order.
internal sealed partial class Storm
{
    private async Task CutAsync()
    {
        if (_open.Count == 0) return;
        CscfConnection connection = _open.Values.ElementAt(_random.Next(_open.Count));
        bool isBroken = _random.Next(2) == 0, inMidMessage = _random.Next(3) == 0;
        Note($"the connection of {connection.Cscf} is cut{(inMidMessage ? " in the middle of a message" : "")}");
        Cuts++;
        _open.Remove(connection.Cscf);
        _ending.Add(connection);
        _ledger.Cut(connection);
        if (inMidMessage) await connection.SendAsync(CxRequests.Lir("sip:nobody@example.com").AsMemory(0, _random.Next(1, 60)));
        await connection.CutAsync(isBroken);
    }

    /// <summary>The same CSCF comes a second time: the newer connection wins.</summary>
    private async Task ReplaceAsync()
    {
        if (_open.Count == 0) return;
        CscfConnection older = _open.Values.ElementAt(_random.Next(_open.Count));
        Note($"{older.Cscf} connects again");
        older.MayClose = true;
        _ending.Add(older);
        await ConnectAsync(older.Cscf);
    }

    /// <summary>Somebody begins to connect and leaves before he has said who he is, or at that very moment.</summary>
    private async Task BreakOffAsync()
    {
        string cscf = _random.Next(2) == 0 ? RequestMaker.Scscf : Relay;
        Note($"{cscf} breaks its CER off");
        CscfConnection connection = Connection(cscf);
        connection.MayClose = true;
        _ending.Add(connection);
        await connection.BreakOffAsync(_random.Next(0, 140), _random.Next(2) == 0);
    }

    private void HoldOrRelease()
    {
        Note(_machine.HoldsCommits ? "the disk answers again" : "the disk does not answer");
        if (_machine.HoldsCommits) _machine.ReleaseCommits();
        else _machine.HoldCommits();
    }

    private void BreakDisk()
    {
        switch (_random.Next(4))
        {
            case 0:
                int from = _machine.Database.Commits, count = _random.Next(1, 4);
                CommitFault fault = _random.Next(2) == 0 ? CommitFault.Refused : CommitFault.AcknowledgementLost;
                Note(string.Create(CultureInfo.InvariantCulture, $"the next {count} commits fail: {fault}"));
                _machine.Database.CommitFaults = number => number > from && number <= from + count ? fault : CommitFault.None;
                break;
            case 1:
                int seed = _random.Next();
                Note("commits fail now and then");
                _machine.Database.CommitFaults = number => new Random(seed + number).Next(6) switch { 0 => CommitFault.Refused, 1 => CommitFault.AcknowledgementLost, _ => CommitFault.None };
                break;
            case 2:
                _machine.Database.RefusesReads = !_machine.Database.RefusesReads;
                Note($"reads fail: {_machine.Database.RefusesReads}");
                break;
            default:
                _machine.Database.CommitFaults = null;
                _machine.Database.RefusesReads = false;
                _machine.Database.RefusesWrites = !_machine.Database.RefusesWrites;
                Note($"writes fail: {_machine.Database.RefusesWrites}");
                break;
        }
    }

    private void Advance()
    {
        int milliseconds = _random.Next(10, 2_600);
        Note(string.Create(CultureInfo.InvariantCulture, $"{milliseconds} ms pass"));
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
    }

    /// <summary>A USIM accepts vectors of another AuC.</summary>
    private void Desynchronise()
    {
        SimulatedUe ue = _population.Phones.ElementAt(_random.Next(_population.Phones.Count()));
        if (_waitedFor.Any(operation => operation.Ue == ue && !operation.Done.IsCompleted)) return;
        ulong by = (ulong)_random.Next(1, 1 << 16);
        Note(string.Create(CultureInfo.InvariantCulture, $"the USIM of {ue.PrivateIdentity} is {by} ahead"));
        _ledger.Locked(() =>
        {
            ue.JumpAhead(by);
            return 0;
        });
    }

    /// <summary>The operator sends some subscriptions again, unchanged or not, while all else goes on.</summary>
    private void Provision()
    {
        for (int count = _random.Next(1, 4); count > 0; count--)
        {
            Subscription subscription = PickSubscription();
            if (_random.Next(3) > 0) subscription = Population.Vary(subscription, _random);
            Note($"{subscription.SubscriptionId} is provisioned again");
            Start(() => _machine.Store.UpsertAsync([subscription], CancellationToken.None));
        }
    }

    private void Remove()
    {
        Subscription subscription = PickSubscription();
        if (!Population.MayLeave(subscription)) return;
        Note($"{subscription.SubscriptionId} is removed");
        Start(() => _machine.Store.RemoveAsync(subscription.SubscriptionId, CancellationToken.None));
    }

    /// <summary>An operator ends registrations, or jobs.</summary>
    private void Operate()
    {
        Subscription subscription = PickSubscription();
        Hss.Procedures.Cx.RegistrationControl control = _machine.Control;
        TerminationReason reason = _random.Next(4) switch { 0 => TerminationReason.ServerChange, 1 => TerminationReason.RemoveServer, _ => TerminationReason.PermanentTermination };
        switch (_random.Next(4))
        {
            case 0:
                string user = subscription.PrivateIdentities[^1].Identity;
                Note($"an operator ends {user}: {reason}");
                Start(() => control.DeregisterPrivateIdentityAsync(user, reason, null, CancellationToken.None));
                break;
            case 1:
                string identity = subscription.ImplicitRegistrationSets[_random.Next(subscription.ImplicitRegistrationSets.Length)].PublicIdentities[0].Identity;
                Note($"an operator ends {identity}: {reason}");
                Start(() => control.DeregisterPublicIdentityAsync(identity, reason, "maintenance", CancellationToken.None));
                break;
            case 2 when _ledger.PendingJobs is [.., var job]:
                Note($"an operator forces job {job.Id}");
                Start(() => control.ForceAsync(job.Id));
                break;
            default:
                int id = _random.Next(1, 40);
                Note($"an operator puts job {id} back");
                Start(() => control.RetryAsync(id));
                break;
        }
    }

    private void Start(Func<Task> change) => _provisioning.Add(Machine.TryAsync(change));

    private async Task WhenProvisionedAsync()
    {
        await Task.WhenAll(_provisioning).WaitAsync(Machine.Patience);
        _provisioning.Clear();
    }

    /// <summary>The power fails and comes back: a new machine over what was durable.</summary>
    private async Task CrashAsync()
    {
        Note("the machine crashes");
        Crashes++;
        MemoryDatabase image = _ledger.Crash(_machine, _open.Values.Concat(_ending));
        await FollowAsync(image);
    }

    /// <summary>A stop in good order: requests in flight are answered, and the store is closed.</summary>
    private async Task RestartAsync()
    {
        Note("the machine is restarted");
        foreach (CscfConnection connection in _open.Values) connection.MayClose = true;
        await _machine.StopAsync();
        foreach (CscfConnection connection in _open.Values) await connection.WhenEndedAsync();
        await WhenProvisionedAsync();
        await _machine.Store.DisposeAsync();
        await FollowAsync(_ledger.Crash(_machine, _open.Values.Concat(_ending)));
    }

    private async Task FollowAsync(MemoryDatabase image)
    {
        foreach (CscfConnection connection in _open.Values) connection.MayClose = true;
        _ending.AddRange(_open.Values);
        _open.Clear();
        await _machine.DiscardAsync();
        await ForgetEndedAsync();
        await WhenProvisionedAsync();
        _waitedFor.Clear();
        _sent.Clear();
        _machine = new Machine(image, _ledger, _time);
    }

    /// <summary>Everything works again and comes to rest: memory, disk and model agree about every subscriber.</summary>
    private async Task SettleAsync()
    {
        Note("all comes to rest");
        _machine.Mend();
        await WaitAsync();
        await ForgetEndedAsync();
        await WhenProvisionedAsync();
        await _machine.WhenIdleAsync();

        // Copies of what nobody can tell about any more are not followed.
        _sent.RemoveAll(operation => operation.Answer is null);
        foreach (Subscription subscription in _population.Subscriptions) await SettleAsync(subscription.SubscriptionId, subscription.PrivateIdentities[0].Identity);
    }

    private async Task SettleAsync(string subscriptionId, string privateIdentity)
    {
        Subscriber? found = await _machine.Store.FindByPrivateIdentityAsync(privateIdentity, CancellationToken.None);
        if (found is null)
        {
            _ledger.Settle(_machine, subscriptionId, null);
            return;
        }

        // Within its turn, because jobs go on.
        using SubscriberTurn turn = await _machine.Store.EnterAsync(found, CancellationToken.None).AsTask().WaitAsync(Machine.Patience);
        _ledger.Settle(_machine, subscriptionId, turn.Subscriber);
    }

    /// <summary>All S-CSCFs are there and answer; time passes until every job has ended.</summary>
    private async Task PeaceAsync()
    {
        _servers.AreWell = true;
        foreach (string cscf in (string[])[RequestMaker.Scscf, RequestMaker.OtherScscf, RequestMaker.Kamailio, Relay, Icscf])
            if (!_open.ContainsKey(cscf)) await ConnectAsync(cscf);

        // What was lost before is given up.
        for (int i = 0; i < 20; i++) _time.Advance(TimeSpan.FromMilliseconds(500));
        if (!await _machine.WhenJobsEndedAsync(_ledger, TimeSpan.FromMinutes(5)))
            _ledger.Fail($"jobs do not end: {string.Join("; ", _ledger.PendingJobs)}");
    }

    /// <summary>UAR and LIR alone: nothing is written.</summary>
    private async Task LookOnlyAsync()
    {
        await SettleAsync();
        int commits = _ledger.RequestCommits;
        for (int i = 0; i < 20; i++)
        {
            Subscription subscription = _population.Subscriptions[_random.Next(_population.Subscriptions.Count)];
            if (_ledger.HasRoom(subscription)) await SendAsync(_requests.Look(subscription));
        }

        await WaitAsync();
        if (commits != _ledger.RequestCommits) _ledger.Fail("a UAR or a LIR wrote something");
    }

    private async Task RepairAsync(SimulatedUe ue)
    {
        Subscription subscription = _population.Subscriptions.First(one => one.PrivateIdentities.Any(identity => identity.Identity == ue.PrivateIdentity));
        _ledger.Locked(() =>
        {
            ue.TakeReport();
            return 0;
        });
        int accepted = ue.Accepted;
        await AnsweredAsync(_requests.Challenge(subscription, ue, RequestMaker.Scscf, CxRequests.ScscfName));
        if (_ledger.Locked(() => ue.Report is not null))
        {
            Repairs++;
            await AnsweredAsync(_ledger.Locked(() => _requests.Resynchronise(subscription, ue)));
        }

        if (ue.Accepted == accepted) _ledger.Fail($"{ue.PrivateIdentity} accepts no challenge though nothing is in the way");
    }

    private async Task AnsweredAsync(Operation operation)
    {
        await SendAsync(operation);
        await WaitAsync();
        if (operation.Result != RegistrationModel.Success) _ledger.Fail($"{operation} answered {operation.Result ?? "not at all"} though nothing is in the way");
    }

    private async Task ForgetEndedAsync()
    {
        foreach (CscfConnection connection in _ending) await connection.WhenEndedAsync();
        _ending.Clear();
    }
}
