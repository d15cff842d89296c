using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Relay;

/// <summary>What an S-CSCF does for one subscriber, with every answer checked.</summary>
internal static class RelayFlows
{
    private const ulong SqnAhead = 100_000 << 5; // SEQ 100,000 steps ahead of the HSS, whatever the IND

    private static readonly TimeSpan ReachableLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>UAR, MAR, SAR: the registration of TS 23.228 5.2.2.3 as the HSS sees it.</summary>
    public static async Task RegisterAsync(this TestScscf scscf, TestSubscriber user)
    {
        Demand("UAR", "e2001", await scscf.UarAsync(user.PrivateIdentity, user.PublicIdentity));
        user.Take(Challenge(await scscf.MarAsync(user.PrivateIdentity, user.PublicIdentity, scscf.ServerName)));
        await scscf.AssignAsync(user, ServerAssignmentType.Registration);
    }

    /// <summary>Everything one registration goes through, with a resynchronisation on its way, and its end.</summary>
    public static async Task LiveOneLifeAsync(this TestScscf scscf, TestSubscriber user)
    {
        Demand("UAR, first", "e2001", await scscf.UarAsync(user.PrivateIdentity, user.PublicIdentity));
        await scscf.ResynchroniseAsync(user);
        var assigned = await scscf.AssignAsync(user, ServerAssignmentType.Registration);
        Assert.True(assigned.Find(Avp.UserData).ToText().Contains($"<Identity>{user.PublicIdentity}</Identity>", StringComparison.Ordinal), $"{assigned}");

        var location = Demand("LIR, registered", "2001", await scscf.LirAsync(user.PublicIdentity));
        Assert.Equal(scscf.ServerName, location.Find(Avp.ServerName).ToText());
        var again = Demand("UAR, subsequent", "e2002", await scscf.UarAsync(user.PrivateIdentity, user.PublicIdentity));
        Assert.Equal(scscf.ServerName, again.Find(Avp.ServerName).ToText());

        await scscf.AssignAsync(user, ServerAssignmentType.UserDeregistration);
        Demand("LIR, gone", "e5003", await scscf.LirAsync(user.PublicIdentity));
    }

    /// <summary>The USIM is far ahead of the HSS: its AUTS moves the HSS, in the same MAA comes a vector it accepts, and the next one too.</summary>
    private static async Task ResynchroniseAsync(this TestScscf scscf, TestSubscriber user)
    {
        var first = Challenge(await scscf.MarAsync(user.PrivateIdentity, user.PublicIdentity, scscf.ServerName)).ToArray();
        var sqnMs = user.Take(first) + SqnAhead;
        var moved = user.Take(Challenge(await scscf.MarAsync(
            user.PrivateIdentity, user.PublicIdentity, scscf.ServerName, authorization: user.Resynchronisation(first, sqnMs))));
        Assert.True(moved > sqnMs, $"SQN {moved} after a resynchronisation to {sqnMs}");
        var next = user.Take(Challenge(await scscf.MarAsync(user.PrivateIdentity, user.PublicIdentity, scscf.ServerName)));
        Assert.True(next > sqnMs, $"SQN {next} one vector after a resynchronisation to {sqnMs}");
    }

    /// <summary>Asks again while the relay says 3002 itself: it has not met the HSS again.</summary>
    public static async Task<DiameterAnswer> WhenReachableAsync(this TestScscf scscf, Func<Task<DiameterAnswer>> ask)
    {
        var end = Environment.TickCount64 + (long)ReachableLimit.TotalMilliseconds;
        while (true)
        {
            var answer = await ask();
            if (answer.Result != "3002" || answer.Find(Avp.OriginHost).ToText() == RelayRig.HssIdentity) return answer;
            if (Environment.TickCount64 > end) throw new TimeoutException($"{scscf.OriginHost} cannot reach the HSS:\n{answer}");
            await Task.Delay(Poll);
        }
    }

    /// <summary>The user authenticates through another S-CSCF than the one that serves him, which assigns itself (TS 29.228 6.3, 8.1.1).</summary>
    public static async Task TakeOverAsync(this TestScscf scscf, TestSubscriber user)
    {
        user.Take(Challenge(await scscf.MarAsync(user.PrivateIdentity, user.PublicIdentity, scscf.ServerName)));
        await scscf.AssignAsync(user, ServerAssignmentType.Registration);
    }

    public static async Task<DiameterAnswer> AssignAsync(this TestScscf scscf, TestSubscriber user, ServerAssignmentType type) =>
        Demand($"SAR {type}", "2001", await scscf.SarAsync(user.PrivateIdentity, user.PublicIdentity, scscf.ServerName, type));

    /// <summary>RAND || AUTN of an MAA with one vector.</summary>
    public static ReadOnlySpan<byte> Challenge(DiameterAnswer answer)
    {
        Demand("MAR", "2001", answer);
        var item = Assert.Single(answer.All(Avp.SipAuthDataItem));
        return AvpOccurrences.FindIn(item, Avp.SipAuthenticate).First.Memory.Span;
    }

    /// <summary>The answer, if it has this result and comes from the HSS itself.</summary>
    public static DiameterAnswer Demand(string what, string wanted, DiameterAnswer answer)
    {
        Assert.True(answer.Result == wanted, $"{what}: wanted {wanted}, got\n{answer}");
        Assert.Equal(RelayRig.HssIdentity, answer.Find(Avp.OriginHost).ToText());
        return answer;
    }
}
