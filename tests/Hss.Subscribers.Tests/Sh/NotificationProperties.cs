using System.Collections.Immutable;
using System.Globalization;
using static Hss.Subscribers.Tests.JobSamples;
using static Hss.Subscribers.Tests.ShSamples;
using Ref = Hss.Subscribers.ShDataReference;

namespace Hss.Subscribers.Tests;

/// <summary>An application server that takes its notifications in order, however late and however many the newest one stands for, knows in the end what
/// it would get if it asked. Seeded random changes of everything that can be subscribed to.</summary>
public sealed class NotificationProperties
{
    private const string As = "watcher.example.org";
    private const string Other = "writer.example.org";
    private const int Runs = 60;
    private const int Steps = 120;
    private const int Seed = 29_328;

    private static readonly (Ref Reference, string User, string Detail)[] s_wanted =
    [
        (Ref.RepositoryData, Sip, "si"), (Ref.RepositoryData, Tel, "si"), (Ref.RepositoryData, Work, "si"), (Ref.RepositoryData, Sip, "other"),
        (Ref.ImsPublicIdentity, Sip, "0"), (Ref.ImsPublicIdentity, Sip, "1"), (Ref.ImsPublicIdentity, Tel, "2"), (Ref.ImsPublicIdentity, Tel, "3"), (Ref.ImsPublicIdentity, Service, "0"),
        (Ref.ImsPublicIdentity, "12125550002", "1"), (Ref.ImsUserState, Sip, ""), (Ref.ImsUserState, Tel, ""), (Ref.ImsUserState, Work, ""), (Ref.ServerName, Sip, ""), (Ref.ServerName, Work, ""),
        (Ref.InitialFilterCriteria, Sip, Server), (Ref.InitialFilterCriteria, Tel, Server), (Ref.ChargingInformation, Sip, ""), (Ref.PsiActivation, Service, ""), (Ref.PsiActivation, Rooms, ""),
        (Ref.Dsai, Sip, Server + " blue"), (Ref.Dsai, Tel, Server + " blue"), (Ref.ServiceLevelTraceInfo, Sip, ""), (Ref.IPAddressSecureBinding, Work, ""),
        (Ref.ServicePriorityLevel, Sip, ""), (Ref.ExtendedPriority, Tel, ""), (Ref.UeSrvccCapability, Sip, ""), (Ref.Ue5GSrvccCapability, "12125550001", ""), (Ref.ImsPrivateUserIdentity, Sip, ""),
    ];

    [Fact]
    public void Notifications_in_order_end_in_what_is_asked_for()
    {
        var told = 0;
        for (var run = 0; run < Runs; run++)
        {
            var watcher = new Watcher(new Random(Seed + run), $"seed {Seed + run}");
            for (var step = 0; step < Steps; step++) watcher.Step();
            watcher.Settle();
            told += watcher.Told;
        }
        // Were nothing ever told, there would be nothing to compare.
        Assert.True(told > Runs * Steps / 2, $"only {told} notifications");
    }

    private sealed class Watcher(Random random, string seed)
    {
        private readonly Dictionary<NotificationKey, string> _known = [];
        private readonly Dictionary<NotificationKey, Notification> _pending = [];
        private ShSource _source = Source();
        private int _step;

        public int Told { get; private set; }

        public void Step()
        {
            _step++;
            if (random.Next(4) == 0) Subscribe();
            var before = _source;
            var (after, changedBy) = Change();
            var consequences = NotificationConsequences.Of(before, after, changedBy, Now.AddMinutes(_step));
            _source = after with { ApplicationData = consequences.After };
            foreach (var notification in consequences.Notifications)
            {
                Assert.Equal(As, notification.Key.ApplicationServer);
                if (!CanVanishUntold(notification.Key.Reference)) Assert.NotEqual(_pending.TryGetValue(notification.Key, out var older) ? Text(older.Content) : _known[notification.Key], Text(notification.Content));
                _pending[notification.Key] = notification;
                Told++;
            }
            foreach (var key in _pending.Keys.Where(_ => random.Next(3) == 0).ToArray()) Deliver(key);
        }

        public void Settle()
        {
            foreach (var key in _pending.Keys.ToArray()) Deliver(key);
            foreach (var subscription in _source.ApplicationData.Subscriptions)
            {
                var key = subscription.Key;
                var document = new ShData();
                var item = Asked(key);
                var exists = ShDataContent.TryAdd(document, _source, key.User, null, item, marksMissing: true, Now.AddMinutes(_step));
                if (!exists && CanVanishUntold(key.Reference)) continue;
                if (document.ImsUserState == ImsUserState.AuthenticationPending) document.ImsUserState = ImsUserState.NotRegistered;
                if (!exists && key.Reference == Ref.ServiceLevelTraceInfo) document.ServiceLevelTraceInfo = "";
                Assert.True(Text(document) == _known[key], $"{seed}, {key}: knows {_known[key]}, and asked it would hear {Text(document)}");
            }
        }

        private void Deliver(NotificationKey key)
        {
            _pending.Remove(key, out var notification);
            Assert.True(ShDataReader.TryRead(notification!.Content.Span, out var document, out _));
            // Each list is whole; what left it says so for who keeps more than the list.
            document!.DeletedIdentities = null;
            // Of an address that is told the empty ones are what it is not.
            if (document is { IPv4Address: not null, IPv6Prefix: not null }) (document.IPv4Address, document.IPv6Prefix) = (Given(document.IPv4Address), Given(document.IPv6Prefix));
            _known[key] = Text(document);
        }

        // Nobody can be told that these are gone: the schema has no element for it.
        private static bool CanVanishUntold(Ref reference) => reference
            is Ref.ChargingInformation or Ref.ServicePriorityLevel or Ref.ExtendedPriority or Ref.UeSrvccCapability or Ref.Ue5GSrvccCapability or Ref.Dsai;

