using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Tests.Tables;

/// <summary>Registration states as the tables write them, both ways.</summary>
/// Shape: "not registered" | "unregistered" | "registered alice+tablet", then in this order and where it holds: "S1" or "S2" (the stored
/// name), "pending alice", "reassignment pending", "data alice" (restoration data), "outdated" (User-Data).
internal static class StateText
{
    public static readonly AssignedServer S1 = new(CxRequests.ScscfName, "scscf." + CxRequests.Realm, CxRequests.Realm);
    public static readonly AssignedServer S2 = new(CxRequests.OtherScscfName, "other." + CxRequests.Realm, CxRequests.Realm);

    private static readonly (string Short, string Identity)[] Users = [("alice", TestSubscriptions.Alice), ("tablet", TestSubscriptions.AliceTablet), ("services", TestSubscriptions.Services)];

    public static string LongName(string user) => Users.First(known => known.Short == user).Identity;

    public static string ShortName(string identity) => Users.First(known => known.Identity == identity).Short;

    public static RegistrationState Parse(string text)
    {
        var state = RegistrationState.Initial;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
            state = part.Split(' ', 2) switch
            {
                ["not", "registered"] => state,
                ["unregistered"] => state with { Status = RegistrationStatus.Unregistered },
                ["registered", var users] => state with { Status = RegistrationStatus.Registered, RegisteredPrivateIdentities = Identities(users) },
                ["S1"] => state with { Server = S1 },
                ["S2"] => state with { Server = S2 },
                ["reassignment", "pending"] => state with { ReassignmentPending = true },
                ["pending", var users] => state with { AuthenticationPendingPrivateIdentities = Identities(users) },
                ["data", var users] => state with { RestorationData = [.. Identities(users).Select(user => new RestorationData(user, CxRequests.Restoration(user, "old")))] },
                ["outdated"] => state with { UserDataOutdated = true },
                _ => throw new ArgumentException($"'{part}' is no part of a state"),
            };
        return state;
    }

    public static string Of(RegistrationState state)
    {
        var parts = new List<string>
        {
            state.Status switch
            {
                RegistrationStatus.NotRegistered => "not registered",
                RegistrationStatus.Unregistered => "unregistered",
                _ => "registered " + Names(state.RegisteredPrivateIdentities),
            },
        };
        if (state.Server is { } server) parts.Add(server.Name == S1.Name ? "S1" : server.Name == S2.Name ? "S2" : server.Name);
        if (!state.AuthenticationPendingPrivateIdentities.IsEmpty) parts.Add("pending " + Names(state.AuthenticationPendingPrivateIdentities));
        if (state.ReassignmentPending) parts.Add("reassignment pending");
        if (!state.RestorationData.IsEmpty) parts.Add("data " + Names(state.RestorationData.Select(data => data.PrivateIdentity)));
        if (state.UserDataOutdated) parts.Add("outdated");
        return string.Join(", ", parts);
    }

    public static void Put(Subscriber subscriber, int set, string text) => subscriber.Publish(new([(set, Parse(text))], []));

    private static ImmutableArray<string> Identities(string users) => [.. users.Split('+').Select(LongName)];

    private static string Names(IEnumerable<string> identities) => string.Join('+', identities.Select(ShortName).Order(StringComparer.Ordinal));
}
