using Grpc.Core;
using Hss.Provisioning.Tests.Support;
using Hss.Provisioning.V1;
using Hss.Subscribers;
using Subscription = Hss.Subscribers.Subscription;

namespace Hss.Provisioning.Tests;

/// <summary>Templates listed, loaded anew, rendered, checked and tried.</summary>
public sealed class ServiceProfileServiceTests : IDisposable
{
    private const string Invite = "INVITE sip:bob@ims.example.org SIP/2.0\r\nRecv-Info: g.3gpp.ussd\r\n\r\n";

    private const string Document = """
        {"subscriptionId":"s-1","privateIdentities":[{"identity":"alice@ims.example.org","sipDigest":{"ha1Md5":"f723fbd53694c204d4305d3db51f174a"}}],
         "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:alice@ims.example.org","serviceProfile":"volte"},{"identity":"tel:+12125550001","serviceProfile":"plain"}]}],
         "serviceProfiles":[{"name":"volte","initialFilterCriteria":[{"templateSet":"volte-basic","parameters":{"telephony_uri":"sip:tas.example.org;lr","ussd_uri":"sip:ussi.example.org;lr"}}]},
          {"name":"plain","initialFilterCriteria":[{"template":"mmtel-originating","parameters":{"as_uri":"sip:tas.example.org"}}]}]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-templates-").FullName;
    private readonly TemplateStore _templates;
    private readonly ServiceProfileService _service;

    public ServiceProfileServiceTests()
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "ifc-templates");
        foreach (var part in (string[])["services", "sets"])
        {
            Directory.CreateDirectory(Path.Combine(_folder, part));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(shipped, part))) File.Copy(file, Path.Combine(_folder, part, Path.GetFileName(file)));
        }
        _templates = TemplateStore.Open(_folder, null, null, out var problems)!;
        Assert.True(_templates is not null, string.Join('\n', problems));
        var stored = SubscriptionJson.Read(System.Text.Encoding.UTF8.GetBytes(Document), _templates.Current);
        Assert.True(stored.Subscription is not null, string.Join('\n', stored.Problems));
        _service = new(_templates, () => new DocumentContext { Templates = _templates.Current },
            (id, _) => Task.FromResult<Subscription?>(id == "s-1" ? stored.Subscription : null));
    }

    public void Dispose()
    {
        _templates.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Templates_and_sets_are_listed_with_their_parameters()
    {
        var templates = (await _service.ListTemplates(new(), Call("ListTemplates"))).Templates;
        Assert.Equal(28, templates.Count);
        var cdiv = templates.Single(t => t.Name == "mmtel-cdiv");
        Assert.False(cdiv.WorksWithKamailio);
        Assert.NotEmpty(cdiv.Requires);
        var priority = templates.Single(t => t.Name == "service-centralisation").Parameters.Single(p => p.Name == "originating_priority");
        Assert.Equal(("integer", "300", 300, 399), (priority.Type, priority.DefaultValue, priority.Minimum, priority.Maximum));
        var sets = (await _service.ListTemplateSets(new(), Call("ListTemplateSets"))).Sets;
        Assert.Equal(8, sets.Count);
        var volte = sets.Single(s => s.Name == "volte-basic");
        Assert.Contains(volte.InitialFilterCriteria, f => f.Template == "mmtel-originating" && f.Parameters["as_uri"] == "{telephony_uri}");
        Assert.Contains(volte.Parameters, p => p is { Name: "sms_uri", Optional: true, Type: "sip-uri" });
    }

    [Fact]
    public async Task A_broken_file_is_refused_and_the_old_ones_stay()
    {
        var file = Path.Combine(_folder, "services", "ussd.json");
        var before = _templates.Current;
        await File.WriteAllTextAsync(file, "{");
        var refused = await _service.ReloadTemplates(new(), Call("ReloadTemplates"));
        Assert.False(refused.Reloaded);
        Assert.Contains(refused.Problems, p => p.Field == file);
        Assert.Same(before, _templates.Current);
        File.Delete(file);
        var needed = await _service.ReloadTemplates(new(), Call("ReloadTemplates"));
        Assert.Contains(needed.Problems, p => p.Description.Contains("\"ussd\" is no template", StringComparison.Ordinal));
        foreach (var set in Directory.EnumerateFiles(Path.Combine(_folder, "sets"), "volte*")) File.Delete(set);
        var done = await _service.ReloadTemplates(new(), Call("ReloadTemplates"));
        Assert.True(done.Reloaded);
        Assert.Equal((27, 6), (done.Templates, done.Sets));
    }

    [Fact]
    public async Task A_profile_is_rendered_to_filters_and_User_Data()
    {
        foreach (var source in (ServiceProfileSource[])[Alone(Set()), new() { Subscription = "subscriptions/s-1" }, new() { DocumentJson = Document }])
        {
            var rendered = await _service.RenderServiceProfile(new() { Source = source }, Call("RenderServiceProfile"));
            Assert.Equal([100, 150, 400, 410], rendered.ServiceProfile.InitialFilterCriteria.Select(f => f.Priority));
            Assert.All(rendered.ServiceProfile.InitialFilterCriteria, f => Assert.True(f.Template.Length == 0 && f.ApplicationServer.ServerName.StartsWith("sip:", StringComparison.Ordinal)));
            Assert.Contains("<ServerName>sip:ussi.example.org;lr</ServerName>", rendered.UserDataXml, StringComparison.Ordinal);
        }
        var plain = await _service.RenderServiceProfile(new() { Source = new() { Subscription = "subscriptions/s-1", PublicIdentity = "tel:+1-212-555-0001" } }, Call("RenderServiceProfile"));
        Assert.Equal("plain", plain.ServiceProfile.Name);
        Assert.Contains(plain.Warnings, w => w.Rule == "E8");
    }

    [Fact]
    public async Task Rules_are_checked_on_a_profile_a_stored_subscription_and_a_document()
    {
        var filter = new V1.InitialFilterCriteria { Template = "mmtel-originating" };
        filter.Parameters["as_uri"] = "sip:tas.example.org";
        var alone = await _service.LintServiceProfile(new() { Source = Alone(filter) }, Call("LintServiceProfile"));
        Assert.Empty(alone.Errors);
        Assert.Equal([("E8", "source.service_profile.initial_filter_criteria[0]"), ("E10", "source.service_profile")], alone.Warnings.Select(w => (w.Rule, w.Field)));
        filter.Parameters["media"] = "a**";
        var broken = await _service.LintServiceProfile(new() { Source = Alone(filter) }, Call("LintServiceProfile"));
        Assert.Equal("source.service_profile.initial_filter_criteria[0].parameters.media", Assert.Single(broken.Errors).Field);
        var stored = await _service.LintServiceProfile(new() { Source = new() { Subscription = "subscriptions/s-1" } }, Call("LintServiceProfile"));
        Assert.Equal(["E10", "E8"], stored.Warnings.Select(w => w.Rule).Order(StringComparer.Ordinal));
        Assert.All(stored.Warnings, w => Assert.StartsWith("subscription.service_profiles[1]", w.Field, StringComparison.Ordinal));
        var document = await _service.LintServiceProfile(new() { Source = new() { DocumentJson = Document.Replace("\"volte-basic\"", "\"volte\"", StringComparison.Ordinal) } }, Call("LintServiceProfile"));
        Assert.Equal("serviceProfiles[0].initialFilterCriteria[0].templateSet", document.Errors[0].Field);
    }

    [Fact]
    public async Task A_request_is_tried()
    {
        var request = new SimulateRequest { Source = Alone(Set()), SipMessage = Invite, SessionCase = V1.ServicePointTrigger.Types.SessionCase.OriginatingRegistered };
        var answer = await _service.Simulate(request, Call("Simulate"));
        Assert.Equal(["sip:ussi.example.org;lr", "sip:tas.example.org;lr"], answer.ApplicationServers);
        Assert.Equal(answer.ApplicationServers, answer.ApplicationServersInKamailio);
        Assert.Equal([(100, true), (150, false), (400, true), (410, false)], answer.Evaluations.Select(e => (e.Priority, e.Fires)));
        Assert.Contains(answer.Evaluations[1].Reasons, r => r.Contains("method REGISTER", StringComparison.Ordinal) && r.Contains("the request is INVITE", StringComparison.Ordinal));
        Assert.Equal(("ussd", "volte-basic"), (answer.Evaluations[0].Template, answer.Evaluations[0].TemplateSet));
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_refused_with_its_field()
    {
        await RefusedAsync(StatusCode.InvalidArgument, "source: is missing", () => _service.RenderServiceProfile(new(), Call("RenderServiceProfile")));
        await RefusedAsync(StatusCode.InvalidArgument, "source.subscription: is no name", () => _service.RenderServiceProfile(new() { Source = new() { Subscription = "s-1" } }, Call("RenderServiceProfile")));
        await RefusedAsync(StatusCode.NotFound, "no subscription s-2", () => _service.LintServiceProfile(new() { Source = new() { Subscription = "subscriptions/s-2" } }, Call("LintServiceProfile")));
        await RefusedAsync(StatusCode.InvalidArgument, "source.public_identity: is no public identity",
            () => _service.RenderServiceProfile(new() { Source = new() { Subscription = "subscriptions/s-1", PublicIdentity = "sip:bob@ims.example.org" } }, Call("RenderServiceProfile")));
        await RefusedAsync(StatusCode.InvalidArgument, "source.service_profile.initial_filter_criteria[0].template: \"x\" is no template",
            () => _service.RenderServiceProfile(new() { Source = Alone(new V1.InitialFilterCriteria { Template = "x" }) }, Call("RenderServiceProfile")));
        await RefusedAsync(StatusCode.InvalidArgument, "session_case: the session case is missing", () => _service.Simulate(new() { Source = Alone(Set()), SipMessage = Invite }, Call("Simulate")));
        await RefusedAsync(StatusCode.InvalidArgument, "session_case: the session case TERMINATING_REGISTERED is for a user who is registered",
            () => _service.Simulate(new() { Source = Alone(Set()), SipMessage = Invite, SessionCase = V1.ServicePointTrigger.Types.SessionCase.TerminatingRegistered, Registered = false }, Call("Simulate")));
        await RefusedAsync(StatusCode.InvalidArgument, "sip_message: is empty",
            () => _service.Simulate(new() { Source = Alone(Set()), SessionCase = V1.ServicePointTrigger.Types.SessionCase.TerminatingRegistered }, Call("Simulate")));
    }

    private static async Task RefusedAsync<T>(StatusCode code, string detail, Func<Task<T>> call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(code, refusal.StatusCode);
        Assert.Contains(detail, refusal.Status.Detail, StringComparison.Ordinal);
    }

    private static TestCall Call(string method) => TestCall.Local("/hss.provisioning.v1.ServiceProfileService/" + method);

    private static ServiceProfileSource Alone(V1.InitialFilterCriteria filter) => new() { ServiceProfile = new() { InitialFilterCriteria = { filter } } };

    private static V1.InitialFilterCriteria Set()
    {
        var set = new V1.InitialFilterCriteria { TemplateSet = "volte-basic" };
        set.Parameters["telephony_uri"] = "sip:tas.example.org;lr";
        set.Parameters["ussd_uri"] = "sip:ussi.example.org;lr";
        return set;
    }
}
