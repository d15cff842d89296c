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

    /// <summary>The operator sends some subscriptions again, unchanged, while all else goes on: states and counters stay.</summary>
    private void Provision()
    {
        for (int count = _random.Next(1, 4); count > 0; count--)
        {
            Subscription subscription = PickSubscription();
            Note($"{subscription.SubscriptionId} is provisioned again");
            _provisioning.Add(_machine.ProvisionAsync(subscription));
        }
    }

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
        _machine.Mend();
        foreach (CscfConnection connection in _open.Values) connection.MayClose = true;
        await _machine.Node.StopAsync(CancellationToken.None).WaitAsync(Machine.Patience);
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
        _machine = new Machine(image, _ledger.History, _time);
        _ledger.Start(_machine, _population.Subscriptions);
    }

    /// <summary>Everything works again and comes to rest: memory, disk and model agree about every subscriber.</summary>
    private async Task SettleAsync()
    {
        Note("all comes to rest");
        _machine.Mend();
        await WaitAsync();
        await ForgetEndedAsync();
        await WhenProvisionedAsync();
        await _machine.WhenSettledAsync(_population.Subscriptions);
        foreach (Subscription subscription in _population.Subscriptions)
        {
            Subscriber subscriber = (await _machine.FindAsync(subscription))!;
            _ledger.Settle(_machine, subscriber);
        }
    }

    /// <summary>UAR and LIR alone: nothing is written.</summary>
    private async Task LookOnlyAsync()
    {
        await SettleAsync();
        (int writes, int commits) = (_machine.Database.Writes, _machine.Database.Commits);
        for (int i = 0; i < 20; i++)
        {
            Subscription subscription = _population.Subscriptions[_random.Next(_population.Subscriptions.Count)];
            if (_ledger.HasRoom(subscription)) await SendAsync(_requests.Look(subscription));
        }

        await WaitAsync();
        if ((writes, commits) != (_machine.Database.Writes, _machine.Database.Commits)) _ledger.Fail("a UAR or a LIR wrote something");
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
