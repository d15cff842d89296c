using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hss.Authentication;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures.Cx;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>The runner over a real store, with S-CSCFs that answer what the test says, and a clock that moves only when nothing else can.</summary>
internal sealed class JobRig : IAsyncDisposable
{
    public const string HostX = "x." + Realm;
    public static readonly AssignedServer X = new("sip:x." + Realm + ":6060", HostX, Realm);
    public static readonly AssignedServer Y = new("sip:y." + Realm + ":6060", "y." + Realm, Realm);
    public static readonly CancellationToken None = CancellationToken.None;

    private readonly RunnerClock _clock;
    private readonly ConcurrentQueue<Sent> _sent = [];
    private readonly DeliveryOptions _options;
    private CxJobRunner? _runner;

    public JobRig(DeliveryOptions? options = null, MemoryDatabase? database = null, CxOptions? cx = null, VirtualTime? time = null)
    {
        (_options, Cx, Time) = (options ?? new(), cx ?? new(), time ?? new());
        Database = database ?? new();
        Database.Time = Time;
        Store = new(Database, new() { CacheEntries = 1_000, IndRange = new(5, 24, 27) }, Time, NullLogger<SubscriberStore>.Instance);
        _clock = new(
            Time, () => _runner is { IsResting: true } ? (true, _runner.RestTime) : (false, default), async () => $"jobs: {string.Join("; ", await JobsAsync())}");
        Store.JobsWritten += _clock.Tell;
        Control = new(Store, Instruments, Time, NullLoggerFactory.Instance);
    }

    public VirtualTime Time { get; }

    public MemoryDatabase Database { get; }

    public SubscriberStore Store { get; }

    public CxInstruments Instruments { get; } = new();

    public CxOptions Cx { get; }

    public RegistrationControl Control { get; }

    public HashSet<string> KamailioHosts { get; } = [];

    /// <summary>What a host answers by itself, without the test taking part.</summary>
    public ConcurrentDictionary<string, Func<OutgoingRequest, OutgoingAnswer>> Automatic { get; } = new(StringComparer.Ordinal);

    public JobRig Start()
    {
        _runner = new(Store, SendAsync, host => KamailioHosts.Contains(host) ? PeerQuirks.Kamailio : PeerQuirks.None, Cx, Instruments, Time, NullLoggerFactory.Instance, _options);
        _runner.RestBegan += _clock.Tell;
        _runner.Start();
        return this;
    }

    /// <summary>What is left after a crash of this process, or a stop that ended nothing.</summary>
    public JobRig Restart() => new(_options, Database.PowerOff(), Cx, Time);

    public async Task<Subscriber> AddAsync(Subscription subscription, params RegistrationState[] states)
    {
        await Store.UpsertAsync([subscription], None);
        var subscriber = await FindAsync(subscription);
        await CommitAsync(subscriber, new([.. states.Select((state, set) => (set, state))], []));
        return subscriber;
    }

    /// <summary>The subscriber as it is once every commit under way has shown.</summary>
    public async Task<Subscriber> FindAsync(Subscription subscription)
    {
        var seen = await Store.FindByPrivateIdentityAsync(subscription.PrivateIdentities[0].Identity, None);
        using var turn = await Store.EnterAsync(seen!, None);
        return turn.Subscriber!;
    }

    public async Task CommitAsync(Subscriber subscriber, SubscriberChange change)
    {
        using var turn = await Store.EnterAsync(subscriber, None);
        await Store.CommitAsync(turn, change, None);
    }

    public async Task<string> StatesAsync(Subscription subscription) =>
        string.Join(" | ", (await FindAsync(subscription)).States.Select(state =>
            $"{state.Status}{(state.Server is { } server ? " " + server.DiameterHost[..1] : "")}"
            + string.Concat(state.RegisteredPrivateIdentities.Select(user => " " + user[..user.IndexOf('@', StringComparison.Ordinal)]))
            + (state.UserDataOutdated ? " outdated" : "")));

    public Task<IReadOnlyList<CxJob>> JobsAsync() => Store.ReadJobsAsync(new(), None);

    /// <summary>The next request that leaves, whenever that is.</summary>
    public Task<Sent> NextAsync() => _clock.WhenAsync(() => Task.FromResult(_sent.TryDequeue(out var sent) ? sent : null), "no request was sent");

    /// <summary>Waits until no job is pending; gives all that there ever were.</summary>
    public Task<IReadOnlyList<CxJob>> EndAsync() => _clock.WhenAsync<IReadOnlyList<CxJob>>(
        async () => await JobsAsync() is var jobs && jobs.All(job => job.State != CxJobState.Pending) ? jobs : null, "jobs stay pending");

    public Task<CxJob> JobAsync(long id, Predicate<CxJob> isSo) => _clock.WhenAsync(
        async () => (await Store.ReadJobsAsync(new() { Id = id }, None)) is [var job] && isSo(job) ? job : null, $"job {id} does not become so");

