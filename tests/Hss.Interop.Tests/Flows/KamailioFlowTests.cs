using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Flows;

[CollectionDefinition(Name)]
public sealed class KamailioCollection : ICollectionFixture<KamailioRig>
{
    public const string Name = "Kamailio";
}

/// <summary>Real CSCFs (Debian's Kamailio) register, re-register, de-register, resynchronise and call through this HSS.</summary>
[Collection(KamailioCollection.Name)]
public sealed class KamailioFlowTests
{
    private readonly KamailioRig _rig;
    private readonly KamailioFlows _flows;

    public KamailioFlowTests(KamailioRig rig)
    {
        _rig = rig;
        _flows = new KamailioFlows(rig);
    }

    [SkippableFact]
    public Task Capabilities_exchange() => RunAsync(_flows.CapabilitiesExchangeAsync);

    [SkippableFact]
    public Task Register_with_AKA() => RunAsync(_flows.RegisterAkaAsync);

    [SkippableFact]
    public Task Deregister_with_AKA() => RunAsync(_flows.DeregisterAkaAsync);

    [SkippableFact]
    public Task Register_with_digest() => RunAsync(_flows.RegisterDigestAsync);

    [SkippableFact]
    public Task Deregister_with_digest() => RunAsync(_flows.DeregisterDigestAsync);

    [SkippableFact]
    public Task Resynchronise() => RunAsync(_flows.ResynchroniseAsync);

    [SkippableFact]
    public Task Invite_through_an_iFC_to_an_application_server() => RunAsync(_flows.InviteThroughFilterAsync);

    [SkippableFact]
    public Task Terminating_call() => RunAsync(_flows.TerminatingCallAsync);

    [SkippableFact]
    public Task Reregister_and_deregister() => RunAsync(_flows.ReregisterAsync);

    [SkippableFact]
    public Task Unknown_private_identity() => RunAsync(_flows.UnknownPrivateIdentityAsync);

    [SkippableFact]
    public Task Unknown_public_identity() => RunAsync(_flows.UnknownPublicIdentityAsync);

    [SkippableFact]
    public Task Unregistered_callee() => RunAsync(_flows.UnregisteredCalleeAsync);

    [SkippableFact]
    public Task Registration_ended_by_the_HSS() => RunAsync(_flows.TerminationByTheHssAsync);

    /// <summary>Kamailio 5.6 parses User-Data without checks: a profile it does not like kills it, sometimes only at the next message.</summary>
    [SkippableFact]
    public Task No_CSCF_crashed() => RunAsync(async () =>
    {
        await _flows.RegisterDigestAsync();
        await _flows.ReregisterAsync();
        await _flows.TerminatingCallAsync();
        await _flows.InviteThroughFilterAsync();
    });

    private async Task RunAsync(Func<Task> flow)
    {
        _rig.Demand();
        var before = await ProcessesAsync();
        await flow();
        if (await ProcessesAsync() != before) Assert.Fail($"a CSCF lost a process during this flow\n{_rig.Logs()}");
        if (_rig.Server.HasExited) Assert.Fail($"the HSS ended during this flow\n{_rig.Logs()}");
    }

    private async Task<string> ProcessesAsync() => $"{await _rig.ProcessesAsync("icscf")}{await _rig.ProcessesAsync("scscf")}";
}
