using System.Collections.Concurrent;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 7944 and RFC 7683: what matters less is shed first, who can reduce is asked to, and 3004 comes in time.</summary>
public sealed class OverloadTests
{
    private readonly ConcurrentQueue<TaskCompletionSource> _gates = new();
    private volatile bool _isStuck = true;
    private int _sessions;

    [Fact]
    public async Task What_matters_less_is_shed_first()
    {
        // Of 100: priority 15 up to 60, the usual 10 up to 74, 0 up to 100.
        await using TestNode node = Node(bound: 100);
        FakePeer peer = await node.ConnectOpenAsync();
        await FillAsync(peer, 60);
        Assert.Equal(ResultCode.TooBusy, await AskAsync(peer, 15));
        await FillAsync(peer, 14);
        Assert.Equal(ResultCode.TooBusy, await AskAsync(peer, null));
        Assert.Equal(ResultCode.TooBusy, await AskAsync(peer, 10));
        await FillAsync(peer, 26, priority: 0);
        Assert.Equal(ResultCode.TooBusy, await AskAsync(peer, 0));
        Release();
        for (int i = 0; i < 100; i++) Assert.Equal(ResultCode.Success, (await peer.ExpectMaaAsync()).Result);
        Assert.Equal(ResultCode.Success, await AskAsync(peer, 15));
    }

    [Fact]
    public async Task Answers_repeat_no_priority_and_one_that_is_none_is_a_fault_of_the_grammar()
    {
        _isStuck = false;
        await using TestNode node = Node(bound: 100);
        FakePeer peer = await node.ConnectOpenAsync();
        Assert.False((await peer.AskAsync(Mar(3))).Find(Avp.Drmp).IsPresent);
        Assert.Equal(ResultCode.InvalidAvpValue, await AskAsync(peer, 16));
    }

    [Fact]
    public async Task Behind_a_store_that_stands_still_the_next_ones_are_told_at_once()
    {
        await using TestNode node = Node(bound: 1000);
        FakePeer peer = await node.ConnectOpenAsync();
        await FillAsync(peer, 300);
        node.Time.Advance(node.Options.RequestDeadline);
        for (int i = 0; i < 300; i++) Assert.Equal(ResultCode.UnableToComply, (await peer.ExpectMaaAsync()).Result);

        // The first request behind the interval in which they were late; it does not wait for a deadline of its own.
        node.Time.Advance(OverloadControl.Interval);
        ReceivedMessage answer = await peer.AskAsync(Mar(null));
        Assert.Equal(ResultCode.TooBusy, answer.Result);
        Assert.True(answer.Header.IsError);

        // The store is back: what waited ends, the limit grows again.
        Release();
        await Eventually.IsTrueAsync(() => node.Node.RequestsInProgress == 0);
        Assert.Equal(ResultCode.Success, await AskAsync(peer, null));
    }

    [Fact]
    public async Task One_that_is_stuck_among_many_is_no_overload()
    {
        await using TestNode node = Node(bound: 100);
        FakePeer peer = await node.ConnectOpenAsync();
        await FillAsync(peer, 1);
        _isStuck = false;
        for (int i = 0; i < 20; i++) Assert.Equal(ResultCode.Success, await AskAsync(peer, null));
        node.Time.Advance(node.Options.RequestDeadline);
        await peer.ExpectMaaAsync();
        for (int i = 0; i < 20; i++) Assert.Equal(ResultCode.Success, await AskAsync(peer, null));
        node.Time.Advance(OverloadControl.Interval);
        Assert.Equal(ResultCode.Success, await AskAsync(peer, 15));
        Assert.Equal(0, node.Node.Dispatcher.ReductionPercent);
        Release();
    }

    [Theory]
    [InlineData("nothing", false)]
    [InlineData("no vector", true)]
    [InlineData("default", true)]
    [InlineData("default and more", true)]
    [InlineData("others only", false)]
    public async Task Only_who_reacts_to_reports_gets_one(string features, bool isTold)
    {
        _isStuck = false;
        await using TestNode node = Node(bound: 100);
        FakePeer peer = await node.ConnectOpenAsync();
        byte[][] requests =
        [
            Mar(null, writer => Features(writer, features)),
            Requests.Mar(destinationRealm: "elsewhere.example", more: writer => Features(writer, features)),
            Requests.WithoutAvp(Mar(null, writer => Features(writer, features)), Avp.ServerName),
        ];
        foreach (byte[] request in requests)
        {
            ReceivedMessage answer = await peer.AskAsync(request);
            Assert.Equal(isTold, answer.Find(Avp.OcSupportedFeatures).IsPresent);
            Assert.False(answer.Find(Avp.OcOlr).IsPresent);
            if (isTold) Assert.Equal(1ul, OcSupportedFeatures.Read(answer.Find(Avp.OcSupportedFeatures)).OcFeatureVector);
        }
    }

