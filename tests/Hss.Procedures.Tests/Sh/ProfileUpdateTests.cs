using Hss.Diameter;
using Hss.Procedures.Sh;
using Hss.Procedures.Tests.Tables;
using Hss.Subscribers;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>PUR but for the numbers of repository data. Spec: TS 29.328 6.1.2.</summary>
public sealed class ProfileUpdateTests
{
    public static TheoryData<string> ContentRows => DecisionTable.Rows("""
        | refs  | User-Data                                                                            | answer |
        | 0     | not XML                                                                              | E:5100 |
        | 0     | <Sh-Data>                                                                            | E:5100 |
        | 0     | <IMSSubscription/>                                                                   | E:5100 |
        | 0     | <!DOCTYPE Sh-Data [<!ENTITY x "y">]><Sh-Data/>                                       | E:5100 |
        | 0     | <Sh-Data/>                                                                           | E:5100 | names data that are not there
        | 0     | <Sh-Data><RepositoryData><ServiceIndication>s</ServiceIndication></RepositoryData></Sh-Data> | E:5100 |
        | 0     | <Sh-Data><RepositoryData><ServiceIndication>s</ServiceIndication><SequenceNumber>65536</SequenceNumber><ServiceData><a/></ServiceData></RepositoryData></Sh-Data> | E:5100 |
        | 0     | <Sh-Data><RepositoryData><ServiceIndication>s</ServiceIndication><SequenceNumber>0</SequenceNumber><ServiceData></ServiceData></RepositoryData></Sh-Data> | E:5100 | neither data nor their removal
        | 0     | <Sh-Data><RepositoryData><ServiceIndication></ServiceIndication><SequenceNumber>0</SequenceNumber><ServiceData><a/></ServiceData></RepositoryData></Sh-Data> | E:5100 |
        | 24    | <Sh-Data><RepositoryData><ServiceIndication>s</ServiceIndication><SequenceNumber>0</SequenceNumber><ServiceData><a/></ServiceData></RepositoryData></Sh-Data> | E:5100 | holds what no Data-Reference names
        | 0     | <Sh-Data><RepositoryData><ServiceIndication>s</ServiceIndication><SequenceNumber>0</SequenceNumber><ServiceData><a/></ServiceData></RepositoryData></Sh-Data> | R:2001 |
        """);

    [Theory, MemberData(nameof(ContentRows))]
    public async Task Content(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        var reply = await rig.AskAsync(Pur(AliceWork, [int.Parse(cells[0], System.Globalization.CultureInfo.InvariantCulture)], cells[1]));
        Assert.Equal(cells[2], reply.Result);
        // Whoever looks at a trace is told what is wrong, and never what the data are.
        Assert.Equal(cells[2] == "E:5100", reply.ErrorMessage is { Length: > 10 });
        Assert.DoesNotContain("<a/>", reply.Reply.Text, StringComparison.Ordinal);
    }

    // 4. ref 18 of distinct services.
    public static TheoryData<string> ActivationRows => DecisionTable.Rows("""
        | identity           | PSIActivation | answer | active afterwards | a record |
        | sip:service@HOME   | 0             | R:2001 | no                | yes      |
        | sip:service@HOME   | 1             | R:2001 | yes               | no       | as it was
        | sip:sleeping@HOME  | 1             | R:2001 | yes               | yes      |
        | sip:sleeping@HOME  | 0             | R:2001 | no                | no       |
        """);

    [Theory, MemberData(nameof(ActivationRows))]
    public async Task Activation_of_services(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        var before = await rig.Store.NewestChangeAsync(CancellationToken.None);
        Assert.Equal(cells[2], (await rig.AskAsync(Pur(cells[0], [18], Document(Activation(cells[1][0] - '0'))))).Result);
        (await rig.SubscriberAsync(cells[0])).IndexOfSet(cells[0], out var identity);
        Assert.Equal(DecisionTable.IsYes(cells[3]), identity!.PsiActive);
        var records = await rig.Store.ReadChangesAsync(new() { After = before, WithSubscriptions = false }, CancellationToken.None);
        Assert.Equal(DecisionTable.IsYes(cells[4]) ? 1 : 0, records.Count);
        Assert.All(records, record => Assert.Equal((As, "PUR"), (record.Author.Actor, record.Author.Method)));
    }

