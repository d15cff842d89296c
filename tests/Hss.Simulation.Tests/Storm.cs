using System.Globalization;
using Hss.DiameterNode.Tests.Support;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests;

/// <summary>One storm: several CSCFs ask a whole node about a few dozen subscribers while connections, the disk and the machine fail.</summary>
/// Shape: the seed decides what happens and in which order it is begun; how the threads interleave is left to them, and every invariant
/// holds for all of their orders. Nothing here depends on real time: deadlines run on a clock that the storm moves.
internal sealed partial class Storm
{
    private const int MostOwed = 60;
    private const string Relay = "relay.example";
    private const string Icscf = "icscf." + Hss.Procedures.Tests.CxRequests.Realm;

    private readonly int _seed;
    private readonly Random _random;
    private readonly Population _population = new();
    private readonly RequestMaker _requests;
    private readonly Ledger _ledger = new();
    private readonly VirtualTime _time = new();
    private readonly Dictionary<string, CscfConnection> _open = new(StringComparer.Ordinal);
    private readonly List<CscfConnection> _ending = [];
    private readonly List<Operation> _waitedFor = [];
    private readonly List<Operation> _sent = [];
    private readonly List<Task> _provisioning = [];
    private readonly SimulatedServers _servers;
    private Machine _machine = null!;
    private int _connections;
    private int _step;

    private Storm(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _requests = new RequestMaker(_random, _population);
        _servers = new SimulatedServers(seed, _time, _ledger);
    }

    public Ledger Ledger => _ledger;

    public int Crashes { get; private set; }

    public int Cuts { get; private set; }

    public int Repairs { get; private set; }

    public int Copies { get; private set; }

    public int Steps => _step;

    public static async Task<Storm> StartAsync(int seed)
    {
        Storm storm = new(seed);
        MemoryDatabase empty = new();
        storm._machine = new Machine(empty, storm._ledger, storm._time);
        await storm._machine.Store.UpsertAsync(storm._population.Subscriptions, CancellationToken.None);
        return storm;
    }

    /// <summary>Lets one thing happen.</summary>
    public async Task StepAsync()
    {
        _step++;
        switch (_random.Next(100))
        {
            case < 48: await AskAsync(_random.Next(1, 8)); break;
            case < 56: await RepeatAsync(); break;
            case < 66: await WaitAsync(); break;
            case < 69: await CutAsync(); break;
            case < 70: await BreakOffAsync(); break;
            case < 73: await ReplaceAsync(); break;
            case < 76: HoldOrRelease(); break;
            case < 79: BreakDisk(); break;
            case < 84: Advance(); break;
            case < 85: Desynchronise(); break;
            case < 87: await CrashAsync(); break;
            case < 88: await RestartAsync(); break;
            case < 92: Provision(); break;
            case < 93: Remove(); break;
            case < 96: Operate(); break;
            case < 99: await SettleAsync(); break;
            default: await LookOnlyAsync(); break;
        }

        ThrowIfFailed();
    }

    /// <summary>Everything works again: what is owed is answered, every phone gets a challenge that it accepts, and the machine leaves nothing behind.</summary>
    public async Task EndAsync()
    {
        Note("the storm ends");
        await SettleAsync();
        await PeaceAsync();
        await _machine.Store.UpsertAsync(_population.Subscriptions, CancellationToken.None);
        foreach (SimulatedUe ue in _population.Phones.ToArray()) await RepairAsync(ue);
        await PeaceAsync();
        await SettleAsync();
        if (_machine.Node.OpenPeers.Sum(peer => peer.AwaitingAnswers) is > 0 and var pending) _ledger.Fail($"{pending} requests still wait for an answer");
        if (_machine.Node.RequestsInProgress is > 0 and var owed) _ledger.Fail($"{owed} requests are still in work");
        ThrowIfFailed();
        foreach (CscfConnection connection in _open.Values) connection.MayClose = true;
        await _machine.DiscardAsync();
        foreach (CscfConnection connection in _open.Values.Concat(_ending)) await connection.WhenEndedAsync();
        ThrowIfFailed();
    }

