using System.Globalization;
using Hss.Authentication;
using Hss.Diameter;
using Hss.Procedures.Tests;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

/// <summary>Makes random requests about the population, each with what the model says of it.</summary>
internal sealed class RequestMaker(Random random, Population population)
{
    public const string Scscf = "scscf." + CxRequests.Realm;
    public const string OtherScscf = "other." + CxRequests.Realm;

    /// <summary>An S-CSCF with the habits of Kamailio: it takes no PPR, one vector at a time, and is silent about users it does not know.</summary>
    public const string Kamailio = "kamailio." + CxRequests.Realm;
    public const string KamailioName = "sip:" + Kamailio + ":6060";

    private const uint Restoration = 4;

    private static readonly int[] AssignmentTypes = [0, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 5, 5, 6, 7, 8, 9, 10, 11];

    private int _last;

    /// <summary>The number that the next operation will have.</summary>
    public int Next => _last + 1;

    /// <summary>The Diameter identity of an S-CSCF.</summary>
    public static string HostOf(string serverName) => serverName[4..serverName.LastIndexOf(':')];

    /// <summary>A random request about this subscription, or about nobody's.</summary>
    public Operation Any(Subscription subscription) => random.Next(20) switch
    {
        <= 5 => Authenticate(subscription),
        <= 12 => Assign(subscription),
        _ => Look(subscription, mayAskForCapabilities: true),
    };

    /// <summary>The same request once more, as a relay that has lost its way or a sender without an answer sends it.</summary>
    public Operation Copy(Operation root, uint hopByHopId, string? proxy)
    {
        byte[] request = Rewrite(root.Request, hopByHopId, isMarked: true, proxy);
        return new Operation(++_last, $"copy of {root}", request, root.Apply)
        {
            Original = root, SubscriptionId = root.SubscriptionId, ChangesState = root.ChangesState, Ue = root.Ue, Server = root.Server, Delivered = root.Delivered, Repairs = root.Repairs,
        };
    }

    /// <summary>A request on its way: over a relay it has that one's Proxy-Info and, of the one before it, a Route-Record.</summary>
    private static byte[] Rewrite(byte[] request, uint hopByHopId, bool isMarked, string? proxy)
    {
        DiameterHeader header = DiameterHeader.Read(request);
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(header with { HopByHopId = hopByHopId, Flags = isMarked ? header.Flags | CommandFlags.Retransmitted : header.Flags });
        AvpReader reader = AvpReader.OverMessage(request);
        while (reader.Read()) writer.WriteRawAvp(reader.RawAvp);
        if (proxy is not null)
        {
            writer.BeginGroup(Avp.ProxyInfo);
            writer.WriteText(Avp.ProxyHost, proxy);
            writer.WriteUnsigned32(Avp.ProxyState, hopByHopId);
            writer.EndGroup();
            writer.WriteText(Avp.RouteRecord, "behind." + proxy);
        }

        writer.End();
        byte[] rewritten = writer.Written.ToArray();
        writer.Return();
        return rewritten;
    }

    /// <summary>A random UAR or LIR that only looks.</summary>
    public Operation Look(Subscription subscription, bool mayAskForCapabilities = false)
    {
        (PrivateIdentity user, PublicIdentity identity, int set) = Pick(subscription);
        if (random.Next(2) == 0)
        {
            bool isOriginating = random.Next(3) == 0, hasServices = Population.HasUnregisteredServices(identity);
            return Make($"LIR {identity.Identity}", CxRequests.Lir(identity.Identity, isOriginating), subscription,
                state => (state, state.Locate(set, isOriginating, hasServices)));
        }

        int type = random.Next(mayAskForCapabilities ? 3 : 2);
        string userName = random.Next(15) == 0 ? "nobody@" + CxRequests.Realm : user.Identity;
        byte[] request = CxRequests.Uar(userName, identity.Identity, (uint)type);
        return Make($"UAR {type} {userName} {identity.Identity}", request, subscription, userName != user.Identity
            ? state => (state, "E:5001")
            : state => state.Authorize(type, set, user.Identity), changes: type == 2);
    }

    /// <summary>A MAR; of a phone with a report that is sometimes an old one, or damaged.</summary>
    public Operation Authenticate(Subscription subscription)
    {
        (PrivateIdentity user, PublicIdentity identity, int set) = Pick(subscription);
        (string host, string server) = PickServer(subscription);
        bool isAka = user.Credentials.Aka is not null;
        SimulatedUe? ue = population.PhoneOf(user.Identity);
        if (ue?.OldReport is { } old && random.Next(6) == 0) return Replay(subscription, ue, old.Authorization, old.Server);

        string scheme = random.Next(12) switch { 0 => "unknown", 1 => "Digest-AKAv9-MD5", 2 when isAka => "Digest-AKAv2-SHA-256", _ => isAka ? AuthenticationScheme.DigestAkaV1Md5 : AuthenticationScheme.SipDigest };
        int items = random.Next(1, 4);
        byte[] request = CxRequests.Mar(user.Identity, identity.Identity, scheme, (uint)items, server, originHost: host);
        if (scheme.StartsWith("Digest-AKAv9", StringComparison.Ordinal))
            return Make($"MAR {scheme} {user.Identity}", request, subscription, state => (state, "E:5006"));
        return Make($"MAR {user.Identity} {identity.Identity} by {host}", request, subscription,
            state => state.Authenticate(set, user.Identity, server), changes: true, ue: ue, server: server, delivered: random.Next(items + 1));
    }

