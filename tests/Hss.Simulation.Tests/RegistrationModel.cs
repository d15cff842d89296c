using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

/// <summary>One implicit registration set as the reference model sees it. Sets of names are sorted and joined, so that equal means equal.</summary>
internal sealed record SetModel(RegistrationStatus Status, string Server, string Registered, string Pending)
{
    public static readonly SetModel Initial = new(RegistrationStatus.NotRegistered, "", "", "");
}

/// <summary>The registration state of one subscription and what each operation does to it: TS 29.228 6.1.1, 6.1.2, 6.1.4, 6.3, 6.5 written down a second time.</summary>
/// Shape: immutable; each method gives the next state and the result that the answer must have. "R:" is a Result-Code, "E:" an Experimental-Result.
internal sealed class RegistrationModel(ImmutableArray<SetModel> sets)
{
    public const string Success = "R:2001";

    private string? _key;

    /// <summary>Equal for equal states.</summary>
    public string Key => _key ??= string.Join(" | ", sets);

    public static RegistrationModel Of(ImmutableArray<RegistrationState> states) => new([.. states.Select(state => new SetModel(
        state.Status, state.Server?.Name ?? "", Join(state.RegisteredPrivateIdentities), Join(state.AuthenticationPendingPrivateIdentities)))]);

    /// <summary>MAR: the name is stored and authentication pends, but for a set that this S-CSCF has registered already (6.3.1 step 5).</summary>
    public (RegistrationModel Next, string Result) Authenticate(int set, string privateIdentity, string server)
    {
        SetModel before = sets[set];
        if (before.Status == RegistrationStatus.Registered && before.Server == server) return (this, Success);
        return (With(set, before with { Server = server, Pending = Add(before.Pending, privateIdentity) }), Success);
    }

    /// <summary>A MAR with a good AUTS: for the S-CSCF that is stored, and nothing of this changes.</summary>
    public (RegistrationModel Next, string Result) Resynchronise(int set, string server) => (this, sets[set].Server == server ? Success : "R:5012");

    /// <summary>SAR, over all sets that it stands for: all change or none.</summary>
    public (RegistrationModel Next, string Result) Assign(int type, IReadOnlyList<int> places, string? privateIdentity, string server)
    {
        foreach (int set in places)
        {
            string stored = sets[set].Server;
            if (type == 0 && stored != server) return (this, "R:5012");
            if (stored.Length > 0 && stored != server) return (this, $"E:5005 {stored}");
        }

        bool ends = type is 4 or 5 or 6 or 7 or 8 or 11;
        if (ends && privateIdentity is null && places.Any(set => sets[set].Registered.Contains(' ', StringComparison.Ordinal))) return (this, "R:5005");

        RegistrationModel next = this;
        bool isNameKept = true;
        foreach (int set in places)
        {
            SetModel after = After(type, sets[set], privateIdentity, server);
            next = next.With(set, after);
            if (type is 6 or 7 && after.Server.Length == 0) isNameKept = false;
        }

        return (next, isNameKept ? Success : "E:2004");
    }

    /// <summary>UAR (6.1.1.1): only looks.</summary>
    public string Authorize(int type, int set, string privateIdentity)
    {
        if (type == 2) return Success;
        SetModel state = sets[set];
        if (type == 1)
        {
            bool isReachable = state.Status != RegistrationStatus.NotRegistered || Has(state.Pending, privateIdentity);
            return isReachable && state.Server.Length > 0 ? $"{Success} {state.Server}" : "E:5003";
        }

        return AnyServer() is { Length: > 0 } name ? $"E:2002 {name}" : "E:2001";
    }

    /// <summary>LIR (6.1.4.1): only looks.</summary>
    public string Locate(int set, bool isOriginating, bool hasUnregisteredServices)
    {
        SetModel state = sets[set];
        if (state.Status != RegistrationStatus.NotRegistered && state.Server.Length > 0) return $"{Success} {state.Server}";
        if (!isOriginating && !hasUnregisteredServices) return "E:5003";
        return AnyServer() is { Length: > 0 } name ? $"{Success} {name}" : "E:2003";
    }

    public override string ToString() => Key;

    private static SetModel After(int type, SetModel before, string? privateIdentity, string server)
    {
        string pending = Remove(before.Pending, privateIdentity);
        switch (type)
        {
            case 1 or 2:
                return new SetModel(RegistrationStatus.Registered, server, Add(before.Registered, privateIdentity!), pending);
            case 3:
                return new SetModel(RegistrationStatus.Unregistered, server, "", before.Pending);
            case 9 or 10:
                bool isOver = before.Status == RegistrationStatus.NotRegistered && pending.Length == 0;
                return before with { Pending = pending, Server = isOver ? "" : before.Server };
            case 0:
                return before;
        }

        // The ways to end a registration: by the clear rule, or (6, 7) by the store rule.
        if (before.Status == RegistrationStatus.NotRegistered) return before;
        string others = privateIdentity is null ? "" : Remove(before.Registered, privateIdentity);
        if (others.Length > 0) return before with { Registered = others, Pending = pending };
        if (type is 6 or 7)
            return before.Status == RegistrationStatus.Unregistered ? before : new SetModel(RegistrationStatus.Unregistered, before.Server, "", pending);
        return new SetModel(RegistrationStatus.NotRegistered, pending.Length == 0 ? "" : before.Server, "", pending);
    }

    /// <summary>The name of any identity of the subscription, registered ones first.</summary>
    private string AnyServer() =>
        sets.Where(set => set.Server.Length > 0).OrderByDescending(set => set.Status).Select(set => set.Server).FirstOrDefault("");

    private RegistrationModel With(int set, SetModel state) => new(sets.SetItem(set, state));

    private static string Join(IEnumerable<string> names) => string.Join(' ', names.Order(StringComparer.Ordinal));

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool Has(string names, string name) => Split(names).Contains(name);

    private static string Add(string names, string name) => Join(Split(names).Append(name).Distinct());

    private static string Remove(string names, string? name) => name is null ? names : Join(Split(names).Where(one => one != name));
}
