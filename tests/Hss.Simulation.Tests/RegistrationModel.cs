using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

/// <summary>One implicit registration set as the reference model sees it. Sets of names are sorted and joined, so that equal means equal.</summary>
internal sealed record SetModel(RegistrationStatus Status, string Server, string Registered, string Pending, bool MayBeTakenOver, bool IsOutdated)
{
    public static readonly SetModel Initial = new(RegistrationStatus.NotRegistered, "", "", "", false, false);

    /// <summary>Whether an S-CSCF holds the profile.</summary>
    public bool IsServed => Status != RegistrationStatus.NotRegistered && Server.Length > 0;

    public override string ToString() =>
        $"{Status} {Server} [{Registered}] pending [{Pending}]{(MayBeTakenOver ? " may be taken over" : "")}{(IsOutdated ? " outdated" : "")}";
}

/// <summary>The registration state of one subscription and what each operation does to it: TS 29.228 6.1.1, 6.1.2, 6.1.3, 6.1.4, 6.3, 6.5, 8.1.1 written down a second time.</summary>
/// Shape: immutable; each method gives the next state and the result that the answer must have. "R:" is a Result-Code, "E:" an Experimental-Result.
internal sealed class RegistrationModel(ImmutableArray<SetModel> sets)
{
    public const string Success = "R:2001";

    /// <summary>Nobody's: the subscription is not there.</summary>
    public static readonly RegistrationModel Gone = new([]);

    private string? _key;

    public ImmutableArray<SetModel> Sets => sets;

    /// <summary>Equal for equal states.</summary>
    public string Key => _key ??= sets.IsEmpty ? "gone" : string.Join(" | ", sets);

    public static RegistrationModel Of(ImmutableArray<RegistrationState> states) => new([.. states.Select(state => new SetModel(
        state.Status, state.Server?.Name ?? "", Join(state.RegisteredPrivateIdentities), Join(state.AuthenticationPendingPrivateIdentities),
        state.ReassignmentPending, state.UserDataOutdated))]);

    /// <summary>MAR: the name is stored and authentication pends, but for a set that this S-CSCF has registered already (6.3.1 step 5). A registered
    /// set that is taken over takes the others of the same S-CSCF with it (8.1.1).</summary>
    public (RegistrationModel Next, string Result) Authenticate(int set, string privateIdentity, string server)
    {
        SetModel before = sets[set];
        if (before.Status == RegistrationStatus.Registered && before.Server == server) return (this, Success);
        RegistrationModel next = this;
        if (before.Status == RegistrationStatus.Registered)
            for (int other = 0; other < sets.Length; other++)
                if (sets[other].IsServed && sets[other].Server == before.Server) next = next.With(other, SetModel.Initial);
        return (next.With(set, before with
        {
            Server = server, Pending = Add(before.Pending, privateIdentity), MayBeTakenOver = before.MayBeTakenOver && before.Server == server,
        }), Success);
    }

    /// <summary>A MAR with a good AUTS: for the S-CSCF that is stored, and nothing of this changes.</summary>
    public (RegistrationModel Next, string Result) Resynchronise(int set, string server) => (this, sets[set].Server == server ? Success : "R:5012");

    /// <summary>SAR, over all sets that it stands for: all change or none.</summary>
    public (RegistrationModel Next, string Result) Assign(int type, IReadOnlyList<int> places, string? privateIdentity, string server, bool restoration)
    {
        foreach (int set in places)
        {
            string stored = sets[set].Server;
            bool isRight = stored.Length == 0 ? type != 0 : stored == server || (restoration && sets[set].MayBeTakenOver);
            if (!isRight) return (this, type == 0 ? "R:5012" : $"E:5005 {stored}");
        }

        bool ends = type is 4 or 5 or 6 or 7 or 8 or 11;
        if (ends && privateIdentity is null && places.Any(set => sets[set].Registered.Contains(' ', StringComparison.Ordinal))) return (this, "R:5005");

        RegistrationModel next = this;
        bool isNameKept = type is not (6 or 7), isRefused = false;
        foreach (int set in places)
        {
            SetModel current = sets[set];
            if (current.Server.Length > 0 && current.Server != server) current = current with { Server = server, MayBeTakenOver = false };
            isRefused = type == 3 && restoration && current.Status == RegistrationStatus.Registered;
            SetModel after = isRefused ? current : After(type, current, privateIdentity, server);
            if (type is 0 or 1 or 2 or 3) after = after with { IsOutdated = false };
            next = next.With(set, after);
            if (after.Server.Length > 0) isNameKept = true;
        }

        return (next, isRefused ? "E:5007" : isNameKept ? Success : "E:2004");
    }

    /// <summary>UAR (6.1.1.1). Who asks for capabilities lets another S-CSCF take over.</summary>
    public (RegistrationModel Next, string Result) Authorize(int type, int set, string privateIdentity)
    {
        SetModel state = sets[set];
        if (type == 2) return (state.Server.Length == 0 ? this : With(set, state with { MayBeTakenOver = true }), Success);
        if (type == 1)
        {
            bool isReachable = state.Status != RegistrationStatus.NotRegistered || Has(state.Pending, privateIdentity);
            return (this, isReachable && state.Server.Length > 0 ? $"{Success} {state.Server}" : "E:5003");
        }

        return (this, ServerFor(state) is { Length: > 0 } name ? $"E:2002 {name}" : "E:2001");
    }

