using System.Globalization;
using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures.Tests;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests.Sh;

/// <summary>One storm: two application servers, one of them behind a relay, race on one item of repository data while connections, the disk and the machine
/// fail, and PNRs and their answers are lost and doubled.</summary>
/// Shape: the seed decides what happens and in which order it is begun; how the threads interleave is left to them, and every invariant holds for
/// all of their orders. Nothing here depends on real time.
internal sealed class ShStorm
{
    private const int MostOwed = 16;
    private const string Subscription = "shared";
    private const string Sip = "sip:shared@" + CxRequests.Realm;
    private const string Tel = "tel:+12125550001";

    private readonly int _seed;
    private readonly Random _random;
    private readonly Random _habits;
    private readonly VirtualTime _time = new();
    private readonly Dictionary<string, ShConnection> _open = new(StringComparer.Ordinal);
    private readonly List<ShConnection> _ending = [];
    private readonly List<ShOperation> _waitedFor = [];
    private readonly SimulatedApplicationServer[] _servers;
    private readonly Lock _gate = new();
    private ShMachine _machine = null!;
    private bool _areWell;
    private uint _requests;
    private int _connections;

    private ShStorm(int seed)
    {
        (_seed, _random, _habits) = (seed, new Random(seed), new Random(seed + 1));
        _servers = [new(ShMachine.HostA, new Random(seed + 2)), new(ShMachine.HostB, new Random(seed + 3))];
    }

    public ItemLedger Ledger { get; } = new(Subscription);

    public int Steps { get; private set; }

    public int Crashes { get; private set; }

    public int Cuts { get; private set; }