    [Fact]
    public async Task A_service_that_is_switched_off_is_deregistered_at_its_server()
    {
        await using var rig = await ShRig.StartAsync();
        using (var turn = await rig.Store.EnterAsync(await rig.SubscriberAsync(ServiceSip), CancellationToken.None))
            await rig.Store.CommitAsync(turn, new([(0, new() { Status = RegistrationStatus.Unregistered, Server = StateText.S1 })], []), CancellationToken.None);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(ServiceSip, [18], Document(Activation(0))))).Result);
        var job = Assert.Single(await rig.Store.ReadJobsAsync(new(), CancellationToken.None));
        Assert.Equal((CxJobKind.RegistrationTermination, StateText.S1.DiameterHost, TestSubscriptions.Services), (job.Kind, job.Server.DiameterHost, job.PrivateIdentity));
        Assert.Equal(ServiceSip, Assert.Single(job.PublicIdentities));
        Assert.True(job.ClearsOnAnswer); // by the answer of the S-CSCF
        // Switched on again it is nobody's affair until a call comes.
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(ServiceSip, [18], Document(Activation(1))))).Result);
        Assert.Single(await rig.Store.ReadJobsAsync(new(), CancellationToken.None));
    }

    // 4d. ref 27.
    public static TheoryData<string> StnSrRows => DecisionTable.Rows("""
        | user                | User-Name         | STN-SR       | answer           | is           |
        | sip:alice.work@HOME |                   | 12125558888  | R:2001           | 12125558888  |
        | msisdn 12125550001  |                   | 12125558888  | R:2001           | 12125558888  |
        | sip:alice@HOME      | alice@HOME        | 12125558888  | R:2001           | 12125558888  |
        | sip:alice@HOME      | alice@HOME        | 12125559999  | R:2001           | 12125559999  | as it was
        | sip:alice@HOME      |                   | 12125558888  | R:5005 User-Name | 12125559999  | one of two
        | sip:alice@HOME      | alice.tablet@HOME | 12125558888  | E:5101           | 12125559999  | nothing stored
        | msisdn 12125550002  |                   | 12125558888  | E:5101           | 12125559999  |
        | sip:alice.work@HOME |                   |              | E:5100           | 12125559999  |
        | sip:alice.work@HOME |                   | 1212555      | R:2001           | 1212555      |
        | sip:alice.work@HOME |                   | 1212A        | E:5100           | 12125559999  |
        """);

    [Theory, MemberData(nameof(StnSrRows))]
    public async Task Session_transfer_number(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        var reply = await rig.AskAsync(Pur(cells[0], [27], Document(StnSr(cells[2])), cells[1].Length == 0 ? null : Named(cells[1])));
        Assert.Equal(cells[3], $"{reply.Result} {reply.Failed}".TrimEnd());
        Assert.Equal(cells[4], (await rig.SubscriberAsync()).Subscription.PrivateIdentities[0].StnSr);
        Assert.Null((await rig.SubscriberAsync()).Subscription.PrivateIdentities[1].StnSr);
    }

    // 4a. DSAI-Value 1 is INACTIVE.
    public static TheoryData<string> ServiceRows => DecisionTable.Rows("""
        | before  | asked by | tag     | value | answer | inactive afterwards |
        |         | As       | forward | 1     | R:2001 | forward             |
        | forward | As       | forward | 0     | R:2001 |                     |
        | forward | As       | forward | 1     | R:2001 | forward             |
        |         | As       | forward | 0     | R:2001 |                     |
        |         | As       | nothing | 1     | E:5108 |                     |
        |         | As       | block   | 1     | E:5108 |                     | the service of another application server
        |         | OtherAs  | block   | 1     | R:2001 | block               |
        | forward | OtherAs  | block   | 1     | R:2001 | forward block       |
        """);

    [Theory, MemberData(nameof(ServiceRows))]
    public async Task Activation_of_filters(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        if (cells[0].Length > 0) await rig.PutAsync(data => data with { InactiveServices = [new(AliceSip, ShSubscriptions.ServerName, cells[0])] });
        var reply = await rig.AskAsync(Pur(
            AliceSip, [19], Document(Services((cells[2], cells[3][0] - '0'))), host: cells[1] == "As" ? As : OtherAs));
        Assert.Equal(cells[4], reply.Result);
        Assert.Equal(cells[5], string.Join(' ', (await rig.SubscriberAsync()).ApplicationData.InactiveServices.Select(one => one.Tag)));
    }

    [Fact]
    public async Task A_masked_filter_is_pushed_to_the_server_and_an_unchanged_one_is_not()
    {
        await using var rig = await ShRig.StartAsync();
        using (var turn = await rig.Store.EnterAsync(await rig.SubscriberAsync(), CancellationToken.None))
            await rig.Store.CommitAsync(turn, new([(0, StateText.Parse("registered alice, S1"))], []), CancellationToken.None);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [19], Document(Services(("forward", 1)))))).Result);
        Assert.Equal(CxJobKind.PushProfile, Assert.Single(await rig.Store.ReadJobsAsync(new(), CancellationToken.None)).Kind);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [19], Document(Services(("forward", 1)))))).Result);
        Assert.Single(await rig.Store.ReadJobsAsync(new(), CancellationToken.None));
    }

    // 4b.
    public static TheoryData<string> SmsRows => DecisionTable.Rows("""
        | user                | User-Name  | number      | answer           | registered                   |
        | sip:alice.work@HOME |            | 12125557777 | R:2001           | alice 12125557777 as.HOME    |
        | msisdn 12125550002  |            | 12125557777 | R:2001           | tablet 12125557777 as.HOME   |
        | external alice-meter@iot.example | | 12125557777 | R:2001         | alice 12125557777 as.HOME    |
        | sip:alice@HOME      | alice@HOME | 12125557777 | R:2001           | alice 12125557777 as.HOME    |
        | sip:alice@HOME      |            | 12125557777 | R:5005 User-Name |                              |
        | sip:alice.work@HOME |            |             | R:2001           |                              | nothing to remove
        | sip:alice.work@HOME |            | ABC         | E:5100           |                              |
        """);

    [Theory, MemberData(nameof(SmsRows))]
    public async Task Registration_of_an_IP_SM_GW(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        var reply = await rig.AskAsync(Pur(cells[0], [24], Document(SmsGateway(cells[2])), cells[1].Length == 0 ? null : Named(cells[1])));
        Assert.Equal(cells[3], $"{reply.Result} {reply.Failed}".TrimEnd());
        Assert.Equal(cells[4], await RegisteredAsync());
        if (cells[4].Length == 0) return;

        // An empty number takes it away again.
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(cells[0], [24], Document(SmsGateway("")), cells[1].Length == 0 ? null : Named(cells[1])))).Result);
        Assert.Equal("", await RegisteredAsync());

        async Task<string> RegisteredAsync() => string.Join("; ", (await rig.SubscriberAsync()).ApplicationData.SmsRegistrations
            .Select(one => $"{StateText.ShortName(one.PrivateIdentity)} {one.Number} {one.DiameterHost}"));
    }

    [Fact]
    public async Task The_address_of_the_service_centre_is_no_affair_of_an_IP_SM_GW()
    {
        await using var rig = await ShRig.StartAsync();
        var registration = SmsGateway("12125557777").Replace(
            "</IP-SM-GW-Number>", "</IP-SM-GW-Number><Extension><SCAddress>12125551111</SCAddress></Extension>", StringComparison.Ordinal);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceWork, [24], Document(registration)))).Result);
        Assert.Equal(Document(SmsGateway("12125557777")), (await rig.AskAsync(Udr(AliceWork, [24]))).UserData);
        Assert.Equal((As, ShRequests.Realm), (await rig.SubscriberAsync()).ApplicationData.SmsRegistrations is [var one] ? (one.DiameterHost, one.DiameterRealm) : default);
    }

    [Fact]
    public async Task A_preconfigured_gateway_is_not_overwritten()
    {
        var alice = ShSubscriptions.Alice();
        alice = alice with { PrivateIdentities = alice.PrivateIdentities.SetItem(0, alice.PrivateIdentities[0] with { SmsGateway = new("12125556666", "12125555555") }) };
        await using var rig = await ShRig.StartAsync(subscriptions: alice);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceWork, [24], Document(SmsGateway("12125557777"))))).Result);
        Assert.Equal(new SmsGateway("12125556666", "12125555555"), (await rig.SubscriberAsync()).Subscription.PrivateIdentities[0].SmsGateway);
        Assert.Contains("12125556666", (await rig.AskAsync(Udr(AliceWork, [24]))).UserData, StringComparison.Ordinal);
    }

    // Update-Eff-Enhance: all of it or nothing, and the culprit by its Data-Reference.
    [Fact]
    public async Task Several_references_are_one_change()
    {
        await using var rig = await ShRig.StartAsync();
        var commits = rig.Database.Commits;
        var good = await rig.AskAsync(Pur(AliceWork, [0, 19, 24], Document(Repository("s", 0), SmsAndServices("forward")), Features(6)));
        Assert.Equal(("R:2001", 1), (good.Result, rig.Database.Commits - commits));
        var data = (await rig.SubscriberAsync()).ApplicationData;
        Assert.Equal((1, 1, 1), (data.Repository.Length, data.InactiveServices.Length, data.SmsRegistrations.Length));

        var bad = await rig.AskAsync(Pur(AliceWork, [0, 19, 24], Document(Repository("s", 1), SmsAndServices("nothing")), Features(6)));
        Assert.Equal(("E:5108", 19), (bad.Result, bad.Reply.All(Avp.DataReference).First.ToInteger32()));
        Assert.Same(data, (await rig.SubscriberAsync()).ApplicationData);

        static string SmsAndServices(string tag) =>
            $"<Sh-IMS-Data><Extension><Extension><DSAI><DSAI-Tag>{tag}</DSAI-Tag><DSAI-Value>1</DSAI-Value></DSAI><Extension><SMSRegistrationInfo><IP-SM-GW-Number>121</IP-SM-GW-Number></SMSRegistrationInfo></Extension></Extension></Extension></Sh-IMS-Data>";
    }

    [Fact]
    public async Task What_would_be_two_commits_is_refused_and_says_which_one_has_to_go_alone()
    {
        await using var rig = await ShRig.StartAsync();
        var commits = rig.Database.Commits;
        var refused = await rig.AskAsync(Pur(ServiceSip, [0, 18], Document(Repository("s", 0), Activation(0)), Features(6)));
        Assert.Equal(("R:5012", 18), (refused.Result, refused.Reply.All(Avp.DataReference).First.ToInteger32()));
        Assert.Equal(commits, rig.Database.Commits);
    }

    // TS 29.329 7.1.1, 6.1.4: of several references the one that was refused stands in the answer, whichever step refused it.
    public static TheoryData<string> CulpritRows => DecisionTable.Rows("""
        | features | refs | permitted | user               | answer | culprit |
        | 6        | 0 24 | 0         | sip:alice.work@HOME | E:5103 | 24      |
        | 6        | 0 24 | 0 24      | sip:service@HOME   | E:5101 | 24      |
        | 6        | 0 24 | 0 24      | sip:nobody@HOME    | E:5001 |         | nothing to do with either
        | 6        | 24 0 | 0 24      | sip:alice@HOME     | R:5005 | 24      | whose?
        | 6        | 24 0 | 0 24      | sip:alice.work@HOME | E:5105 | 0       |
        | 6        | 0 19 | 0 19      | sip:alice.work@HOME | E:5100 | 19      | named and not sent
        | 6        | 0    | 0         | sip:alice.work@HOME | E:5100 | 24      | sent and not named
        | 2        | 24   | 0         | sip:alice.work@HOME | E:5103 |         | the feature is not in use
        """);

    [Theory, MemberData(nameof(CulpritRows))]
    public async Task The_reference_that_was_refused(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        await rig.PermitAsync(As, Numbers(cells[2]).ToDictionary(number => (ShDataReference)number, _ => ShRig.Everything));
        var reply = await rig.AskAsync(Pur(cells[3], Numbers(cells[1]), Document(Repository("s", 1), SmsGateway("121")), Features((uint)Numbers(cells[0])[0])));
        Assert.Equal(cells[4], reply.Result);
        Assert.Equal(cells[5], reply.Reply.All(Avp.DataReference).First is { IsPresent: true } culprit ? culprit.ToInteger32().ToString(System.Globalization.CultureInfo.InvariantCulture) : "");

        static int[] Numbers(string cell) => [.. cell.Split(' ').Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];
    }

    // 4a with several tags: Update-Eff, all or none.
    public static TheoryData<string> SeveralServicesRows => DecisionTable.Rows("""
        | features | tags            | answer | inactive afterwards |
        | none     | forward         | R:2001 | forward             |
        | none     | forward divert  | E:5100 |                     |
        | 2        | forward divert  | R:2001 | forward divert      |
        | 2        | forward nothing | E:5108 |                     |
        """);

    [Theory, MemberData(nameof(SeveralServicesRows))]
    public async Task Several_services(string row)
    {
        var cells = DecisionTable.Cells(row);
        var alice = ShSubscriptions.Alice();
        var filters = alice.ServiceProfiles[0].InitialFilterCriteria;
        alice = alice with { ServiceProfiles = [alice.ServiceProfiles[0] with { InitialFilterCriteria = [filters[0] with { DsaiTags = ["forward", "divert"] }, filters[1]] }] };
        await using var rig = await ShRig.StartAsync(subscriptions: alice);
        var tags = cells[1].Split(' ').Select(tag => (tag, 1)).ToArray();
        Assert.Equal(cells[2], (await rig.AskAsync(Pur(AliceSip, [19], Document(Services(tags)), cells[0] == "none" ? null : Features(2)))).Result);
        Assert.Equal(cells[3], string.Join(' ', (await rig.SubscriberAsync()).ApplicationData.InactiveServices.Select(one => one.Tag)));
    }

    [Fact]
    public async Task Data_of_the_subscription_and_of_application_servers_are_not_changed_by_one_request()
    {
        await using var rig = await ShRig.StartAsync();
        var reply = await rig.AskAsync(Pur(ServiceSip, [0, 18], Document(Repository("s", 0), Activation(0)), Features(6)));
        Assert.Equal("R:5012", reply.Result);
        Assert.NotNull(reply.ErrorMessage);
        Assert.Equal("", await rig.StoredAsync(ServiceSip));
    }

    [Fact]
    public async Task A_copy_of_a_request_changes_nothing_a_second_time()
    {
        await using var rig = await ShRig.StartAsync();
        var request = Pur(AliceSip, [0], Document(Repository("s", 0)));
        Assert.Equal("R:2001", (await rig.AskAsync(request)).Result);
        request[4] |= (byte)CommandFlags.Retransmitted;
        Assert.Equal("R:2001", (await rig.AskAsync(request)).Result);
        Assert.Equal("s 0 <a/>", await rig.StoredAsync());
    }

    // RFC 6733 3. The disk was slower than the deadline: what was handed to it is carried out all the same, and that is what a copy is told.
    [Fact]
    public async Task A_copy_of_a_PUR_that_missed_its_deadline_is_told_what_became_of_it()
    {
        await using var rig = await ShRig.StartAsync();
        await using var peer = await rig.ConnectAsync(deadline: TimeSpan.FromMilliseconds(200));
        var request = Pur(AliceSip, [0], Document(Repository("s", 0)));
        using (rig.Database.HoldCommits()) Assert.Equal("R:5012", (await peer.AskAsync(request)).Result);

        request[4] |= (byte)CommandFlags.Retransmitted;
        // The commit may take its time still: a copy that runs into its own deadline asks again.
        var told = "R:5012";
        for (var attempt = 0; told == "R:5012" && attempt < 100; attempt++) told = (await peer.AskAsync(request)).Result;
        Assert.Equal("R:2001", told);
        Assert.Equal("s 0 <a/>", await rig.StoredAsync());
        Assert.Equal("E:5105", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("s", 0))))).Result);
    }

    // 5. Another update has the turn, for longer than anybody waits.
    [Fact]
    public async Task An_update_that_waits_too_long_is_refused_for_now()
    {
        await using var rig = await ShRig.StartAsync(new ShOptions { UpdatePatience = TimeSpan.FromMilliseconds(50) });
        using (await rig.Store.EnterAsync(await rig.SubscriberAsync(), CancellationToken.None))
        {
            Assert.Equal("E:4101", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("s", 0))))).Result);
            Assert.Equal("E:4101", (await rig.AskAsync(Pur(AliceWork, [27], Document(StnSr("121"))))).Result);
            Assert.Equal("E:4100", (await rig.AskAsync(Snr(AliceSip, [11]))).Result);
            Assert.Equal("R:2001", (await rig.AskAsync(Udr(AliceSip, [11]))).Result); // reading waits for nobody
        }
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("s", 0))))).Result);
    }

    [Fact]
    public async Task A_store_that_cannot_write_is_5012_and_nothing_is_stored()
    {
        await using var rig = await ShRig.StartAsync();
        rig.Database.RefusesWrites = true;
        Assert.Equal("R:5012", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("s", 0))))).Result);
        Assert.Equal("R:5012", (await rig.AskAsync(Snr(AliceSip, [11]))).Result);
        rig.Database.RefusesWrites = false;
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("s", 0))))).Result);
    }

    [Fact]
    public async Task Two_application_servers_at_one_piece_never_fork_it()
    {
        const int Rounds = 40;
        await using var rig = await ShRig.StartAsync();
        await using var left = await rig.ConnectAsync();
        await using var right = await rig.ConnectAsync();
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("s", 0))))).Result);

        var won = await Task.WhenAll(RunAsync(left, As, AliceSip), RunAsync(right, OtherAs, AliceTel));

        // Each number was written by exactly one of them: what both were told together is what is stored.
        Assert.Empty(won[0].Intersect(won[1]));
        Assert.Equal(Enumerable.Range(1, won[0].Count + won[1].Count), won[0].Concat(won[1]).Order());
        var last = won[0].Count + won[1].Count;
        var winner = won[0].Contains(last) ? As : OtherAs;
        Assert.Equal($"s {last} <by>{winner} {last}</by>", await rig.StoredAsync());

        // Reads, builds on what it read, and tries until it has been the one Rounds times. OUT_OF_SYNC brings what it lost to.
        static async Task<List<int>> RunAsync(CxPeer peer, string host, string identity)
        {
            List<int> won = [];
            var known = 0;
            while (won.Count < Rounds)
            {
                var reply = new ShReply(await peer.AskAsync(Pur(identity, [0], Document(Repository("s", known + 1, $"<by>{host} {known + 1}</by>")), host: host)));
                if (reply.Result == "R:2001")
                {
                    won.Add(++known);
                    continue;
                }
                Assert.Equal("E:5105", reply.Result);
                // PUA does not name User-Data: whoever does not expect it there must be able to pass over it.
                Assert.False(reply.Reply.All(Avp.ShUserData).First.Flags.HasFlag(AvpFlags.Mandatory));
                var text = reply.UserData!;
                known = int.Parse(text[(text.IndexOf("<SequenceNumber>", StringComparison.Ordinal) + 16)..text.IndexOf("</SequenceNumber>", StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
            }
            return won;
        }
    }

    // The turn is first come, first served: the removal goes before the update, which was checked while the subscription was still there.
    [Fact]
    public async Task A_subscription_that_goes_while_the_update_waits_is_unknown()
    {
        await using var rig = await ShRig.StartAsync();
        Task<bool> removing;
        Task<ShReply> updating, activating;
        using (await rig.Store.EnterAsync(await rig.SubscriberAsync(), CancellationToken.None))
        {
            removing = rig.Store.RemoveAsync("alice", CancellationToken.None);
            updating = rig.AskAsync(Pur(AliceSip, [0], Document(Repository("s", 0))));
            await using var other = await rig.ConnectAsync();
            Assert.Equal("R:2001", new ShReply(await other.AskAsync(Udr(AliceSip, [11]))).Result); // still there for who reads
            Assert.False(updating.IsCompleted);
        }
        Assert.True(await removing);
        Assert.Equal("E:5001", (await updating).Result);
        activating = rig.AskAsync(Pur(AliceWork, [27], Document(StnSr("121"))));
        Assert.Equal("E:5001", (await activating).Result);
        Assert.Equal("E:5001", (await rig.AskAsync(Udr(AliceSip, [11]))).Result);
    }
}
