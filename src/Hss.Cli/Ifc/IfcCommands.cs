using System.CommandLine;
using System.Xml.Linq;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;
using RegistrationType = Hss.Provisioning.V1.ServicePointTrigger.Types.RegistrationType;
using SessionCase = Hss.Provisioning.V1.ServicePointTrigger.Types.SessionCase;

namespace Hss.Cli.Ifc;

/// <summary>hss ifc list|lint|render|simulate: initial filter criteria in a file, without a server, or those of a stored subscription.</summary>
/// Spec: TS 29.228 B.2.2, Annex F; docs/ifc.md.
internal static class IfcCommands
{
    private const int MaxFileBytes = 64 * 1024 * 1024;
    private const int MaxMessageBytes = 64 * 1024;

    private static readonly Option<string?> s_templates = Text("--templates", "DIR", "folder of templates for FILE (default: ifc-templates here, else those that come with the command)");
    private static readonly Option<string?> s_subscription = Text("--subscription", "ID", "filters of this stored subscription, with the server's templates, instead of FILE");
    private static readonly Option<string?> s_publicIdentity = Text("--public-identity", "IMPU", "public identity that is meant (default: the default one)", "--public");

    public static Command Create(Surroundings around) => Command("ifc", "Initial filter criteria and their templates.", List(around), Lint(around), Render(around), Simulate(around));