    /// <summary>LIR (6.1.4.1): only looks.</summary>
    public string Locate(int set, bool isOriginating, bool hasUnregisteredServices)
    {
        SetModel state = sets[set];
        if (state.Status != RegistrationStatus.NotRegistered && state.Server.Length > 0) return $"{Success} {state.Server}";
        if (!isOriginating && !hasUnregisteredServices) return "E:5003";
        return AnyServer() is { Length: > 0 } name ? $"{Success} {name}" : "E:2003";
    }

    /// <summary>An RTR SERVER_CHANGE was not sent, because its S-CSCF serves the user again: what that one has kept of the profile may be old.</summary>
    public RegistrationModel BackAgain(CxJob job, Subscription subscription)
    {
        RegistrationModel next = this;
        if (job.Reason != TerminationReason.ServerChange) return next;
        string[] users = [job.PrivateIdentity, .. job.AssociatedIdentities];
        for (int set = 0; set < sets.Length; set++)
        {
            SetModel state = sets[set];
            bool isMeant = subscription.ImplicitRegistrationSets[set].PublicIdentities.Any(identity => job.PublicIdentities.Contains(identity.Identity));
            bool isBack = state.Status == RegistrationStatus.Unregistered
                || (state.Status == RegistrationStatus.Registered && state.Registered.Split(' ').Any(users.Contains));
            if (isMeant && isBack && state.Server == job.Server.Name) next = next.With(set, state with { IsOutdated = true });
        }

        return next;
    }

    /// <summary>An RTR was done (6.1.3.1). <paramref name="kept"/>: identities that stay for emergencies, null for all.</summary>
    public RegistrationModel Terminate(CxJob job, Subscription subscription, IReadOnlyCollection<string>? kept, bool endsWholeSets)
    {
        RegistrationModel next = this;
        bool mayKeep = job.Reason is TerminationReason.PermanentTermination or TerminationReason.RemoveServer;
        if (!mayKeep) return next;
        for (int set = 0; set < sets.Length; set++)
        {
            string[] names = [.. subscription.ImplicitRegistrationSets[set].PublicIdentities.Select(identity => identity.Identity)];
            bool isMeant = job.PublicIdentities.IsEmpty
                ? subscription.ImplicitRegistrationSets[set].BelongsTo(job.PrivateIdentity) : names.Any(name => job.PublicIdentities.Contains(name));
            if (!isMeant) continue;
            bool survives = kept is null || names.Any(kept.Contains);
            SetModel state = sets[set];
            if (!job.ClearsOnAnswer)
            {
                if (survives && state == SetModel.Initial) next = next.With(set, state with { Status = RegistrationStatus.Unregistered, Server = job.Server.Name });
                continue;
            }

            if (state.Server != job.Server.Name) continue;
            if (job.Reason == TerminationReason.RemoveServer && state.Status != RegistrationStatus.Unregistered) continue;
            string?[] users = endsWholeSets ? [null] : [job.PrivateIdentity, .. job.AssociatedIdentities];
            foreach (string? user in users) state = End(state, user, keepsName: survives);
            next = next.With(set, state);
        }

        return next;
    }

    public RegistrationModel With(int set, SetModel state) => new(sets.SetItem(set, state));

    public override string ToString() => Key;

    /// <summary>A registration ends: by the clear rule, or by the store rule.</summary>
    public static SetModel End(SetModel before, string? privateIdentity, bool keepsName)
    {
        if (before.Status == RegistrationStatus.NotRegistered) return before;
        if (privateIdentity is null && Split(before.Registered) is [var only]) privateIdentity = only;
        string pending = Remove(before.Pending, privateIdentity);
        string others = privateIdentity is null ? "" : Remove(before.Registered, privateIdentity);
        if (others.Length > 0) return before with { Registered = others, Pending = pending };
        if (keepsName)
            return before.Status == RegistrationStatus.Unregistered ? before : before with { Status = RegistrationStatus.Unregistered, Registered = "", Pending = pending };
        return SetModel.Initial with { Server = pending.Length == 0 ? "" : before.Server, Pending = pending };
    }

    private static SetModel After(int type, SetModel before, string? privateIdentity, string server)
    {
        string pending = Remove(before.Pending, privateIdentity);
        switch (type)
        {
            case 1 or 2:
                return before with
                {
                    Status = RegistrationStatus.Registered, Server = server, Registered = Add(before.Registered, privateIdentity!), Pending = pending, MayBeTakenOver = false,
                };
            case 3:
                return before with { Status = RegistrationStatus.Unregistered, Server = server, Registered = "", MayBeTakenOver = false };
            case 9 or 10:
                return before.Status == RegistrationStatus.NotRegistered && pending.Length == 0 ? SetModel.Initial : before with { Pending = pending };
            case 0:
                return before;
            default:
                return End(before, privateIdentity, keepsName: type is 6 or 7);
        }
    }

    /// <summary>The own name of a set that is served, else any.</summary>
    private string ServerFor(SetModel state) => state.IsServed ? state.Server : AnyServer();

    /// <summary>The name of any identity of the subscription, registered ones first.</summary>
    private string AnyServer() =>
        sets.Where(set => set.Server.Length > 0).OrderByDescending(set => set.Status).Select(set => set.Server).FirstOrDefault("");

    private static string Join(IEnumerable<string> names) => string.Join(' ', names.Order(StringComparer.Ordinal));

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool Has(string names, string name) => Split(names).Contains(name);

    private static string Add(string names, string name) => Join(Split(names).Append(name).Distinct());

    private static string Remove(string names, string? name) => name is null ? names : Join(Split(names).Where(one => one != name));
}
