using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.DiameterNode;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures.Sh;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>The runner over a real store, with application servers that answer what the test says, and a clock that moves only when nothing else can.</summary>
internal sealed class NotificationRig : IAsyncDisposable
{
    public const string HostA = "as-a." + Realm;
    public const string HostB = "as-b." + Realm;
    public static readonly CancellationToken None = CancellationToken.None;

    private readonly RunnerClock _clock;
    private readonly ConcurrentQueue<SentNotification> _sent = [];
    private readonly DeliveryOptions _options;
    private NotificationRunner? _runner;

    public NotificationRig(DeliveryOptions? options = null, MemoryDatabase? database = null, VirtualTime? time = null)
    {
        (_options, Time) = (options ?? new(), time ?? new());
        Database = database ?? new();
        Database.Time = Time;
        Store = new(Database, new() { CacheEntries = 20_000, IndRange = new(5, 24, 27) }, Time, NullLogger<SubscriberStore>.Instance);
        _clock = new(
            Time, () => _runner is { IsResting: true } ? (true, _runner.RestTime) : (false, default), async () => $"notifications: {string.Join("; ", await AllAsync())}");
        Store.NotificationsWritten += _clock.Tell;
        Control = new(Store, Instruments, Time, Log);
    }

    public VirtualTime Time { get; }

    public MemoryDatabase Database { get; }

    public SubscriberStore Store { get; }

    public ShInstruments Instruments { get; } = new();

    public RecordingLoggerFactory Log { get; } = new();

    public NotificationControl Control { get; }

    /// <summary>What a host answers by itself, without the test taking part.</summary>
    public ConcurrentDictionary<string, Func<SentNotification, OutgoingAnswer>> Automatic { get; } = new(StringComparer.Ordinal);

    public NotificationRig Start()
    {
        _runner = new(Store, SendAsync, new(), Instruments, Time, Log, _options);
        _runner.RestBegan += _clock.Tell;
        _runner.Start();
        return this;
    }

    public Task PermitAsync(string host, params ShDataReference[] references) => Store.PutApplicationServerAsync(
        new(host, [], references.ToImmutableSortedDictionary(one => one, _ => ShOperations.Notify)), null, ChangeAuthor.Offline("test"), None);

    /// <summary>What is left after a crash of this process, or a stop that ended nothing.</summary>
    public NotificationRig Restart() => new(_options, Database.PowerOff(), Time);

    public async Task AddAsync(params Subscription[] subscriptions) => await Store.UpsertAsync(subscriptions, None);

    /// <summary>A subscription to repository data, or to whatever the key says.</summary>
    public static NotificationSubscription To(
        string host, string user, string serviceIndication = "si", ShDataReference reference = ShDataReference.RepositoryData, bool combines = false,
        ShUserIdentityKind kind = ShUserIdentityKind.PublicIdentity, string? privateIdentity = null, string? asked = null, DateTimeOffset? expiry = null, bool oneTime = false) => new()
    {
        Key = new(host, new(kind, user), reference, reference == ShDataReference.RepositoryData ? serviceIndication : "", privateIdentity),
        ApplicationServerRealm = Realm, AskedIdentity = asked, CombinesChanges = combines, Expiry = expiry, OneTime = oneTime,
    };

    public Task SubscribeAsync(string user, params NotificationSubscription[] subscriptions) => ChangeAsync(user, data => data with
    {
        Subscriptions = data.Subscriptions.RemoveAll(one => subscriptions.Any(other => other.Key == one.Key)).AddRange(subscriptions),
    });

    public Task UnsubscribeAsync(string user, Predicate<NotificationKey> isMeant) => ChangeAsync(user, data => data with
    {
        Subscriptions = data.Subscriptions.RemoveAll(one => isMeant(one.Key)),
    });

    /// <summary>Repository data as a PUR leaves them, of somebody else or of one of those that are told; null: deleted.</summary>
    public Task PutAsync(string user, int number, string? text, string serviceIndication = "si", string? by = null) => ChangeAsync(user, data =>
    {
        var others = data.Repository.RemoveAll(one => one.ServiceIndication == serviceIndication && one.PublicIdentity == user);
        return data with
        {
            Repository = text is null ? others : others.Add(new(user, serviceIndication, (ushort)number, Encoding.UTF8.GetBytes($"<d>{text}</d>"))),
        };
    }, by);

    /// <summary>Makes so many notifications of one user for one application server, in one change.</summary>
    public async Task OweAsync(string host, string user, int count)
    {
        string[] indications = [.. Enumerable.Range(0, count).Select(one => $"si{one}")];
        await ChangeAsync(user, data => data with
        {
            Repository = [.. indications.Select(si => new RepositoryData(user, si, 0, "<d/>"u8.ToArray()))],
            Subscriptions = [.. indications.Select(si => To(host, user, si))],
        });
        await ChangeAsync(user, data => data with { Repository = [.. data.Repository.Select(one => one with { SequenceNumber = 1 })] });
    }

    public async Task<ApplicationData> DataAsync(string user) => (await FindAsync(user)).ApplicationData;

    public async Task RegisterAsync(string user, RegistrationStatus status, string? server = null)
    {
        var subscriber = await FindAsync(user);
        var set = subscriber.IndexOfSet(user, out _);
        var state = status == RegistrationStatus.NotRegistered ? RegistrationState.Initial
            : RegistrationState.Initial with { Status = status, Server = server is null ? JobRig.X : JobRig.X with { Name = server }, RegisteredPrivateIdentities = [subscriber.Subscription.PrivateIdentities[0].Identity] };
        using var turn = await Store.EnterAsync(subscriber, None);
        await Store.CommitAsync(turn, new([(set, state)], []), None);
    }

