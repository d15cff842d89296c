using Hss.Diameter;
using Hss.Interop.Tests.Peers;
using Xunit.Abstractions;

namespace Hss.Interop.Tests.Relay;

/// <summary>An S-CSCF that reaches the HSS through two relays, one of which is killed in mid-traffic. Spec: RFC 6733 3 (T), 5.5.4, Appendix C.</summary>
public sealed class TwoRelaysTests(ITestOutputHelper output)
{
    private const int Subscribers = 20;
    private const int RequestsPerSubscriber = 30;
    private const int InFlight = 64;

    // From here on the dying relay no longer gets the answers of the HSS, and a little later the HSS no longer gets its requests: when it
    // is killed, some of what it owes was answered and some never arrived. The S-CSCF cannot tell which.
    private const int AnswersBeforeTheEnd = 100;
    private const int RequestsBeforeTheEnd = 120;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [SkippableFact]
    public Task A_relay_killed_in_mid_traffic_loses_nothing_and_no_SQN_comes_twice() => RelayRig.RunAsync(Subscribers, 2, Opener.Relay, async rig =>
    {
        WireTap firstTap = rig.Taps[0], secondTap = rig.Taps[1];
        var scscf = await rig.ConnectScscfAsync("scscf1");
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int requests = 0, answers = 0;
        firstTap.Forwards = message => ValueTask.FromResult(Passes(message));

        using var window = new SemaphoreSlim(InFlight);
        var load = Task.WhenAll(Enumerable.Range(0, Subscribers * RequestsPerSubscriber).Select(async n =>
        {
            var user = rig.Subscribers[n % Subscribers];
            await window.WaitAsync();
            try
            {
                return (User: user, Answer: await scscf.MarAsync(user.PrivateIdentity, user.PublicIdentity, scscf.ServerName));
            }
            finally
            {
                window.Release();
            }
        }));
        await stuck.Task.WaitAsync(Limit);
        await rig.Relays[0].KillAsync();
        var answered = await load.WaitAsync(Limit);

        foreach (var (user, answer) in answered) user.Take(RelayFlows.Challenge(answer));
        Assert.Equal(Subscribers * RequestsPerSubscriber, rig.Subscribers.Sum(s => s.SequenceNumbersSeen));
        Assert.Equal(0, scscf.StrayAnswers);

        var lost = firstTap.Answers(CxRequests.MultimediaAuth).Skip(AnswersBeforeTheEnd).ToDictionary(a => a.Header.EndToEndId);
        var again = scscf.Retransmitted.ToDictionary(a => a.Header.EndToEndId);
        output.WriteLine($"{answered.Length} answered, {again.Count} of them sent again, {lost.Count} of those had been answered");
        Assert.Equal(RequestsBeforeTheEnd - AnswersBeforeTheEnd, lost.Count);
        Assert.True(again.Count > lost.Count, $"{again.Count} sent again, {lost.Count} answered before: no request was lost before the HSS");
        Assert.Equal(again.Count, secondTap.Requests(CxRequests.MultimediaAuth).Count(r => (r.Header.Flags & CommandFlags.Retransmitted) != 0));
        // What the HSS had answered on the dead path it answers the same again.
        foreach (var (id, answer) in lost)
            Assert.Equal(RelayFlows.Challenge(new DiameterAnswer(answer.Frame)), RelayFlows.Challenge(again[id]));

        bool Passes(TappedMessage message)
        {
            if (message.Header.CommandCode != CxRequests.MultimediaAuth) return true;
            bool passes = message.Header.IsRequest
                ? Interlocked.Increment(ref requests) <= RequestsBeforeTheEnd
                : Interlocked.Increment(ref answers) <= AnswersBeforeTheEnd;
            // The last answer to the last request that came through, and a request that did not: whichever comes second.
            if (Volatile.Read(ref answers) == RequestsBeforeTheEnd && Volatile.Read(ref requests) > RequestsBeforeTheEnd) stuck.TrySetResult();
            return passes;
        }
    });
}