    private static Command List(Surroundings around)
    {
        var sets = Flag("--sets", "the named sets instead of the templates");
        var online = Flag("--online", "those of the server instead of a folder's");
        var command = Command("list", "Lists templates with their parameters.", sets, online, s_templates);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            if (invocation.Value(online) && invocation.Value(s_templates) is not null) throw new CliException("--online and --templates exclude each other");
            if (invocation.Value(sets))
            {
                List<TemplateSet> found = invocation.Value(online)
                    ? [.. (await Client(invocation).ListTemplateSetsAsync(new(), invocation.Call(stop)).ConfigureAwait(false)).Sets]
                    : [.. IfcOffline.Sets(IfcOffline.Templates(invocation.Value(s_templates)))];
                invocation.Output.List(found, ["SET", "PARAMETERS", "TEMPLATES", "DESCRIPTION"],
                    set => [set.Name, Parameters(set.Parameters), string.Join(' ', set.InitialFilterCriteria.Select(filter => filter.Template)), set.Description], "no set");
                return ExitCodes.Done;
            }
            List<Template> templates = invocation.Value(online)
                ? [.. (await Client(invocation).ListTemplatesAsync(new(), invocation.Call(stop)).ConfigureAwait(false)).Templates]
                : [.. IfcOffline.List(IfcOffline.Templates(invocation.Value(s_templates)))];
            invocation.Output.List(templates, ["TEMPLATE", "VERSION", "PRIORITIES", "PARAMETERS", "DESCRIPTION"], template =>
                [template.Name, template.Version, $"{Output.Number(template.FirstPriority)}-{Output.Number(template.LastPriority)}", Parameters(template.Parameters), template.Description], "no template");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Lint(Surroundings around)
    {
        var file = File();
        var command = Command("lint", "Checks filters by the rules E1 to E12. Exit code 1 when there is an error.", file, s_subscription, s_publicIdentity, s_templates);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var response = invocation.Value(s_subscription) is null
                ? IfcOffline.Lint(await ReadAsync(invocation, file, stop).ConfigureAwait(false), invocation.Value(file)!.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase), Templates(invocation))
                : await Client(invocation).LintServiceProfileAsync(new() { Source = Stored(invocation, file) }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, output =>
            {
                foreach (var problem in response.Errors) output.Write($"error: {OneLine.Of(SubscriptionCommands.Sentence(problem))}\n");
                foreach (var problem in response.Warnings) output.Write($"warning: {OneLine.Of(SubscriptionCommands.Sentence(problem))}\n");
                if (response.Errors.Count + response.Warnings.Count == 0) output.Write("no errors, no warnings\n");
            });
            return response.Errors.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static Command Render(Surroundings around)
    {
        var file = File();
        var command = Command("render", "Writes the User-Data that an S-CSCF would get; with --output json the filters filled in, too.", file, s_subscription, s_publicIdentity, s_templates);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var response = invocation.Value(s_subscription) is null
                ? IfcOffline.Render(await ReadAsync(invocation, file, stop).ConfigureAwait(false), invocation.Value(s_publicIdentity), Templates(invocation))
                : await Client(invocation).RenderServiceProfileAsync(new() { Source = Stored(invocation, file) }, invocation.Call(stop)).ConfigureAwait(false);
            foreach (var warning in response.Warnings) invocation.Output.Note($"warning: {SubscriptionCommands.Sentence(warning)}");
            invocation.Output.Object(response, output => output.Write(Indented(response.UserDataXml) + "\n"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Simulate(Surroundings around)
    {
        var file = File();
        var message = Text("--message", "FILE", "SIP request as text; - is the standard input");
        message.Required = true;
        var sessionCase = Word("--session-case", "needed but for REGISTER", Words.All<SessionCase>());
        var state = Word("--state", "of the user (default: what the session case says)", "registered", "unregistered");
        var type = Word("--registration-type", "of a REGISTER", Words.All<RegistrationType>());
        var command = Command("simulate", "Says which application servers a SIP request reaches, in which order, and why each other one is not.",
            file, message, sessionCase, state, type, s_subscription, s_publicIdentity, s_templates);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var online = invocation.Value(s_subscription) is not null;
            var content = online ? [] : await ReadAsync(invocation, file, stop).ConfigureAwait(false);
            var text = await invocation.ReadTextAsync(invocation.Value(message)!, MaxMessageBytes, stop).ConfigureAwait(false);
            var (given, kind) = (Words.Parse<SessionCase>(invocation.Value(sessionCase)), Words.Parse<RegistrationType>(invocation.Value(type)));
            bool? registered = invocation.Value(state) is { } word ? word.Equals("registered", StringComparison.OrdinalIgnoreCase) : null;
            var response = online
                ? await Client(invocation).SimulateAsync(new()
                {
                    Source = Stored(invocation, file),
                    SipMessage = text,
                    SessionCase = given ?? SessionCase.Unspecified,
                    Registered = registered ?? given is not (SessionCase.OriginatingUnregistered or SessionCase.TerminatingUnregistered),
                    RegistrationType = kind ?? RegistrationType.Unspecified,
                }, invocation.Call(stop)).ConfigureAwait(false)
                : IfcOffline.Simulate(content, invocation.Value(s_publicIdentity), Templates(invocation), text, given, registered, kind);
            invocation.Output.Object(response, output => Show(response, output));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Show(SimulateResponse response, TextWriter output)
    {
        foreach (var filter in response.Evaluations)
        {
            output.Write($"{(filter.Fires ? "fires" : "-    ")}  {Output.Number(filter.Priority)}  {OneLine.Of(filter.ApplicationServer)}{(filter.Template.Length > 0 ? $"  ({OneLine.Of(filter.Template)})" : "")}\n");
            foreach (var reason in filter.Reasons) output.Write($"         {OneLine.Of(reason)}\n");
        }
        output.Write(response.ApplicationServers.Count == 0 ? "no application server is reached\n" : $"reached in this order: {OneLine.Of(string.Join(", ", response.ApplicationServers))}\n");
    }

    private static ServiceProfileService.ServiceProfileServiceClient Client(Invocation invocation) => new(invocation.Server);

    private static Argument<string?> File() => new("FILE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "subscription document or service profile, JSON; lint takes JSON lines, too; - is the standard input",
    };

    private static Hss.Subscribers.IfcTemplates Templates(Invocation invocation) => IfcOffline.Templates(invocation.Value(s_templates));

    private static async Task<byte[]> ReadAsync(Invocation invocation, Argument<string?> file, CancellationToken stop) =>
        invocation.Parse.GetValue(file) is { } name ? await invocation.ReadAsync(name, MaxFileBytes, stop).ConfigureAwait(false) : throw new CliException("give a FILE, or --subscription");

    private static ServiceProfileSource Stored(Invocation invocation, Argument<string?> file)
    {
        if (invocation.Parse.GetValue(file) is not null) throw new CliException("FILE and --subscription exclude each other");
        if (invocation.Value(s_templates) is not null) throw new CliException("--templates goes with FILE; a stored subscription has the templates of the server");
        return new() { Subscription = SubscriptionCommands.NameOf(invocation.Value(s_subscription)!), PublicIdentity = invocation.Value(s_publicIdentity) ?? "" };
    }

    private static string Parameters(IEnumerable<Template.Types.Parameter> parameters) => string.Join(' ', parameters.Select(one =>
        one.DefaultValue.Length > 0 ? $"[{one.Name}={one.DefaultValue}]" : one.Optional ? $"[{one.Name}]" : one.Name));

    private static string Indented(string xml)
    {
        try
        {
            return XDocument.Parse(xml).ToString();
        }
        catch (System.Xml.XmlException)
        {
            return xml;
        }
    }
}