    public Task<IReadOnlyList<Notification>> AllAsync() => Store.ReadNotificationsAsync(new() { Most = NotificationQuery.MaxNotifications }, None);

    /// <summary>The next PNR that leaves, whenever that is.</summary>
    public Task<SentNotification> NextAsync() => _clock.WhenAsync(() => Task.FromResult(_sent.TryDequeue(out var sent) ? sent : null), "no PNR was sent");

    /// <summary>Waits until nothing is pending; gives all that there ever was.</summary>
    public Task<IReadOnlyList<Notification>> EndAsync() => _clock.WhenAsync<IReadOnlyList<Notification>>(
        async () => await AllAsync() is var all && all.All(one => one.State != NotificationState.Pending) ? all : null, "notifications stay pending");

    public Task<Notification> WhenAsync(Predicate<Notification> isSo) => _clock.WhenAsync(
        async () => (await AllAsync()).FirstOrDefault(one => isSo(one)), "no notification becomes so");

    /// <summary>Nothing more is sent however long one waits.</summary>
    public async Task QuietAsync()
    {
        await _clock.QuietAsync(TimeSpan.FromMinutes(30));
        Assert.Empty(_sent);
    }

    /// <summary>PNRs that have left and that no test has looked at.</summary>
    public int Waiting => _sent.Count;

    public Task<string> LogAsync(string text) =>
        _clock.WhenAsync(() => Task.FromResult(Log.Lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal))), $"nothing says '{text}'");

    public void PathOpened() => _runner!.PathOpened();

    public async ValueTask DisposeAsync()
    {
        if (_runner is not null) await _runner.DisposeAsync().AsTask().WaitAsync(RunnerClock.Patience);
        await Store.DisposeAsync();
        Instruments.Dispose();
    }

    private async Task<Subscriber> FindAsync(string user)
    {
        var seen = await Store.FindByPublicIdentityAsync(user, None);
        using var turn = await Store.EnterAsync(seen!, None);
        return turn.Subscriber!;
    }

    private async Task ChangeAsync(string user, Func<ApplicationData, ApplicationData> change, string? by = null)
    {
        using var turn = await Store.EnterAsync((await Store.FindByPublicIdentityAsync(user, None))!, None);
        await Store.CommitAsync(turn, SubscriberChange.None with { ApplicationData = change(turn.Subscriber!.ApplicationData), ChangedBy = by }, None);
    }

    private async Task<OutgoingAnswer> SendAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        var sent = new SentNotification(request);
        if (Automatic.TryGetValue(request.DestinationHost, out var answer)) return answer(sent);
        _sent.Enqueue(sent);
        _clock.Tell();
        return await sent.Answer.Task.WaitAsync(cancellationToken);
    }
}

/// <summary>A PNR on its way, as the application server would read it.</summary>
internal sealed class SentNotification
{
    private readonly OutgoingRequest _request;

    public SentNotification(OutgoingRequest request)
    {
        _request = request;
        Assert.Equal((ApplicationIds.Sh, 309u, "PNR"), (request.ApplicationId, request.CommandCode, request.CommandName));
        Frame = Sent.Write(request.CommandCode, isRequest: true, request.Write, ApplicationIds.Sh);
        Assert.True(PushNotificationRequest.TryParse(Frame, out var pnr, out var fault), $"{fault}\n{MessageText.Of(Frame.Span)}");
        Pnr = pnr;
    }

    public static OutgoingAnswer Success { get; } = new(OutgoingOutcome.Answered, default, ResultCode.Success, ExperimentalResultCode.None);

    public ReadOnlyMemory<byte> Frame { get; }

    public PushNotificationRequest Pnr { get; }

    public TaskCompletionSource<OutgoingAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Host => _request.DestinationHost;

    public string DestinationRealm => _request.DestinationRealm;

    public string User => Pnr.UserIdentity.PublicIdentity.ToText();

    public string Xml => Pnr.ShUserData.ToText();

    /// <summary>Short form: who is told, of whom, and the sequence numbers and texts of repository data in it.</summary>
    public string Text => $"{Host[..4]} {User[..User.IndexOf('@', StringComparison.Ordinal)]}{string.Concat(Items.Select(one => " " + one))}";

    public IEnumerable<string> Items
    {
        get
        {
            Assert.True(ShDataReader.TryRead(Pnr.ShUserData.Span, out var data, out var problem), $"{problem}: {Xml}");
            return data.RepositoryData.Select(one =>
                $"{one.ServiceIndication}#{one.SequenceNumber}{(one.ServiceData is { } content ? "=" + Encoding.UTF8.GetString(content.Span) : "")}")
                .Concat(data.ImsUserState is { } state ? [$"state={(int)state}"] : []);
        }
    }

    public void Reply(uint code = 2001) => Answer.SetResult(new(OutgoingOutcome.Answered, default, (ResultCode)code, ExperimentalResultCode.None));

    public void ReplyExperimental(uint code) => Answer.SetResult(Experimental(code));

    public static OutgoingAnswer Experimental(uint code) => new(OutgoingOutcome.Answered, default, ResultCode.None, (ExperimentalResultCode)code);

    public void End(OutgoingOutcome outcome) => Answer.SetResult(new(outcome, default, ResultCode.None, ExperimentalResultCode.None));
}