    /// <summary>A MAR of one vector for this phone, which reaches it.</summary>
    public Operation Challenge(Subscription subscription, SimulatedUe ue, string host, string server) =>
        Make($"MAR {ue.PrivateIdentity} by {host}", CxRequests.Mar(ue.PrivateIdentity, ue.PublicIdentity, serverName: server, originHost: host), subscription,
            state => state.Authenticate(ue.Set, ue.PrivateIdentity, server), changes: true, ue: ue, server: server, delivered: 1);

    /// <summary>A MAR with the AUTS that a phone has to report.</summary>
    public Operation Resynchronise(Subscription subscription, SimulatedUe ue)
    {
        (byte[] authorization, string server, int generation) = ue.Report!.Value;
        ue.TakeReport();
        return Resynchronise("report", subscription, ue, authorization, server, generation);
    }

    private Operation Replay(Subscription subscription, SimulatedUe ue, byte[] authorization, string server)
    {
        if (random.Next(2) == 0) return Resynchronise("replay", subscription, ue, authorization, server, repairs: null);
        byte[] damaged = [.. authorization];
        damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
        return Make($"MAR with a damaged AUTS of {ue.PrivateIdentity}", Report(ue, damaged, server), subscription, state => (state, "R:5012"));
    }

    private Operation Resynchronise(string what, Subscription subscription, SimulatedUe ue, byte[] authorization, string server, int? repairs) =>
        Make($"MAR with AUTS of {ue.PrivateIdentity} to {server}, {what}", Report(ue, authorization, server), subscription,
            state => state.Resynchronise(ue.Set, server), ue: ue, server: server, delivered: 1, repairs: repairs);

    private static byte[] Report(SimulatedUe ue, byte[] authorization, string server) =>
        CxRequests.Mar(ue.PrivateIdentity, ue.PublicIdentity, serverName: server, authorization: authorization,
            originHost: HostOf(server));

    private Operation Assign(Subscription subscription)
    {
        (PrivateIdentity user, PublicIdentity identity, int set) = Pick(subscription);
        (string host, string server) = PickServer(subscription);
        int type = AssignmentTypes[random.Next(AssignmentTypes.Length)];
        bool ends = type is 4 or 5 or 6 or 7 or 8 or 11, needsUser = type is 1 or 2 or 9 or 10;
        string? userName = needsUser || random.Next(ends ? 2 : 4) != 0 ? user.Identity : null;
        List<string> identities = [identity.Identity];
        SortedSet<int> places = [set];
        if (ends && userName is not null && random.Next(6) == 0)
        {
            // Without a public identity it stands for all sets of the private one.
            identities.Clear();
            for (int i = 0; i < subscription.ImplicitRegistrationSets.Length; i++)
                if (subscription.ImplicitRegistrationSets[i].BelongsTo(userName)) places.Add(i);
        }
        else if (ends && random.Next(4) == 0)
        {
            (_, PublicIdentity second, int secondSet) = Pick(subscription, user);
            identities.Add(second.Identity);
            places.Add(secondSet);
        }

        bool restoration = random.Next(2) == 0;
        byte[] request = CxRequests.Sar(
            (uint)type, userName, identities, server, (uint)random.Next(2), host, restoration ? CxRequests.Features(Restoration) : null);
        int[] sets = [.. places];
        return Make(string.Create(CultureInfo.InvariantCulture, $"SAR {type} {userName ?? "-"} {string.Join('+', identities)} by {host}"), request, subscription,
            state => state.Assign(type, sets, userName, server, restoration), changes: true, server: server);
    }

    private Operation Make(
        string text, byte[] request, Subscription subscription, Func<RegistrationModel, (RegistrationModel, string)> apply, bool changes = false,
        SimulatedUe? ue = null, string server = "", int delivered = 0, int? repairs = null) =>
        new(++_last, text, request, state => state.Sets.IsEmpty ? (state, "E:5001") : apply(state))
    {
        SubscriptionId = subscription.SubscriptionId,
        ChangesState = changes,
        Ue = ue,
        Server = server,
        Delivered = delivered,
        Repairs = repairs,
    };

    /// <summary>A private identity and a public one that it may use.</summary>
    private (PrivateIdentity User, PublicIdentity Identity, int Set) Pick(Subscription subscription, PrivateIdentity? user = null)
    {
        user ??= subscription.PrivateIdentities[random.Next(subscription.PrivateIdentities.Length)];
        while (true)
        {
            int set = random.Next(subscription.ImplicitRegistrationSets.Length);
            ImplicitRegistrationSet place = subscription.ImplicitRegistrationSets[set];
            if (place.BelongsTo(user.Identity)) return (user, place.PublicIdentities[random.Next(place.PublicIdentities.Length)], set);
        }
    }

    /// <summary>Mostly the S-CSCF that serves this subscription, and now and then one that has no business with it.</summary>
    private (string Host, string Server) PickServer(Subscription subscription)
    {
        int home = subscription.SubscriptionId[^1] % 3, picked = random.Next(5) == 0 ? random.Next(3) : home;
        return picked switch { 0 => (Scscf, CxRequests.ScscfName), 1 => (OtherScscf, CxRequests.OtherScscfName), _ => (Kamailio, KamailioName) };
    }
}