    /// <summary>Nothing more is sent however long one waits.</summary>
    public async Task QuietAsync()
    {
        await _clock.QuietAsync(TimeSpan.FromMinutes(30));
        Assert.Empty(_sent);
    }

    public async ValueTask DisposeAsync()
    {
        if (_runner is not null) await _runner.DisposeAsync().AsTask().WaitAsync(RunnerClock.Patience);
        await Store.DisposeAsync();
    }

    private async Task<OutgoingAnswer> SendAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        if (Automatic.TryGetValue(request.DestinationHost, out var answer)) return answer(request);
        var sent = new Sent(request);
        _sent.Enqueue(sent);
        _clock.Tell();
        return await sent.Answer.Task.WaitAsync(cancellationToken);
    }
}

/// <summary>A request on its way, as the S-CSCF would read it.</summary>
internal sealed class Sent
{
    private readonly OutgoingRequest _request;

    public Sent(OutgoingRequest request)
    {
        _request = request;
        Frame = Write(request.CommandCode, isRequest: true, request.Write);
        var fault = default(GrammarFault);
        var good = request.CommandCode == 304 ? RegistrationTerminationRequest.TryParse(Frame, out _, out fault) : PushProfileRequest.TryParse(Frame, out _, out fault);
        Assert.True(good, $"{fault}\n{MessageText.Of(Frame.Span)}");
    }

    public ReadOnlyMemory<byte> Frame { get; }

    public TaskCompletionSource<OutgoingAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Host => _request.DestinationHost;

    public RegistrationTerminationRequest Rtr => RegistrationTerminationRequest.TryParse(Frame, out var rtr, out _) ? rtr : throw new InvalidOperationException("no RTR");

    public PushProfileRequest Ppr => PushProfileRequest.TryParse(Frame, out var ppr, out _) ? ppr : throw new InvalidOperationException("no PPR");

    /// <summary>Short form: command, host, reason, who, about whom.</summary>
    public string Text => _request.CommandCode == 304
        ? $"RTR {(int)Rtr.DeregistrationReason.ReasonCode} {Host[..1]} {Short(Rtr.UserName)}{(Rtr.AssociatedIdentities is { } also ? string.Concat(Texts(also.UserName).Select(one => "+" + one)) : "")}"
            + $" [{string.Join(' ', Texts(Rtr.PublicIdentity))}]"
        : $"PPR {Host[..1]} {Short(Ppr.UserName)}{(Ppr.UserData.IsPresent ? " profile" : "")}{(Ppr.ChargingInformation is null ? "" : " charging")}"
            + $"{(Ppr.SipAuthDataItem is null ? "" : " digest")}{(Ppr.AllowedWafWwsfIdentities is null ? "" : " web")}";

    public void Reply(uint code, Action<MessageWriter>? more = null) => Answer.SetResult(Answered(_request, code, more));

    public void ReplyExperimental(uint code) => Answer.SetResult(new(OutgoingOutcome.Answered, Frame, ResultCode.None, (ExperimentalResultCode)code));

    public void End(OutgoingOutcome outcome) => Answer.SetResult(new(outcome, default, ResultCode.None, ExperimentalResultCode.None));

    public static OutgoingAnswer Answered(OutgoingRequest request, uint code, Action<MessageWriter>? more = null) =>
        new(OutgoingOutcome.Answered, Write(request.CommandCode, isRequest: false, writer =>
        {
            writer.WriteUnsigned32(Avp.ResultCode, code);
            more?.Invoke(writer);
        }), (ResultCode)code, ExperimentalResultCode.None);

    public static byte[] Write(uint command, bool isRequest, Action<MessageWriter> rest, uint application = ApplicationIds.Cx)
    {
        var writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader
        {
            Flags = isRequest ? CommandFlags.Request | CommandFlags.Proxiable : CommandFlags.Proxiable, CommandCode = command, ApplicationId = application,
        });
        writer.WriteText(Avp.SessionId, "hss;1;1");
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, application);
        writer.EndGroup();
        writer.WriteUnsigned32(Avp.AuthSessionState, 1);
        writer.WriteText(Avp.OriginHost, "origin");
        writer.WriteText(Avp.OriginRealm, Realm);
        if (isRequest)
        {
            writer.WriteText(Avp.DestinationHost, "destination");
            writer.WriteText(Avp.DestinationRealm, Realm);
        }
        rest(writer);
        writer.End();
        var frame = writer.Written.ToArray();
        writer.Return();
        return frame;
    }

    private static string Short(AvpValue identity) => identity.ToText().Replace("@" + Realm, "", StringComparison.Ordinal);

    private static List<string> Texts(AvpOccurrences identities)
    {
        var texts = new List<string>();
        foreach (var identity in identities) texts.Add(Short(identity));
        return texts;
    }
}