    public static async Task<ShStorm> StartAsync(int seed)
    {
        ShStorm storm = new(seed);
        storm._machine = new ShMachine(new MemoryDatabase(), storm.Ledger, storm._time);
        await storm._machine.Store.UpsertAsync([new Subscription
        {
            SubscriptionId = Subscription,
            PrivateIdentities = [Population.FixedLine("shared@" + CxRequests.Realm, "password")],
            ImplicitRegistrationSets =
            [
                new() { PublicIdentities = [new() { Identity = Sip, ServiceProfile = "plain", AliasGroup = "one" }, new() { Identity = Tel, ServiceProfile = "plain", AliasGroup = "one" }] },
            ],
            ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [] }],
        }], CancellationToken.None);
        await storm._machine.PermitAsync();
        return storm;
    }

    /// <summary>Lets one thing happen.</summary>
    public async Task StepAsync()
    {
        Steps++;
        switch (_random.Next(1_000))
        {
            case < 560: await AskAsync(); break;
            case < 720: await WaitAsync(); break;
            case < 860: Advance(); break;
            case < 890: await CutAsync(); break;
            case < 920: HoldOrRelease(); break;
            case < 950: BreakDisk(); break;
            case < 958: await CrashAsync(); break;
            case < 962: await RestartAsync(); break;
            default:
                Note("the disk works");
                _machine.Mend();
                await WaitAsync();
                break;
        }

        if (_machine.Faults.FirstOrDefault() is { } fault) Ledger.Fail(fault);
        Ledger.ThrowIfFailed(_seed);
    }

    /// <summary>Everything works for a while: what is owed is told. Without that a notification that was lost would hide behind the next one.</summary>
    public async Task CalmAsync()
    {
        Note("calm");
        lock (_gate) _areWell = true;
        _machine.Mend();
        await WaitAsync();
        await ForgetEndedAsync();
        foreach (string identity in (string[])[ShMachine.HostA, ShMachine.Relay])
            if (!_open.ContainsKey(identity)) await ConnectAsync(identity);
        for (int i = 0; i < 20; i++) _time.Advance(TimeSpan.FromMilliseconds(500)); // what was lost before is given up
        if (!await _machine.WhenToldAsync(TimeSpan.FromMinutes(10)))
            Ledger.Fail($"notifications stay: {string.Join("; ", await _machine.Store.ReadNotificationsAsync(new() { State = NotificationState.Pending }, CancellationToken.None))}");
        Ledger.Settle();
        lock (_gate) _areWell = false;
        Ledger.ThrowIfFailed(_seed);
    }

    /// <summary>All is told, and both application servers read what they were told last.</summary>
    public async Task EndAsync()
    {
        await CalmAsync();
        Note("the storm ends");
        foreach (SimulatedApplicationServer server in _servers)
        {
            ShOperation read = new(server.Host, ShCommand.Read, Tel, 0, null, Ledger.Since);
            await SendAsync(server, read);
            await WaitAsync();
            if (read.Code != 2001 || read.Said?.Text != Ledger.Last.Text) Ledger.Fail($"{server.Host} reads {read.Code} {read.Said} in the end, and it is {Ledger.Last}");
        }

        if (_machine.Node.RequestsInProgress is > 0 and var owed) Ledger.Fail($"{owed} requests are still in work");
        Ledger.ThrowIfFailed(_seed);
        await _machine.DiscardAsync();
        foreach (ShConnection connection in _open.Values) await connection.WhenEndedAsync();
        Ledger.ThrowIfFailed(_seed);
    }

    private async Task AskAsync()
    {
        for (int count = _random.Next(1, 4); count > 0; count--)
        {
            _waitedFor.RemoveAll(operation => operation.Done.IsCompleted);
            if (_waitedFor.Count >= MostOwed) return;
            SimulatedApplicationServer server = _servers[_random.Next(2)];
            string user = _random.Next(3) == 0 ? Tel : Sip;
            ShOperation operation;
            lock (_gate) operation = server.Next(user, Ledger.Since);
            await SendAsync(server, operation);
        }
    }

    private async Task SendAsync(SimulatedApplicationServer server, ShOperation operation)
    {
        // The second one has no connection of its own: all it says goes through the relay, and so must what it is told.
        string over = server.Host == ShMachine.HostB || _random.Next(4) == 0 ? ShMachine.Relay : server.Host;
        ShConnection connection = _open.TryGetValue(over, out ShConnection? open) ? open : await ConnectAsync(over);
        uint number = ++_requests;
        byte[] request = operation.Command switch
        {
            ShCommand.Read => ShMessages.Udr(server.Host, operation.User, number),
            ShCommand.Write or ShCommand.Delete => ShMessages.Pur(server.Host, operation.User, number, operation.SequenceNumber, operation.Text),
            _ => ShMessages.Snr(server.Host, operation.User, number, operation.Command == ShCommand.Unsubscribe, wantsData: _random.Next(2) == 0),
        };
        Note($"{operation} over {over[..5]}");
        _waitedFor.Add(operation);
        Ledger.Ask(connection, operation, number);
        await connection.SendAsync(request, _random.Next(8) == 0 ? 3 : 1);
    }

    private async Task<ShConnection> ConnectAsync(string identity)
    {
        ShConnection connection = new(_machine, identity, ++_connections, Received, AskedAsync);
        await connection.OpenAsync();
        return _open[identity] = connection;
    }

    private void Received(ShConnection connection, byte[] answer)
    {
        if (Ledger.Answer(connection, answer) is not { } operation) return;
        lock (_gate) _servers.Single(server => server.Host == operation.Host).Learn(operation, ShMessages.StateIn(answer));
    }

    /// <summary>A PNR: it is heard and answered, late or twice; or it is lost, or its answer is; or the relay does not pass it on.</summary>
    private async Task AskedAsync(ShConnection connection, byte[] request)
    {
        string host = AvpOccurrences.Find(request, Avp.DestinationHost).First.ToText();
        string user = ShMessages.UserOf(request);
        int habit, delay;
        lock (_gate) (habit, delay) = _areWell ? (99, 0) : (_habits.Next(100), _habits.Next(1, 3_000));
        if (habit < 8) return;
        if (habit < 12 && connection.IsRelay)
        {
            await connection.SendAsync(ShMessages.Answer(request, connection.Identity, ResultCode.UnableToDeliver));
            return;
        }

        ItemState state = ShMessages.StateIn(request)!.Value;
        if (!Ledger.Tell(connection, host, user, state)) return;
        lock (_gate) _servers.Single(server => server.Host == host).Belief = state.IsThere ? state : ItemState.Absent;
        if (habit < 20) return;
        byte[] answer = ShMessages.Answer(request, host, habit is >= 30 and < 36 ? ResultCode.UnableToComply : ResultCode.Success);
        if (habit < 30) _ = LateAsync();
        else for (int copies = habit is >= 36 and < 42 ? 2 : 1; copies > 0; copies--) await connection.SendAsync(answer);

        async Task LateAsync()
        {
            await Task.Delay(TimeSpan.FromMilliseconds(delay), _time);
            await connection.SendAsync(answer);
        }
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
            Ledger.Fail($"not answered: {string.Join("; ", _waitedFor.Where(operation => !operation.Done.IsCompleted))}");
        }

        _waitedFor.Clear();
    }

    private void Advance()
    {
        int milliseconds = _random.Next(10, 2_600);
        Note(string.Create(CultureInfo.InvariantCulture, $"{milliseconds} ms pass"));
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
    }

    private async Task CutAsync()
    {
        if (_open.Count == 0) return;
        ShConnection connection = _open.Values.ElementAt(_random.Next(_open.Count));
        Note($"the connection of {connection.Identity} is cut");
        Cuts++;
        _open.Remove(connection.Identity);
        _ending.Add(connection);
        Ledger.Cut(connection);
        await connection.CutAsync(_random.Next(2) == 0);
    }

    private void HoldOrRelease()
    {
        Note(_machine.HoldsCommits ? "the disk answers again" : "the disk does not answer");
        if (_machine.HoldsCommits) _machine.ReleaseCommits();
        else _machine.HoldCommits();
    }

    private void BreakDisk()
    {
        int seed = _random.Next();
        switch (_random.Next(3))
        {
            case 0:
                Note("commits fail now and then");
                _machine.Database.CommitFaults = number => new Random(seed + number).Next(6) switch { 0 => CommitFault.Refused, 1 => CommitFault.AcknowledgementLost, _ => CommitFault.None };
                break;
            case 1:
                _machine.Database.RefusesReads = !_machine.Database.RefusesReads;
                Note($"reads fail: {_machine.Database.RefusesReads}");
                break;
            default:
                _machine.Database.RefusesWrites = !_machine.Database.RefusesWrites;
                Note($"writes fail: {_machine.Database.RefusesWrites}");
                break;
        }
    }

    private Task CrashAsync()
    {
        Note("the machine crashes");
        Crashes++;
        return FollowAsync();
    }

    private async Task RestartAsync()
    {
        Note("the machine is restarted");
        await _machine.StopAsync();
        await FollowAsync();
    }

    private async Task FollowAsync()
    {
        MemoryDatabase image = Ledger.Crash(_machine, _open.Values.Concat(_ending));
        _ending.AddRange(_open.Values);
        _open.Clear();
        await _machine.DiscardAsync();
        await ForgetEndedAsync();
        _waitedFor.Clear();
        _machine = new ShMachine(image, Ledger, _time);
    }

    private async Task ForgetEndedAsync()
    {
        foreach (ShConnection connection in _ending) await connection.WhenEndedAsync();
        _ending.Clear();
    }

    private void Note(string text) => Ledger.Note(string.Create(CultureInfo.InvariantCulture, $"{Steps}: {text}"));
}
