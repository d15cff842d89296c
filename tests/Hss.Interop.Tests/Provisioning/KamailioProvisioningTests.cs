using System.Text.RegularExpressions;
using Google.Protobuf.WellKnownTypes;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Grpc;
using Hss.Interop.Tests.Flows;
using Hss.Interop.Tests.Peers;
using Hss.Provisioning.V1;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>What is provisioned by gRPC, as the real CSCFs and UEs see it: at once, at the next SAR, and gone.</summary>
[Collection(KamailioCollection.Name)]
public sealed class KamailioProvisioningTests(KamailioRig rig) : IDisposable
{
    private static readonly TimeSpan s_jobLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_removalLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress($"http://{KamailioRig.Provisioning}");

    private SubscriptionService.SubscriptionServiceClient Subscriptions => new(_channel);

    public static TheoryData<string> Sets => new(SetNames);

    private static string SetFolder => Path.Combine(Repository.Root, "ifc-templates", "sets");

    private static string[] SetNames { get; } = [.. Directory.EnumerateFiles(SetFolder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public void Dispose() => _channel.Dispose();

    [SkippableFact]
    public async Task A_subscription_registers_as_soon_as_it_is_created()
    {
        rig.Demand();
        var user = new ProvisionedUser("001010000000021");
        Shows(Refused(await RegisterAsync(user)), @"SIP/2\.0 403 Forbidden - HSS User Unknown");

        var created = await Subscriptions.CreateSubscriptionAsync(new() { Subscription = user.Subscription() });

        Assert.NotEmpty(created.Etag);
        var flow = Succeeds(await RegisterAsync(user));
        Shows(flow, "CK and IK of the challenge are right");
        Shows(flow, $"P-Associated-URI: .*<{Regex.Escape(user.PublicIdentity)}>");
    }

    /// <summary>The next SAA has the new filters. Kamailio 5.6 takes them only when it has dropped the registration before: at a re-registration it compares
    /// public identities, finds the same ones, and keeps the profile it has.</summary>
    [SkippableFact]
    public async Task Changed_filters_reach_the_S_CSCF_with_the_next_SAR()
    {
        rig.Demand();
        var user = new ProvisionedUser("001010000000022");
        await Subscriptions.CreateSubscriptionAsync(new() { Subscription = user.Subscription() });
        Succeeds(await RegisterAsync(user));
        Assert.Equal(0, Filters(LastUserData(user)));
        await using var applicationServer = await rig.StartApplicationServerAsync("provisioned.messages");
        await ExpectCallAsync(user, reachesServer: false);

        var answered = SaasOf(user).Count();
        await UpdateAsync(user, Telephony());
        await ExpectCallAsync(user, reachesServer: false);
        Assert.Equal(answered, SaasOf(user).Count());
        Succeeds(await RegisterAsync(user));
        Assert.Equal(answered + 1, SaasOf(user).Count());
        ExpectTelephony(LastUserData(user));

        await EndRegistrationAsync(user);
        Succeeds(await RegisterAsync(user));
        ExpectTelephony(LastUserData(user));
        await ExpectCallAsync(user, reachesServer: true);

        await UpdateAsync(user);
        await EndRegistrationAsync(user);
        Succeeds(await RegisterAsync(user));
        Assert.Equal(0, Filters(LastUserData(user)));
        await ExpectCallAsync(user, reachesServer: false);
        NobodyFell();
    }

    [SkippableFact]
    public async Task A_registered_user_who_is_deleted_is_gone_from_the_S_CSCF_and_refused_by_the_HSS()
    {
        rig.Demand();
        var user = new ProvisionedUser("001010000000023");
        await Subscriptions.CreateSubscriptionAsync(new() { Subscription = user.Subscription() });
        Succeeds(await RegisterAsync(user));
        Assert.Contains(Contact(user), await rig.ShowAtScscfAsync(user.PublicIdentity), StringComparison.Ordinal);

        await Subscriptions.DeleteSubscriptionAsync(new() { Name = user.Name });

        await rig.Server.WaitForJobAsync("RegistrationTermination", user.PrivateIdentity, KamailioRig.ScscfIdentity, "Acknowledged", s_jobLimit);
        var rtr = Assert.Single(rig.Tap.Requests(RegistrationTerminationRequest.CommandCode), request => request.Texts(Avp.PublicIdentity).Contains(user.PublicIdentity));
        var rta = Assert.Single(rig.Tap.Answers(RegistrationTerminationAnswer.CommandCode), answer => answer.Header.EndToEndId == rtr.Header.EndToEndId);
        Assert.Equal(2001u, rta.All(Avp.ResultCode).First.ToUnsigned32());
        await WaitUntilGoneAsync(user);
        Shows(Refused(await RegisterAsync(user)), @"SIP/2\.0 403 Forbidden - HSS User Unknown");
    }

    /// <summary>Kamailio parses User-Data without checks: a set that it does not like would kill it.</summary>
    [SkippableTheory]
    [MemberData(nameof(Sets))]
    public async Task Kamailio_takes_the_filters_of_every_set(string set)
    {
        rig.Demand();
        var before = await ProcessesAsync();
        var number = Array.IndexOf(SetNames, set);
        var user = new ProvisionedUser($"0010100000001{number:00}");
        await using var applicationServer = await rig.StartApplicationServerAsync("set.messages");

        await Subscriptions.CreateSubscriptionAsync(new() { Subscription = user.Subscription(ProvisionedUser.AllOf(Path.Combine(SetFolder, set + ".json"))) });

        Shows(Succeeds(await RegisterAsync(user)), $"P-Associated-URI: .*<{Regex.Escape(user.PublicIdentity)}>");
        var sent = Filters(LastUserData(user));
        Assert.Equal(set == "data-only", sent == 0);
        var held = await rig.ShowAtScscfAsync(user.PublicIdentity);
        Assert.Contains(user.PublicIdentity, held, StringComparison.Ordinal);
        // What it took, it can evaluate: a call made runs through all of its filters.
        await rig.UeAsync("call", "--imsi", user.Imsi, "--to", $"sip:99999@{KamailioRig.Realm}", "--through", "scscf", "--wait", "5");
        Assert.Equal(before, await ProcessesAsync());
        NobodyFell();
    }

    private static InitialFilterCriteria Telephony() => new() { Template = "mmtel-originating", Parameters = { ["as_uri"] = ProvisionedUser.ApplicationServer } };

    private async Task UpdateAsync(ProvisionedUser user, params IEnumerable<InitialFilterCriteria> filters) => await Subscriptions.UpdateSubscriptionAsync(new()
    {
        Subscription = user.OnlyProfile(filters),
        UpdateMask = new FieldMask { Paths = { "service_profiles" } },
    });

    private static string Contact(ProvisionedUser user) => $"sip:{user.Imsi}@{Loopback.UserEquipment}";

    private static void ExpectTelephony(string userData)
    {
        Assert.Equal(1, Filters(userData));
        Assert.Contains($"<ServerName>{ProvisionedUser.ApplicationServer}</ServerName>", userData, StringComparison.Ordinal);
    }

    /// <summary>As an operator does whose change shall be in force at once.</summary>
    private async Task EndRegistrationAsync(ProvisionedUser user)
    {
        await new RegistrationService.RegistrationServiceClient(_channel).DeregisterAsync(
            new() { PublicIdentity = user.PublicIdentity, Reason = DeregisterRequest.Types.Reason.ServerChange });
        await WaitUntilGoneAsync(user);
    }

    /// <summary>Kamailio marks the contact, and removes it and the identity at the next turns of its timer.</summary>
    private async Task WaitUntilGoneAsync(ProvisionedUser user)
    {
        var end = Environment.TickCount64 + (long)s_removalLimit.TotalMilliseconds;
        while (await rig.ShowAtScscfAsync(user.PublicIdentity) is var held && held.Contains(user.Imsi, StringComparison.Ordinal))
        {
            if (Environment.TickCount64 > end) Assert.Fail($"the S-CSCF still has the user\n{held}\n{rig.Logs()}");
            await Task.Delay(s_poll);
        }
    }

    private Task<Outcome> RegisterAsync(ProvisionedUser user) => rig.UeAsync("register", "--imsi", user.Imsi);

    /// <summary>Nobody has the number that is called: without an application server that answers, the call ends at the HSS.</summary>
    private async Task ExpectCallAsync(ProvisionedUser user, bool reachesServer)
    {
        var call = await rig.UeAsync("call", "--imsi", user.Imsi, "--to", $"sip:99999@{KamailioRig.Realm}", "--through", "scscf");
        if (reachesServer) Shows(Succeeds(call), @"SIP/2\.0 200 OK \['rig-as'\]");
        else Shows(Refused(call), @"SIP/2\.0 604 .*HSS User Unknown");
    }

    private IEnumerable<TappedMessage> SaasOf(ProvisionedUser user)
    {
        var requests = rig.Tap.Requests(ServerAssignmentRequest.CommandCode)
            .Where(request => request.Texts(Avp.UserName).Contains(user.PrivateIdentity)).Select(request => request.Header.EndToEndId).ToHashSet();
        return rig.Tap.Answers(ServerAssignmentAnswer.CommandCode).Where(answer => requests.Contains(answer.Header.EndToEndId));
    }

    private string LastUserData(ProvisionedUser user) => SaasOf(user).Last().Texts(Avp.UserData).Single();

    private static int Filters(string userData) => Regex.Count(userData, "<InitialFilterCriteria>");

    private async Task<string> ProcessesAsync() => $"{await rig.ProcessesAsync("icscf")}{await rig.ProcessesAsync("scscf")}";

    private void NobodyFell()
    {
        if (rig.Server.HasExited) Assert.Fail($"the HSS ended during this flow\n{rig.Logs()}");
    }

    private string Succeeds(Outcome outcome)
    {
        Expect(outcome.ExitCode == 0, "the flow ends well", outcome.Output);
        return outcome.Output;
    }

    private string Refused(Outcome outcome)
    {
        Expect(outcome.ExitCode == 1, "the flow is refused", outcome.Output);
        return outcome.Output;
    }

    private void Shows(string flow, string pattern) => Expect(Regex.IsMatch(flow, pattern), $"the flow shows /{pattern}/", flow);

    private void Expect(bool claim, string what, string flow)
    {
        if (!claim) Assert.Fail($"expected: {what}\n---- flow\n{flow}\n{rig.Logs()}");
    }
}