    [Fact]
    public async Task An_overload_is_reported_renewed_and_ended()
    {
        await using TestNode node = Node(bound: 100);
        FakePeer peer = await node.ConnectOpenAsync();
        Assert.Null(await ReportAsync(node, peer, 0));
        await FillAsync(peer, 70);
        await ReportAsync(node, peer, 0);
        node.Time.Advance(OverloadControl.Interval);
        Report? first = await ReportAsync(node, peer, 0);
        Assert.Equal((10u, 30u), (first!.Reduction, first.Validity));
        Assert.Equal(first, await ReportAsync(node, peer, 0));

        // More of it: another number each time.
        node.Time.Advance(OverloadControl.Interval);
        Report? second = await ReportAsync(node, peer, 0);
        Assert.Equal(20u, second!.Reduction);
        Assert.True(second.Number > first.Number);

        // Calm: down step by step, and the end is told, for as long as the last report would have held.
        Release();
        for (int i = 0; i < 70; i++) await peer.ExpectMaaAsync();
        node.Time.Advance(OverloadControl.Interval);
        await ReportAsync(node, peer, 0);
        Report? last = second;
        for (int i = 0; i < 10 && last!.Reduction > 0; i++)
        {
            node.Time.Advance(OverloadControl.Interval);
            Report? next = await ReportAsync(node, peer, 0);
            if (next!.Reduction != last.Reduction) Assert.True(next.Number > last.Number);
            last = next;
        }

        Assert.Equal((0u, 0u), (last!.Reduction, last.Validity));
        node.Time.Advance(29);
        Assert.Equal(last, await ReportAsync(node, peer, 0));
        node.Time.Advance(1.5);
        Assert.Null(await ReportAsync(node, peer, 0));
    }

    [Fact]
    public void A_report_that_goes_on_gets_a_new_number_before_it_is_void()
    {
        VirtualTime time = new();
        OverloadReport report = OverloadReport.None.Next(40, time);
        time.Advance(14.9);
        Assert.Same(report, report.Next(40, time));
        time.Advance(0.1);
        OverloadReport renewed = report.Next(40, time);
        Assert.NotSame(report, renewed);
        Assert.NotEqual(Convert.ToHexString(report.Avps[1]), Convert.ToHexString(renewed.Avps[1]));
    }

    private static async Task<Report?> ReportAsync(TestNode node, FakePeer peer, uint priority)
    {
        // A fault of the grammar: the report is in every answer, and this one waits for nothing.
        await peer.SendAsync(Requests.Mar(more: writer =>
        {
            Features(writer, "default");
            writer.WriteUnsigned32(Avp.Drmp, priority);
            writer.WriteText(Avp.ServerName, "sip:again.example");
        }));
        ReceivedMessage answer = await peer.ExpectMaaAsync();
        Assert.Equal(ResultCode.AvpOccursTooManyTimes, answer.Result);
        AvpValue olr = answer.Find(Avp.OcOlr);
        if (!olr.IsPresent) return null;
        OcOlr report = OcOlr.Read(olr);
        Assert.Equal(OcReportType.HostReport, report.OcReportType);
        Assert.Equal(node.Node.Dispatcher.ReductionPercent, (int)report.OcReductionPercentage!.Value);
        return new Report(report.OcSequenceNumber, report.OcReductionPercentage!.Value, report.OcValidityDuration!.Value);
    }

    private static void Features(MessageWriter writer, string features)
    {
        if (features == "nothing") return;
        writer.BeginGroup(Avp.OcSupportedFeatures.Key, Avp.OcSupportedFeatures.Flags, keepEmpty: true);
        if (features != "no vector") writer.WriteUnsigned64(Avp.OcFeatureVector, features switch { "default" => 1, "default and more" => 7, _ => 6 });
        writer.EndGroup();
    }

    private TestNode Node(int bound) => new(ServeAsync, options => options with { MaxRequestsInFlight = bound, WatchdogInterval = TimeSpan.FromHours(1) });

    private async ValueTask ServeAsync(MultimediaAuthRequest request, Answer answer, CancellationToken cancellationToken)
    {
        if (_isStuck)
        {
            TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _gates.Enqueue(gate);
            await gate.Task;
        }

        answer.Result(ResultCode.Success);
    }

    private void Release()
    {
        _isStuck = false;
        while (_gates.TryDequeue(out TaskCompletionSource? gate)) gate.SetResult();
    }

    private async Task FillAsync(FakePeer peer, int count, uint? priority = null)
    {
        await peer.SendAsync([.. Enumerable.Range(0, count).Select(_ => Mar(priority))]);
        await peer.FenceAsync();
    }

    private async Task<ResultCode> AskAsync(FakePeer peer, uint? priority) => (await peer.AskAsync(Mar(priority))).Result;

    private byte[] Mar(uint? priority, Action<MessageWriter>? more = null) => Requests.Mar($"{_sessions++}", more: writer =>
    {
        if (priority is { } value) writer.WriteUnsigned32(Avp.Drmp, value);
        more?.Invoke(writer);
    });

    private sealed record Report(ulong Number, uint Reduction, uint Validity);
}