        private static string? Given(string text) => text.Length == 0 ? null : text;

        private void Subscribe()
        {
            var (reference, user, detail) = s_wanted[random.Next(s_wanted.Length)];
            var key = new NotificationKey(As, Identity(user), reference, detail, null);
            if (_source.ApplicationData.Subscriptions.Any(one => one.Key == key)) return;
            var document = new ShData();
            // 5106 and 5001: there is nothing to subscribe to.
            if (!ShDataContent.TryAdd(document, _source, key.User, null, Asked(key), false, Now) && (reference == Ref.RepositoryData || !IsHere(user))) return;
            _source = _source with { ApplicationData = _source.ApplicationData with { Subscriptions = _source.ApplicationData.Subscriptions.Add(new() { Key = key, ApplicationServerRealm = "r" }) } };
            // What was owed of an earlier subscription of this key is superseded by the answer.
            _pending.Remove(key);
            document = new();
            ShDataContent.AddSubscribed(document, _source, key, isOneOfSeveralSets: false, Now);
            if (reference == Ref.ServiceLevelTraceInfo) document.ServiceLevelTraceInfo ??= "";
            _known[key] = Text(document);
        }

        private bool IsHere(string user) => user.Contains(':', StringComparison.Ordinal)
            ? _source.Subscription.ImplicitRegistrationSets.Any(set => set.PublicIdentities.Any(one => one.Identity == user))
            : _source.Subscription.PrivateIdentities.Any(one => one.Msisdns.Contains(user));

        private static ShItem Asked(NotificationKey key) => new(key.Reference)
        {
            ServiceIndication = key.Detail,
            IdentitySet = key.Reference == Ref.ImsPublicIdentity ? (ShIdentitySet)int.Parse(key.Detail, CultureInfo.InvariantCulture) : null,
            ServerName = Server,
            DsaiTag = "blue",
        };

        private (ShSource After, string? ChangedBy) Change()
        {
            var data = _source.ApplicationData;
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    var set = random.Next(_source.States.Length);
                    return (_source with { States = _source.States.SetItem(set, Pick(None, ByOne, ByBoth, Unregistered, Pending, Registered(Y, Two))) }, null);
                case 3:
                    return (_source with { ApplicationData = data with { Repository = Put(data.Repository) } }, Other);
                case 4:
                    var identity = Pick(Sip, Tel, Work);
                    return (_source with { ApplicationData = data with { InactiveServices = DsaiInstances.With(data.InactiveServices, identity, [Server + ";lr"], "blue", random.Next(2) == 0) } }, Other);
                case 5:
                    var report = Report(Pick(One, Two), -_step, new() { UeSrvccCapable = random.Next(2) == 0, Ue5GSrvccCapable = random.Next(3) switch { 0 => null, var one => one == 1 } });
                    return (_source with { ApplicationData = data with { AccessReports = data.AccessReports.RemoveAll(one => one.PrivateIdentity == report.PrivateIdentity).Add(report) } }, null);
                default:
                    return (Provision(), null);
            }
        }

        private ImmutableArray<RepositoryData> Put(ImmutableArray<RepositoryData> repository)
        {
            var (user, service) = (Pick(Sip, Tel, Work), Pick("si", "other"));
            var stands = AliasSet.FindRepositoryData(_source, user, service);
            if (stands is not null && random.Next(4) == 0) return repository.Remove(stands);
            if (!IsHere(user)) return repository;
            var next = Data(stands?.PublicIdentity ?? user, service, stands is null ? (ushort)0 : RepositoryData.Next(stands.SequenceNumber), $"<x>{random.Next(1000)}</x>");
            return stands is null ? repository.Add(next) : repository.Replace(stands, next);
        }

        private ShSource Provision()
        {
            var plain = ShSamples.Subscription();
            var first = plain.ImplicitRegistrationSets[0];
            ImmutableArray<PublicIdentity> identities =
            [
                .. first.PublicIdentities.Where((_, i) => i != 1 || random.Next(4) > 0).Select(one => one with
                {
                    Barred = one.Identity == Barred ? random.Next(2) == 0 : one.Barred,
                    AliasGroup = random.Next(5) == 0 ? null : "a",
                    ServicePriorityLevel = random.Next(3) switch { 0 => null, var level => level },
                    ServiceLevelTraceInfo = random.Next(2) == 0 ? null : "trace",
                    ExtendedPriorities = random.Next(2) == 0 ? [] : [new("wps", "1")],
                }),
            ];
            var subscription = plain with
            {
                PrivateIdentities = random.Next(4) == 0 ? [plain.PrivateIdentities[0], User(Two) with { Msisdns = ["12125550002"] }] : plain.PrivateIdentities,
                ImplicitRegistrationSets =
                [
                    first with { PublicIdentities = identities, PrivateIdentities = random.Next(3) == 0 ? [One] : [] }, plain.ImplicitRegistrationSets[1],
                    plain.ImplicitRegistrationSets[2] with { PublicIdentities = [Psi(Service, random.Next(2) == 0), plain.ImplicitRegistrationSets[2].PublicIdentities[1]] },
                ],
                Charging = random.Next(3) switch { 0 => null, 1 => new("aaa://b.example.org", null, null, null), _ => plain.Charging },
                ServiceProfiles = random.Next(3) == 0
                    ? [new() { Name = "plain", InitialFilterCriteria = [Filter(4, Server, "blue")] }] : plain.ServiceProfiles,
            };
            return _source with { Subscription = subscription };
        }

        private T Pick<T>(params T[] items) => items[random.Next(items.Length)];
    }
}
