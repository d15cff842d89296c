using System.Text;
using Hss.Procedures.Tests;

namespace Hss.Conformance.Tests.Support;

/// <summary>The requests this node serves, made from the dictionary: what the grammar demands, and the least a success needs beside it.</summary>
internal static class ServedRequests
{
    /// <summary>RTR and PPR go from the HSS to the S-CSCF alone, PNR to the application server.</summary>
    private static readonly string[] OnlySent = ["RTR", "PPR", "PNR"];

    /// <summary>AVPs that a grammar leaves open and a success needs: an application in common, identities, a scheme.</summary>
    private static readonly HashSet<(string Owner, string Member)> Needed =
    [
        ("CER", "Vendor-Specific-Application-Id"), ("Vendor-Specific-Application-Id", "Auth-Application-Id"),
        ("SAR", "User-Name"), ("SAR", "Public-Identity"), ("SIP-Auth-Data-Item", "SIP-Authentication-Scheme"), ("RTA", "Result-Code"), ("PPA", "Result-Code"),
        ("User-Identity", "Public-Identity"), ("PUR", "User-Name"), ("PNA", "Result-Code"),
    ];

    /// <summary>Every request of the dictionary that this node serves.</summary>
    public static IReadOnlyList<CommandGrammar> All { get; } = [.. DiameterDictionary.Commands
        .Where(command => command.IsRequest && command.ApplicationId is ApplicationIds.Base or ApplicationIds.Cx or ApplicationIds.Sh && !OnlySent.Contains(command.Abbreviation))];

    /// <summary>Those of Cx alone.</summary>
    public static IEnumerable<CommandGrammar> OfCx => All.Where(command => command.ApplicationId == ApplicationIds.Cx);

    /// <summary>Those of Sh alone.</summary>
    public static IEnumerable<CommandGrammar> OfSh => All.Where(command => command.ApplicationId == ApplicationIds.Sh);

    public static TheoryData<string> Names => NamesOf(_ => true);

    /// <summary>Those that go through agents: of Cx and Sh.</summary>
    public static TheoryData<string> ApplicationNames => NamesOf(command => command.ApplicationId != ApplicationIds.Base);

    public static TheoryData<string> NamesOf(Predicate<CommandGrammar> isMeant) => [.. All.Where(command => isMeant(command)).Select(command => command.Abbreviation)];

    public static CommandGrammar Find(string name) => All.Single(command => command.Abbreviation == name);

    /// <summary>A request the node carries out. Identifiers are new in each.</summary>
    public static byte[] Valid(CommandGrammar command, CommandFlags? flags = null) => Write(command, Avps(command), flags);

    /// <summary>A valid request in which the AVP at this place, added when it is optional, becomes none, one or several others.</summary>
    public static byte[] Changed(Place place, Func<byte[], IEnumerable<byte[]>> change) =>
        Write(place.Command, ChangedAvps(place, change));

    /// <summary>The AVPs of such a message.</summary>
    public static IEnumerable<byte[]> ChangedAvps(Place place, Func<byte[], IEnumerable<byte[]>> change) =>
        Members(place.Command.Abbreviation, place.Command, place.Path, change);

    /// <summary>The AVPs of a valid request, in the order of the grammar.</summary>
    public static List<byte[]> Avps(CommandGrammar command) => [.. Members(command.Abbreviation, command, [], null)];

    public static byte[] Write(CommandGrammar command, IEnumerable<byte[]> avps, CommandFlags? flags = null) =>
        Requests.Write(flags ?? command.Flags, command.Code, command.ApplicationId, writer =>
        {
            foreach (byte[] avp in avps) writer.WriteRawAvp(avp);
        });

    private static IEnumerable<byte[]> Members(string owner, Grammar grammar, IReadOnlyList<MemberRule> path, Func<byte[], IEnumerable<byte[]>>? change)
    {
        foreach (MemberRule rule in grammar.Members)
        {
            bool isOnPath = path.Count > 0 && ReferenceEquals(rule, path[0]);
            if (isOnPath && path.Count > 1)
            {
                yield return Group(rule.Avp, Members(rule.Avp.Name, rule.Avp.Group!, [.. path.Skip(1)], change));
            }
            else if (isOnPath)
            {
                foreach (byte[] avp in change!(Avp(owner, rule.Avp))) yield return avp;
            }
            else if (rule.Required || Needed.Contains((owner, rule.Avp.Name)))
            {
                yield return Avp(owner, rule.Avp);
            }
        }
    }

    private static byte[] Avp(string owner, AvpDefinition avp)
    {
        if (avp.Group is { } members) return Group(avp, Members(avp.Name, members, [], null));
        return Fitting(owner, avp.Name) is { } data ? SampleMessages.Raw(avp.Key, avp.Flags, data) : SampleMessages.Avp(avp);
    }

    private static byte[] Group(AvpDefinition group, IEnumerable<byte[]> members) => SampleMessages.Raw(group.Key, group.Flags, SampleMessages.Group(members));

    /// <summary>Values that have to fit the node and its subscriber; of all others any value of the type will do.</summary>
    private static byte[]? Fitting(string owner, string name) => (owner, name) switch
    {
        (_, "Origin-Host") => Encoding.ASCII.GetBytes(Requests.Scscf),
        (_, "Destination-Host") => Encoding.ASCII.GetBytes(Requests.Hss),
        (_, "Origin-Realm") or (_, "Destination-Realm") or (_, "Visited-Network-Identifier") => Encoding.ASCII.GetBytes(Requests.Realm),
        (_, "Session-Id") => Encoding.ASCII.GetBytes(Requests.Scscf + ";12;34"),
        (_, "User-Name") => Encoding.ASCII.GetBytes(TestSubscriptions.Alice),
        (_, "Public-Identity") => Encoding.ASCII.GetBytes(TestSubscriptions.AliceSip),
        (_, "Server-Name") => Encoding.ASCII.GetBytes(CxRequests.ScscfName),
        (_, "SIP-Authentication-Scheme") => "Digest-AKAv1-MD5"u8.ToArray(),
        (_, "Auth-Application-Id") => [1, 0, 0, 0],
        (_, "Result-Code") => [0, 0, 0x07, 0xD1],
        (_, "Inband-Security-Id") => [0, 0, 0, 0],
        (_, "Server-Assignment-Type") or (_, "SIP-Number-Auth-Items") => [0, 0, 0, 1],
        (_, "User-Authorization-Type") => [0, 0, 0, 0],
        // What an IP-SM-GW may send as often as it likes; the others ask for the state of the user.
        ("PUR", "Data-Reference") => [0, 0, 0, 24],
        (_, "Data-Reference") => [0, 0, 0, 11],
        ("PUR", "User-Data") => Encoding.ASCII.GetBytes(ShRequests.Document(ShRequests.SmsGateway("12125557777"))),
        _ => null,
    };
}