    private async Task AskAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _waitedFor.RemoveAll(operation => operation.Done.IsCompleted);
            Subscription subscription = PickSubscription();
            if (_waitedFor.Count >= MostOwed || !_ledger.HasRoom(subscription)) continue;
            SimulatedUe? ue = _population.PhoneOf(subscription.PrivateIdentities[_random.Next(subscription.PrivateIdentities.Length)].Identity);
            Operation? operation = ue is null || _random.Next(3) == 0 ? null : _ledger.Locked(() => ue.Report is null ? null : _requests.Resynchronise(subscription, ue));
            await SendAsync(operation ?? _ledger.Locked(() => _requests.Any(subscription)));
        }
    }

    /// <summary>Somebody sends again what was sent before, over whichever way there is.</summary>
    private async Task RepeatAsync()
    {
        for (int count = _random.Next(1, 5); count > 0 && _sent.Count > 0; count--)
        {
            Operation root = _sent[^(_random.Next(Math.Min(_sent.Count, 24)) + 1)];

            // Where nobody can tell any more what came of it, only what changes something can be followed.
            bool canTell = root.ChangesState || _ledger.Locked(() => root.Answer is not null && root.AnsweredBy == _machine);
            Subscription subscription = _population.Subscriptions.First(one => one.SubscriptionId == root.SubscriptionId);
            if (!canTell || _waitedFor.Count >= MostOwed || !_ledger.HasRoom(subscription)) continue;
            Copies++;
            CscfConnection connection = await ConnectionForAsync(root);
            await SendAsync(_requests.Copy(root, 0x8000_0000u + (uint)Copies, connection.IsRelay ? connection.Cscf : null), connection);
        }
    }

    // Half of all requests are about a few subscribers, so that they meet; every fifth subscriber has two phones and two sets.
    private Subscription PickSubscription() => _random.Next(2) == 0
        ? _population.Subscriptions[5 * _random.Next(3)]
        : _population.Subscriptions[_random.Next(_population.Subscriptions.Count)];

    private async Task SendAsync(Operation operation, CscfConnection? over = null)
    {
        CscfConnection connection = over ?? await ConnectionForAsync(operation);
        if (operation is { Original: null, IsRemembered: true }) _sent.Add(operation);
        Note($"{operation} over {connection.Cscf}");
        _waitedFor.Add(operation);
        _ledger.Invoke(connection, operation);
        await connection.SendAsync(operation.Request, _random.Next(8) == 0 ? 3 : 1);
    }

    private async Task<CscfConnection> ConnectionForAsync(Operation operation)
    {
        string cscf = _random.Next(4) == 0 ? Relay
            : operation.Server.Length == 0 ? Icscf
            : RequestMaker.HostOf(operation.Server);
        return _open.TryGetValue(cscf, out CscfConnection? open) ? open : await ConnectAsync(cscf);
    }

    private CscfConnection Connection(string cscf) =>
        new(_machine, cscf, cscf is Relay or Icscf, ++_connections, _ledger.Received, _ledger.Ended, _servers.AskAsync);

    private async Task<CscfConnection> ConnectAsync(string cscf)
    {
        CscfConnection connection = Connection(cscf);
        await connection.OpenAsync();
        _open[cscf] = connection;
        return connection;
    }

    /// <summary>Every request on a connection that is up gets its answer, unless the disk holds it back.</summary>
    private async Task WaitAsync()
    {
        if (_machine.HoldsCommits) return;
        try
        {
            await Task.WhenAll(_waitedFor.Select(operation => operation.Done)).WaitAsync(Machine.Patience);
        }
        catch (TimeoutException)
        {
            _ledger.Fail($"not answered: {string.Join("; ", _waitedFor.Where(operation => !operation.Done.IsCompleted))}");
        }

        _waitedFor.Clear();
    }

    private void Note(string text) => _ledger.Note(string.Create(CultureInfo.InvariantCulture, $"{_step}: {text}"));

    private void ThrowIfFailed()
    {
        if (_machine.Faults.FirstOrDefault() is { } fault) _ledger.Fail(fault);
        _ledger.ThrowIfFailed(_seed);
    }
}
