using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>iFC templates and what they make: listed, loaded anew, rendered, checked and tried with a SIP request. Changes nothing that is stored.</summary>
/// <param name="templates">Shared with all that read documents.</param>
/// <param name="documents">Templates and transport keys as they are now.</param>
/// <param name="find">A stored subscription by its id.</param>
/// Errors: INVALID_ARGUMENT with the fields, NOT_FOUND. Spec: TS 29.228 B.2.2, Annex F; docs/ifc.md.
public sealed class ServiceProfileService(
    TemplateStore templates, Func<DocumentContext> documents, Func<string, CancellationToken, Task<Subscription?>> find)
    : V1.ServiceProfileService.ServiceProfileServiceBase
{
    private static readonly JsonParser s_parser = new(JsonParser.Settings.Default);

    public override Task<V1.ListTemplatesResponse> ListTemplates(V1.ListTemplatesRequest request, ServerCallContext context) =>
        Task.FromResult(new V1.ListTemplatesResponse { Templates = { templates.Current.Descriptions.Select(TemplateMessage.Of) } });

    public override Task<V1.ListTemplateSetsResponse> ListTemplateSets(V1.ListTemplateSetsRequest request, ServerCallContext context) =>
        Task.FromResult(new V1.ListTemplateSetsResponse { Sets = { templates.Current.SetDescriptions.Select(TemplateMessage.Of) } });

    public override Task<V1.ReloadTemplatesResponse> ReloadTemplates(V1.ReloadTemplatesRequest request, ServerCallContext context)
    {
        var reload = templates.Reload();
        return Task.FromResult(new V1.ReloadTemplatesResponse
        {
            Reloaded = reload.Reloaded,
            Templates = reload.Templates.Names.Length,
            Sets = reload.Templates.SetNames.Length,
            Problems = { reload.Problems.Select(problem => TemplateMessage.Of(problem, problem.Path)) },
        });
    }

    public override Task<V1.RenderServiceProfileResponse> RenderServiceProfile(V1.RenderServiceProfileRequest request, ServerCallContext context) =>
        WithSourceAsync(request?.Source, context, source =>
        {
            if (source.Errors.Length > 0) throw source.Refusal();
            var profile = source.Profile();
            return new V1.RenderServiceProfileResponse
            {
                ServiceProfile = s_parser.Parse<V1.ServiceProfile>(Encoding.UTF8.GetString(ServiceProfileJson.WriteRendered(profile).Span)),
                UserDataXml = Encoding.UTF8.GetString(source.UserData(profile).Span),
                Warnings = { source.Warnings.Select(source.Message) },
            };
        });

    public override Task<V1.LintServiceProfileResponse> LintServiceProfile(V1.LintServiceProfileRequest request, ServerCallContext context) =>
        WithSourceAsync(request?.Source, context, source => new V1.LintServiceProfileResponse
        {
            Errors = { source.Errors.Select(source.Message) },
            Warnings = { source.Warnings.Select(source.Message) },
        });

    public override Task<V1.SimulateResponse> Simulate(V1.SimulateRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WithSourceAsync(request.Source, context, source =>
        {
            if (source.Errors.Length > 0) throw source.Refusal();
            if (SipRequest.Read(request.SipMessage, out var problem) is not { } message) throw Refusals.Field("sip_message", problem!);
            if (SimulatedRequest.Create(message, TemplateMessage.SessionCaseOf(request.SessionCase), request.HasRegistered ? request.Registered : null,
                TemplateMessage.RegistrationTypeOf(request.RegistrationType), out problem) is not { } simulated) throw Refusals.Field("session_case", problem!);
            if (FilterSimulation.Run(source.Profile(), simulated, out problem) is not { } verdicts) throw Refusals.Field("sip_message", problem!);
            return new V1.SimulateResponse
            {
                Evaluations = { verdicts.Select(TemplateMessage.Of) },
                ApplicationServers = { verdicts.Where(verdict => verdict.Fires).Select(verdict => verdict.Filter.ApplicationServer.ServerName) },
                ApplicationServersInKamailio = { verdicts.Where(verdict => verdict.FiresInKamailio).Select(verdict => verdict.Filter.ApplicationServer.ServerName) },
            };
        });
    }

    private Task<T> WithSourceAsync<T>(V1.ServiceProfileSource? source, ServerCallContext context, Func<ProfileSource, T> answer)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
            answer(await ProfileSource.ReadAsync(source, documents(), find, cancellationToken).ConfigureAwait(false)));
    }
}
